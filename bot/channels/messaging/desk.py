"""Answers the messages of a channel: each once, one person's in their order, and nobody's held up by another's.

The platform has had its answer by then. What goes wrong from here on is told to the visitor, or tried again.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bot.answers.trouble import last_resort, trouble_reply
from bot.answers.wording import say
from bot.channels.messaging.incoming import Incoming
from bot.channels.messaging.repeats import Repeats
from bot.channels.messaging.shown import URGENT, Shown, reply_of, shown
from bot.channels.web_store import Conversations
from bot.clinic import load_clinic
from bot.errors import BotError, ConversationChanged, StoreDown
from bot.server import watch
from bot.server.shared_turns import open_turns
from bot.tenants.current import outside_address, whose

MOST_IN_HAND = 256
MOST_OF_ONE = 8
"""Messages of one person that wait for their turn."""
ANSWER_SECONDS = 25.0
FINISH_SECONDS = 25.0
TRIES_OF_A_TURN = 3

Handler = Callable[[UserMessage], Awaitable[Any]]
Deliver = Callable[[Incoming, Shown], Awaitable[None]]


class NoReply(Exception):
    """Rasa handled a message and uttered nothing."""


class Desk:
    """The messages of one channel that are in hand."""

    def __init__(self, channel: str, handler: Handler, deliver: Deliver, public_url: str | None = None) -> None:
        """Takes Rasa's handler, and what sends a reply to the platform."""
        self._channel, self._handler, self._deliver, self._public_url = channel, handler, deliver, public_url
        self._conversations = Conversations()
        self._repeats = Repeats()
        self._turns = open_turns()
        self._tasks: set[asyncio.Task[None]] = set()
        self._of_one: Counter[str] = Counter()
        self.stopping = False

    def has_room(self, messages: tuple[Incoming, ...]) -> bool:
        """Tells whether all of a request's messages can be taken; if not, the platform shall send them later."""
        new = [message for message in messages if not self._repeats.knows(whose(message.sender), message.message_id)]
        of_one = Counter(whose(message.sender) for message in new)
        return (
            not (self.stopping and new)
            and len(self._tasks) + len(new) <= MOST_IN_HAND
            and all(self._of_one[sender] + count <= MOST_OF_ONE for sender, count in of_one.items())
        )

    def take(self, store: Any, message: Incoming) -> None:
        """Takes a message in hand, unless it was taken before."""
        sender = whose(message.sender)
        if self._repeats.knows(sender, message.message_id):
            return
        self._repeats.keep(sender, message.message_id)
        self._of_one[sender] += 1
        task = asyncio.ensure_future(self._serve(store, message))  # which takes the chosen clinic along
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._finished(sender, done))

    async def finish(self) -> None:
        """Takes no new message, and waits for those in hand; called when the server stops."""
        self.stopping = True
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=FINISH_SECONDS)

    async def _serve(self, store: Any, message: Incoming) -> None:
        async with self._turns.lock(whose(message.sender)):
            found = await self._answer(store, message)
            if found is None:
                return
            try:
                await self._deliver(message, found)
            except Exception as error:  # noqa: BLE001 - its text may name the person it was for
                watch.failed(f"{self._channel}.send", error)

    async def _answer(self, store: Any, message: Incoming) -> Shown | None:
        """Returns what to show, or None for a message that was answered before this process began."""
        if message.not_text and not message.text:
            return self._cannot_read()
        began = time.perf_counter()
        try:
            messages = await asyncio.wait_for(self._turn(store, message), ANSWER_SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever failed, the visitor is told so, with whom to call
            watch.failed(self._channel, error)
            return self._trouble()
        if messages is None:
            return None
        reply = reply_of(messages)
        if reply is None:
            watch.failed(self._channel, NoReply())
            return self._trouble()
        watch.answered(self._channel, messages, time.perf_counter() - began)
        found = shown(reply, outside_address(self._public_url))
        if message.not_text and found.kind not in URGENT:
            found = found.with_note(say(load_clinic(), "messaging", "not_text_too"))
        return found

    async def _turn(self, store: Any, message: Incoming) -> list[dict[str, Any]] | None:
        for left in reversed(range(TRIES_OF_A_TURN)):
            if await self._conversations.recall(store, message.sender, message.message_id):
                return None
            collector = CollectingOutputChannel()
            try:
                await self._handler(
                    UserMessage(message.text, collector, message.sender, input_channel=self._channel,
                                metadata={"message_id": message.message_id})
                )  # fmt: skip
            except ConversationChanged:
                # Another process answered a message of this person meanwhile, perhaps this very one.
                if not left:
                    raise
                continue
            except StoreDown:
                raise
            except Exception as error:  # noqa: BLE001 - what was uttered before still counts
                if reply_of(collector.messages) is None:
                    raise
                watch.failed(self._channel, error)
            answer = list(collector.messages)
            self._conversations.remember(store, message.sender, message.message_id, answer)
            return answer
        raise NoReply

    def _trouble(self) -> Shown:
        return shown(last_resort(first=True).to_dict())

    def _cannot_read(self) -> Shown:
        try:
            return shown(trouble_reply(load_clinic(), first=True, topic="not_text").to_dict())
        except BotError:
            return self._trouble()

    def _finished(self, sender: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._of_one[sender] -= 1
        if not self._of_one[sender]:
            del self._of_one[sender]
        if not task.cancelled() and task.exception() is not None:
            watch.failed(self._channel, task.exception() or NoReply())

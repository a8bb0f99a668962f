"""Answers messages of the web channel: each once, however often it is sent, and to its end, even when nobody waits."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bot.channels import web_errors
from bot.channels.web_errors import Refused
from bot.channels.web_store import Conversations, Messages, is_store_down
from bot.server import watch
from bot.server.shared_turns import open_turns

CHANNEL = "web"
# The server's own time-out (bot/server/transport.py) is longer: this one ends in an honest reply.
ANSWER_SECONDS = 25.0
MOST_IN_HAND = 256
_MOST_TEXTS = 4096
Handler = Callable[[UserMessage], Awaitable[Any]]


class Answering:
    """The messages that are being answered in this process."""

    def __init__(self, on_new_message: Handler, conversations: Conversations) -> None:
        """Takes Rasa's handler and the conversation store's front."""
        self._handler, self._conversations = on_new_message, conversations
        self._tasks: dict[tuple[str, str], asyncio.Task[Messages]] = {}
        self._turns = open_turns()
        self._texts: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._key = secrets.token_bytes(16)
        self.stopping = False

    async def answer(self, store: Any, sender: str, message_id: str, text: str) -> Messages:
        """Returns the reply to a message.

        The same id in one conversation is answered once: who repeats it waits for, or gets again, the same reply. The work
        goes on when the visitor's connection breaks, so that sending it again finds the answer.

        Raises:
            Refused: 401 the chat was deleted; 409 the id was used with another text; 503 the server is stopping, full, or a
                part failed.
        """
        key = (sender, message_id)
        if self._texts.setdefault(key, self._digest(text)) != self._digest(text):
            raise web_errors.same_id_other_text()
        while len(self._texts) > _MOST_TEXTS:
            self._texts.popitem(last=False)
        task = self._tasks.get(key)
        if task is None:
            if self.stopping:
                raise web_errors.busy("stopping", 2)
            if len(self._tasks) >= MOST_IN_HAND:
                raise web_errors.busy()
            task = asyncio.ensure_future(self._work(store, sender, message_id, text))
            self._tasks[key] = task
            task.add_done_callback(lambda done: self._finished(key, done))
        try:
            return await asyncio.wait_for(asyncio.shield(task), ANSWER_SECONDS)
        except asyncio.TimeoutError as error:
            raise web_errors.failed("too_long_to_answer") from error

    async def forget(self, store: Any, sender: str, until: float | None = None) -> None:
        """Waits for the conversation's messages in hand, then deletes it for good; its token expires at `until`."""
        waiting = [task for (owner, _), task in self._tasks.items() if owner == sender]
        if waiting:
            await asyncio.wait(waiting, timeout=ANSWER_SECONDS)
        for key in [key for key in self._texts if key[0] == sender]:
            del self._texts[key]
        await self._conversations.forget(store, sender, until)

    async def finish(self) -> None:
        """Takes no new message, and waits for those in hand; called when the server stops."""
        self.stopping = True
        if self._tasks:
            await asyncio.wait(list(self._tasks.values()), timeout=ANSWER_SECONDS)

    async def _work(self, store: Any, sender: str, message_id: str, text: str) -> Messages:
        # Asking the store takes threads, which may overtake each other: messages of one conversation, from two tabs perhaps,
        # go on in the order in which they came.
        async with self._turns.lock(sender):
            return await self._answer(store, sender, message_id, text)

    async def _answer(self, store: Any, sender: str, message_id: str, text: str) -> Messages:
        began = time.perf_counter()
        try:
            if await self._conversations.ended(store, sender):
                raise web_errors.ended_session()
            known = await self._conversations.recall(store, sender, message_id)
            if known:
                return known
            collector = CollectingOutputChannel()
            message = UserMessage(text, collector, sender, input_channel=CHANNEL, metadata={"message_id": message_id})
            await self._handler(message)
        except Refused:
            raise
        except Exception as error:  # noqa: BLE001 - whatever failed, the visitor is told so, with whom to call
            watch.failed(CHANNEL, error)
            raise web_errors.failed("store_down" if is_store_down(error) else "bot_failed") from error
        messages = [{k: v for k, v in one.items() if k != "recipient_id"} for one in collector.messages]
        if watch.kind_of(messages) is None:
            watch.failed(CHANNEL, NoReply())
            raise web_errors.failed("bot_failed")
        self._conversations.remember(store, sender, message_id, messages)
        watch.answered(CHANNEL, messages, time.perf_counter() - began)
        return messages

    def _finished(self, key: tuple[str, str], task: asyncio.Task[Messages]) -> None:
        self._tasks.pop(key, None)
        if task.cancelled() or task.exception() is not None:  # asked for, so that asyncio logs nothing
            self._texts.pop(key, None)

    def _digest(self, text: str) -> bytes:
        """Returns what tells two texts apart without keeping either; the key lives only as long as the process."""
        return hashlib.blake2b(text.encode("utf-8", "replace"), key=self._key, digest_size=16).digest()


class NoReply(Exception):
    """Rasa handled a message and uttered nothing."""


__all__ = ["ANSWER_SECONDS", "CHANNEL", "Answering", "NoReply", "Refused"]

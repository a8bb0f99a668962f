"""The desk: each message once, one person's in their order, nobody held up by another, and never silence after a failure."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from facts import DISCLAIMER
from rasa.core.channels.channel import UserMessage
from web_server import echo

from bot.channels.messaging import desk as module
from bot.channels.messaging.desk import MOST_OF_ONE, Desk
from bot.channels.messaging.incoming import Incoming
from bot.channels.messaging.repeats import Repeats
from bot.channels.messaging.shown import Shown
from bot.clinic import load_clinic
from bot.errors import ConversationChanged, StoreDown

Handler = Callable[[UserMessage], Awaitable[Any]]


def message(text: str = "hi", sender: str = "slack:T/C:U", message_id: str = "1", **more: Any) -> Incoming:
    return Incoming(sender, text, message_id, {}, **more)


class Store:
    """A conversation store that knows some answers already."""

    def __init__(self, *known: str) -> None:
        self.known = set(known)

    async def recall(self, sender: str, message_id: str) -> list[dict[str, Any]] | None:
        return [{"text": "said"}] if message_id in self.known else None


def delivered(handler: Handler, *messages: Incoming, store: Any = None) -> list[tuple[str, Shown]]:
    """What the desk delivers, in its order."""
    found: list[tuple[str, Shown]] = []

    async def deliver(to: Incoming, reply: Shown) -> None:
        found.append((to.message_id, reply))

    async def run() -> None:
        desk = Desk("slack", handler, deliver)
        for each in messages:
            desk.take(store, each)
        await desk.finish()

    asyncio.run(run())
    return found


def test_a_message_is_answered_once() -> None:
    found = delivered(echo, message(), message(), message(message_id="2"), message(sender="slack:T/C:V"))
    assert sorted(name for name, _ in found) == ["1", "1", "2"]


def test_a_message_that_the_store_knows_is_not_answered_again() -> None:
    assert delivered(echo, message(), store=Store("1")) == []


@pytest.mark.parametrize("error", [StoreDown("away"), ConversationChanged(), RuntimeError("hi"), None])
def test_a_failure_is_said_with_whom_to_call(error: Exception | None) -> None:
    async def fails(_: UserMessage) -> None:
        if error is not None:
            raise error  # else nothing is uttered

    [(_, reply)] = delivered(fails, message(), store=Store())
    assert load_clinic().phone in reply.text() and DISCLAIMER in reply.text()


def test_a_turn_that_takes_too_long_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs(_: UserMessage) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.05)
    [(_, reply)] = delivered(hangs, message())
    assert load_clinic().phone in reply.text()


def test_what_was_uttered_before_a_failure_counts() -> None:
    async def breaks(asked: UserMessage) -> None:
        await echo(asked)
        raise RuntimeError

    [(_, reply)] = delivered(breaks, message())
    assert "heard hi" in reply.text()


def test_a_conversation_that_changed_meanwhile_is_tried_again() -> None:
    left = [ConversationChanged(), ConversationChanged()]

    async def changed(asked: UserMessage) -> None:
        if left:
            raise left.pop()
        await echo(asked)

    [(_, reply)] = delivered(changed, message(), store=Store())
    assert "heard hi" in reply.text()


def test_a_message_that_another_process_answered_meanwhile_is_not_answered_again() -> None:
    store = Store()

    async def changed(_: UserMessage) -> None:
        store.known.add("1")
        raise ConversationChanged()

    assert delivered(changed, message(), store=store) == []


def test_what_is_not_text_is_said_without_asking_the_bot() -> None:
    async def never(_: UserMessage) -> None:
        raise AssertionError

    [(_, reply)] = delivered(never, message("", not_text=True))
    assert "I can only read words." in reply.text() and DISCLAIMER in reply.text()


def test_one_person_s_messages_wait_for_each_other_and_no_one_else_s() -> None:
    order: list[str] = []

    async def deliver(to: Incoming, _: Shown) -> None:
        await asyncio.sleep(0.2 if to.message_id == "slow" else 0)
        order.append(to.message_id)

    async def run() -> None:
        desk = Desk("slack", echo, deliver)
        for each in (
            message(message_id="slow"),
            message(message_id="after"),
            message(sender="other", message_id="quick"),
        ):
            desk.take(None, each)
        await desk.finish()

    asyncio.run(run())
    assert order == ["quick", "slow", "after"]


def test_it_takes_so_many_of_one_person_and_none_when_it_stops() -> None:
    async def run() -> None:
        desk = Desk("slack", echo, lambda *_: asyncio.sleep(0.05))
        for number in range(MOST_OF_ONE):
            assert desk.has_room((message(message_id=str(number)),))
            desk.take(None, message(message_id=str(number)))
        assert not desk.has_room((message(message_id="more"),))
        assert desk.has_room((message(message_id="0"),))  # a repeat takes no room
        assert desk.has_room((message(sender="other"),))
        await desk.finish()
        assert not desk.has_room((message(sender="other"),))

    asyncio.run(run())


def test_a_delivery_that_fails_ends_nothing() -> None:
    seen: list[str] = []

    async def deliver(to: Incoming, _: Shown) -> None:
        seen.append(to.message_id)
        raise OSError

    async def run() -> None:
        desk = Desk("slack", echo, deliver)
        desk.take(None, message(message_id="1"))
        desk.take(None, message(message_id="2"))
        await desk.finish()

    asyncio.run(run())
    assert seen == ["1", "2"]


def test_the_ids_that_are_kept_are_bounded() -> None:
    repeats = Repeats(3)
    for number in range(10):
        repeats.keep("a", str(number))
    assert len(repeats) == 3
    assert repeats.knows("a", "9") and not repeats.knows("a", "0") and not repeats.knows("b", "9")

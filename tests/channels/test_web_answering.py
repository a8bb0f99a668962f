"""Each message is answered once and to its end; a failure is said honestly; a stopping server finishes what it has."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from facts import DISCLAIMER
from rasa.core.channels.channel import UserMessage
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs
from web_server import echo

from bot.channels import web_answering
from bot.channels.web_answering import Answering
from bot.channels.web_errors import Refused
from bot.channels.web_store import Conversations
from bot.clinic import load_clinic

PLANTED = "ring me on 07700 900123"
Handler = Callable[[UserMessage], Awaitable[Any]]


class Counting:
    """A handler that counts what reaches it and takes a while."""

    def __init__(self, then: Handler = echo) -> None:
        self.seen: list[UserMessage] = []
        self._then = then

    async def __call__(self, message: UserMessage) -> None:
        self.seen.append(message)
        await asyncio.sleep(0.05)
        await self._then(message)


class Store:
    """A conversation store that recalls, as the project's own does."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.forgotten: list[str] = []

    async def recall(self, sender: str, message_id: str) -> list[dict[str, Any]] | None:
        return self.answers.get((sender, message_id))

    async def forget(self, sender: str) -> None:
        self.forgotten.append(sender)


async def refused(waiting: Awaitable[Any]) -> Refused:
    with pytest.raises(Refused) as caught:
        await waiting
    return caught.value


def test_ten_at_once_of_one_message_make_one_turn() -> None:
    async def run() -> None:
        handler = Counting()
        answering = Answering(handler, Conversations())
        replies = await asyncio.gather(*(answering.answer(None, "web:a", "m1", "hi") for _ in range(10)))
        assert len(handler.seen) == 1
        assert all(reply == replies[0] for reply in replies)
        assert await answering.answer(None, "web:a", "m1", "hi") == replies[0]
        assert len(handler.seen) == 1
        (message,) = handler.seen
        assert (message.sender_id, message.metadata) == ("web:a", {"message_id": "m1"})
        assert message.input_channel == "web"
        assert all("recipient_id" not in part for part in replies[0])

    asyncio.run(run())


def test_an_id_belongs_to_one_conversation() -> None:
    async def run() -> None:
        handler = Counting()
        answering = Answering(handler, Conversations())
        one = await answering.answer(None, "web:a", "m1", "hi")
        other = await answering.answer(None, "web:b", "m1", "ho")
        assert one != other
        assert len(handler.seen) == 2

    asyncio.run(run())


def test_an_id_with_another_text_is_refused_now_and_later() -> None:
    async def run() -> None:
        answering = Answering(Counting(), Conversations())
        first = asyncio.ensure_future(answering.answer(None, "web:a", "m1", "hi"))
        await asyncio.sleep(0.01)
        for _ in range(2):
            error = await refused(answering.answer(None, "web:a", "m1", "ho"))
            assert (error.status, error.code) == (409, "message_id_used")
            await first

    asyncio.run(run())


def test_what_the_store_recalls_is_not_answered_again() -> None:
    async def run() -> None:
        handler, store = Counting(), Store()
        known = [{"text": "said before"}]
        store.answers["web:a", "m1"] = known
        answering = Answering(handler, Conversations())
        assert await answering.answer(store, "web:a", "m1", "hi") == known
        assert handler.seen == []
        # What the store keeps is not kept a second time.
        await answering.answer(store, "web:a", "m2", "hi")
        await answering.answer(store, "web:a", "m2", "hi")
        assert len(handler.seen) == 2

    asyncio.run(run())


async def _breaks(message: UserMessage) -> None:
    raise RuntimeError(message.text)


async def _store_breaks(message: UserMessage) -> None:
    raise OperationalError(message.text, {}, Exception(message.text))


async def _is_silent(message: UserMessage) -> None:
    pass


async def _utters_half(message: UserMessage) -> None:
    await message.output_channel.send_text_message(message.sender_id, "half")


@pytest.mark.parametrize(
    ("handler", "code"),
    [(_breaks, "bot_failed"), (_store_breaks, "store_down"), (_is_silent, "bot_failed"), (_utters_half, "bot_failed")],
)  # fmt: skip
def test_a_failure_is_said_honestly_and_the_message_can_be_sent_again(handler: Handler, code: str) -> None:
    async def run() -> None:
        failing = True

        async def sometimes(message: UserMessage) -> None:
            await (handler if failing else echo)(message)

        answering = Answering(sometimes, Conversations())
        with capture_logs() as logs:
            error = await refused(answering.answer(None, "web:a", "m1", PLANTED))
        assert (error.status, error.code) == (503, code)
        assert error.retry_after
        for said in (load_clinic().phone, load_clinic().emergency_number, DISCLAIMER):
            assert said in error.text
        assert "900123" not in error.text + str(logs)
        assert [line["event"] for line in logs] == ["failed"]
        failing = False
        assert await answering.answer(None, "web:a", "m1", PLANTED)

    asyncio.run(run())


def test_a_stuck_message_gets_an_honest_reply_and_its_answer_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        handler = Counting()
        answering = Answering(handler, Conversations())
        monkeypatch.setattr(web_answering, "ANSWER_SECONDS", 0.01)
        error = await refused(answering.answer(None, "web:a", "m1", "hi"))
        assert (error.status, error.code) == (503, "too_long_to_answer")
        assert load_clinic().phone in error.text
        monkeypatch.setattr(web_answering, "ANSWER_SECONDS", 5.0)
        assert await answering.answer(None, "web:a", "m1", "hi")
        assert len(handler.seen) == 1

    asyncio.run(run())


def test_a_visitor_who_leaves_finds_the_answer_later() -> None:
    async def run() -> None:
        handler = Counting()
        answering = Answering(handler, Conversations())
        left = asyncio.ensure_future(answering.answer(None, "web:a", "m1", "hi"))
        await asyncio.sleep(0.01)
        left.cancel()
        with pytest.raises(asyncio.CancelledError):
            await left
        assert await answering.answer(None, "web:a", "m1", "hi")
        assert len(handler.seen) == 1

    asyncio.run(run())


def test_a_full_server_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        monkeypatch.setattr(web_answering, "MOST_IN_HAND", 2)
        answering = Answering(Counting(), Conversations())
        taken = [asyncio.ensure_future(answering.answer(None, "web:a", f"m{n}", "hi")) for n in range(2)]
        await asyncio.sleep(0.01)
        error = await refused(answering.answer(None, "web:b", "m1", "hi"))
        assert (error.status, error.code) == (503, "busy")
        # A repeat of what is in hand is no new work.
        assert await answering.answer(None, "web:a", "m1", "hi")
        await asyncio.gather(*taken)
        assert await answering.answer(None, "web:b", "m1", "hi")

    asyncio.run(run())


def test_a_stopping_server_finishes_what_it_has_and_takes_nothing_new() -> None:
    async def run() -> None:
        answering = Answering(Counting(), Conversations())
        taken = asyncio.ensure_future(answering.answer(None, "web:a", "m1", "hi"))
        await asyncio.sleep(0.01)
        await answering.finish()
        assert taken.done() or await taken
        error = await refused(answering.answer(None, "web:a", "m2", "hi"))
        assert (error.status, error.code) == (503, "stopping")

    asyncio.run(run())


def test_deleting_waits_for_the_message_in_hand_and_leaves_nothing() -> None:
    async def run() -> None:
        order: list[str] = []

        async def slow(message: UserMessage) -> None:
            await asyncio.sleep(0.05)
            await echo(message)
            order.append("answered")

        class Noting(Store):
            async def forget(self, sender: str) -> None:
                order.append(f"forgot {sender}")

        answering = Answering(slow, Conversations())
        waiting = asyncio.ensure_future(answering.answer(Noting(), "web:a", "m1", "hi"))
        await asyncio.sleep(0.01)
        await answering.forget(Noting(), "web:a")
        await waiting
        assert order == ["answered", "forgot web:a"]
        assert answering._texts == {}

    asyncio.run(run())


def test_without_a_store_of_its_own_little_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        monkeypatch.setattr("bot.channels.web_store._MOST_ANSWERS", 5)
        monkeypatch.setattr(web_answering, "_MOST_TEXTS", 7)
        conversations = Conversations()
        answering = Answering(echo, conversations)
        for number in range(50):
            await answering.answer(None, "web:a", f"m{number}", PLANTED)
        assert len(conversations._answers) == 5
        assert len(answering._texts) <= 8
        assert not answering._tasks
        assert "900123" not in repr(answering._texts)

    asyncio.run(run())


def test_an_error_nobody_waits_for_makes_no_noise(caplog: pytest.LogCaptureFixture) -> None:
    noises: list[dict[str, Any]] = []

    async def run() -> None:
        # What asyncio complains of goes to the loop it happened in: what another test left over is not counted here.
        asyncio.get_running_loop().set_exception_handler(lambda _, noise: noises.append(noise))
        begun, left_alone = asyncio.Event(), asyncio.Event()

        async def breaks(message: UserMessage) -> None:
            begun.set()
            await left_alone.wait()
            await _breaks(message)

        answering = Answering(Counting(breaks), Conversations())
        left = asyncio.ensure_future(answering.answer(None, "web:a", "m1", PLANTED))
        await begun.wait()
        left.cancel()
        await asyncio.sleep(0)
        left_alone.set()
        await asyncio.sleep(0.2)
        gc.collect()

    asyncio.run(run())
    # That it failed may stand in the log, as a test before this one set it up; asyncio has nothing to complain of.
    assert noises == []
    assert PLANTED not in caplog.text


class EndingStore(Store):
    """A store that knows which chats were deleted, and that takes its time for the first message."""

    def __init__(self) -> None:
        super().__init__()
        self.until: dict[str, float | None] = {}

    async def recall(self, sender: str, message_id: str) -> list[dict[str, Any]] | None:
        await asyncio.sleep(0.1 if message_id == "m1" else 0)
        return await super().recall(sender, message_id)

    async def forget(self, sender: str, until: float | None = None) -> None:
        self.until[sender] = until

    async def was_forgotten(self, sender: str) -> bool:
        return sender in self.until


def test_a_slow_store_lets_no_message_overtake_another() -> None:
    async def run() -> None:
        handler, store = Counting(), EndingStore()
        answering = Answering(handler, Conversations())
        waiting = [answering.answer(store, "web:a", f"m{n}", str(n)) for n in (1, 2, 3)]
        other = asyncio.ensure_future(answering.answer(store, "web:b", "m2", "other"))
        await asyncio.gather(*waiting, other)
        assert [message.text for message in handler.seen] == ["other", "1", "2", "3"]

    asyncio.run(run())


def test_a_chat_that_the_store_knows_to_be_deleted_is_refused() -> None:
    async def run() -> None:
        handler, store = Counting(), EndingStore()
        await Answering(handler, Conversations()).forget(store, "web:a", 123.0)
        assert store.until == {"web:a": 123.0}
        error = await refused(Answering(handler, Conversations()).answer(store, "web:a", "m1", "hi"))  # another process
        assert (error.status, error.code) == (401, "session_ended")
        assert handler.seen == []

    asyncio.run(run())

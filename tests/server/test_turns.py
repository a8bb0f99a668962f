"""Messages of one conversation wait for each other, wake at once, and those of others do not wait."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.server.turns import Turns


def test_one_conversation_is_answered_in_order_and_without_waiting_a_second() -> None:
    turns, done = Turns(), []

    async def message(number: int) -> None:
        async with turns.lock("me"):
            await asyncio.sleep(0.02)
            done.append(number)

    async def main() -> None:
        await asyncio.gather(*(message(number) for number in range(8)))

    began = time.monotonic()
    asyncio.run(main())
    assert done == list(range(8))
    assert time.monotonic() - began < 0.9  # stock Rasa: seven seconds
    assert len(turns) == 0


def test_conversations_do_not_wait_for_each_other() -> None:
    turns = Turns()
    held: list[str] = []

    async def main() -> None:
        async with turns.lock("one"):
            async with turns.lock("two"):
                held.extend(("one", "two"))
                assert len(turns) == 2

    asyncio.run(asyncio.wait_for(main(), 5))
    assert held == ["one", "two"]


def test_a_failure_and_a_visitor_who_leaves_free_the_conversation() -> None:
    turns = Turns()

    async def main() -> None:
        with pytest.raises(ZeroDivisionError):
            async with turns.lock("me"):
                raise ZeroDivisionError

        async def wait() -> None:
            async with turns.lock("me"):
                pass

        async with turns.lock("me"):
            left = asyncio.create_task(wait())
            stays = asyncio.create_task(wait())
            await asyncio.sleep(0)
            left.cancel()
        await asyncio.wait_for(stays, 5)
        assert left.cancelled() or left.done()
        assert len(turns) == 0

    asyncio.run(main())


def test_ten_thousand_conversations_leave_nothing_behind() -> None:
    turns = Turns()

    async def main() -> None:
        for number in range(10_000):
            async with turns.lock(str(number)):
                pass

    asyncio.run(main())
    assert len(turns) == 0
    assert not turns._users

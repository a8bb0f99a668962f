"""Messages of one conversation in order over several processes, by a real Redis; and what happens without it."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import environment
from facts import ROOT
from redis_server import RedisServer, running_redis

from bot.errors import BotError
from bot.server.conversations.secret import KeyedHash
from bot.server.metrics import ERRORS
from bot.server.shared_turns import SharedTurns, open_turns
from bot.server.turns import Turns
from bot.server.waiting_line import SECONDS_TO_ANSWER, SECONDS_TO_CONNECT, WaitingLine

NAMES = KeyedHash(b"k" * 32)
PHONE = "+1 206 555 0142"
# A process that answers one message: it says when its turn began, works, and says when it ended.
ANSWERS = """
import asyncio, sys, time
from bot.server.conversations.secret import KeyedHash
from bot.server.shared_turns import SharedTurns
from bot.server.waiting_line import WaitingLine
url, file, name, lease, sender = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]), sys.argv[5]
def note(what):
    with open(file, "a") as out:
        out.write(f"{name} {what}\\n")
async def main():
    turns = SharedTurns(WaitingLine(url, lease=lease), KeyedHash(b"k" * 32))
    print("ready", flush=True)
    for line in sys.stdin:
        number, seconds = line.split()
        async with turns.lock(sender):
            note(f"begins {number}")
            await asyncio.sleep(float(seconds))
            note(f"ends {number}")
        print("done", flush=True)
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


class Worker:
    """One of the processes."""

    def __init__(self, redis: RedisServer, file: Path, name: str, lease: float = 10.0) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", ANSWERS, redis.url, str(file), name, str(lease), PHONE], cwd=ROOT, env=environment(), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.wait()

    def take(self, number: int, seconds: float = 0.05) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{number} {seconds}\n")
        self.process.stdin.flush()

    def wait(self) -> None:
        assert self.process.stdout is not None and self.process.stdout.readline()


def wait_for(file: Path, text: str) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if file.exists() and text in file.read_text():
            return
        time.sleep(0.01)
    raise AssertionError(f"{text!r} was never said: {file.read_text() if file.exists() else 'nothing'}")


def test_two_processes_answer_one_sender_in_the_order_in_which_the_messages_came(
    redis: RedisServer, tmp_path: Path
) -> None:
    file = tmp_path / "said"
    workers = [Worker(redis, file, name) for name in ("a", "b")]
    try:
        workers[0].take(0, seconds=0.5)
        wait_for(file, "a begins 0")
        for number in range(1, 7):  # they come while the first is answered, to one process and the other in turn
            workers[number % 2].take(number)
            if number % 2:
                time.sleep(0.05)
            else:
                workers[0].wait()  # each process reads its next message when it has answered one
        workers[1].wait()
        wait_for(file, "ends 6")
        lines = file.read_text().splitlines()
        for begins, ends in zip(lines[::2], lines[1::2], strict=True):
            assert begins.replace("begins", "ends") == ends, "two messages were answered at the same time"
        assert lines[0] == "a begins 0"
    finally:
        for worker in workers:
            worker.process.kill()
            worker.process.communicate()


def test_a_killed_process_holds_the_others_up_no_longer_than_its_lease(redis: RedisServer, tmp_path: Path) -> None:
    file = tmp_path / "said"
    dies, lives = Worker(redis, file, "dies", lease=1.5), Worker(redis, file, "lives", lease=1.5)
    try:
        dies.take(1, seconds=60)
        wait_for(file, "dies begins 1")
        lives.take(2)
        time.sleep(2.5)  # longer than the lease: while its owner lives, it is kept up
        assert "lives" not in file.read_text()
        dies.process.send_signal(signal.SIGKILL)
        began = time.monotonic()
        wait_for(file, "lives ends 2")
        assert time.monotonic() - began < 4
    finally:
        for worker in (dies, lives):
            worker.process.kill()
            worker.process.communicate()


def run(work: Any) -> Any:
    return asyncio.run(asyncio.wait_for(work, 30))


@pytest.mark.alone
def test_messages_wait_in_the_order_in_which_they_came(redis: RedisServer) -> None:
    order: list[int] = []

    async def main() -> None:
        lines = [WaitingLine(redis.url) for _ in range(3)]  # as three processes would have
        turns = [SharedTurns(line, NAMES) for line in lines]

        async def one(number: int) -> None:
            async with turns[number % 3].lock("me"):
                order.append(number)
                await asyncio.sleep(0.02)

        tasks = []
        for number in range(9):
            tasks.append(asyncio.create_task(one(number)))
            await asyncio.sleep(0.005)
        await asyncio.gather(*tasks)
        for line in lines:
            await line.close()

    run(main())
    # Within each process the order is exact; over processes a message that waits behind its own process stands in line later.
    assert sorted(order) == list(range(9))
    for process in range(3):
        mine = [number for number in order if number % 3 == process]
        assert mine == sorted(mine)
    assert order[:3] == [0, 1, 2]


def test_two_conversations_do_not_wait_for_each_other_and_one_message_never_for_itself(redis: RedisServer) -> None:
    async def main() -> None:
        line = WaitingLine(redis.url)
        channel, agent = SharedTurns(line, NAMES), SharedTurns(line, NAMES)
        async with channel.lock("me"), agent.lock("me"), channel.lock("another"):
            pass
        await line.close()

    run(main())


def test_redis_never_sees_who_writes(redis: RedisServer) -> None:
    async def main() -> list[bytes]:
        line = WaitingLine(redis.url)
        async with SharedTurns(line, NAMES).lock(PHONE):
            keys: list[bytes] = await line._redis.keys("*")
            values = [await line._redis.lrange(key, 0, -1) for key in keys if b":turn:" in key and b"alive" not in key]
        await line.close()
        assert len(keys) == 2 and values
        return [*keys, *(entry for value in values for entry in value)]

    assert not [text for text in run(main()) if b"555" in text or b"206" in text]


def test_nothing_stays_in_redis(redis: RedisServer) -> None:
    async def main() -> int:
        line = WaitingLine(redis.url)
        turns = SharedTurns(line, NAMES)
        await line._redis.flushall()

        async def one() -> None:
            async with turns.lock("me"):
                await asyncio.sleep(0)

        await asyncio.gather(*(one() for _ in range(20)))
        left: int = await line._redis.dbsize()
        await line.close()
        return left

    assert run(main()) == 0


def errors() -> float:
    value: float = ERRORS.labels("lock", "LineDown")._value.get()
    return value


def test_without_redis_messages_are_answered_all_the_same_in_order(tmp_path: Path) -> None:
    async def main(server: RedisServer) -> None:
        line = WaitingLine(server.url)
        turns = SharedTurns(line, NAMES)
        async with turns.lock("me"):
            pass
        before = errors()
        server.stop(signal.SIGKILL)
        held: list[str] = []

        async def one(name: str) -> None:
            async with turns.lock("me"):
                held.append(f"{name} begins")
                await asyncio.sleep(0.01)
                held.append(f"{name} ends")

        began = time.monotonic()
        await asyncio.gather(*(one(name) for name in "abcdefgh"))
        assert time.monotonic() - began < 2
        assert held == [f"{name} {what}" for name in "abcdefgh" for what in ("begins", "ends")]
        assert errors() == before + 1, "asked once, then left alone"
        server.start()
        turns._down_until = 0.0
        async with turns.lock("me"):
            assert await line._redis.dbsize() == 2
        await line.close()

    with running_redis() as server:
        run(main(server))


@pytest.mark.alone
def test_a_redis_that_hangs_delays_one_message_and_not_the_next(tmp_path: Path) -> None:
    async def main(server: RedisServer) -> list[float]:
        line = WaitingLine(server.url)
        turns = SharedTurns(line, NAMES)
        async with turns.lock("me"):
            pass
        assert server.process is not None
        server.process.send_signal(signal.SIGSTOP)
        took = []
        try:
            for _ in range(3):
                began = time.monotonic()
                async with turns.lock("me"):
                    pass
                took.append(time.monotonic() - began)
        finally:
            server.process.send_signal(signal.SIGCONT)
        return took

    with running_redis() as server:
        first, *others = run(main(server))
    assert first < SECONDS_TO_ANSWER * 2 + SECONDS_TO_CONNECT + 1
    assert max(others) < 0.2


def test_the_environment_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCK_URL", raising=False)
    assert type(open_turns()) is Turns
    monkeypatch.setenv("LOCK_URL", "redis://127.0.0.1:1/0")
    assert isinstance(open_turns(), SharedTurns)
    monkeypatch.setenv("LOCK_URL", "http://user:hidden-password@cache")
    with pytest.raises(BotError, match="LOCK_URL") as raised:
        open_turns()
    assert "hidden" not in str(raised.value)

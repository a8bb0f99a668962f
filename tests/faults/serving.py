"""A real `bot serve` that can be killed and started again, and visitors who talk to it as the widget does."""

from __future__ import annotations

import http.client
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot_process import end, start_bot, wait_until
from commands import environment, free_port
from facts import DISCLAIMER
from trained import the_model
from web_server import API, Answer, Client

from bot.clinic import load_clinic

SECRET = "p6Wx-1rTgYz0_qLmN4kB8vCsD3eF7hJu"
NO_LIMITS = dict.fromkeys(("LIMIT_SESSION", "LIMIT_ADDRESS", "LIMIT_NEW_SESSIONS"), "1000000")
SECONDS_TO_START = 120
# A conversation in which every turn but three needs the turn before.
SCRIPT = ("what comes after Enhertu", "and after that?", "what about stage 2", "and after surgery?", "what is Kadcyla",
          "and before that?", "i cant breathe", "what comes after THP for mets", "and then?", "2")  # fmt: skip


@dataclass
class Served(Client):
    """`bot serve` in a process of its own."""

    folder: Path = Path()
    workers: int = 1
    changes: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def out(self) -> Path:
        return self.folder / "out.log"

    @property
    def err(self) -> Path:
        return self.folder / "err.log"

    @property
    def database(self) -> Path:
        return self.folder / "conversations.sqlite3"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def said(self) -> str:
        return self.out.read_text("utf-8", "replace") + self.err.read_text("utf-8", "replace")

    def start(self) -> float:
        """Starts it and returns the seconds until it was ready."""
        the_model()
        env = environment(**{"BOT_SECRET": SECRET, "CONVERSATIONS_URL": f"sqlite:///{self.database}", **NO_LIMITS,
                             "PYTHONUNBUFFERED": "1", **self.changes})  # fmt: skip
        began = time.monotonic()
        self.process = start_bot(self.port, env, self.out, self.err, "--workers", str(self.workers))
        self.wait_until_ready()
        return time.monotonic() - began

    def wait_until_ready(self) -> None:
        def ready() -> bool:
            assert self.process is not None and self.process.poll() is None, self.said()
            return self.request("GET", "/ready", seconds=10).status == 200 and len(self.children()) in (
                0,
                self.workers,
            )

        wait_until(ready, SECONDS_TO_START)

    def kill(self) -> None:
        """Kills it as `kill -9` does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ends it in order."""
        if self.process is not None:
            end(self.process, seconds=40)

    def children(self) -> list[int]:
        """The workers' processes; none where this process answers itself."""
        text = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(child) for child in text.split()]

    def rss_mb(self) -> float:
        """Resident memory of all its processes."""
        return sum(rss_mb(pid) for pid in (self.pid, *self.children()))

    def history(self, token: str) -> list[dict[str, Any]]:
        answer = self.request("GET", f"{API}/history", Authorization=f"Bearer {token}")
        assert answer.status == 200, answer.body
        turns: list[dict[str, Any]] = answer.json["turns"]
        return turns


@contextmanager
def serving(folder: Path, workers: int = 1, **changes: str) -> Iterator[Served]:
    """Yields a started server; it is gone afterwards, and its workers with it."""
    served = Served(free_port(), folder, workers, changes)
    try:
        served.start()
        yield served
    finally:
        if served.process is not None and served.process.poll() is None:
            served.kill()


def rss_mb(pid: int) -> float:
    """Resident memory of one process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return float(line.split()[1]) / 1024
    return 0.0


def reply_of(answer: Answer) -> dict[str, Any]:
    """The reply contract's data of an answer."""
    assert answer.status == 200, (answer.status, answer.body[:300])
    found: dict[str, Any] = answer.json["messages"][-1]["custom"]["data"]["reply"]
    return found


def is_honest(answer: Answer, code: str | None = None) -> None:
    """Checks that a visitor who cannot be answered is told so, and whom to call."""
    assert answer.status == 503, (answer.status, answer.body[:300])
    error = answer.json["error"]
    assert code in (None, error["code"]), error
    assert load_clinic().phone in error["text"], error
    assert DISCLAIMER in error["text"], error
    assert int(answer.headers["retry-after"]) >= 1


@dataclass
class Visitor:
    """Asks the script, one message after another, and sends again what got no answer: same text, same id.

    Attributes:
        answers: the reply to each message.
        refused: what it saw instead of a reply, on the way.
        cut_off: how often a connection broke or was refused.
        longest: seconds from first sending a message to its reply, at most.
        gate: before which message it waits, for what.
    """

    served: Served
    token: str
    script: tuple[str, ...] = SCRIPT
    answers: list[dict[str, Any]] = field(default_factory=list)
    refused: list[Answer] = field(default_factory=list)
    cut_off: int = 0
    longest: float = 0.0
    gate: tuple[int, threading.Event] | None = None

    def ask_next(self, patience: float = 60) -> None:
        """Asks one message until it is answered."""
        number = len(self.answers)
        began = time.monotonic()
        while time.monotonic() - began < patience:
            try:
                answer = self.served.say(self.token, self.script[number], f"m-{number}")
            except (OSError, http.client.HTTPException):
                self.cut_off += 1
            else:
                if answer.status == 200:
                    self.answers.append(reply_of(answer))
                    self.longest = max(self.longest, time.monotonic() - began)
                    return
                self.refused.append(answer)
            time.sleep(0.1)
        raise AssertionError(f"message {number} was not answered within {patience:.0f} seconds: {self.refused[-1:]}")

    def ask_all(self) -> None:
        """Asks the rest of the script."""
        while len(self.answers) < len(self.script):
            if self.gate is not None and len(self.answers) == self.gate[0]:
                assert self.gate[1].wait(SECONDS_TO_START)
            self.ask_next()

    def check(self, reference: list[dict[str, Any]]) -> None:
        """Checks that every message was answered as in an undisturbed conversation, and is kept once, in order."""
        assert self.answers == reference[: len(self.answers)]
        kept = self.served.history(self.token)
        expected: list[dict[str, Any]] = []
        for text, answer in zip(self.script, self.answers, strict=False):
            expected += [{"user": text}, {"bot": answer}]
        assert kept == expected
        for number, answer in enumerate(self.answers):  # sent again, each gets what it got
            assert reply_of(self.served.say(self.token, self.script[number], f"m-{number}")) == answer
        assert len(self.served.history(self.token)) == len(expected)


def undisturbed(served: Served) -> list[dict[str, Any]]:
    """The replies to the script when nothing fails."""
    visitor = Visitor(served, served.session())
    visitor.ask_all()
    assert not visitor.refused and not visitor.cut_off
    return visitor.answers


@contextmanager
def talking(visitors: list[Visitor], after: int, *, wait: bool = False) -> Iterator[threading.Event]:
    """Lets visitors talk; the block runs when each has had `after` answers, and all finish the script at its end.

    With `wait` they say no more before the event that is yielded is set, so that none has finished before.
    """
    gate = threading.Event()
    for visitor in visitors:
        visitor.gate = (after, gate) if wait else None
    with ThreadPoolExecutor(len(visitors)) as pool:
        running = [pool.submit(visitor.ask_all) for visitor in visitors]

        def begun() -> bool:
            return min(len(visitor.answers) for visitor in visitors) >= after or any(one.done() for one in running)

        try:
            wait_until(begun)
            yield gate
        finally:
            gate.set()
        for one in running:
            one.result()

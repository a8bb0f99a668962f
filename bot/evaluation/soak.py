"""The load test: many conversations at once over the web channel, every reply and every kept conversation checked.

Before the load each script is asked once, by one visitor alone. A conversation under load must get those replies in that order,
and the server must have kept exactly that (docs/faults.md).
"""

from __future__ import annotations

import asyncio
import json
import platform
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bot.errors import BotError
from bot.evaluation.benchmark_messages import MESSAGES
from bot.evaluation.benchmark_serve_servers import bot_server

API = "/webhooks/web"
MOST_GROWTH = 0.05
NO_LIMITS = dict.fromkeys(("LIMIT_SESSION", "LIMIT_ADDRESS", "LIMIT_NEW_SESSIONS"), "100000000")
_SECONDS_A_REQUEST = 60
_SHOWN = 20
"""Errors that are told one by one; the others are counted."""


@dataclass(frozen=True)
class Plan:
    """How much to send.

    Attributes:
        messages: in all, besides those of the undisturbed conversations.
        conversations: how many; each has its share of the messages.
        clients: how many conversations are under way at once.
        first: the number of messages after which memory is first measured.
        twice: every so manieth message is sent twice at the same time with one id, as an impatient client does.
        seconds: the load ends then, whatever was sent; what is missing counts as lost.
    """

    messages: int = 10_000
    conversations: int = 500
    clients: int = 64
    first: int = 1_000
    twice: int = 25
    seconds: float = 900.0

    @property
    def turns(self) -> int:
        """Messages of a conversation."""
        return self.messages // self.conversations


@dataclass
class Found:
    """What happened.

    Attributes:
        answered: messages answered as they should be.
        errors: what went wrong, one line each: anything but HTTP 200 with a reply.
        wrong: replies that differ from those of the undisturbed conversation.
        lost: messages that were answered but not kept, or never answered.
        reordered: conversations that were kept in another order than they were held.
        doubled: messages that were kept more often than once.
        times: milliseconds from a message to its reply.
        memory: resident MB of the server's processes by messages answered.
    """

    answered: int = 0
    errors: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    lost: int = 0
    reordered: int = 0
    doubled: int = 0
    times: list[float] = field(default_factory=list)
    memory: dict[int, float] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def growth(self) -> float:
        """How much the memory grew from the first to the last measurement, as a part of the first."""
        if len(self.memory) < 2:
            return 0.0
        sizes = [self.memory[count] for count in sorted(self.memory)]
        return sizes[-1] / sizes[0] - 1

    @property
    def passed(self) -> bool:
        """Whether nothing was lost, wrong or out of order, and memory stayed."""
        return (
            not (self.errors or self.wrong or self.lost or self.reordered or self.doubled) and self.growth < MOST_GROWTH
        )


Script = tuple[str, ...]


def script(number: int, turns: int) -> Script:
    """Returns what a conversation asks: as many scripts as there are messages, each beginning with another one."""
    return tuple(MESSAGES[(number + turn) % len(MESSAGES)] for turn in range(turns))


class Soak:
    """One load test against a server that runs."""

    def __init__(
        self, url: str, plan: Plan, memory: Callable[[], float], expected: dict[Script, list[Any]] | None = None
    ) -> None:
        """Takes the server's address, what to send, how to measure its memory in MB, and which replies are known already."""
        self._url, self._plan, self._memory = url, plan, memory
        self._expected: dict[Script, list[Any]] = {} if expected is None else expected
        self.found = Found()

    async def learn(self) -> None:
        """Asks each script that is not known yet once, alone, so that `run` begins with the load."""
        async with _clients() as self._session:
            await self._learn({script(number, self._plan.turns) for number in range(self._plan.conversations)})

    async def run(self) -> Found:
        """Sends everything and returns what happened."""
        plan = self._plan
        async with _clients() as self._session:
            await self._learn({script(number, plan.turns) for number in range(plan.conversations)})
            began = time.monotonic()
            waiting = iter(range(plan.conversations))

            async def client() -> None:
                for number in waiting:
                    if time.monotonic() - began > plan.seconds:
                        self.found.lost += plan.turns
                        continue
                    await self._conversation(number)

            await asyncio.gather(*(client() for _ in range(plan.clients)))
            self.found.seconds = time.monotonic() - began
        self.found.memory[self.found.answered] = self._memory()
        return self.found

    async def _learn(self, needed: set[Script]) -> None:
        for lines in sorted(needed - self._expected.keys()):
            self._expected[lines] = await self._undisturbed(lines)

    async def _undisturbed(self, lines: Script) -> list[Any]:
        token = await self._token()
        replies = []
        for number, text in enumerate(lines):
            status, body = await self._say(token, text, f"alone-{number}")
            if status != 200:
                raise BotError(
                    f"The server answered {status} to a message before the load began: it is not ready for one."
                )
            replies.append(body["messages"][-1]["custom"]["data"]["reply"])
        return replies

    async def _conversation(self, number: int) -> None:
        lines = script(number, self._plan.turns)
        held: list[dict[str, Any]] = []
        try:
            token = await self._token()
            for turn, text in enumerate(lines):
                reply = await self._turn(token, number, turn, text)
                if reply is None:
                    continue
                if reply != self._expected[lines][turn]:
                    self._note(self.found.wrong, f"conversation {number}, message {turn}: not as without load")
                held += [{"user": text}, {"bot": reply}]
            kept = await self._history(token)
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError, KeyError) as error:
            self._note(self.found.errors, f"conversation {number}: {type(error).__name__}")
            return
        self._compare(held, kept)

    async def _turn(self, token: str, number: int, turn: int, text: str) -> Any:
        began = time.perf_counter()
        asked = [self._say(token, text, f"m-{turn}")]
        if (number * self._plan.turns + turn) % self._plan.twice == 0:
            asked.append(self._say(token, text, f"m-{turn}"))
        answers = await asyncio.gather(*asked)
        for status, body in answers:
            if status != 200 or body != answers[0][1]:
                self._note(self.found.errors, f"conversation {number}, message {turn}: HTTP {status}")
                return None
        self.found.times.append((time.perf_counter() - began) * 1000)
        self.found.answered += 1
        if self.found.answered % self._plan.first == 0:
            self.found.memory[self.found.answered] = self._memory()
        return answers[0][1]["messages"][-1]["custom"]["data"]["reply"]

    def _compare(self, held: list[dict[str, Any]], kept: list[dict[str, Any]]) -> None:
        if kept == held:
            return
        missing = sum(turn not in kept for turn in held if "user" in turn)
        more = max(0, len(kept) - len(held)) // 2
        self.found.lost += missing
        self.found.doubled += more
        self.found.reordered += not missing and not more

    async def _token(self) -> str:
        async with self._session.post(f"{self._url}{API}/session", json={}) as answer:
            return str((await answer.json())["token"])

    async def _say(self, token: str, text: str, message_id: str) -> tuple[int, Any]:
        body = {"message": text, "message_id": message_id}
        headers = {"Authorization": f"Bearer {token}"}
        async with self._session.post(f"{self._url}{API}/message", json=body, headers=headers) as answer:
            return answer.status, json.loads(await answer.read())

    async def _history(self, token: str) -> list[dict[str, Any]]:
        async with self._session.get(
            f"{self._url}{API}/history", headers={"Authorization": f"Bearer {token}"}
        ) as answer:
            turns: list[dict[str, Any]] = (await answer.json())["turns"]
            return turns

    @staticmethod
    def _note(where: list[str], line: str) -> None:
        where.append(line)


def _clients() -> aiohttp.ClientSession:
    timeout = aiohttp.ClientTimeout(total=_SECONDS_A_REQUEST)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout)


def soak(plan: Plan, workers: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Starts a server over a SQLite file of its own, loads it, and returns the figures.

    Args:
        plan: how much to send.
        workers: how many processes the server has.
        say: told what is being done.

    Raises:
        BotError: the server does not start or does not answer.
    """
    if plan.messages % plan.conversations or not plan.messages >= plan.first:
        raise BotError(
            f"{plan.messages} messages cannot be shared out over {plan.conversations} conversations. Choose a multiple, and "
            f"at least {plan.first} messages."
        )
    with tempfile.TemporaryDirectory(prefix="bot-soak-") as folder:
        server = bot_server(Path(folder), workers)
        server.environment.update(NO_LIMITS, CONVERSATIONS_URL=f"sqlite:///{folder}/conversations.sqlite3")
        try:
            say(f"Starting the server ({workers} worker{'s' if workers > 1 else ''}) ...")
            server.start()
            url = server.url.removesuffix(server.path)
            say(
                f"Sending {plan.messages:,} messages of {plan.conversations:,} conversations from {plan.clients} clients ..."
            )
            found = asyncio.run(Soak(url, plan, server.memory_mb).run())
        finally:
            server.stop()
    return report(plan, workers, found)


def report(plan: Plan, workers: int, found: Found) -> dict[str, Any]:
    """Returns the figures as JSON can hold them."""
    times = sorted(found.times) or [0.0]
    return {
        "machine": f"{platform.machine()}, {platform.system()} {platform.release()}, Python {platform.python_version()}",
        "workers": workers,
        "plan": asdict(plan),
        "answered": found.answered,
        "errors": len(found.errors),
        "wrong": len(found.wrong),
        "lost": found.lost,
        "reordered": found.reordered,
        "doubled": found.doubled,
        "told": (found.errors + found.wrong)[:_SHOWN],
        "seconds": round(found.seconds, 1),
        "throughput": round(found.answered / max(found.seconds, 0.001), 1),
        "ms": {name: round(times[min(len(times) - 1, int(part * len(times)))], 1)
               for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))},
        "memory_mb": {str(count): round(size, 1) for count, size in sorted(found.memory.items())},
        "memory_growth": round(found.growth, 4),
        "passed": found.passed,
    }  # fmt: skip


def table(result: dict[str, Any]) -> str:
    """Returns the figures as a table for the terminal."""
    memory = result["memory_mb"]
    rows = [
        ("messages answered", f"{result['answered']:,} of {result['plan']['messages']:,}"),
        ("errors", result["errors"]),
        ("replies that differ from an undisturbed conversation", result["wrong"]),
        ("lost, reordered, kept twice", f"{result['lost']}, {result['reordered']}, {result['doubled']}"),
        ("messages a second", result["throughput"]),
        ("milliseconds to a reply, p50 / p95 / p99", " / ".join(str(result["ms"][n]) for n in ("p50", "p95", "p99"))),
        *((f"memory after {int(count):,} messages, MB", size) for count, size in memory.items()),
        ("memory growth", f"{result['memory_growth']:+.1%} (at most {MOST_GROWTH:.0%})"),
    ]
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:<{width}}  {value}" for name, value in rows]
    return "\n".join([*lines, *result["told"], "passed" if result["passed"] else "FAILED"])

"""Visitors who hold on while parts fail: each message is sent again with its id until it is answered, as the widget does."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp

from bot.answers.wording import say
from bot.clinic import load_clinic
from bot.evaluation.soak import API, Plan, Script, Soak, script

PATIENCE = 60.0
"""Seconds after which a message counts as never answered."""
_AGAIN_AFTER = 0.25
_BROKEN = (aiohttp.ClientError, asyncio.TimeoutError, ValueError, KeyError)
SCRIPTS = 62
"""As many different conversations as there are messages to begin one with."""
T = TypeVar("T")


@dataclass(frozen=True)
class Seen:
    """What one request of a visitor met.

    Attributes:
        at: when it was sent, by `time.monotonic`.
        seconds: until the answer was there, or the connection broke.
        status: of the answer, with the code of a refusal, like "503 store_down"; "broken" for a broken connection.
        honest: a reply, or a refusal that names the clinic's phone and carries the disclaimer.
    """

    at: float
    seconds: float
    status: str
    honest: bool


@dataclass
class Met:
    """What all visitors met, in the order in which it was over."""

    requests: list[Seen] = field(default_factory=list)
    waits: list[tuple[float, float]] = field(default_factory=list)
    """For each answered message: when it was first sent, and the seconds until its reply."""


class Visitors(Soak):
    """Visitors who come one after another until they are told to stop."""

    def __init__(self, url: str, plan: Plan, expected: dict[Script, list[Any]]) -> None:
        """Takes the proxy's address, how many visitors there are at once, and the right replies as far as they are known."""
        super().__init__(url, plan, lambda: 0.0, expected)
        self.met = Met()
        clinic = load_clinic()
        self._phone, self._disclaimer = clinic.phone, say(clinic, "disclaimer")

    async def hold(self, faults: Callable[[], Awaitable[None]]) -> None:
        """Lets visitors talk while the faults happen; those who are in a conversation then finish it."""
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as self._session:
            await self._learn({script(number, self._plan.turns) for number in range(SCRIPTS)})
            over = asyncio.Event()
            numbers = itertools.count()

            async def client() -> None:
                while not over.is_set():
                    await self._conversation(next(numbers))

            began = time.monotonic()
            clients = [asyncio.create_task(client()) for _ in range(self._plan.clients)]
            try:
                await faults()
            finally:
                over.set()
            await asyncio.gather(*clients)
            self.found.seconds = time.monotonic() - began

    async def _turn(self, token: str, number: int, turn: int, text: str) -> Any:
        first = time.monotonic()
        while time.monotonic() - first < PATIENCE:
            sent = time.monotonic()
            try:
                status, body = await self._say(token, text, f"m-{turn}")
            except _BROKEN:
                status, body = 0, None
            now = time.monotonic()
            honest = status == 200 or self._is_honest(status, body)
            self.met.requests.append(Seen(sent, now - sent, _named(status, body), honest))
            if status == 200:
                self.met.waits.append((first, now - first))
                self.found.times.append((now - first) * 1000)
                self.found.answered += 1
                return body["messages"][-1]["custom"]["data"]["reply"]
            await asyncio.sleep(_AGAIN_AFTER)
        self.found.lost += 1
        self._note(self.found.errors, f"conversation {number}, message {turn}: never answered")
        return None

    def _is_honest(self, status: int, body: Any) -> bool:
        text = json.dumps(body, ensure_ascii=False) if body is not None else ""
        return status == 503 and self._phone in text and self._disclaimer in text

    async def _token(self) -> str:
        return await self._patiently(super()._token)

    async def _history(self, token: str) -> list[dict[str, Any]]:
        return await self._patiently(lambda: super(Visitors, self)._history(token))

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return await ask()
            except _BROKEN:
                if time.monotonic() > end:
                    raise
            await asyncio.sleep(_AGAIN_AFTER)


def _named(status: int, body: Any) -> str:
    if not status:
        return "broken"
    code = body.get("error", {}).get("code") if isinstance(body, dict) else None
    return f"{status} {code}" if code else str(status)


async def open_many(url: str, count: int, clients: int) -> None:
    """Begins so many conversations with one message each, and leaves them open."""
    waiting = iter(range(count))
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as session:

        async def client() -> None:
            for _ in waiting:
                async with session.post(f"{url}{API}/session", json={}) as answer:
                    token = (await answer.json())["token"]
                body = {"message": "what is stage 2", "message_id": "first"}
                headers = {"Authorization": f"Bearer {token}"}
                async with session.post(f"{url}{API}/message", json=body, headers=headers) as answer:
                    answer.raise_for_status()

        await asyncio.gather(*(client() for _ in range(clients)))

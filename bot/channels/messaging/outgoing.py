"""Calls to a platform: only to its own host, with a time-out, and again a few times when it is busy or away."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

SECONDS_EACH = 10.0
TRIES = 5
FIRST_WAIT = 0.5
LONGEST_WAIT = 60.0
"""Seconds: a platform that asks for more patience than this is given up."""
MOST_BYTES = 1_000_000
SENT_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})

Authorise = Callable[[], Awaitable[Mapping[str, str]]]


@dataclass(frozen=True)
class Call:
    """One request to a platform.

    Attributes:
        url: where to.
        json: a JSON body, or
        form: a form's fields.
        method: "POST", or "GET" for a check.
        needed: False for a courtesy that is tried once and may fail.
    """

    url: str = field(repr=False)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    method: str = "POST"
    needed: bool = True


@dataclass(frozen=True)
class Outcome:
    """How a platform took a call.

    Attributes:
        ok: it did.
        again: it may take the same call later.
        after: seconds that it asks to wait, or None.
        reason: a short word of the platform, for `bot channels check`.
    """

    ok: bool
    again: bool = False
    after: float | None = None
    reason: str = ""


Judge = Callable[[int, Any], Outcome]


class NotDelivered(Exception):
    """A platform did not take a call. The text is the platform's short reason; it names nobody.

    Attributes:
        status: the last HTTP status, or None without an answer.
    """

    def __init__(self, reason: str, status: int | None = None) -> None:
        """Keeps why."""
        super().__init__(reason)
        self.status = status


def by_status(status: int, body: Any) -> Outcome:
    """Judges an answer by its status alone."""
    return Outcome(status < 300, status in SENT_AGAIN, reason=f"HTTP {status}")


class Outgoing:
    """Sends calls to the hosts it was given."""

    def __init__(
        self,
        allowed: tuple[str, ...],
        authorise: Authorise | None = None,
        judge: Judge = by_status,
        *,
        seconds: float = SECONDS_EACH,
        first_wait: float = FIRST_WAIT,
    ) -> None:
        """Takes where calls may go.

        Args:
            allowed: beginnings of addresses: scheme, host and port, perhaps a path; nothing else is called.
            authorise: returns the headers of a call.
            judge: tells from status and body whether a call was taken.
            seconds: how long one try may take.
            first_wait: seconds before the second try; each further one waits twice as long.
        """
        self._allowed, self._authorise, self._judge = allowed, authorise, judge
        self._seconds, self._first_wait = seconds, first_wait
        self._session: aiohttp.ClientSession | None = None

    async def send(self, call: Call, tries: int = TRIES) -> Any:
        """Sends a call and returns the answer's JSON, or None.

        Raises:
            NotDelivered: the platform refused it, or was busy or away each time.
        """
        if not self.may_call(call.url):
            raise NotDelivered("the address is not the platform's")
        tries = tries if call.needed else 1
        wait = self._first_wait
        for number in range(1, tries + 1):
            outcome, body, status = await self._try(call)
            if outcome.ok:
                return body
            pause = outcome.after if outcome.after is not None else wait * random.uniform(0.75, 1.25)
            if not outcome.again or number == tries or pause > LONGEST_WAIT:
                break
            await asyncio.sleep(pause)
            wait *= 2
        raise NotDelivered(outcome.reason, status)

    def may_call(self, url: str) -> bool:
        """Tells whether an address belongs to the platform."""
        try:
            asked = urlsplit(url)
            return any(_inside(asked, urlsplit(base)) for base in self._allowed)
        except ValueError:
            return False

    async def close(self) -> None:
        """Ends the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _try(self, call: Call) -> tuple[Outcome, Any, int | None]:
        try:
            headers = dict(await self._authorise()) if self._authorise else {}
            async with self._open().request(
                call.method, URL(call.url, encoded=True), headers=headers, allow_redirects=False,
                data=dict(call.form) if call.form is not None else None,
                json=dict(call.json) if call.json is not None else None,
            ) as answer:  # fmt: skip
                body = _json(await answer.content.read(MOST_BYTES))
                outcome = self._judge(answer.status, body)
                asked = _seconds(answer.headers.get("Retry-After")) if outcome.after is None else outcome.after
                return Outcome(outcome.ok, outcome.again, asked, outcome.reason), body, answer.status
        except asyncio.TimeoutError:
            return Outcome(False, True, reason="no answer in time"), None, None
        except aiohttp.ClientError as error:
            return Outcome(False, True, reason=f"not reached ({type(error).__name__})"), None, None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._seconds))
        return self._session


def _inside(asked: Any, base: Any) -> bool:
    same = (asked.scheme, asked.hostname, asked.port) == (base.scheme, base.hostname, base.port)
    plain = asked.username is None and asked.password is None and "/../" not in f"{asked.path}/"
    return bool(same and plain and f"{asked.path}/".startswith(f"{base.path.rstrip('/')}/"))


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _seconds(text: str | None) -> float | None:
    """Reads Retry-After; the form with a date is rare among these platforms, and our own waits do instead."""
    return float(text) if text and text.isascii() and text.isdigit() else None

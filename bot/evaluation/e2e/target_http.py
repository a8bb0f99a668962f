"""A live server: over the REST channel (docs/rest.md) or the web channel."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import aiohttp

from bot.evaluation.e2e.targets import SECONDS_PER_MESSAGE, Talk, TargetDown, Turn

REST, WEB = "/webhooks/rest/webhook", "/webhooks/web"
MOST_WAITS = 20
_MOST_SECONDS_TO_WAIT = 60


class _HttpTarget(ABC):
    """What both channels share: the connection, and errors that say what is wrong."""

    sees_inside = False
    parallel = 4

    def __init__(self, url: str, channel: str) -> None:
        self.url = url.rstrip("/")
        self.name = f"{self.url} ({channel} channel)"
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Connects, and asks whether the channel is there."""
        timeout = aiohttp.ClientTimeout(total=SECONDS_PER_MESSAGE)
        self._session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0))
        try:
            await self._probe()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()

    @abstractmethod
    async def _probe(self) -> None:
        """Asks whether the channel is there."""

    async def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Returns status and body (JSON, or text where it is none); waits as long as a rate limit tells it to."""
        for _ in range(MOST_WAITS):
            status, found, wait = await self._ask_once(method, path, body, headers)
            if status != 429 or wait is None:
                break
            await asyncio.sleep(min(wait, _MOST_SECONDS_TO_WAIT))
        return status, found

    async def _ask_once(
        self, method: str, path: str, body: Any, headers: Mapping[str, str] | None
    ) -> tuple[int, Any, float | None]:
        assert self._session is not None, "open() comes first"
        try:
            async with self._session.request(method, self.url + path, json=body, headers=headers) as response:
                text = await response.text(errors="replace")
                wait = response.headers.get("Retry-After", "")
                try:
                    found = json.loads(text)
                except ValueError:
                    found = text
                return response.status, found, float(wait) if wait.isdigit() else None
        except asyncio.TimeoutError as error:
            raise TargetDown(f"{self.url} gave no answer within {SECONDS_PER_MESSAGE:.0f} seconds.") from error
        except (aiohttp.ClientError, ValueError, OSError) as error:
            why = getattr(error, "os_error", error)
            raise TargetDown(
                f"{self.url} cannot be reached ({type(error).__name__}: {why}). Check the address, and that the server "
                "runs: `bot serve`."
            ) from error


class RestTarget(_HttpTarget):
    """`POST /webhooks/rest/webhook`; every conversation has a sender of its own."""

    takes_metadata = True

    def __init__(self, url: str) -> None:
        """Takes the server's address, such as http://127.0.0.1:5005."""
        super().__init__(url, "rest")

    async def _probe(self) -> None:
        status, _ = await self.ask("GET", "/webhooks/rest/")
        if status != 200:
            raise TargetDown(
                f"{self.url} has no REST channel (HTTP {status} for /webhooks/rest/). It may be switched off there: try "
                "--channel web."
            )

    async def begin(self, slots: Mapping[str, Any]) -> Talk:
        """Begins a conversation."""
        return _RestTalk(self, f"test-{uuid.uuid4().hex}")


class _RestTalk:
    def __init__(self, target: _HttpTarget, sender: str) -> None:
        self._target, self._sender = target, sender

    async def say(self, text: str, metadata: Mapping[str, Any]) -> Turn:
        body: dict[str, Any] = {"sender": self._sender, "message": text}
        if metadata:
            body["metadata"] = dict(metadata)
        start = time.perf_counter()
        status, found = await self._target.ask("POST", REST, body)
        return _turn(text, status, found, time.perf_counter() - start)


class WebTarget(_HttpTarget):
    """The web channel; every conversation has a session of its own."""

    takes_metadata = False

    def __init__(self, url: str) -> None:
        """Takes the server's address."""
        super().__init__(url, "web")

    async def _probe(self) -> None:
        status, found = await self._new_session()
        if status != 201:
            raise TargetDown(
                f"{self.url} has no web channel (HTTP {status} for {WEB}/session: {_short(found)}). Try --channel rest."
            )

    async def _new_session(self) -> tuple[int, Any]:
        return await self.ask("POST", f"{WEB}/session", {})

    async def begin(self, slots: Mapping[str, Any]) -> Talk:
        """Begins a conversation: asks for its token."""
        status, found = await self._new_session()
        token = found.get("token") if isinstance(found, dict) else None
        if status != 201 or not isinstance(token, str):
            raise TargetDown(f"{self.url} gives no session (HTTP {status}: {_short(found)}).")
        return _WebTalk(self, token)


class _WebTalk:
    def __init__(self, target: _HttpTarget, token: str) -> None:
        self._target = target
        self._headers = {"Authorization": f"Bearer {token}"}

    async def say(self, text: str, metadata: Mapping[str, Any]) -> Turn:
        body = {"message": text, "message_id": uuid.uuid4().hex}
        start = time.perf_counter()
        status, found = await self._target.ask("POST", f"{WEB}/message", body, self._headers)
        messages = found.get("messages") if isinstance(found, dict) else found
        return _turn(text, status, messages if status == 200 else found, time.perf_counter() - start)


async def open_live(url: str, channel: str | None) -> RestTarget | WebTarget:
    """Returns an open target for a server; without a channel, the web channel where there is one, else REST.

    Raises:
        TargetDown: the server cannot be reached, or has not that channel.
    """
    if channel is not None:
        chosen = WebTarget(url) if channel == "web" else RestTarget(url)
        await chosen.open()
        return chosen
    web = WebTarget(url)
    try:
        await web.open()
    except TargetDown:
        rest = RestTarget(url)
        await rest.open()
        return rest
    return web


def _turn(text: str, status: int, found: Any, seconds: float) -> Turn:
    if status != 200:
        return Turn(text, (), seconds, crashes=(f"the server answered HTTP {status}: {_short(found)}",))
    if not isinstance(found, list) or not all(isinstance(message, dict) for message in found):
        return Turn(text, (), seconds, crashes=(f"the server answered no list of messages: {_short(found)}",))
    return Turn(text, tuple(found), seconds)


def _short(found: Any) -> str:
    text = " ".join((found if isinstance(found, str) else json.dumps(found)).split())
    return text if len(text) <= 200 else text[:197] + "..."

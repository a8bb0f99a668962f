"""A small live server for the tests of the runner: it says what a test tells it to, over REST or the web channel."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

LOOPBACK = "127.0.0.1"
# What to answer to a text: a list of messages, or a status with any body.
Say = Callable[[str], Any]


@dataclass
class FakeBot:
    """`with FakeBot(say) as bot:` serves on a free port of loopback until it is left.

    Attributes:
        seen: the bodies of all messages.
        at_once: the largest number of messages that were answered at the same time.
        refuse: so many messages are refused with 429 first.
        dies_after: after so many messages every connection is cut.
    """

    say: Say
    channels: tuple[str, ...] = ("rest",)
    seconds: float = 0.0
    refuse: int = 0
    dies_after: int | None = None
    seen: list[dict[str, Any]] = field(default_factory=list)
    at_once: int = 0
    url: str = ""
    sessions: int = 0
    _now: int = 0

    def __enter__(self) -> FakeBot:
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()

        async def start() -> None:
            app = web.Application()
            if "rest" in self.channels:
                app.router.add_get("/webhooks/rest/", self._health)
                app.router.add_post("/webhooks/rest/webhook", self._rest)
            if "web" in self.channels:
                app.router.add_post("/webhooks/web/session", self._session)
                app.router.add_post("/webhooks/web/message", self._web)
            self._runner = web.AppRunner(app)
            await self._runner.setup()
            site = web.TCPSite(self._runner, LOOPBACK, 0)
            await site.start()
            assert site._server is not None
            self.url = f"http://{LOOPBACK}:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[attr-defined]
            ready.set()

        def run() -> None:
            self._loop.run_until_complete(start())
            self._loop.run_forever()
            # A handler whose connection was cut still waits: ended here, or asyncio complains of it in another test.
            waiting = asyncio.all_tasks(self._loop)
            for task in waiting:
                task.cancel()
            if waiting:
                self._loop.run_until_complete(asyncio.wait(waiting))
            self._loop.close()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stops as a crashed server does: nobody answers any more."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _rest(self, request: web.Request) -> web.Response:
        body = await request.json()
        if self.dies_after is not None and len(self.seen) >= self.dies_after and request.transport is not None:
            request.transport.abort()
        return await self._answer(body, lambda messages: messages)

    async def _session(self, request: web.Request) -> web.Response:
        self.sessions += 1
        return web.json_response({"token": f"token-{self.sessions}"}, status=201)

    async def _web(self, request: web.Request) -> web.Response:
        body = await request.json()
        body["token"] = request.headers.get("Authorization")
        if not str(body["token"]).startswith("Bearer token-") or not body.get("message_id"):
            return web.json_response({"error": {"text": "no token"}}, status=401)
        return await self._answer(body, lambda messages: {"messages": messages})

    async def _answer(self, body: dict[str, Any], form: Callable[[Any], Any]) -> web.Response:
        if self.refuse:
            self.refuse -= 1
            return web.json_response({"error": "too fast"}, status=429, headers={"Retry-After": "0"})
        self.seen.append(body)
        self._now += 1
        self.at_once = max(self.at_once, self._now)
        await asyncio.sleep(self.seconds)
        self._now -= 1
        said = self.say(body["message"])
        if isinstance(said, tuple):
            status, text = said
            return web.Response(status=status, text=text)
        return web.json_response(form(said))

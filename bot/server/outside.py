"""What an operator sees from outside: `/health`, `/ready` and `/metrics` (docs/operating.md). No text, no id, no path."""

from __future__ import annotations

import asyncio
import inspect
import time
from datetime import date
from typing import Any

from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from actions.speaking import the_guide
from bot import __version__
from bot.server import metrics, watch

PART_SECONDS = 5.0
# Asked more often than this, it answers what it found last: nobody can keep the databases busy with it.
KEPT_SECONDS = 1.0
GOOD = frozenset({"ok", "fresh", "overdue", "partly_down"})


def attach(app: Sanic) -> None:
    """Adds the three addresses to an application, before it is started."""
    readiness = Readiness(app)

    @app.get("/health")
    async def health(request: Request) -> HTTPResponse:
        return response.json({"status": "alive", "version": __version__})

    @app.get("/ready")
    async def ready(request: Request) -> HTTPResponse:
        parts = await readiness.parts()
        good = all(found in GOOD for found in parts.values())
        body = {"status": "ready" if good else "not_ready", "parts": parts}
        return response.json(body, status=200 if good else 503)

    @app.get("/metrics")
    async def numbers(request: Request) -> HTTPResponse:
        # In a thread: with several workers it reads a file of each.
        body = await asyncio.get_running_loop().run_in_executor(None, metrics.exposition)
        return response.raw(body, content_type=metrics.CONTENT_TYPE)


class Readiness:
    """Looks at the parts that a reply needs."""

    def __init__(self, app: Sanic) -> None:
        """Takes the application whose agent answers."""
        self._app = app
        self._found: dict[str, str] = {}
        self._at = float("-inf")
        self._lock: asyncio.Lock | None = None

    async def parts(self) -> dict[str, str]:
        """Returns each part with its state: model and server, guide store, conversation store, and the content's age."""
        self._lock = self._lock or asyncio.Lock()  # made here, where the server's loop runs
        async with self._lock:
            if time.monotonic() - self._at > KEPT_SECONDS:
                guide, content = await self._guide()
                self._found = {
                    "server": "stopping" if getattr(self._app.ctx, "stopping", False) else "ok",
                    "model": self._model(),
                    "guide": guide,
                    "conversations": await self._conversations(),
                    "content": content,
                }
                self._at = time.monotonic()
            return dict(self._found)

    def _model(self) -> str:
        agent = getattr(self._app.ctx, "agent", None)
        return "ok" if agent is not None and agent.is_ready() else "missing"

    async def _guide(self) -> tuple[str, str]:
        def look() -> bool:
            return the_guide().info().overdue(date.today())

        try:
            loop = asyncio.get_running_loop()
            overdue = await asyncio.wait_for(loop.run_in_executor(None, look), PART_SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever it is, the store cannot be asked
            watch.failed("guide", error)
            return "down", "unknown"
        return "ok", "overdue" if overdue else "fresh"

    async def _conversations(self) -> str:
        store: Any = getattr(getattr(self._app.ctx, "agent", None), "tracker_store", None)
        if store is None:
            return "missing"
        ask = getattr(store, "health", None) or getattr(store, "healthy", None)
        if ask is None:
            return "ok"  # Rasa's own stores cannot be asked
        try:
            found = ask()
            if inspect.isawaitable(found):
                found = await asyncio.wait_for(found, PART_SECONDS)
        except Exception as error:  # noqa: BLE001 - as above
            watch.failed("conversations", error)
            return "down"
        if isinstance(found, str):
            return found  # of several clinics, some may be served while the database of another is away
        return "ok" if found else "down"

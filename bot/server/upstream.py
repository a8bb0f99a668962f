"""Connections from the front to the workers: kept open, one request at a time on each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, cast

import httptools

from bot.server.routing import Place

IDLE_SECONDS = 60.0  # a worker closes a connection that was idle for longer than this
Done = Callable[[bool], None]


class Upstream(asyncio.Protocol):
    """One connection to a worker.

    `on_data` gets the bytes of the response as they come, `on_end` is called once with whether the response is whole.
    """

    def __init__(self, place: Place) -> None:
        """Takes the worker it leads to."""
        self.place = place
        self.idle_since = 0.0
        self.closed = False
        self._transport: asyncio.Transport | None = None
        self._parser: Any = None
        self._head = False
        self._stays = True
        self._on_data: Callable[[bytes], None] | None = None
        self._on_end: Done | None = None

    def ask(self, request: bytes, *, head: bool, on_data: Callable[[bytes], None], on_end: Done) -> None:
        """Sends a request; the response to HEAD is over with its headers."""
        self._parser, self._head, self._stays = httptools.HttpResponseParser(self), head, True
        self._on_data, self._on_end = on_data, on_end
        if self._transport is None or self.closed:
            self._end(False)
            return
        self._transport.write(request)

    def close(self) -> None:
        """Drops the connection; a response in hand ends unfinished."""
        if self._transport is not None:
            self._transport.abort()

    # asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the way to write."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the response in hand."""
        self.closed = True
        self._end(False)

    def data_received(self, data: bytes) -> None:
        """Hands the bytes on and looks whether the response is over."""
        if self._on_data is None:  # nothing was asked: what comes now belongs to nobody
            self.close()
            return
        self._on_data(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.close()
        except httptools.HttpParserError:
            self.close()

    # httptools calls these

    def on_headers_complete(self) -> None:
        """Ends the response to HEAD."""
        self._stays = self._parser.should_keep_alive()
        if self._head:
            self._end(True)

    def on_message_complete(self) -> None:
        """Ends the response, unless it was an interim one (100 Continue)."""
        if self._parser.get_status_code() >= 200:
            self._end(True)

    def _end(self, whole: bool) -> None:
        on_end, self._on_end, self._on_data = self._on_end, None, None
        self.idle_since = time.monotonic()
        if not self._stays:
            self.closed = True
            self.close()
        if on_end is not None:
            on_end(whole)


class Pool:
    """The open connections to all workers."""

    def __init__(self) -> None:
        """Begins with none."""
        self._idle: dict[int, list[Upstream]] = {}

    async def take(self, place: Place) -> Upstream:
        """Returns a connection that is free.

        Raises:
            OSError: the worker takes none.
        """
        kept = self.take_now(place)
        if kept is not None:
            return kept
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(lambda: Upstream(place), "127.0.0.1", place.port)
        return made

    def take_now(self, place: Place) -> Upstream | None:
        """Returns a connection that is open and free, if there is one."""
        idle = self._idle.get(place.number, [])
        while idle:
            kept = idle.pop()
            if not kept.closed and time.monotonic() - kept.idle_since < IDLE_SECONDS:
                return kept
            kept.close()
        return None

    def give_back(self, upstream: Upstream) -> None:
        """Keeps a connection for the next request."""
        if not upstream.closed:
            self._idle.setdefault(upstream.place.number, []).append(upstream)

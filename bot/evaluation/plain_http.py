"""Asks one HTTP request after another with little work, for measuring servers on the same machine."""

from __future__ import annotations

import asyncio
from typing import cast

import httptools


class ConnectionLostError(Exception):
    """The server hung up, or did not answer in time."""


class Connection:
    """One kept-alive connection; it is made when the first request is sent, and anew when the server has hung up."""

    def __init__(self, host: str, port: int, *, seconds: float) -> None:
        """Takes where to connect, and how many seconds an answer may take."""
        self._host, self._port, self._seconds = host, port, seconds
        self._wire: _Wire | None = None

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Sends a request, with a JSON body if there is one, and returns status and body of the answer.

        Raises:
            ConnectionLostError: there was no whole answer.
            OSError: the server cannot be reached.
        """
        loop = asyncio.get_running_loop()
        if self._wire is None or self._wire.closed:
            _, self._wire = await loop.create_connection(_Wire, self._host, self._port)
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nContent-Type: application/json\r\n"
        answer = self._wire.send(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        late = loop.call_later(self._seconds, self._wire.fail, "no answer in time")
        try:
            return await answer
        finally:
            late.cancel()


class _Wire(asyncio.Protocol):
    """One TCP connection, and the answer that it waits for."""

    def __init__(self) -> None:
        self.closed = False
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._body = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()

    def send(self, request: bytes) -> asyncio.Future[tuple[int, bytes]]:
        """Sends a request; the future gets status and body of its answer."""
        self._answer = asyncio.get_running_loop().create_future()
        if self._transport is None:
            raise ConnectionLostError("not connected")
        self._transport.write(request)
        return self._answer

    def fail(self, why: str) -> None:
        """Gives up what waits for an answer, and the connection."""
        if not self._answer.done():
            self._answer.set_exception(ConnectionLostError(why))
        self._close()

    # asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclasses

    def connection_lost(self, exc: Exception | None) -> None:
        """Gives up."""
        if not self.closed:
            self.fail("the server hung up")

    def data_received(self, data: bytes) -> None:
        """Reads on."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.fail(f"not HTTP: {error}")

    # httptools calls these

    def on_message_begin(self) -> None:
        """Begins an answer."""
        self._body = bytearray()

    def on_body(self, body: bytes) -> None:
        """Keeps a part of the body."""
        self._body += body

    def on_message_complete(self) -> None:
        """Hands the answer over."""
        if not self._parser.should_keep_alive():
            self._close()
        if not self._answer.done():
            self._answer.set_result((self._parser.get_status_code(), bytes(self._body)))

    def _close(self) -> None:
        self.closed = True
        if self._transport is not None:
            self._transport.close()

"""The one port in front of several workers: reads each request whole, then leads it to its conversation's worker.

A slow or broken client costs a worker nothing, because a worker sees a request only when it is complete. Requests of one
connection are answered in their order. WebSockets are not led through: give each worker its own port for those
(`--port-each`).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import cast

import httptools

from bot.server.refusals import refusal
from bot.server.routing import Place, Router, session_of
from bot.server.transport import REQUEST_MAX_BYTES
from bot.server.upstream import Pool, Upstream
from bot.tenants.clinics import clinic_asked
from bot.tenants.current import Tenant, using

# As much as a worker takes. One that refuses a larger body hangs up, and its answer may be lost on the way.
MAX_BODY = REQUEST_MAX_BYTES
# Requests that a worker gets at once. It answers one at a time, so more would only wait there, and a busy worker takes so few
# new connections that the first of them would wait longest.
MAX_IN_HAND = 8
MAX_HEADERS = 32_768
SECONDS_TO_SEND = 30.0  # for a client to send one request
SECONDS_IDLE = 120.0  # between two requests of a connection
SECONDS_TO_ANSWER = 75.0  # a worker's own limit is 60
SECONDS_WITHOUT_WORKER = 15.0
SECONDS_TO_READ = 30.0  # for a client to take what waits for it
# These belong to one connection and are not led on.
_HOP = frozenset((b"connection", b"keep-alive", b"transfer-encoding", b"content-length", b"expect", b"upgrade", b"te",
                  b"proxy-connection"))  # fmt: skip


@dataclass
class Request:
    """One request as it came."""

    method: bytes = b"GET"
    target: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    stays: bool = True

    def header(self, name: bytes) -> bytes | None:
        """Returns a header's value."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def values(self, name: bytes) -> list[str]:
        """Returns all values of a header, in their order."""
        return [value.decode("latin-1") for key, value in self.headers if key.lower() == name]

    def rebuilt(self, address: str) -> bytes:
        """Returns the bytes for a worker, with the client's address added to X-Forwarded-For."""
        before = self.header(b"x-forwarded-for")
        forwarded = b", ".join(part for part in (before, address.encode()) if part)
        lines = [self.method + b" " + self.target + b" HTTP/1.1"]
        lines += [k + b": " + v for k, v in self.headers if k.lower() not in _HOP and k.lower() != b"x-forwarded-for"]
        lines.append(b"x-forwarded-for: " + forwarded)
        if self.body or self.method in (b"POST", b"PUT", b"PATCH"):
            lines.append(b"content-length: %d" % len(self.body))
        return b"\r\n".join(lines) + b"\r\n\r\n" + bytes(self.body)


class Front:
    """What all connections share."""

    def __init__(self, places: list[Place]) -> None:
        """Takes the workers."""
        self.router = Router(places)
        self.pool = Pool()
        self.clients: set[Client] = set()
        # Those who wait for a worker that has enough in hand, by its number, in the order in which they came.
        self.waiting: dict[int, deque[Client]] = {}
        self.stopping = False

    async def sweep(self) -> None:
        """Closes connections whose client or worker takes too long, for ever."""
        while True:
            await asyncio.sleep(2)
            for client in list(self.clients):
                client.check_time()

    async def drain(self, seconds: float) -> None:
        """Takes no new request, and waits until those in hand are answered."""
        self.stopping = True
        for client in list(self.clients):
            client.close_when_idle()
        end = time.monotonic() + seconds
        while self.clients and time.monotonic() < end:
            await asyncio.sleep(0.05)


class Client(asyncio.Protocol):
    """One connection of a client."""

    def __init__(self, front: Front) -> None:
        """Takes what all connections share."""
        self._front = front
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._request = Request()
        self._size = 0
        self._waiting: deque[Request] = deque()
        self._now: Request | None = None
        self._upstream: Upstream | None = None
        self._task: asyncio.Task[None] | None = None
        self._sent = False
        self._since = time.monotonic()
        self._reading = False
        self._full_since: float | None = None
        self._address = ""

    # asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins to listen to the client."""
        self._transport = cast(asyncio.Transport, transport)
        self._address = str((transport.get_extra_info("peername") or ("",))[0])
        self._front.clients.add(self)
        if self._front.stopping:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets the client. What a worker has begun for it is finished there."""
        self._front.clients.discard(self)
        self._transport = None
        self._waiting.clear()

    def pause_writing(self) -> None:
        """Notes that the client does not read its answers: it gets no further one before it has read these."""
        self._full_since = time.monotonic()

    def resume_writing(self) -> None:
        """Goes on with a client that reads again."""
        self._full_since = None
        if self._now is None:
            self._next()

    def data_received(self, data: bytes) -> None:
        """Reads on."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._refuse(501, "WebSockets are not led through here.")
        except httptools.HttpParserError:
            self._refuse(400, "This is no HTTP request.")

    # httptools calls these

    def on_message_begin(self) -> None:
        """Begins a request."""
        self._request, self._size, self._reading = Request(), 0, True
        if self._now is None:
            self._since = time.monotonic()

    def on_url(self, url: bytes) -> None:
        """Takes the target, in one or several pieces."""
        self._request.target += url
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Takes a header."""
        self._request.headers.append((name, value))
        self._count(len(name) + len(value))

    def on_headers_complete(self) -> None:
        """Lets a client go on that asks whether to send the body."""
        self._request.method = self._parser.get_method()
        self._request.stays = self._parser.should_keep_alive()
        if (self._request.header(b"expect") or b"").lower() == b"100-continue" and self._transport:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """Takes a part of the body."""
        if len(self._request.body) + len(body) > MAX_BODY:
            self._refuse(413, f"The body is longer than {MAX_BODY} bytes.")
            return
        self._request.body += body

    def on_message_complete(self) -> None:
        """Hands the request on, or lets it wait for the one before."""
        self._reading = False
        if self._transport is None or self._transport.is_closing():
            return
        self._waiting.append(self._request)
        if self._now is None and self._full_since is None:
            self._next()
        elif len(self._waiting) > 1:
            self._transport.pause_reading()

    # the way to a worker

    def _next(self) -> None:
        self._since = time.monotonic()
        if self._transport is None or not self._waiting:
            self._now = None
            if self._front.stopping and self._transport is not None:
                self._transport.close()
            return
        if self._full_since is not None:
            self._now = None
            return
        self._now, self._sent = self._waiting.popleft(), False
        if not self._transport.is_reading():
            self._transport.resume_reading()
        self._begin()

    def _begin(self) -> None:
        """Sends the request in hand to its worker, or lets it wait until that worker has less to do."""
        place = self._choose()
        if place is not None and place.in_hand >= MAX_IN_HAND:
            self._front.waiting.setdefault(place.number, deque()).append(self)
            return
        kept = self._front.pool.take_now(place) if place is not None else None
        if place is not None and kept is not None:
            place.in_hand += 1
            self._send(place, kept)
        else:
            self._task = asyncio.get_running_loop().create_task(self._connect())

    def _let_next_begin(self, place: Place, *, all_of_them: bool) -> None:
        """Lets the one that waits longest for a worker begin; all of them when the worker is gone."""
        waiting = self._front.waiting.pop(place.number, None) or deque()
        while waiting and (all_of_them or place.in_hand < MAX_IN_HAND):
            waiting.popleft()._begin()
        if waiting:
            self._front.waiting.setdefault(place.number, deque()).extendleft(reversed(waiting))

    def _choose(self) -> Place | None:
        request = cast(Request, self._now)
        authorization = (request.header(b"authorization") or b"").decode("latin-1")
        session = session_of(authorization, request.target.decode("latin-1"), bytes(request.body))
        return self._front.router.choose(session)

    async def _connect(self) -> None:
        end = time.monotonic() + SECONDS_WITHOUT_WORKER
        while time.monotonic() < end:
            place = self._choose()
            if place is None:  # all are starting again
                await asyncio.sleep(0.1)
                continue
            place.in_hand += 1
            try:
                upstream = await self._front.pool.take(place)
            except OSError:  # it has just died; the supervisor will say so in a moment
                place.in_hand -= 1
                self._let_next_begin(place, all_of_them=True)
                await asyncio.sleep(0.1)
                continue
            self._send(place, upstream)
            return
        self._broken()

    def _send(self, place: Place, upstream: Upstream) -> None:
        request = cast(Request, self._now)
        self._upstream = upstream

        def on_data(data: bytes) -> None:
            self._sent = True
            if self._transport is not None:
                self._transport.write(data)

        def on_end(whole: bool) -> None:
            place.in_hand -= 1
            self._upstream = None
            if not whole:
                self._broken()
                self._let_next_begin(place, all_of_them=True)
                return
            self._front.pool.give_back(upstream)
            self._let_next_begin(place, all_of_them=False)
            if not request.stays and self._transport is not None:
                self._transport.close()
            self._next()

        upstream.ask(request.rebuilt(self._address), head=request.method == b"HEAD", on_data=on_data, on_end=on_end)

    # when something goes wrong

    def _broken(self) -> None:
        """The worker died or there is none: says so, unless a part of its answer is out already."""
        if self._sent:
            if self._transport is not None:
                self._transport.abort()
            return
        self._refuse(503)

    def _refuse(self, status: int, reason: str = "") -> None:
        if self._transport is None or self._transport.is_closing():
            return
        with using(self._clinic() if status == 503 else None):  # 503 says whom to call
            self._transport.write(refusal(status, reason))
        self._transport.close()

    def _clinic(self) -> Tenant | None:
        """The clinic that the request in hand is for, where there are several."""
        if self._now is None:
            return None
        return clinic_asked(self._now.values(b"host"), self._now.values(b"x-forwarded-host"))

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > MAX_HEADERS:
            self._refuse(431, f"The headers are longer than {MAX_HEADERS} bytes.")

    def check_time(self) -> None:
        """Closes the connection when its client or its worker takes too long."""
        waited = time.monotonic() - self._since
        if self._full_since is not None and time.monotonic() - self._full_since > SECONDS_TO_READ:
            if self._transport is not None:
                self._transport.abort()
        elif self._now is not None:
            if waited > SECONDS_TO_ANSWER and self._upstream is not None:
                self._upstream.close()
        elif self._reading and waited > SECONDS_TO_SEND:
            self._refuse(408, f"The request was not complete after {SECONDS_TO_SEND:.0f} seconds.")
        elif waited > SECONDS_IDLE and self._transport is not None:
            self._transport.close()

    def close_when_idle(self) -> None:
        """Closes the connection now if nothing is in hand."""
        if self._now is None and not self._reading and self._transport is not None:
            self._transport.close()

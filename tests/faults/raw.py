"""Raw connections, for what no HTTP library would send."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import time
from dataclasses import dataclass
from typing import Any

from commands import LOOPBACK


@dataclass(frozen=True)
class Said:
    """What came back: the status of each response, the bytes, and whether the server closed the connection."""

    statuses: list[int]
    raw: bytes
    closed: bool

    @property
    def errors(self) -> list[Any]:
        """What the refusals among the responses say; on a busy machine two responses can come in one piece."""
        return [
            json.loads(body)["error"]
            for status, head, body in responses(self.raw)
            if status >= 400 and b"application/json" in head
        ]


def connect(port: int, receive: int | None = None) -> socket.socket:
    """A connection; `receive` is the size of its receive buffer in bytes."""
    made = socket.socket()
    if receive is not None:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    made.settimeout(20)
    made.connect((LOOPBACK, port))
    return made


def exchange(port: int, data: bytes, *, enough: int = 1, seconds: float = 5, end: bool = False) -> Said:
    """Sends bytes and reads until `enough` responses came, the server closes, or the time is over; `end` sends EOF."""
    with connect(port) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(data)
            if end:
                connection.shutdown(socket.SHUT_WR)
        return read(connection, enough=enough, seconds=seconds)


def read(connection: socket.socket, *, enough: int = 1, seconds: float = 5) -> Said:
    """Reads responses."""
    got, closed, stop = b"", False, time.monotonic() + seconds
    while time.monotonic() < stop and not closed and len(statuses(got)) < enough:
        connection.settimeout(max(0.05, stop - time.monotonic()))
        try:
            part = connection.recv(65_536)
        except TimeoutError:
            break
        except ConnectionError:
            part = b""
        got, closed = got + part, not part
    return Said(statuses(got), got, closed)


def statuses(data: bytes) -> list[int]:
    """The statuses of the responses in some bytes whose bodies came whole."""
    return [status for status, _, _ in responses(data)]


def responses(data: bytes) -> list[tuple[int, bytes, bytes]]:
    """The responses in some bytes whose bodies came whole: status, head in lower case, and body."""
    found = []
    while data.startswith(b"HTTP/1.1 "):
        head, mark, rest = data.partition(b"\r\n\r\n")
        head = head.lower()
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        if not mark or len(rest) < length:
            break
        found.append((int(head[9:12]), head, rest[:length]))
        data = rest[length:]
    return found


def cut(connection: socket.socket) -> None:
    """Breaks a connection off without a farewell (RST)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def post(path: str, body: bytes, token: str = "", headers: bytes = b"", length: int | None = None) -> bytes:
    """A POST request; `length` is the Content-Length, if not the true one."""
    size = len(body) if length is None else length
    auth = f"Authorization: Bearer {token}\r\n".encode() if token else b""
    return (
        b"POST " + path.encode() + b" HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + auth + headers
        + b"Content-Length: %d\r\n\r\n" % size + body
    )  # fmt: skip


def message(token: str, text: str, message_id: str) -> bytes:
    """A visitor's message."""
    return post("/webhooks/web/message", json.dumps({"message": text, "message_id": message_id}).encode(), token)

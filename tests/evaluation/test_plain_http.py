"""The small HTTP client of the load generator."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.evaluation.plain_http import Connection, ConnectionLostError

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"


async def asked(serve: Serve, times: int = 1, seconds: float = 5) -> list[tuple[int, bytes]]:
    """Asks a server of the test so many times over one `Connection`."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    connection = Connection("127.0.0.1", server.sockets[0].getsockname()[1], seconds=seconds)
    try:
        return [await connection.ask("POST", "/here", b"{}") for _ in range(times)]
    finally:
        server.close()


def test_one_connection_serves_many_requests() -> None:
    heads: list[bytes] = []
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while head := await reader.readuntil(b"{}"):
            heads.append(head)
            for part in (HEAD, b"\r\n", b"he", b"llo"):  # however the bytes arrive
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0.01)

    assert asyncio.run(asked(serve, times=3)) == [(200, b"hello")] * 3
    assert connections == 1
    assert heads[0].startswith(b"POST /here HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"\r\nContent-Length: 2\r\n\r\n{}" in heads[2]


def test_a_server_that_closes_after_each_answer_is_asked_anew() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(HEAD + b"Connection: close\r\n\r\nhello")
        writer.close()

    assert asyncio.run(asked(serve, times=3)) == [(200, b"hello")] * 3


@pytest.mark.parametrize(
    ("answer", "why"),
    [(b"", "hung up"), (HEAD + b"\r\nhe", "hung up"), (b"SSH-2.0-hello\r\n\r\n", "not HTTP"), (None, "in time")],
)
def test_what_is_no_answer_is_an_error(answer: bytes | None, why: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        if answer is None:
            await asyncio.sleep(2)
            return
        writer.write(answer)
        writer.close()

    with pytest.raises(ConnectionLostError, match=why):
        asyncio.run(asked(serve, seconds=0.5))

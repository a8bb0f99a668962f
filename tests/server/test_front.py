"""The one port before the workers, with a worker stood in for that answers much and at once."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from bot.server import front as front_module
from bot.server.front import Client, Front
from bot.server.routing import Place

SIZE, ASKED = 200_000, 300
REQUEST = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % SIZE + b"x" * SIZE


async def with_front(work: Callable[[Front, int, list[int]], Awaitable[None]]) -> None:
    """Runs work(front, port, answered) with a front before one worker; `answered` counts what the worker was asked."""
    answered = [0]

    async def worker(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                answered[0] += 1
                writer.write(ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    behind = await asyncio.start_server(worker, "127.0.0.1", 0)
    front = Front([Place(0, behind.sockets[0].getsockname()[1], up=True)])
    before = await asyncio.get_running_loop().create_server(lambda: Client(front), "127.0.0.1", 0)
    try:
        await work(front, before.sockets[0].getsockname()[1], answered)
    finally:
        before.close()
        behind.close()


async def connected(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.setblocking(False)
    await asyncio.get_running_loop().sock_connect(made, ("127.0.0.1", port))
    return made


async def steady(answered: list[int]) -> int:
    """How much the worker was asked once it is asked no more."""
    for _ in range(100):  # a busy machine takes its time with the first
        if answered[0]:
            break
        await asyncio.sleep(0.1)
    before = -1
    while before != answered[0]:
        before = answered[0]
        await asyncio.sleep(0.3)
    return before


def test_a_client_that_does_not_read_gets_no_further_answers_until_it_reads() -> None:
    async def work(front: Front, port: int, answered: list[int]) -> None:
        loop = asyncio.get_running_loop()
        connection = await connected(port)
        await loop.sock_sendall(connection, REQUEST * ASKED)
        asked = await steady(answered)
        # What the system's own buffers take (a few MB), and one answer more.
        assert 0 < asked < ASKED / 3
        got = 0
        while got < len(ANSWER) * ASKED:
            part = await asyncio.wait_for(loop.sock_recv(connection, 1 << 20), 10)
            assert part
            got += len(part)
        assert answered[0] == ASKED
        connection.close()

    asyncio.run(with_front(work))


def test_a_client_that_never_reads_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(front: Front, port: int, answered: list[int]) -> None:
        connection = await connected(port)
        await asyncio.get_running_loop().sock_sendall(connection, REQUEST * ASKED)
        await steady(answered)
        (client,) = front.clients
        client.check_time()
        assert front.clients
        monkeypatch.setattr(front_module, "SECONDS_TO_READ", 0.0)
        client.check_time()
        await asyncio.sleep(0.1)
        assert not front.clients
        connection.close()

    asyncio.run(with_front(work))

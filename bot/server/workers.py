"""Several workers: processes that are started, watched, and started again when one dies.

Sanic 21.12 can only fork workers that nobody watches and that share one socket, so that a conversation's messages go to any
of them. Here each worker has a socket of its own, which outlives it, and either a front on one port leads every conversation
to one worker (`bot.server.front`), or each worker has its own port for a proxy that keeps conversations apart by their token.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path

import uvloop

from bot.errors import BotError
from bot.server.front import Client, Front
from bot.server.routing import Place

logger = logging.getLogger(__name__)
MAX_WORKERS = 32
SECONDS_TO_DRAIN = 20.0
_BACKLOG = 512
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 30.0  # seconds before a worker is started again
_LIVED_WELL = 60.0  # seconds after which a death counts as the first one again


class Supervised:
    """One worker's process, over all its lives."""

    def __init__(self, place: Place, listening: socket.socket, model: Path, *, proxied: bool) -> None:
        """Takes where it listens and what it serves."""
        self.place = place
        self._listening = listening
        self._model = model
        self._proxied = proxied
        self._process: asyncio.subprocess.Process | None = None
        self.was_up = asyncio.Event()
        self.stopping = False

    @property
    def pid(self) -> int | None:
        """The number of the process that lives now."""
        return self._process.pid if self._process is not None else None

    async def keep_alive(self) -> None:
        """Starts the process again whenever it ends.

        Raises:
            BotError: it ended before it was ever ready.
        """
        wait = _FIRST_WAIT
        while not self.stopping:
            began = time.monotonic()
            code = await self._one_life()
            if self.stopping:
                return
            if not self.was_up.is_set():
                raise BotError(
                    f"Worker {self.place.number + 1} did not start (status {code}); the lines above say why."
                )
            wait = _FIRST_WAIT if time.monotonic() - began > _LIVED_WELL else min(_LONGEST_WAIT, wait * 2)
            logger.error("worker.died number=%d status=%d again_in_seconds=%.1f", self.place.number + 1, code, wait)
            await asyncio.sleep(wait)

    async def _one_life(self) -> int:
        ready_read, ready_write = os.pipe()
        alive_read, alive_write = os.pipe()
        given = (self._listening.fileno(), ready_write, alive_read)
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.server.worker", str(self._model), *map(str, given),
                "proxied" if self._proxied else "direct", pass_fds=given, stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(ready_write)
            os.close(alive_read)
        watch = asyncio.create_task(self._wait_until_ready(ready_read))
        try:
            return await self._process.wait()
        finally:
            self.place.up = False
            watch.cancel()
            os.close(alive_write)

    async def _wait_until_ready(self, pipe: int) -> None:
        loop = asyncio.get_running_loop()
        with os.fdopen(pipe, "rb", buffering=0) as file:
            reader = asyncio.StreamReader()
            transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
            try:
                if await reader.read(1):
                    self.place.up = True
                    self.was_up.set()
            finally:
                transport.close()

    async def stop(self) -> None:
        """Lets the process finish what it has in hand, and ends it."""
        self.stopping = True
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), SECONDS_TO_DRAIN)
        except asyncio.TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()


def serve_with_workers(model: Path, *, host: str, port: int, workers: int, port_each: bool) -> None:
    """Serves with several processes until it is told to stop.

    Args:
        model: the trained model.
        host: the address to listen on.
        port: the port, or with `port_each` the first of as many as there are workers.
        workers: how many processes.
        port_each: no front: each worker has its own port.

    Raises:
        BotError: a port cannot be had, the conversations cannot be shared, or a worker does not start.
    """
    if not 1 <= workers <= MAX_WORKERS:
        raise BotError(f"{workers} workers cannot be had. Choose from 1 to {MAX_WORKERS}: one for each processor core.")
    uvloop.install()
    with tempfile.TemporaryDirectory(prefix="bot-metrics-") as folder:
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", folder)  # the workers add up their figures there
        asyncio.run(_Group(model, host, port, workers, port_each).run())


class _Group:
    def __init__(self, model: Path, host: str, port: int, workers: int, port_each: bool) -> None:
        self._host, self._port, self._each = host, port, port_each
        self._workers: list[Supervised] = []
        for number in range(workers):
            listening = _listen(host, port + number) if port_each else _listen("127.0.0.1", 0)
            place = Place(number, listening.getsockname()[1])
            self._workers.append(Supervised(place, listening, model, proxied=not port_each))
        self._front_socket = None if port_each else _listen(host, port)

    async def run(self) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, stop.set)
        keepers = [asyncio.create_task(worker.keep_alive()) for worker in self._workers]
        stopped = asyncio.create_task(stop.wait())
        front = Front([worker.place for worker in self._workers])
        server: asyncio.AbstractServer | None = None
        sweeper: asyncio.Task[None] | None = None
        try:
            first = asyncio.create_task(self._workers[0].was_up.wait())
            await asyncio.wait([first, stopped, *keepers], return_when=asyncio.FIRST_COMPLETED)
            first.cancel()
            if self._front_socket is not None and not stop.is_set() and not any(keeper.done() for keeper in keepers):
                server = await loop.create_server(lambda: Client(front), sock=self._front_socket, backlog=_BACKLOG)
                sweeper = asyncio.create_task(front.sweep())
            await asyncio.wait([stopped, *keepers], return_when=asyncio.FIRST_COMPLETED)
        finally:
            if server is not None:
                server.close()
                await front.drain(SECONDS_TO_DRAIN)
            await asyncio.gather(*(worker.stop() for worker in self._workers))
            for task in (stopped, sweeper):
                if task is not None:
                    task.cancel()
        for keeper in keepers:
            if keeper.done() and keeper.exception() is not None:
                raise keeper.exception() or BotError("A worker failed.")
            keeper.cancel()


def _listen(host: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise BotError(
            f"Port {port} on {host} cannot be used ({error.strerror}). Stop the program that uses it, or choose another "
            "with --port."
        ) from error
    made.listen(_BACKLOG)
    made.setblocking(False)
    return made

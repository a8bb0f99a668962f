"""Starts a throwaway Redis on loopback from the program that Debian's package installs."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from commands import LOOPBACK, free_port, lacking

SECONDS_TO_START = 20


def find_redis() -> str:
    """The program; the test is skipped without it, and fails under CI=true."""
    found = shutil.which("redis-server")
    if found is None:
        lacking("redis-server is not installed (Debian's package redis-server)")
    return found


class RedisServer:
    """A Redis of its own, which can be stopped and started again."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program, self._folder, self.port = program, folder, free_port()
        self.url = f"redis://{LOOPBACK}:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it takes connections."""
        with (self._folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(
                [self._program, "--bind", LOOPBACK, "--port", str(self.port), "--save", "", "--appendonly", "no"],
                cwd=self._folder, stdout=log, stderr=log,
            )  # fmt: skip
        end = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection((LOOPBACK, self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"Redis did not start:\n{(self._folder / 'redis.log').read_text(errors='replace')}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends it."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=10)
            self.process = None


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """Yields a running server; it is gone afterwards."""
    program = find_redis()
    with tempfile.TemporaryDirectory(prefix="bot-redis-") as folder:
        server = RedisServer(program, Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()

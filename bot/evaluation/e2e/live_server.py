"""A live server for one test run: `bot serve` in a process of its own, on a free port of this machine."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from types import TracebackType
from typing import IO

from bot.evaluation.e2e.target_http import RestTarget, WebTarget, open_live
from bot.evaluation.e2e.targets import TargetDown

LOOPBACK = "127.0.0.1"
SECONDS_TO_START = 180
_SECONDS_TO_STOP = 15
# One tester asks more than one visitor may: the limits of the web channel are no part of these tests.
_LIMITS = dict.fromkeys(("LIMIT_SESSION", "LIMIT_ADDRESS", "LIMIT_NEW_SESSIONS"), "1000000")


class LiveServer:
    """`with LiveServer() as server:` starts it; leaving stops it."""

    def __init__(self) -> None:
        """Chooses the port."""
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://{LOOPBACK}:{self.port}"
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the server
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> LiveServer:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve", "--port", str(self.port)],
            env={**os.environ, **_LIMITS, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=_SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()

    async def ready(self, channel: str | None) -> RestTarget | WebTarget:
        """Waits until it serves and returns the open target.

        Raises:
            TargetDown: it stopped, or did not start in time; with what it said last.
        """
        end = time.monotonic() + SECONDS_TO_START
        while True:
            if self._process is None or self._process.poll() is not None:
                raise TargetDown(f"The server stopped while it started. It said:\n{self.said()}")
            try:
                return await open_live(self.url, channel)
            except TargetDown as down:
                # A channel that is not there will not come; everything else may just take its time.
                if time.monotonic() > end or "HTTP" in str(down):
                    raise TargetDown(f"{down}\nThe server said:\n{self.said()}") from down
            await asyncio.sleep(0.3)

    def said(self) -> str:
        """Returns the last lines of what the server wrote."""
        self._log.seek(0)
        return "\n".join(self._log.read().decode(errors="replace").splitlines()[-15:])

"""One process of the cluster: started in a session of its own, its output kept in a file, always ended."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.errors import BotError

LOOPBACK = "127.0.0.1"
_LAST_LINES = 2000


@dataclass
class Part:
    """A program of the cluster.

    Attributes:
        name: what people call it.
        command: how it is started.
        log: where its output goes.
        options: passed to the process, such as environment, folder or user.
        asked_to_end: it got a signal to end; a second one might cut off what it has in hand.
    """

    name: str
    command: Sequence[str]
    log: Path
    options: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    asked_to_end: bool = False

    @property
    def pid(self) -> int:
        """The number of its process.

        Raises:
            BotError: it was not started.
        """
        if self.process is None:
            raise BotError(f"{self.name} does not run.")
        return self.process.pid

    @property
    def runs(self) -> bool:
        """Whether its process lives."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Starts it; `wait_until` tells when it can be used."""
        self.asked_to_end = False
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*_ends_with_us(), *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.options,
            )

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Waits until it can be used.

        Raises:
            BotError: it ended, or was not ready in time; with the last lines that it wrote.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.runs:
                raise BotError(f"{self.name} ended while it started.{self.said()}")
            with contextlib.suppress(OSError):
                if ready():
                    return
            time.sleep(0.1)
        raise BotError(f"{self.name} was not ready after {seconds:.0f} seconds.{self.said()}")

    def kill(self) -> None:
        """Kills it as `kill -9` does."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            self.process.wait()

    def ask_to_end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Sends a signal and does not wait, so that several processes can end at the same time; `stop` waits."""
        if self.process is not None and self.process.poll() is None and not self.asked_to_end:
            self.asked_to_end = True
            self.process.send_signal(how)

    def stop(self, how: signal.Signals = signal.SIGTERM, seconds: float = 15.0) -> None:
        """Ends it in order, and by force after so many seconds."""
        if self.process is None:
            return
        self.ask_to_end(how)
        try:
            self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def said(self) -> str:
        """Returns the last lines of its output, for an error."""
        try:
            text = self.log.read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return ""
        return f" It wrote:\n{text[-_LAST_LINES:]}" if text else ""


def _ends_with_us() -> list[str]:
    """Returns what to put before a command so that it ends when this program is killed: Debian's setpriv, if it is there."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "INT"] if setpriv else []


def free_ports(count: int) -> list[int]:
    """Returns loopback ports that nobody uses now, all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def takes_connections(port: int) -> bool:
    """Tells whether somebody listens on a loopback port."""
    try:
        socket.create_connection((LOOPBACK, port), 1).close()
    except OSError:
        return False
    return True

"""Starts a throwaway PostgreSQL server on loopback from the programs that Debian's packages install."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from commands import free_port

from bot.cluster.postgres import unprivileged_user
from bot.cluster.programs import find

SECONDS_TO_START = 60


def find_programs() -> Path | None:
    """The folder of initdb and postgres, newest version first; None where they are not installed."""
    found = find("postgres")
    return found.parent if found is not None and (found.parent / "initdb").is_file() else None


class Server:
    """A PostgreSQL server with a folder and a port of its own, which can be stopped and started again."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self._options: dict[str, Any] = {"cwd": folder}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            user = unprivileged_user()
            os.chown(folder, user.pw_uid, user.pw_gid)
            self._options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.port = free_port()
        self.url = f"postgresql://bot@127.0.0.1:{self.port}/postgres"
        self.process: subprocess.Popen[bytes] | None = None
        subprocess.run(
            [programs / "initdb", "-D", folder / "data", "-U", "bot", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            check=True, capture_output=True, text=True, timeout=SECONDS_TO_START, **self._options,
        )  # fmt: skip

    def start(self) -> None:
        """Starts it and waits until it takes connections."""
        log = self._folder / "log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._folder / "data", "-h", "127.0.0.1", "-p", str(self.port),
                 "-k", self._folder, "-F"],
                stdout=output, stderr=output, **self._options,
            )  # fmt: skip
        _wait_for(self.process, self.port, log)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stops it, by default at once but in order."""
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


@contextmanager
def own_server(programs: Path) -> Iterator[Server]:
    """Yields a running server; server and data are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="bot-postgres-"))
    try:
        server = Server(programs, folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_server(programs: Path) -> Iterator[str]:
    """Yields the URL of an empty database on a server of its own; server and data are gone afterwards."""
    with own_server(programs) as server:
        yield server.url


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and server.poll() is None:
        try:
            psycopg2.connect(host="127.0.0.1", port=port, user="bot", dbname="postgres", connect_timeout=2).close()
            return
        except psycopg2.OperationalError:
            time.sleep(0.1)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")

"""Runs the `bot` command as a person does: in a process of its own, with an environment of its own."""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest
from facts import ROOT

# As the console script does, but from this checkout whatever is installed.
BOT = [sys.executable, "-c", "from bot.cli import main; main()"]
LOOPBACK = "127.0.0.1"


_numbers = itertools.count()


def environment(**changes: str | Path) -> dict[str, str]:
    """This process's environment without the project's own variables, and with these changes.

    Conversations go into a new file of a temporary folder, unless the changes say where, so that no test shares the
    checkout's with another test or with a server that somebody runs.
    """
    ours = {"GUIDE", "CLINIC", "CLINICS", "DATABASE_URL", "CONVERSATIONS_URL", "CONVERSATIONS_SYNC", "RETENTION_HOURS", "BOT_HOME",
            "BOT_ENV", "BOT_SECRET", "PROXIES", "REST_CHANNEL", "SESSION_HOURS", "LIMIT_SESSION", "LIMIT_ADDRESS",
            "LIMIT_NEW_SESSIONS", "LOCK_URL", "PROMETHEUS_MULTIPROC_DIR", "PORT",
            # TensorFlow sets it for itself when a test has loaded it.
            "TF_CPP_MIN_LOG_LEVEL"}  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    named = {name: str(value) for name, value in changes.items()}
    if "BOT_HOME" not in named and not named.get("DATABASE_URL", "").startswith("postgres"):
        kept["CONVERSATIONS_URL"] = f"sqlite:///{_folder() / f'conversations-{next(_numbers)}.sqlite3'}"
    return {**kept, "RASA_TELEMETRY_ENABLED": "false", **named}


@cache
def _folder() -> Path:
    made = Path(tempfile.mkdtemp(prefix="bot-tests-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def bot(
    *args: str, typed: str | None = None, seconds: float = 120, **changes: str | Path
) -> subprocess.CompletedProcess[str]:
    """Runs `bot` with arguments in the checkout and returns what it printed; `typed` goes into its input."""
    return subprocess.run(
        [*BOT, *args], cwd=ROOT, env=environment(**changes), input=typed or "", capture_output=True, text=True,
        timeout=seconds,
    )  # fmt: skip


def lacking(why: str) -> NoReturn:
    """Skips a test that needs a program which is not installed, and fails it under CI=true."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


def free_port() -> int:
    """A port of loopback that nobody uses now, and that neither the system nor another process of the tests gives away.

    Until a server listens on it, seconds go by. So it is none of those that the system picks from for connections and
    for port 0 (from 32768 up), and each process of the tests has a thousand of its own.
    """
    while True:
        port = next(_ports())
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((LOOPBACK, port))
            return port


@cache
def _ports() -> Iterator[int]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    first = 20_000 + int(worker.removeprefix("gw")) % 12 * 1000
    # Other tests may run on this machine: they begin somewhere else.
    begin = random.SystemRandom().randrange(1000)
    return (first + (begin + number) % 1000 for number in itertools.count())


def fails_readably(done: subprocess.CompletedProcess[str], *said: str, lines: int = 1) -> None:
    """Checks that a command failed with status 1 and a short message for people."""
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert "Traceback" not in done.stdout + done.stderr
    assert len(done.stderr.strip().splitlines()) <= lines, done.stderr
    for words in said:
        assert words in done.stderr, done.stderr

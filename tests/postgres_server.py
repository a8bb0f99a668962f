"""Starts a throwaway PostgreSQL server on loopback from the programs that Debian's packages install."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2

SECONDS_TO_START = 60


def find_programs() -> Path | None:
    """The folder of initdb and postgres, newest version first; None where they are not installed."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin")]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    usable = [folder for folder in found if (folder / "initdb").is_file() and (folder / "postgres").is_file()]
    return max(usable, key=lambda folder: [int(n) for n in folder.parent.name.split(".") if n.isdigit()], default=None)


@contextmanager
def running_server(programs: Path) -> Iterator[str]:
    """Yields the URL of an empty database on a server of its own; server and data are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="bot-postgres-"))
    user = _unprivileged_user()
    options: dict[str, Any] = {"cwd": folder}
    if user is not None:
        # PostgreSQL refuses to run as root.
        os.chown(folder, user.pw_uid, user.pw_gid)
        options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data, log, port = folder / "data", folder / "log", _free_port()
    try:
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "bot", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            check=True, capture_output=True, text=True, timeout=SECONDS_TO_START, **options,
        )  # fmt: skip
        with log.open("wb") as output:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", folder, "-F"],
                stdout=output, stderr=output, **options,
            )  # fmt: skip
        try:
            _wait_for(server, port, log)
            yield f"postgresql://bot@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and server.poll() is None:
        try:
            psycopg2.connect(host="127.0.0.1", port=port, user="bot", dbname="postgres", connect_timeout=2).close()
            return
        except psycopg2.OperationalError:
            time.sleep(0.1)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")

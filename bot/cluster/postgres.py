"""PostgreSQL with a streaming replica: every commit is on both before it is answered, and the replica can take over."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg2

from bot.cluster.processes import LOOPBACK, Part
from bot.errors import BotError

USER = "bot"
DATABASE = "postgres"
SECONDS_TO_START = 60.0
SECONDS_TO_PROMOTE = 20
_STANDBY = "replica"
_CONNECTIONS = 100


def unprivileged_user() -> pwd.struct_passwd:
    """Returns who runs PostgreSQL where this program is root: the user of Debian's package, or nobody."""
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


class Pair:
    """A primary and its replica on loopback, in a folder of their own."""

    def __init__(self, programs: Path, logs: Path, ports: tuple[int, int]) -> None:
        """Prepares nothing yet.

        Args:
            programs: the folder of initdb, postgres and pg_basebackup.
            logs: where the logs go.
            ports: of the primary and of the replica.
        """
        self._programs, self._ports = programs, ports
        self._password = secrets.token_urlsafe(24)
        # Not under `logs`: as root the servers run as another user, who may not be allowed into the project's folder.
        self._folder = Path(tempfile.mkdtemp(prefix="bot-cluster-"))
        self._options: dict[str, Any] = {"cwd": self._folder, "env": {**os.environ, "LC_ALL": "C"}}
        self._as_another_user()
        self.primary = self._part(
            "PostgreSQL", "primary", ports[0], logs, "-c", f"synchronous_standby_names={_STANDBY}"
        )
        # After a restart of the primary commits wait until the replica is back: it looks often, not every five seconds.
        self.replica = self._part(
            "PostgreSQL's replica", "replica", ports[1], logs, "-c", "wal_retrieve_retry_interval=250ms"
        )
        self.promoted = False

    @property
    def url(self) -> str:
        """The address that leads to whichever of the two takes writes now."""
        hosts = "&".join(f"host={LOOPBACK}:{port}" for port in self._ports)
        return f"postgresql://{USER}:{self._password}@/{DATABASE}?{hosts}&target_session_attrs=read-write"

    def start(self) -> None:
        """Makes both and starts them.

        Raises:
            BotError: one of them cannot be made or started.
        """
        secret = self._folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(self._password, encoding="ascii")
        self._own(secret)
        self._run("initdb", "-D", str(self._data("primary")), "-U", USER, "-A", "scram-sha-256", f"--pwfile={secret}",
                  "-E", "UTF8", "--locale=C")  # fmt: skip
        with (self._data("primary") / "pg_hba.conf").open("a", encoding="ascii") as rules:
            rules.write(f"host replication {USER} {LOOPBACK}/32 scram-sha-256\n")
        self._start(self.primary, self._ports[0])
        self._run("pg_basebackup", "-D", str(self._data("replica")), "--checkpoint=fast", "--write-recovery-conf", "-d",
                  f"host={LOOPBACK} port={self._ports[0]} user={USER} application_name={_STANDBY}")  # fmt: skip
        self._start(self.replica, self._ports[1])
        self._wait_for_standby()

    def restart(self) -> None:
        """Stops the server that takes writes, at once but in order, and starts it again."""
        part, port = (self.replica, self._ports[1]) if self.promoted else (self.primary, self._ports[0])
        part.stop(signal.SIGINT)
        self._start(part, port)

    def fail_over(self) -> float:
        """Makes the replica the one that takes writes; the primary must be dead. Returns the seconds that it took.

        Raises:
            BotError: the primary still runs, so that there would be two; or the replica does not take over.
        """
        if self.primary.runs:
            raise BotError("The primary still runs. Two servers that take writes would part ways: stop it first.")
        began = time.monotonic()
        try:
            promoted = self.ask(1, f"SELECT pg_promote(true, {SECONDS_TO_PROMOTE})")
        except psycopg2.Error as error:
            raise BotError(f"The replica cannot be reached, so it cannot take over.{self.replica.said()}") from error
        if not promoted:
            raise BotError(f"The replica did not take over within {SECONDS_TO_PROMOTE} seconds.{self.replica.said()}")
        self.promoted = True
        return time.monotonic() - began

    def mend(self) -> str | None:
        """Does what must be done when one of the two died, and returns what that was.

        Raises:
            BotError: it cannot be done.
        """
        if not self.promoted and not self.primary.runs:
            seconds = self.fail_over()
            return f"PostgreSQL died; its replica took over in {seconds:.1f} seconds."
        if not self.replica.runs:  # without it no commit of the primary returns
            self._start(self.replica, self._ports[1])
            return "PostgreSQL's replica died and was started again."
        return None

    def ask(self, server: int, question: str) -> Any:
        """Returns the first field of the answer of the primary (0) or the replica (1)."""
        connection = psycopg2.connect(
            host=LOOPBACK, port=self._ports[server], user=USER, password=self._password, dbname=DATABASE, connect_timeout=5
        )  # fmt: skip
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(question)
                row = cursor.fetchone()
                return row[0] if row else None
        finally:
            connection.close()

    @property
    def writer(self) -> int:
        """Which takes writes now: 0 for the primary, 1 for the replica."""
        return int(self.promoted)

    def stop(self) -> None:
        """Ends both, and removes their data."""
        for part in (self.replica, self.primary):
            part.stop(signal.SIGINT)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _part(self, title: str, name: str, port: int, logs: Path, *more: str) -> Part:
        command = [str(self._programs / "postgres"), "-D", str(self._data(name)), "-h", LOOPBACK, "-p", str(port), "-k", "",
                   "-c", f"max_connections={_CONNECTIONS}", *more]  # fmt: skip
        return Part(title, command, logs / f"postgresql-{name}.log", self._options)

    def _data(self, name: str) -> Path:
        return self._folder / name

    def _start(self, part: Part, port: int) -> None:
        part.start()

        def ready() -> bool:
            try:
                return bool(self.ask(self._ports.index(port), "SELECT 1"))
            except psycopg2.OperationalError:
                return False

        part.wait_until(ready, SECONDS_TO_START)

    def _wait_for_standby(self) -> None:
        """Waits until commits go to both: before that, none would return."""
        self.replica.wait_until(
            lambda: self.ask(0, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1,
            SECONDS_TO_START,
        )

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="replace", timeout=SECONDS_TO_START * 2,
            **{**self._options, "env": {**self._options["env"], "PGPASSWORD": self._password}},
        )  # fmt: skip
        if done.returncode:
            raise BotError(f"{program} failed: {done.stderr.strip()[-500:].replace(self._password, '...')}")

    def _as_another_user(self) -> None:
        """PostgreSQL refuses to run as root."""
        if os.geteuid() == 0:
            user = unprivileged_user()
            self._options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            self._own(self._folder)

    def _own(self, path: Path) -> None:
        if "user" in self._options:
            os.chown(path, self._options["user"], self._options["group"])

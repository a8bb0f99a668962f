"""The whole cluster on loopback: starts every part, starts dead workers again, lets the replica take over, and ends it all.

What Kubernetes, systemd or a database operator does on many machines, `Cluster.watch` does here.
"""

from __future__ import annotations

import http.client
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot import settings
from bot.cluster.postgres import Pair
from bot.cluster.processes import LOOPBACK, Part, free_ports, takes_connections
from bot.cluster.programs import Programs, find_programs
from bot.cluster.proxy import Proxy, write
from bot.errors import BotError
from bot.server.refusals import said_by_host

MOST_WORKERS = 16
SECONDS_TO_START = 120.0
_LOOK_EVERY = 0.2
_TRY_AGAIN_AFTER = 5.0
_SECONDS_TO_END = 35.0
"""A worker finishes what it has in hand, in at most 30 seconds."""
Say = Callable[[str], None]


@dataclass
class Shape:
    """What a cluster is made of.

    Attributes:
        workers: how many `bot serve` processes.
        running: how many of them are started at first; by default all.
        port: of the proxy; 0 for a free one.
        environment: changes to the workers' environment.
    """

    workers: int = 2
    running: int | None = None
    port: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)


class Cluster:
    """The parts of one cluster."""

    def __init__(self, shape: Shape, folder: Path, programs: Programs) -> None:
        """Prepares every part, and starts none.

        Args:
            shape: what it is made of.
            folder: for logs and configurations; it must exist.
            programs: where the programs are.
        """
        self.shape, self.folder = shape, folder
        primary, replica, redis, inside, proxy, *workers = free_ports(5 + shape.workers)
        self.port, self._inside = shape.port or proxy, inside
        self._redis_port, self._redis_password = redis, secrets.token_urlsafe(24)
        # One for all workers: each must read the tokens and find the conversations of the others.
        self._secret = settings.bot_secret() or secrets.token_urlsafe(48)
        self.database = Pair(programs.postgresql, folder, (primary, replica))
        self.redis = Part("Redis", [str(programs.redis), str(folder / "redis.conf")], folder / "redis.log")
        self.workers = [self._worker(number, port) for number, port in enumerate(workers, 1)]
        self._worker_ports = workers
        configuration = Proxy(
            f"{LOOPBACK}:{self.port}", f"{LOOPBACK}:{inside}", [f"{LOOPBACK}:{p}" for p in workers], said=said_by_host()
        )
        self.proxy = Part(
            "HAProxy",
            [str(programs.haproxy), "-db", "-f", str(write(configuration, folder / "proxy"))],
            folder / "haproxy.log",
        )
        self._wanted: set[int] = set()
        self._stopping = threading.Event()
        self.lock = threading.Lock()
        """Held while a part is started or stopped on purpose."""
        self.events: list[tuple[float, str]] = []
        """What `watch` did, with the time by `time.monotonic`."""

    @property
    def url(self) -> str:
        """Where visitors go."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def parts(self) -> dict[str, list[Part]]:
        """All parts by what they are."""
        return {"workers": self.workers, "proxy": [self.proxy], "primary": [self.database.primary],
                "replica": [self.database.replica], "redis": [self.redis]}  # fmt: skip

    def start(self, say: Say) -> None:
        """Starts every part, and returns when messages are answered.

        Raises:
            BotError: a part does not start.
        """
        say("PostgreSQL and its replica ...")
        self.database.start()
        say("Redis ...")
        self._start_redis()
        running = self.shape.workers if self.shape.running is None else self.shape.running
        say(f"{running} worker{'s' if running != 1 else ''} ...")
        for number in range(running):
            self.workers[number].start()
            self._wanted.add(number)
        for number in range(running):
            self._wait_for_worker(number)
        say("The proxy ...")
        self.proxy.start()
        self.proxy.wait_until(lambda: takes_connections(self.port) and self.up() == running, SECONDS_TO_START)

    def add_worker(self) -> None:
        """Starts one more of the workers that the proxy knows."""
        number = next(each for each in range(self.shape.workers) if each not in self._wanted)
        with self.lock:
            self.workers[number].start()
            self._wait_for_worker(number)
            self._wanted.add(number)
        self.proxy.wait_until(lambda: self.up() == len(self._wanted), SECONDS_TO_START)

    def up(self) -> int:
        """Returns how many workers the proxy holds for ready."""
        lines = [line for line in self._figures("haproxy_server_status{") if 'state="UP"' in line]
        return sum(float(line.rsplit(" ", 1)[1]) == 1 for line in lines)

    def answered(self) -> dict[str, int]:
        """Returns how many responses the proxy got from each worker, by its name."""
        found: dict[str, int] = {}
        for line in self._figures("haproxy_server_http_responses_total{"):
            name = line.split('server="')[1].split('"')[0]
            found[name] = found.get(name, 0) + int(float(line.rsplit(" ", 1)[1]))
        return found

    def _figures(self, name: str) -> list[str]:
        """Returns the lines of the proxy's own metrics that begin so; none while it does not answer."""
        connection = http.client.HTTPConnection(LOOPBACK, self._inside, timeout=5)
        try:
            connection.request("GET", "/metrics?scope=server")
            text = connection.getresponse().read().decode()
        except http.client.HTTPException:
            return []
        finally:
            connection.close()
        return [line for line in text.splitlines() if line.startswith(name)]

    def watch(self, say: Say = lambda text: None) -> None:
        """Until the cluster is stopped: starts dead parts again, and lets the replica take over."""
        while not self._stopping.wait(_LOOK_EVERY):
            with self.lock:
                if self._stopping.is_set():
                    return
                try:
                    self._mend(say)
                except BotError as error:
                    self._note(say, str(error))
                    self._stopping.wait(_TRY_AGAIN_AFTER)

    def _mend(self, say: Say) -> None:
        for number in sorted(self._wanted):
            if not self.workers[number].runs:
                self._note(say, f"Worker {number + 1} died and is started again.")
                self.workers[number].start()
        if not self.redis.runs:
            self._note(say, "Redis died and is started again.")
            self._start_redis()
        if not self.proxy.runs:
            self._note(say, "HAProxy died and is started again.")
            self.proxy.start()
        mended = self.database.mend()
        if mended:
            self._note(say, mended)

    def stop(self) -> None:
        """Ends every part: the proxy first, the database last."""
        self._stopping.set()
        with self.lock:
            self.proxy.stop()
            for worker in self.workers:
                worker.ask_to_end()
            for worker in self.workers:
                worker.stop(seconds=_SECONDS_TO_END)
            self.redis.stop()
            self.database.stop()

    def _note(self, say: Say, text: str) -> None:
        self.events.append((time.monotonic(), text))
        say(text)

    def _worker(self, number: int, port: int) -> Part:
        environment = {
            **os.environ,
            "RASA_TELEMETRY_ENABLED": "false",
            "BOT_SECRET": self._secret,
            "CONVERSATIONS_URL": self.database.url,
            "LOCK_URL": f"redis://:{self._redis_password}@{LOOPBACK}:{self._redis_port}/0",
            "PROXIES": str(settings.proxies() + 1),
            **self.shape.environment,
        }
        # One worker counts for itself; the folder for several belongs to `bot serve --workers`.
        environment.pop("PROMETHEUS_MULTIPROC_DIR", None)
        command = [sys.executable, "-m", "bot", "serve", "--port", str(port)]
        return Part(f"Worker {number}", command, self.folder / f"worker-{number}.log",
                    {"cwd": settings.home(), "env": environment})  # fmt: skip

    def _wait_for_worker(self, number: int) -> None:
        self.workers[number].wait_until(lambda: _status(self._worker_ports[number], "/ready") == 200, SECONDS_TO_START)

    def _start_redis(self) -> None:
        conf = self.folder / "redis.conf"
        conf.touch(mode=0o600)
        # Nothing is kept: Redis holds who waits, for seconds.
        conf.write_text(
            f'bind {LOOPBACK}\nport {self._redis_port}\nrequirepass {self._redis_password}\nsave ""\nappendonly no\n'
            f"dir {self.folder}\n",
            encoding="utf-8",
        )
        self.redis.start()
        self.redis.wait_until(lambda: takes_connections(self._redis_port), SECONDS_TO_START)


@contextmanager
def running(shape: Shape, say: Say) -> Iterator[Cluster]:
    """Yields a cluster that runs and is watched; nothing of it is left afterwards.

    Raises:
        BotError: a program is missing, a number makes no sense, or a part does not start.
    """
    if not 1 <= shape.workers <= MOST_WORKERS:
        raise BotError(f"{shape.workers} workers cannot be had. Choose from 1 to {MOST_WORKERS}.")
    programs = find_programs()
    if shape.port:
        from bot.server.launcher import check_port  # noqa: PLC0415 - loads the server

        check_port(LOOPBACK, shape.port)
    base = settings.var_folder() / "cluster"
    base.mkdir(mode=0o700, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=base))
    cluster = Cluster(shape, folder, programs)
    watching = threading.Thread(target=cluster.watch, args=(say,), daemon=True)
    try:
        cluster.start(say)
        watching.start()
        yield cluster
    finally:
        with _undisturbed():
            cluster.stop()
            if watching.is_alive():
                watching.join()
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Lets nobody interrupt the stop: a second Ctrl-C would leave servers behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {sign: signal.signal(sign, signal.SIG_IGN) for sign in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except http.client.HTTPException:
        return 0
    finally:
        connection.close()

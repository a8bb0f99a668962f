"""The servers that the load benchmark compares: started on free loopback ports, measured, and always ended."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from bot import settings
from bot.cluster.processes import LOOPBACK, free_ports
from bot.errors import BotError
from bot.evaluation import process_figures

WEBHOOK = "/webhooks/rest/webhook"
_SECONDS_TO_START = 180.0
_BARE = "from sanic import Sanic, response; import sys\n" \
        "app = Sanic('bare', configure_logging=False)\n" \
        "app.add_route(lambda request: response.json([{'text': 'reply'}]), '/')\n" \
        "app.run(host='127.0.0.1', port=int(sys.argv[1]), access_log=False)\n"  # fmt: skip


@dataclass
class Server:
    """One of the servers compared.

    Attributes:
        name: what it is called in the figures.
        url: where messages go.
        start_seconds: from the start of the first process to the first answer, of the last start.
    """

    name: str
    port: int
    path: str
    commands: Sequence[Sequence[str]]
    health: Sequence[tuple[int, str]]
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    start_seconds: float = 0.0

    @property
    def url(self) -> str:
        """Where messages go."""
        return f"http://{LOOPBACK}:{self.port}{self.path}"

    def start(self) -> None:
        """Starts the processes and waits until the first message is answered.

        Raises:
            BotError: it does not start.
        """
        began = time.monotonic()
        with self.log.open("wb") as log:
            for command in self.commands:
                self.processes.append(_spawn(command, log, self.environment))
        for port, path in self.health:
            self._wait_for(port, path, began)
        if self.path == WEBHOOK:
            status, answer = _ask("POST", self.port, WEBHOOK, b'{"sender": "first", "message": "what is stage 2"}')
            if status != 200 or b'"reply"' not in answer:
                raise BotError(f"{self.name} answered the first message with HTTP {status}.{self._said()}")
        self.start_seconds = time.monotonic() - began

    def start_warm(self) -> None:
        """Starts, stops and starts the server again, so that `start_seconds` is that of a start with warm files.

        Whoever is the first to read Python's packages from a cold disk would otherwise pay for all who follow.

        Raises:
            BotError: it does not start.
        """
        self.start()
        self.stop()
        self.start()

    def _wait_for(self, port: int, path: str, began: float) -> None:
        while time.monotonic() - began < _SECONDS_TO_START:
            for process in self.processes:
                if process.poll() is not None:
                    raise BotError(f"{self.name} ended with status {process.returncode}.{self._said()}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                if _ask("GET", port, path)[0] == 200:
                    return
            time.sleep(0.05)
        raise BotError(f"{self.name} did not start within {_SECONDS_TO_START:.0f} seconds.{self._said()}")

    def _said(self) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace").strip()
        return f" It wrote:\n{text[-2000:]}" if text else ""

    def memory_mb(self) -> float:
        """Returns the resident memory of all its processes, children included, in MB."""
        return process_figures.memory_mb(process.pid for process in self.processes)

    def cpu_seconds(self) -> float:
        """Returns the processor time that all its processes have used so far."""
        return process_figures.cpu_seconds(process.pid for process in self.processes)

    def stop(self) -> None:
        """Ends all its processes."""
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()


def bot_server(folder: Path, workers: int = 1) -> Server:
    """Returns this bot's server, on the model that was trained last, with conversations of its own in the folder."""
    (port,) = free_ports(1)
    name = "bot" if workers == 1 else f"bot_{workers}_workers"
    command = [sys.executable, "-m", "bot", "serve", "--port", str(port), "--workers", str(workers)]
    conversations = f"sqlite:///{(folder / f'{name}.sqlite3').resolve()}"
    return Server(name, port, WEBHOOK, [command], [(port, "/webhooks/rest/")], folder / f"{name}.log",
                  {"BOT_STOCK": "", "CONVERSATIONS_URL": conversations})  # fmt: skip


def rasa_server(name: str, model: Path, folder: Path) -> Server:
    """Returns `rasa run` with `rasa run actions`, on a model."""
    port, actions = free_ports(2)
    endpoints = folder / f"{name}-endpoints.yml"
    endpoints.write_text(f"action_endpoint:\n  url: http://{LOOPBACK}:{actions}/webhook\n", encoding="utf-8")
    rasa = [sys.executable, "-m", "rasa"]
    commands = [
        [*rasa, "run", "--model", str(model), "--endpoints", str(endpoints), "--credentials", "credentials.yml",
         "--interface", LOOPBACK, "--port", str(port)],
        [*rasa, "run", "actions", "--port", str(actions)],
    ]  # fmt: skip
    health = [(port, "/webhooks/rest/"), (actions, "/health")]
    return Server(name, port, WEBHOOK, commands, health, folder / f"{name}.log", {"SANIC_HOST": LOOPBACK})


def bare_server(folder: Path) -> Server:
    """Returns a Sanic application that does nothing but answer: the ceiling."""
    (port,) = free_ports(1)
    return Server("bare", port, "/", [[sys.executable, "-c", _BARE, str(port)]], [(port, "/")], folder / "bare.log")


def _spawn(command: Sequence[str], log: IO[bytes], changes: dict[str, str]) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", **changes}
    # A session of its own, so that all its children can be ended with it.
    return subprocess.Popen(
        list(command), cwd=settings.home(), env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        start_new_session=True,
    )  # fmt: skip


def _ask(method: str, port: int, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=60)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()

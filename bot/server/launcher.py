"""Serves the bot with Rasa's own server, channels and agent, and the actions in the same process."""

from __future__ import annotations

import os
import socket
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from bot import settings
from bot.clinic import load_clinic
from bot.errors import BotError
from bot.guide.store import open_guide
from bot.server import logs, startup_checks, unpacking
from bot.server.departures import depart
from bot.server.garbage import held, settle
from bot.server.quiet import quiet_rasa

if TYPE_CHECKING:
    from sanic import Sanic

DEFAULT_PORT = 5005
MAX_PORT = 65535
LOOPBACK = "127.0.0.1"


def check_port(host: str, port: int) -> None:
    """Makes sure that the port can be had.

    Raises:
        BotError: it is taken, or not allowed.
    """
    if not 1 <= port <= MAX_PORT:
        raise BotError(f"{port} is no port. Choose a number from 1 to {MAX_PORT}: `bot serve --port {DEFAULT_PORT}`.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BotError(
                f"Port {port} on {host} cannot be used ({error.strerror}). Stop the program that uses it, or choose "
                f"another port: `bot serve --port {port + 1 if port < MAX_PORT else DEFAULT_PORT}`."
            ) from error


def serve(
    model: Path, *, host: str = LOOPBACK, port: int = DEFAULT_PORT, workers: int = 1, port_each: bool = False
) -> None:
    """Serves until it is stopped; messages in hand are finished first.

    Args:
        model: the trained model.
        host: the address to listen on; loopback unless told otherwise.
        port: the port to listen on.
        workers: how many processes answer; with one, this process does.
        port_each: each worker has its own port, from `port` on.

    Raises:
        BotError: a port, the store, the clinic file or the model cannot be used, or a worker does not start.
    """
    check_port(host, port)
    if workers != 1:
        from bot.server.workers import check_number, serve_with_workers  # noqa: PLC0415

        check_number(workers)
        _read_clinic()
        open_guide()  # fails here once, rather than in each worker
        startup_checks.refuse(startup_checks.problems(model, workers=workers))
        serve_with_workers(model, host=host, port=port, workers=workers, port_each=port_each)
        return
    app = prepare(model)
    app.run(host=host, port=port, workers=1, access_log=False)


def prepare(model: Path, *, workers: int = 1) -> Sanic:
    """Makes this process ready to serve: checks what must be there, leaves out what is not needed, loads the model.

    Args:
        model: the trained model.
        workers: how many processes serve, this one included.

    Raises:
        BotError: the store, the clinic file or the model cannot be used.
    """
    _read_clinic()
    open_guide()  # fails here, readably, rather than at the first message
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    with held(), unpacking.ahead(model):
        depart()
        quiet_rasa()
        logs.configure()
        # Slow, and the model is unpacked meanwhile; the second loads spaCy and scikit-learn.
        from bot.server.application import make_application  # noqa: PLC0415

        import_module("bot.language.components.intents")
        startup_checks.refuse(startup_checks.problems(model, workers=workers))
        app = make_application(model)
    settle()
    return app


def _read_clinic() -> None:
    """Fails readably where the clinic file is not right. Files of several clinics are in the list of the start-up checks."""
    if settings.clinics_folder() is None:
        load_clinic()

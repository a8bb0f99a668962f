"""Serves the bot with Rasa's own server, channels and agent, and the actions in the same process."""

from __future__ import annotations

import os
import socket
from functools import partial
from pathlib import Path

from bot import settings
from bot.clinic import load_clinic
from bot.errors import BotError
from bot.guide.store import open_guide
from bot.server import logs, startup_checks
from bot.server.in_process import InProcessActions
from bot.server.quiet import quiet_rasa

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


def serve(model: Path, *, host: str = LOOPBACK, port: int = DEFAULT_PORT) -> None:
    """Serves until it is stopped.

    Args:
        model: the trained model.
        host: the address to listen on; loopback unless told otherwise.
        port: the port to listen on.

    Raises:
        BotError: the port, the store or the clinic file cannot be used.
    """
    check_port(host, port)
    load_clinic()
    open_guide()  # fails here, readably, rather than at the first message
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    startup_checks.refuse(startup_checks.problems(model))
    quiet_rasa()
    logs.configure()
    # Slow to load; the checks above come first.
    from rasa.core import run  # noqa: PLC0415
    from rasa.core.utils import AvailableEndpoints  # noqa: PLC0415

    from bot.server import headers, outside, transport  # noqa: PLC0415

    endpoints = AvailableEndpoints(action=InProcessActions())
    channels = run.create_http_input_channels(None, str(settings.home() / "credentials.yml"))
    app = run.configure_app(channels, enable_api=False, port=port, endpoints=endpoints)
    transport.attach(app)
    headers.attach(app)
    outside.attach(app)
    logs.attach(app)
    app.register_listener(partial(run.load_agent_on_start, str(model), endpoints, None), "before_server_start")
    app.register_listener(run.close_resources, "after_server_stop")
    app.run(host=host, port=port, workers=1, access_log=False, motd=False)

"""The server's time-outs and sizes, readable errors instead of Sanic's pages, and how it stops.

Departure from stock Rasa 3.6.21, which takes bodies of 100 MB, keeps idle connections for two minutes, and cuts messages
in hand off when it stops.
"""

from __future__ import annotations

import asyncio
from typing import Any

from sanic import Sanic, response
from sanic.exceptions import InvalidUsage, SanicException
from sanic.request import Request
from sanic.response import BaseHTTPResponse, HTTPResponse

from bot import settings
from bot.answers.trouble import last_resort
from bot.channels.web_errors import error_body
from bot.server import watch

REQUEST_MAX_BYTES = 65_536
REQUEST_SECONDS = 10
RESPONSE_SECONDS = 30
KEEP_ALIVE_SECONDS = 30
GRACEFUL_SECONDS = 28.0
# Between the wish to stop and the closed door: who stands before it is told so, instead of being cut off.
ACCEPT_SECONDS = 0.25

_SAID = {
    400: ("bad_request", "The request cannot be read as HTTP."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    408: ("too_slow", "The request did not arrive in time. Please send it again."),
    413: ("body_too_large", f"The request is too large. At most {REQUEST_MAX_BYTES} bytes are read."),
    417: ("expectation_failed", "The server cannot do what the Expect header asks."),
}


def attach(app: Sanic) -> None:
    """Sets up an application, before it is started.

    Raises:
        BotError: PROXIES is no number.
    """
    app.config.REQUEST_MAX_SIZE = REQUEST_MAX_BYTES
    app.config.REQUEST_TIMEOUT = REQUEST_SECONDS
    app.config.RESPONSE_TIMEOUT = RESPONSE_SECONDS
    app.config.KEEP_ALIVE_TIMEOUT = KEEP_ALIVE_SECONDS
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = GRACEFUL_SECONDS
    app.config.ACCESS_LOG = False
    app.config.MOTD = False
    app.config.PROXIES_COUNT = settings.proxies() or None
    app.ctx.stopping = False

    async def answer(request: Request, error: Exception) -> HTTPResponse:
        # Sanic 21.12 raises a bare ValueError for a Content-Length that is no number, before it looks for a route.
        unread = isinstance(error, ValueError) and request.route is None
        return error_answer(InvalidUsage("") if unread else error)

    async def serve(running: Sanic, loop: Any) -> None:
        watch.server("serving")

    async def stop(running: Sanic, loop: Any) -> None:
        watch.server("stopping")
        running.ctx.stopping = True
        await asyncio.sleep(ACCEPT_SECONDS)

    app.error_handler.add(Exception, answer)
    app.register_listener(serve, "after_server_start")
    app.register_listener(stop, "before_server_stop")

    @app.on_response
    async def last_answer(request: Request, answered: BaseHTTPResponse) -> None:
        # A connection that stays open would hold the server's end up until its time-out.
        if app.ctx.stopping and request.stream is not None:
            request.stream.keep_alive = False


def error_answer(error: Exception) -> HTTPResponse:
    """Returns the answer to an error: what was wrong with the request, or the honest text of last resort."""
    status = getattr(error, "status_code", 500) if isinstance(error, SanicException) else 500
    headers = getattr(error, "headers", None) or {}
    if status < 500:
        code, text = _SAID.get(status, ("bad_request", "The request cannot be answered."))
        watch.refused("http", code)
        return response.json(error_body(code, text), status=status, headers=headers)
    watch.failed("http", error)
    code = "too_long_to_answer" if status == 503 else "failed"
    return response.json(error_body(code, last_resort(first=True).full_text()), status=status, headers=headers)

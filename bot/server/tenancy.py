"""Chooses the clinic of each request by its host name, where there are several (docs/tenants.md).

It must be attached before everything that speaks for a clinic. Where there is one clinic it does nothing.
"""

from __future__ import annotations

from sanic import Sanic, response
from sanic.request import Request
from sanic.response import BaseHTTPResponse, HTTPResponse

from bot import settings
from bot.channels.web_errors import error_body
from bot.server import watch
from bot.tenants.clinics import the_clinics
from bot.tenants.current import choose

ANY_HOST = frozenset({"/health", "/ready", "/metrics"})
"""What probes ask, which know a machine's address rather than a clinic's."""
_NOT_READ = "NONE"
"""What Sanic 21.12 calls the method of a request that it could not read: that one is told what is wrong with it."""
UNKNOWN = "There is no clinic at this address."


def attach(app: Sanic) -> None:
    """Adds the choice to an application, before it is started.

    Raises:
        BotError: a clinic's file is not right, or PROXIES is no number.
    """
    clinics = the_clinics()
    if clinics is None:
        return
    trusted = settings.proxies() > 0

    @app.on_request
    async def find(request: Request) -> HTTPResponse | None:
        headers = request.headers
        # Always set: on a connection that stays open the last request's clinic may still be chosen.
        tenant = clinics.asked(headers.getall("host", ()), headers.getall("x-forwarded-host", ()), trusted=trusted)
        choose(tenant)
        if tenant is not None or request.path in ANY_HOST or request.method == _NOT_READ:
            return None
        watch.refused("http", "unknown_host")
        return response.json(error_body("unknown_host", UNKNOWN), status=421)

    @app.on_response
    async def leave(request: Request, answer: BaseHTTPResponse) -> None:
        # Response middleware runs backwards, so this is the last. An error before the next request's choice speaks for nobody.
        choose(None)

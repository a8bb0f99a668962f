"""Which pages may talk to the bot (CORS), and the security headers that every answer carries.

Departure from stock Rasa 3.6.21: its sanic-cors is given no rules any more, because two sets of rules could contradict each
other, and its rules answer a page that is not on the list as if nothing were wrong.
"""

from __future__ import annotations

from sanic import Sanic, response
from sanic.request import Request
from sanic.response import BaseHTTPResponse, HTTPResponse

from bot.channels.web_errors import error_body
from bot.clinic import load_clinic
from bot.tenants.clinics import the_clinics
from bot.tenants.current import current

# What pages of other origins may use: the web channel by the list in the clinic's file, the widget's modules by anybody.
API = "/webhooks/web/"
WIDGET = "/widget/"
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "600",
}
_NEVER_KEPT = ("/webhooks/", "/health", "/ready", "/metrics")
NOT_ALLOWED = (
    "This page's address is not on the clinic's list. Add it to web.origins in clinic.yml (scheme and host, no path) and "
    "restart the bot."
)


def attach(app: Sanic) -> None:
    """Adds the rules to an application, before it is started.

    Raises:
        ClinicError: the clinic file is missing or not valid.
    """
    only = load_clinic().web.origins if the_clinics() is None else None
    rasa_cors = getattr(app.ctx, "sanic_cors", None)
    if rasa_cors is not None:
        rasa_cors.resources.clear()

    def allowed_here() -> tuple[str, ...]:
        if only is not None:
            return only
        tenant = current()
        return tenant.clinic.web.origins if tenant is not None else ()

    @app.on_request
    async def preflight(request: Request) -> HTTPResponse | None:
        if request.method != "OPTIONS" or "access-control-request-method" not in request.headers:
            return None
        if request.path.startswith(WIDGET) or _allowed(request, allowed_here()):
            return response.empty(headers=_PREFLIGHT)
        return response.json(error_body("origin_not_allowed", NOT_ALLOWED), status=403)

    @app.on_response
    async def mark(request: Request, answer: BaseHTTPResponse) -> None:
        path = request.path
        origins = allowed_here()
        headers = answer.headers
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "no-referrer")
        if path.startswith(WIDGET):
            headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")
            headers.setdefault("Access-Control-Allow-Origin", "*")
            return
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if path.startswith(_NEVER_KEPT) or answer.status >= 400:
            headers.setdefault("Cache-Control", "no-store")
        if path.startswith(API):
            headers.setdefault("Vary", "Origin")
            if _allowed(request, origins):
                headers["Access-Control-Allow-Origin"] = "*" if "*" in origins else request.headers["origin"]
                headers["Access-Control-Expose-Headers"] = "Retry-After"
        policy = headers.get("Content-Security-Policy", "")
        if "frame-ancestors" not in policy:
            page = (answer.content_type or "").startswith("text/html")
            framed = " ".join(["frame-ancestors 'self'", *origins])
            rule = framed if page else "default-src 'none'; frame-ancestors 'none'"
            headers["Content-Security-Policy"] = f"{policy.rstrip('; ')}; {rule}" if policy else rule


def _allowed(request: Request, origins: tuple[str, ...]) -> bool:
    origin = request.headers.get("origin", "")
    return request.path.startswith(API) and bool(origin) and (origin in origins or "*" in origins)

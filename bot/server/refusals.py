"""What the one port in front of several workers answers itself, when it hands a request to none of them."""

from __future__ import annotations

import json

from bot.answers.trouble import last_resort
from bot.channels.web_errors import error_body
from bot.tenants.clinics import the_clinics
from bot.tenants.current import using

_REASONS = {400: "Bad Request", 408: "Request Timeout", 413: "Payload Too Large", 431: "Header Fields Too Large",
            501: "Not Implemented", 503: "Service Unavailable"}  # fmt: skip
_CODES = {400: "bad_request", 408: "too_slow", 413: "body_too_large", 431: "headers_too_large", 501: "no_websockets",
          503: "interrupted"}  # fmt: skip


def refusal(status: int, reason: str = "") -> bytes:
    """Returns a whole response with an error in the form that every error of the server has (`bot.channels.web_errors`).

    A client of the REST channel, which shows messages, finds the reply of last resort for 503 in `messages` as well.

    Args:
        status: one of `_CODES`.
        reason: what was wrong, for the author of a program; 503 is for visitors and has its own text.
    """
    body = _body(status, reason).encode()
    retry = "retry-after: 2\r\n" if status == 503 else ""
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\ncontent-type: application/json\r\ncache-control: no-store\r\n"
        f"{retry}connection: close\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _body(status: int, reason: str = "") -> str:
    if status != 503:
        return json.dumps(error_body(_CODES[status], reason))
    reply = last_resort(first=True)
    content = error_body(_CODES[status], reply.full_text())
    content["messages"] = [{"text": reply.full_text()}, {"custom": {"data": {"reply": reply.to_dict()}}}]
    return json.dumps(content)


def said_by_host() -> dict[str, str]:
    """Returns, for each host name of several clinics, the body of its 503 with that clinic's phone; for proxies that say it.

    Each is one line of JSON. It is empty where there is one clinic.

    Raises:
        ClinicError: the clinics' files are not right.
    """
    clinics = the_clinics()
    found: dict[str, str] = {}
    for tenant in clinics.by_key.values() if clinics is not None else ():
        with using(tenant):
            found.update(dict.fromkeys(tenant.hosts, _body(503)))
    return found

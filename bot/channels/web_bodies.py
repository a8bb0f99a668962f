"""Reads what a client of the web channel sends: in time, not too much, and of the form that docs/web.md describes."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from typing import Any

from sanic.request import Request

from bot.channels import web_errors

MAX_BYTES = 16 * 1024
BODY_SECONDS = 10.0
MESSAGE_ID = r"[A-Za-z0-9_-]{1,64}"
VALUES = ("up", "down")
_ID = re.compile(MESSAGE_ID)


async def read_json(request: Request, *, optional: bool = False) -> dict[str, Any]:
    """Returns the JSON object of a request's body.

    Args:
        request: a request of a route with `stream=True`, whose body was not read yet.
        optional: an empty body counts as `{}`.

    Raises:
        Refused: 415 another content type, 413 too large, 408 too slow, 400 not a JSON object.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    raw = await _read(request)
    if optional and not raw and not kind:
        return {}
    if kind != "application/json":
        raise web_errors.not_json_type()
    try:
        data = json.loads(raw or (b"{}" if optional else b""))
    except (ValueError, RecursionError) as error:
        raise web_errors.bad_body("The body is not valid JSON.") from error
    if not isinstance(data, dict):
        raise web_errors.bad_body("The body is not a JSON object.")
    return data


async def _read(request: Request) -> bytes:
    stream = request.stream
    if stream is None:  # only Sanic's own test client has none
        return request.body

    async def whole() -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            part = await stream.read()
            if not part:
                return b"".join(parts)
            size += len(part)
            if size > MAX_BYTES:
                raise web_errors.too_large()
            parts.append(part)

    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > MAX_BYTES:
        raise web_errors.too_large()
    try:
        return await asyncio.wait_for(whole(), BODY_SECONDS)
    except asyncio.TimeoutError as error:
        stream.keep_alive = False
        raise web_errors.too_slow() from error


def read_message(data: dict[str, Any]) -> tuple[str, str]:
    """Returns the text and the id of a visitor's message; an id is made up where there is none.

    Raises:
        Refused: 400 a field has the wrong form, or the text is too long.
    """
    text = data.get("message")
    if not isinstance(text, str):
        raise web_errors.bad_body("'message' must be a text.")
    # Half of a surrogate pair cannot be written as UTF-8, and PostgreSQL takes no NUL.
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", " ")
    if len(text) > web_errors.MAX_MESSAGE:
        raise web_errors.message_too_long(len(text))
    message_id = data.get("message_id")
    if message_id is None:
        return text, secrets.token_hex(16)
    if not isinstance(message_id, str) or not _ID.fullmatch(message_id):
        raise web_errors.bad_body("'message_id' must be 1 to 64 letters, digits, _ or -.")
    return text, message_id


def read_feedback(data: dict[str, Any]) -> str:
    """Returns "up" or "down".

    Raises:
        Refused: 400 it is neither, or what it is about has the wrong form.
    """
    if data.get("value") not in VALUES:
        raise web_errors.bad_body('\'value\' must be "up" or "down".')
    message_id, turn = data.get("message_id"), data.get("turn")
    if message_id is not None and not (isinstance(message_id, str) and _ID.fullmatch(message_id)):
        raise web_errors.bad_body("'message_id' must be 1 to 64 letters, digits, _ or -.")
    if turn is not None and (not isinstance(turn, int) or isinstance(turn, bool) or turn < 0):
        raise web_errors.bad_body("'turn' must be a whole number.")
    if message_id is None and turn is None:
        raise web_errors.bad_body("Say which reply: 'message_id' or 'turn'.")
    return str(data["value"])

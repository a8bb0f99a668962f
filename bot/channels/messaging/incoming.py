"""What a platform's request comes to: messages of people, or nothing that wants an answer; or it is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from sanic.request import Request
from sanic.response import HTTPResponse

GREETING = "hello"
"""What a platform's own `/start` and `/help` count as: the bot says what it is, what it can do, and offers first questions."""
_LEADING = re.compile(r"^[\s/\u200b-\u200f\u2060\ufeff]+")


class Refused(Exception):
    """A request that is not from the platform, or cannot be one of its requests.

    Attributes:
        status: 400, 401, 403, or 503 when it cannot be checked now.
        reason: one of a few fixed words, which the metrics count.
    """

    def __init__(self, status: int, reason: str) -> None:
        """Keeps what to answer."""
        super().__init__(reason)
        self.status, self.reason = status, reason


def unsigned() -> Refused:
    """The request carries no signature, secret or token."""
    return Refused(401, "unsigned")


def forged() -> Refused:
    """What it carries was not made with our secret."""
    return Refused(403, "forged")


def stale() -> Refused:
    """It was right once, too long ago."""
    return Refused(403, "stale")


def unchecked() -> Refused:
    """What it takes to check the request cannot be had now; the platform shall send it again."""
    return Refused(503, "no_keys")


def unreadable() -> Refused:
    """Its body is not what the platform sends."""
    return Refused(400, "unreadable")


@dataclass(frozen=True)
class Incoming:
    """One message of one person.

    Attributes:
        sender: the conversation's id: channel, place and person, so that nobody shares one.
        text: what was typed or picked, with no leading "/".
        message_id: the platform's id, the same when it sends the message again.
        to: what the channel needs to answer it; never logged.
        not_text: something came along, or alone, that the bot cannot read.
    """

    sender: str
    text: str
    message_id: str
    to: Mapping[str, Any] = field(repr=False)
    not_text: bool = False


@dataclass(frozen=True)
class Heard:
    """What a request said: the messages in it, and what the platform expects at once."""

    answer: HTTPResponse
    messages: tuple[Incoming, ...] = ()


def typed(text: str) -> str:
    """Returns a typed text so that it can be no command of Rasa: nothing begins with a slash."""
    # Half of a surrogate pair cannot be written as UTF-8, and PostgreSQL takes no NUL.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", " ")
    return _LEADING.sub("", whole).rstrip()


def json_object(body: bytes) -> dict[str, Any]:
    """Returns the JSON object of a body.

    Raises:
        Refused: 400, there is none.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise unreadable() from error
    if not isinstance(found, dict):
        raise unreadable()
    return found


def form_fields(request: Request) -> dict[str, str]:
    """Returns the fields of a form's body, empty ones included; of a field that comes twice, the last.

    Raises:
        Refused: 400, it is no form.
    """
    try:
        return dict(parse_qsl(request.body.decode("utf-8"), keep_blank_values=True, max_num_fields=200))
    except ValueError as error:
        raise unreadable() from error

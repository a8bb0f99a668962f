"""What the web channel refuses, each with its status, a code for programs and a sentence for people (docs/web.md)."""

from __future__ import annotations

from typing import Any

from sanic import response
from sanic.response import HTTPResponse

from bot.answers.trouble import last_resort, not_taken

MAX_MESSAGE = 1000
BUSY_SECONDS = 5


class Refused(Exception):
    """A request that is not answered as asked.

    Attributes:
        status: the HTTP status.
        code: a fixed word for programs; also the reason that the metrics count.
        text: a sentence that is safe to show to a visitor.
        retry_after: seconds after which the same request may succeed, or None.
    """

    def __init__(self, status: int, code: str, text: str, retry_after: int | None = None) -> None:
        """Keeps what to answer."""
        super().__init__(code)
        self.status, self.code, self.text, self.retry_after = status, code, text, retry_after

    def answer(self) -> HTTPResponse:
        """Returns the response: `{"error": {"code", "text"}}`."""
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after is not None else {}
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return response.json(error_body(self.code, self.text), status=self.status, headers=headers)


def error_body(code: str, text: str) -> dict[str, Any]:
    """Returns the body that every error of the server has."""
    return {"error": {"code": code, "text": text}}


# Requests that only a program sends: what is wrong with them is said to its author.


def not_json_type() -> Refused:
    """The content type is not JSON."""
    return Refused(415, "not_json", "Send JSON with the header Content-Type: application/json.")


def bad_body(text: str) -> Refused:
    """The body is broken, or a field has the wrong form."""
    return Refused(400, "bad_body", text)


def too_large() -> Refused:
    """The body has more bytes than are read."""
    return Refused(413, "body_too_large", not_taken("default"))


def too_slow() -> Refused:
    """The body did not arrive in time."""
    return Refused(408, "too_slow", "The request did not arrive in time. Please send it again.")


# The session.


def no_token() -> Refused:
    """There is no bearer token."""
    return Refused(401, "token_missing", not_taken("ended"))


def bad_token() -> Refused:
    """The token was not made by this server, or not for this channel."""
    return Refused(401, "token_invalid", not_taken("ended"))


def expired_token() -> Refused:
    """The token's time is over: the client asks for a new session."""
    return Refused(401, "token_expired", not_taken("ended"))


def ended_session() -> Refused:
    """The visitor deleted this chat."""
    return Refused(401, "session_ended", not_taken("ended"))


# A visitor's message.


def message_too_long(length: int) -> Refused:
    """The message has more characters than the bot reads."""
    over = length - MAX_MESSAGE
    return Refused(400, "message_too_long", not_taken("too_long", over=f"{over:,}", most=f"{MAX_MESSAGE:,}"))


def same_id_other_text() -> Refused:
    """A message id came back with another text."""
    return Refused(409, "message_id_used", not_taken("twice"))


def too_many(code: str, seconds: int) -> Refused:
    """A limit is reached."""
    return Refused(429, code, not_taken("too_fast", seconds=str(seconds)), seconds)


def busy(code: str = "busy", seconds: int = BUSY_SECONDS) -> Refused:
    """The server has as many messages in hand as it takes, or is about to stop."""
    return Refused(503, code, not_taken("busy"), seconds)


def failed(code: str) -> Refused:
    """A part of the bot failed: the honest reply of last resort, with whom to call."""
    return Refused(503, code, last_resort(first=True).full_text(), BUSY_SECONDS)

"""The web channel's description in OpenAPI 3.0, served beside it; tests/channels/test_web_openapi.py holds it true."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from bot import __version__
from bot.answers.notebook import LONGEST, MOST
from bot.answers.question import KINDS
from bot.channels.web_bodies import MESSAGE_ID, VALUES
from bot.channels.web_errors import MAX_MESSAGE

Schema = dict[str, Any]
PREFIX = "/webhooks/web"

_MEANINGS = {
    400: "A broken body, a wrong form, or a message that is too long.",
    401: "No token, a forged or expired one, or one of a deleted chat. Ask for a new session.",
    408: "The body did not arrive in time.",
    409: "The message id was used with another text.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    429: "Too many requests; Retry-After says how many seconds to wait.",
    503: "A part failed or the server is stopping. The text is honest, with the clinic's contact.",
}


@lru_cache(maxsize=1)
def description() -> Schema:
    """Returns the description."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "HER2 Guide Chat, web channel",
            "version": __version__,
            "description": "What the chat widget on a clinic's page talks to. docs/web.md says more.",
        },
        "paths": {
            f"{PREFIX}/session": {
                "post": _operation(
                    "Begin a chat",
                    {201: ("A token for a new conversation.", "Session")},
                    (400, 408, 413, 415, 429, 503),
                    body="NewSession",
                    body_needed=False,
                    token=False,
                ),
                "delete": _operation("Delete this chat for good", {204: ("It is deleted.", None)}, (401, 429, 503)),
            },
            f"{PREFIX}/message": {
                "post": _operation(
                    "Send what the visitor typed",
                    {200: ("The reply.", "Answer")},
                    (400, 401, 408, 409, 413, 415, 429, 503),
                    body="Message",
                )
            },
            f"{PREFIX}/history": {
                "get": _operation("Read this chat again", {200: ("Its turns.", "History")}, (401, 429, 503))
            },
            f"{PREFIX}/feedback": {
                "post": _operation(
                    "Say whether a reply helped",
                    {204: ("It is counted.", None)},
                    (400, 401, 408, 413, 415, 429, 503),
                    body="Feedback",
                )
            },
            f"{PREFIX}/openapi.json": {
                "get": {
                    "summary": "This description",
                    "responses": {"200": _response("This description.", {"type": "object"})},
                }
            },
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "schemas": _schemas(),
        },
    }


def _operation(
    summary: str,
    good: dict[int, tuple[str, str | None]],
    refused: tuple[int, ...],
    *,
    body: str | None = None,
    body_needed: bool = True,
    token: bool = True,
) -> Schema:
    responses = {str(status): _response(text, _ref(name) if name else None) for status, (text, name) in good.items()}
    responses |= {str(status): _response(_MEANINGS[status], _ref("Error"), status) for status in refused}
    operation: Schema = {"summary": summary, "responses": responses}
    if token:
        operation["security"] = [{"token": []}]
    if body:
        operation["requestBody"] = {"required": body_needed, "content": {"application/json": {"schema": _ref(body)}}}
    return operation


def _response(text: str, schema: Schema | None, status: int = 200) -> Schema:
    found: Schema = {"description": text}
    if schema:
        found["content"] = {"application/json": {"schema": schema}}
    if status == 429:
        found["headers"] = {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}}
    return found


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(needed: Schema, optional: Schema | None = None, *, closed: bool = True) -> Schema:
    found: Schema = {"type": "object", "properties": {**needed, **(optional or {})}, "additionalProperties": not closed}
    return {**found, "required": list(needed)} if needed else found


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _schemas() -> dict[str, Schema]:
    text: Schema = {"type": "string"}
    perhaps: Schema = {"type": "string", "nullable": True}
    message_id: Schema = {"type": "string", "pattern": f"^{MESSAGE_ID}$"}
    number: Schema = {"type": "integer", "minimum": 1}
    return {
        "NewSession": _object({}, closed=False),
        "Session": _object(
            {"token": text, "expires_at": {"type": "string", "format": "date-time"}, "expires_in": number}
        ),
        "Message": _object(
            {"message": {"type": "string", "maxLength": MAX_MESSAGE}}, {"message_id": message_id}, closed=False
        ),
        "Answer": _object({"messages": {**_list(_ref("Part")), "minItems": 1}, "message_id": message_id}),
        "Part": {"anyOf": [_ref("Text"), _ref("Data")]},
        "Text": _object({"text": text}, {"buttons": _list(_object({"title": text, "payload": text}))}),
        "Data": _object({"custom": _object({"data": _object({"reply": _ref("Reply")})})}),
        "Reply": _object(
            {
                "kind": {"type": "string", "enum": list(KINDS)},
                "stage": perhaps,
                "line": {**number, "nullable": True},
                "drug": perhaps,
                "term": perhaps,
                "passages": _list(text),
                "source": {**_object({"title": text, "date": text, "section": text}), "nullable": True},
                "choices": {**_list(_object({"number": number, "title": text, "text": text})), "maxItems": 4},
                "asked": perhaps,
                "text": text,
                "notes": _object({"before": _list(text), "after": _list(text)}),
            },
            {"list": _object({"questions": {**_list({"type": "string", "maxLength": LONGEST}), "maxItems": MOST}})},
        ),
        "History": _object({"turns": _list(_ref("Turn"))}),
        "Turn": {
            "anyOf": [_object({"user": text}), _object({"bot": {"anyOf": [_ref("Reply"), _object({"text": text})]}})]
        },
        "Feedback": {
            **_object(
                {"value": {"type": "string", "enum": list(VALUES)}},
                {"message_id": message_id, "turn": {"type": "integer", "minimum": 0}},
                closed=False,
            ),
            "anyOf": [{"required": ["message_id"]}, {"required": ["turn"]}],
        },
        "Error": _object({"error": _object({"code": text, "text": text})}),
    }

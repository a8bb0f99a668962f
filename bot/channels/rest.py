"""The REST channel: the contract of Rasa's own, without its traps (docs/rest.md).

Rasa's channel answers bad input and failures with HTTP 200 and an empty list, writes the visitor's text into the log when
something fails, and lets everybody without a `sender` share one conversation. This one does not.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import settings
from bot.answers.trouble import last_resort
from bot.errors import ConversationChanged, StoreDown
from bot.server import watch

MAX_SENDER = 255
WEB_SENDER = "web:"  # only a token of the web channel opens these
Handler = Callable[[UserMessage], Awaitable[Any]]


class BadRequest(ValueError):
    """The body of a request is not what the channel takes; the text says what to send instead."""


class GuideRestInput(RestInput):
    """`POST /webhooks/rest/webhook` with {"sender", "message"}; always answers with a message or a readable error."""

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Returns the channel's two routes; Rasa calls this."""
        routes = Blueprint("guide_rest", __name__)
        if not settings.rest_channel_on():
            return routes  # it has no log-in and no limits, so in production it must be asked for

        @routes.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            try:
                sender, text, metadata = read_body(request.body)
            except BadRequest as error:
                return response.json({"error": str(error)}, status=400)
            messages = await answer_message(on_new_message, sender, text, self.name(), metadata)
            if request.args.get("stream", "").lower() == "true":
                lines = "".join(json.dumps(message) + "\n" for message in messages)
                return response.text(lines, content_type="text/event-stream")
            return response.json(messages)

        return routes


def read_body(body: bytes) -> tuple[str, str, dict[str, Any] | None]:
    """Returns sender, text and metadata of a request body.

    A missing or unusable message counts as empty text, which the bot answers kindly. A missing sender gets an id of its
    own, so that two visitors never share a conversation; the reply names it as `recipient_id`.

    Raises:
        BadRequest: the body is not a JSON object, or the sender is not a usable text.
    """
    try:
        data = json.loads(body or b"null")
    except (ValueError, RecursionError) as error:
        raise BadRequest('The body is not valid JSON. Send {"sender": "...", "message": "..."}.') from error
    if not isinstance(data, dict):
        raise BadRequest('The body is not a JSON object. Send {"sender": "...", "message": "..."}.')
    sender = data.get("sender")
    if sender is None or sender == "":
        sender = uuid.uuid4().hex
    if isinstance(sender, int) and not isinstance(sender, bool):
        sender = str(sender)
    if not isinstance(sender, str) or len(sender) > MAX_SENDER:
        raise BadRequest(f"'sender' must be a text of at most {MAX_SENDER} characters.")
    if sender.startswith(WEB_SENDER):
        raise BadRequest(
            f"'sender' must not begin with {WEB_SENDER}, which stands for conversations of the web channel."
        )
    message = data.get("message")
    metadata = data.get("metadata")
    return (
        sender,
        message if isinstance(message, str) else "",
        metadata if isinstance(metadata, dict) else None,
    )


async def answer_message(
    on_new_message: Handler,
    sender: str,
    text: str,
    channel: str,
    metadata: dict[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Hands a message to Rasa and returns what was uttered; a failure becomes the reply of last resort."""
    collector = CollectingOutputChannel()
    began = time.perf_counter()
    try:
        await on_new_message(UserMessage(text, collector, sender, input_channel=channel, metadata=metadata))
    except asyncio.CancelledError:
        raise
    except (StoreDown, ConversationChanged) as error:
        # What was uttered is not kept, so the next message would not go on from it: the visitor is told instead.
        watch.failed("rest", error)
        return trouble_messages(sender)
    except Exception as error:  # noqa: BLE001 - silence would be worse than any reply
        watch.failed("rest", error)
    if not any("custom" in message for message in collector.messages):
        return trouble_messages(sender)
    watch.answered("rest", collector.messages, time.perf_counter() - began)
    return list(collector.messages)


def trouble_messages(sender: str) -> list[dict[str, Any]]:
    """Returns the reply of last resort in the form of the REST channel."""
    reply = last_resort(first=True)
    return [
        {"recipient_id": sender, "text": reply.full_text()},
        {"recipient_id": sender, "custom": {"data": {"reply": reply.to_dict()}}},
    ]

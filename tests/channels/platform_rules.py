"""What each platform takes, written from its documentation and not from the code under test: fields, limits, forms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def slack_faults(body: Any, *, command: bool = False) -> Iterator[str]:
    """https://docs.slack.dev/reference/methods/chat.postMessage and /reference/block-kit/blocks"""
    if command:
        if body.get("response_type") not in ("ephemeral", "in_channel"):
            yield "response_type"
    elif not re.fullmatch(r"[CDG]\w+", str(body.get("channel"))):
        yield "channel"
    allowed = {
        "channel",
        "thread_ts",
        "text",
        "blocks",
        "unfurl_links",
        "unfurl_media",
        "response_type",
        "replace_original",
    }
    yield from (f"unknown {name}" for name in set(body) - allowed)
    if not 0 < len(body.get("text", "")) <= 4000:
        yield "text"
    blocks = body.get("blocks", [])
    if not 0 < len(blocks) <= 50:
        yield "blocks"
    for block in blocks:
        kind = block.get("type")
        if kind == "header" and not 0 < len(block["text"]["text"]) <= 150:
            yield "header"
        elif kind == "section" and not 0 < len(block["text"]["text"]) <= 3000:
            yield "section"
        elif kind == "context" and not 0 < len(block["elements"]) <= 10:
            yield "context"
        elif kind == "actions":
            elements = block["elements"]
            if not 0 < len(elements) <= 25 or len({each["action_id"] for each in elements}) != len(elements):
                yield "actions"
            for each in elements:
                if each["type"] != "button" or each["text"]["type"] != "plain_text":
                    yield "button"
                if not 0 < len(each["text"]["text"]) <= 75 or not 0 < len(each["value"]) <= 2000:
                    yield "button's text or value"
        elif kind not in ("header", "section", "context", "actions"):
            yield f"block {kind}"


def telegram_faults(body: Any) -> Iterator[str]:
    """https://core.telegram.org/bots/api#sendmessage"""
    allowed = {
        "chat_id",
        "message_thread_id",
        "text",
        "entities",
        "link_preview_options",
        "reply_parameters",
        "reply_markup",
    }
    yield from (f"unknown {name}" for name in set(body) - allowed)
    if not isinstance(body.get("chat_id"), int):
        yield "chat_id"
    length = utf16(body.get("text", ""))
    if not 0 < length <= 4096:
        yield "text"
    for each in body.get("entities", []):
        if (
            each["type"] != "bold"
            or each["offset"] < 0
            or each["length"] < 1
            or each["offset"] + each["length"] > length
        ):
            yield "entities"
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    for each in (button for row in rows for button in row):
        if not each["text"] or not 1 <= len(each["callback_data"].encode()) <= 64:
            yield "callback_data"
    if len(rows) > 100 or any(not row or len(row) > 8 for row in rows):
        yield "inline_keyboard"


def messenger_faults(body: Any) -> Iterator[str]:
    """https://developers.facebook.com/docs/messenger-platform/send-messages/quick-replies"""
    if set(body) != {"recipient", "messaging_type", "message"} or body["messaging_type"] != "RESPONSE":
        yield "fields"
    if not str(body["recipient"].get("id", "")).isdigit():
        yield "recipient"
    message = body["message"]
    if not 0 < len(message.get("text", "")) <= 2000:
        yield "text"
    quick = message.get("quick_replies")
    if quick is not None and not 0 < len(quick) <= 13:
        yield "quick_replies"
    for each in quick or []:
        if each["content_type"] != "text" or not 0 < len(each["title"]) <= 20 or not 0 < len(each["payload"]) <= 1000:
            yield "quick reply"


def twilio_faults(form: dict[str, str]) -> Iterator[str]:
    """https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource"""
    if set(form) != {"To", "From", "Body"}:
        yield "fields"
    number = r"(whatsapp:)?\+[1-9]\d{6,14}"
    if not re.fullmatch(number, form.get("To", "")) or not re.fullmatch(number, form.get("From", "")):
        yield "numbers"
    if form.get("To", "").startswith("whatsapp:") != form.get("From", "").startswith("whatsapp:"):
        yield "ways differ"
    if not 0 < len(form.get("Body", "")) <= 1600:
        yield "Body"


def teams_faults(body: Any) -> Iterator[str]:
    """https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference and adaptivecards.io"""
    if len(json.dumps(body).encode()) > 28_000:
        yield "too large"
    if body.get("type") != "message" or not body.get("replyToId"):
        yield "type or replyToId"
    for name in ("from", "recipient", "conversation"):
        if not body.get(name, {}).get("id"):
            yield name
    [attachment] = body.get("attachments", [None])
    card = attachment["content"]
    if attachment["contentType"] != "application/vnd.microsoft.card.adaptive" or card["type"] != "AdaptiveCard":
        yield "card"
    if card["version"] not in ("1.0", "1.1", "1.2", "1.3", "1.4", "1.5") or not card["body"]:
        yield "version or body"
    for block in card["body"]:
        if block["type"] != "RichTextBlock" or any(
            run["type"] != "TextRun" or not run["text"] for run in block["inlines"]
        ):
            yield "body"
    actions = card.get("actions", [])
    if len(actions) > 6:
        yield "actions"
    for action in actions:
        if action["type"] == "Action.Submit":
            back = action["data"]["msteams"]
            if set(back) != {"type", "value"} or back["type"] != "imBack" or not back["value"]:
                yield "imBack"
        elif action["type"] != "Action.OpenUrl" or not action["url"].startswith("https://"):
            yield "action"


def faults(way: str, body: Any) -> list[str]:
    """What the platform of a way would not take of a body."""
    rules = {"slack": slack_faults, "telegram": telegram_faults, "messenger": messenger_faults, "sms": twilio_faults,
             "whatsapp": twilio_faults, "teams": teams_faults}  # fmt: skip
    return list(rules[way](body))


def shown_text(way: str, body: Any) -> str:
    """Every word that a person sees of a message, buttons included, in the order in which it is seen."""
    if way == "slack":
        seen = []
        for block in body["blocks"]:
            seen += [block["text"]["text"]] if "text" in block else []
            for each in block.get("elements", []):
                seen.append(each["text"]["text"] if block["type"] == "actions" else each["text"])
        return "\n".join(seen)
    if way == "telegram":
        rows = body.get("reply_markup", {}).get("inline_keyboard", [])
        return "\n".join([body["text"], *(button["text"] for row in rows for button in row)])
    if way == "messenger":
        return str(body["message"]["text"])
    if way == "teams":
        card = body["attachments"][0]["content"]
        said = ["".join(run["text"] for run in block["inlines"]) for block in card["body"]]
        return "\n".join([*said, *(action["title"] for action in card.get("actions", []))])
    return str(body["Body"])


def offered(way: str, body: Any) -> list[str]:
    """What picking each of a message's buttons would send; empty for a way without buttons."""
    if way == "slack":
        return [each["value"] for block in body["blocks"] if block["type"] == "actions" for each in block["elements"]]
    if way == "telegram":
        rows = body.get("reply_markup", {}).get("inline_keyboard", [])
        return [button["callback_data"] for row in rows for button in row]
    if way == "messenger":
        return [each["payload"] for each in body["message"].get("quick_replies", [])]
    if way == "teams":
        actions = body["attachments"][0]["content"].get("actions", [])
        return [each["data"]["msteams"]["value"] for each in actions if each["type"] == "Action.Submit"]
    return []

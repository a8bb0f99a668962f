"""A reply as an Adaptive Card. Texts are runs of text, which Teams takes as they are: no character becomes formatting."""

from __future__ import annotations

from typing import Any

from bot.answers.wording import wording
from bot.channels.messaging.shown import Shown
from bot.channels.messaging.splitting import split

# Teams takes 28 KB for a whole message; a text this long stays well below, in any alphabet.
TEXT_BYTES = 6_000
VERSION = "1.2"
CARD = "application/vnd.microsoft.card.adaptive"
SUMMARY = 200


def render(reply: Shown) -> list[dict[str, Any]]:
    """Returns the fields of one or more activities; picking a button sends its text as the person's own message."""
    texts = split(reply.lines, reply.disclaimer, TEXT_BYTES, lambda text: len(text.encode()))
    parts = []
    for number, text in enumerate(texts):
        last = number == len(texts) - 1
        body = [_block(line) for line in text.split("\n")]
        if number == 0 and reply.opening:
            rest = text.split("\n")[0][len(reply.opening) :].lstrip()
            opening = {**_block(reply.opening, size="large", weight="bolder", color="attention")}
            body[:1] = [opening, _block(rest)] if rest else [opening]
        card: dict[str, Any] = {
            "type": "AdaptiveCard",
            "version": VERSION,
            "body": body,
            "fallbackText": "\n".join([text, *reply.numbered()]) if last else text,
        }
        actions = _actions(reply) if last else []
        if actions:
            card["actions"] = actions
        attachment = {"contentType": CARD, "content": card}
        parts.append({"summary": _short(text), "attachments": [attachment]})
    return parts


def _block(text: str, **style: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}


def _actions(reply: Shown) -> list[dict[str, Any]]:
    actions: list[dict[str, Any]] = [
        {
            "type": "Action.Submit",
            "title": f"{button.number}. {button.title}",
            "data": {"msteams": {"type": "imBack", "value": button.text}},
        }
        for button in reply.buttons
    ]
    if reply.link is not None:
        actions.append({"type": "Action.OpenUrl", "title": str(wording()["in_the_guide"]), "url": reply.link})
    return actions


def _short(text: str) -> str:
    line = text.replace("\n", " ")
    return line if len(line) <= SUMMARY else f"{line[: SUMMARY - 3].rstrip()}..."

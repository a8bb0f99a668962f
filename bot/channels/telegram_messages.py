"""A reply as Telegram messages with an inline keyboard. Formatting is by entities, so no character needs escaping."""

from __future__ import annotations

from typing import Any

from bot.channels.messaging.shown import Button, Shown
from bot.channels.messaging.splitting import split, utf16

TEXT = 4096
CALLBACK_BYTES = 64


def render(reply: Shown) -> list[dict[str, Any]]:
    """Returns the fields of one or more `sendMessage` calls; the keyboard, one button a row, is under the last."""
    reply = reply.with_link_line()
    messages: list[dict[str, Any]] = []
    for text in split(reply.lines, reply.disclaimer, TEXT, utf16):
        messages.append({"text": text, "link_preview_options": {"is_disabled": True}})
    if reply.opening:
        messages[0]["entities"] = [{"type": "bold", "offset": 0, "length": utf16(reply.opening)}]
    if reply.buttons:
        rows = [
            [{"text": f"{button.number}. {button.title}", "callback_data": callback(button)}]
            for button in reply.buttons
        ]
        messages[-1]["reply_markup"] = {"inline_keyboard": rows}
    return messages


def callback(button: Button) -> str:
    """Returns what Telegram sends back when a button is pressed: the choice's text, or its title where that is too long.

    Never its number: buttons of an old message stay, and a number would pick from the newest reply's choices.
    """
    for text in (button.text, button.title):
        if len(text.encode()) <= CALLBACK_BYTES:
            return text
    return button.title.encode()[:CALLBACK_BYTES].decode(errors="ignore")

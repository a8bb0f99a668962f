"""A reply as Slack's Block Kit. The limits are Slack's; its own library checks them when the blocks are made.

All that the bot says is plain text, so that no character of it is taken for formatting; only the link is not.
"""

from __future__ import annotations

from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.answers.wording import wording
from bot.channels.messaging.shown import Shown
from bot.channels.messaging.splitting import split

SECTION = 3000
HEADER = 150
TITLE = 75


def render(reply: Shown) -> list[dict[str, Any]]:
    """Returns the fields `text` and `blocks` of one or more messages; `text` is what notifications show."""
    lines, opening = list(reply.lines), reply.opening
    urgent = bool(opening) and len(opening) <= HEADER
    if urgent:
        lines[0] = lines[0][len(opening) :].lstrip()
    texts = split([line for line in lines if line], reply.disclaimer, SECTION)
    messages = []
    for number, text in enumerate(texts):
        blocks: list[Block] = []
        if urgent and number == 0:
            blocks.append(HeaderBlock(text=PlainTextObject(text=opening, emoji=False)))
        blocks.append(SectionBlock(text=PlainTextObject(text=text, emoji=False)))
        whole = f"{opening}\n{text}" if urgent and number == 0 else text
        if number == len(texts) - 1:
            blocks += _end(reply)
            whole = "\n".join([whole, *reply.numbered()])
        messages.append({"text": _escaped(whole), "blocks": [block.to_dict() for block in blocks]})
    return messages


def _end(reply: Shown) -> list[Block]:
    blocks: list[Block] = []
    if reply.link is not None:
        blocks.append(ContextBlock(elements=[MarkdownTextObject(text=f"<{reply.link}|{wording()['in_the_guide']}>")]))
    if reply.buttons:
        blocks.append(
            ActionsBlock(
                elements=[
                    ButtonElement(
                        text=PlainTextObject(text=f"{button.number}. {button.title}"[:TITLE], emoji=False),
                        action_id=f"choice_{button.number}",
                        value=button.text,
                    )
                    for button in reply.buttons
                ]
            )
        )
    return blocks


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

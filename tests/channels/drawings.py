"""Draws a message as its platform shows it, in characters, for docs/channels.md. `python -m pytest` holds the page to it.

Bold stands between ** and **, a large heading behind #, a button in [ ], a link in < >.
"""

from __future__ import annotations

import textwrap
from typing import Any

WIDTH = 100


def drawing(way: str, bodies: list[Any]) -> str:
    """The messages of one reply, one under the other."""
    return "\n".join(_boxed(_lines(way, body)) for body in bodies)


def _boxed(lines: list[str]) -> str:
    wrapped = [part for line in lines for part in (textwrap.wrap(line, WIDTH - 4, break_on_hyphens=False) or [""])]
    edge = "+" + "-" * (WIDTH - 2) + "+"
    return "\n".join([edge, *(f"| {line:<{WIDTH - 4}} |" for line in wrapped), edge])


def _lines(way: str, body: Any) -> list[str]:
    return {"slack": _slack, "telegram": _telegram, "messenger": _messenger, "teams": _teams}.get(way, _plain)(body)


def _row(titles: list[str]) -> list[str]:
    return [" ".join(f"[ {title} ]" for title in titles)] if titles else []


def _slack(body: Any) -> list[str]:
    lines: list[str] = []
    for block in body["blocks"]:
        if block["type"] == "header":
            lines.append(f"# {block['text']['text']}")
        elif block["type"] == "section":
            lines += block["text"]["text"].split("\n")
        elif block["type"] == "context":
            lines += [each["text"].split("|")[0] + "> " + each["text"].split("|")[1][:-1] for each in block["elements"]]
        else:
            lines += _row([each["text"]["text"] for each in block["elements"]])
    return lines


def _telegram(body: Any) -> list[str]:
    text = body["text"]
    for each in body.get("entities", []):
        end = each["offset"] + each["length"]
        text = f"{text[: each['offset']]}**{text[each['offset'] : end]}**{text[end:]}"
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    return [*text.split("\n"), *(line for row in rows for line in _row([button["text"] for button in row]))]


def _messenger(body: Any) -> list[str]:
    message = body["message"]
    return [*message["text"].split("\n"), *_row([each["title"] for each in message.get("quick_replies", [])])]


def _teams(body: Any) -> list[str]:
    card = body["attachments"][0]["content"]
    lines = []
    for block in card["body"]:
        run = block["inlines"][0]
        lines.append(f"# **{run['text']}**" if run.get("size") == "large" else run["text"])
    return lines + _row([action["title"] for action in card.get("actions", [])])


def _plain(body: Any) -> list[str]:
    return [
        f"**{line[1:].replace('*', '**', 1)}" if line.startswith("*") else line for line in body["Body"].split("\n")
    ]

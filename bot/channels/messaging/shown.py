"""The one form in which every messaging channel gets a reply, before it becomes what its platform shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from bot.answers.question import ANSWERED
from bot.answers.wording import wording

URGENT = ("emergency", "distress")
# Two sentences: that it could be an emergency, and whom to call.
_OPENING = re.compile(r"(?:[^.!?\n]+[.!?]+\s*){1,2}")


@dataclass(frozen=True)
class Button:
    """A next question: its number, a title of at most 20 characters, and the text that picking it sends."""

    number: int
    title: str
    text: str


@dataclass(frozen=True)
class Shown:
    """A reply as it is shown.

    Attributes:
        kind: one of `bot.answers.question.KINDS`.
        lines: everything it says, disclaimer and source included, without the choices.
        buttons: the choices.
        link: the address of the passage in the readable guide, or None.
    """

    kind: str
    lines: tuple[str, ...]
    buttons: tuple[Button, ...] = ()
    link: str | None = None

    @property
    def opening(self) -> str:
        """What must be seen first: the first sentences of an emergency; empty for every other kind."""
        found = _OPENING.match(self.lines[0]) if self.kind == "emergency" and self.lines else None
        return found[0].rstrip() if found else ""

    @property
    def disclaimer(self) -> str:
        """The line that every part of the reply must carry."""
        return str(wording()["disclaimer"])

    def numbered(self) -> tuple[str, ...]:
        """Returns the choices as lines, for platforms without buttons: a visitor types the number."""
        return tuple(f"{button.number}. {button.title}" for button in self.buttons)

    def text(self) -> str:
        """Returns the whole reply as text, with numbered choices."""
        return "\n".join([*self.lines, *self.numbered()])

    def with_link_line(self) -> Shown:
        """Returns the reply with its link written out before the disclaimer, for platforms that show only text."""
        if self.link is None:
            return self
        return replace(self.with_note(f"{wording()['in_the_guide']}: {self.link}"), link=None)

    def with_note(self, note: str) -> Shown:
        """Returns the reply with one more line before the disclaimer."""
        lines = list(self.lines)
        place = lines.index(self.disclaimer) if self.disclaimer in lines else len(lines)
        return replace(self, lines=(*lines[:place], note, *lines[place:]))


def shown(reply: dict[str, Any], public_url: str | None = None) -> Shown:
    """Makes the form from the data of the reply contract (docs/rest.md).

    Args:
        reply: what stands under `custom.data.reply`.
        public_url: where the bot's pages are reached from outside; without it there is no link.
    """
    kind, notes = str(reply["kind"]), reply.get("notes") or {}
    before, text = _texts(notes.get("before")), str(reply.get("text") or "").split("\n")
    # What to do comes first when it is urgent, whoever else has something to say.
    said = [*text, *before] if kind in URGENT else [*before, *text]
    lines = [line for line in (*said, *_texts(notes.get("after"))) if line.strip()]
    disclaimer = str(wording()["disclaimer"])
    if disclaimer not in lines:
        lines.append(disclaimer)
    buttons = [Button(int(c["number"]), str(c["title"]), str(c["text"])) for c in reply.get("choices") or ()]
    return Shown(kind, tuple(lines), tuple(buttons), _link(kind, reply.get("passages") or (), public_url))


def reply_of(messages: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """Returns the reply contract's data among the messages of a turn, or None where there is none."""
    found: dict[str, Any] | None = None
    for message in messages:
        custom = message.get("custom")
        data = custom.get("data") if isinstance(custom, dict) else None
        reply = data.get("reply") if isinstance(data, dict) else None
        found = reply if isinstance(reply, dict) and "kind" in reply else found
    return found


def _link(kind: str, passages: Iterable[Any], public_url: str | None) -> str | None:
    first = next(iter(passages), None)
    if public_url is None or kind not in ANSWERED or not isinstance(first, str):
        return None
    # What a stage is stands at the stage itself on the page; all else has its own anchor.
    return f"{public_url}/guide#{first.removeprefix('term-') if first.startswith('term-stage-') else first}"


def _texts(lines: Any) -> list[str]:
    return [str(line) for line in lines or ()]

"""What a conversation keeps in the visitor's own words: the list of questions to take along, and the last question."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

MOST = 20
"""Questions on a list: more than an appointment has time for."""
LONGEST = 300
"""Characters of one question."""

_LINK = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+", re.IGNORECASE)
# A reply names no telephone number but the clinic's, not even one that the visitor typed.
_NUMBER = re.compile(r"\+?\d(?:[\s().-]?\d){6,}")
# What one channel or another reads as markup, a mention or a command.
_MARKUP = re.compile(r"[*_`~<>|{}\[\]\\#]+")
_ENDS = " \t\"',;:-/"


@dataclass(frozen=True)
class Notebook:
    """The visitor's own words that a conversation holds. They are stored with it and gone with it.

    Attributes:
        items: the questions on the list, oldest first.
        said: the last question that was asked, None after something urgent.
        said_kind: the kind of reply that it got.
        listing: the last reply was about the list.
        consent: to keep what the guide does not answer: "asked", "yes", "no", or None before it was asked.
        keep: `said` is to be kept among the unanswered questions now (`bot.answers.unanswered`).
    """

    items: tuple[str, ...] = ()
    said: str | None = None
    said_kind: str | None = None
    listing: bool = False
    consent: str | None = None
    keep: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Returns the fields that are set, as JSON-ready data."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in vars(self).items() if v}

    @classmethod
    def from_dict(cls, data: dict[str, Any] | None) -> Notebook:
        """Makes a notebook from what `to_dict` returned."""
        known = data or {}
        return cls(
            tuple(str(item) for item in known.get("items") or ()),
            known.get("said"),
            known.get("said_kind"),
            bool(known.get("listing")),
            known.get("consent"),
            bool(known.get("keep")),
        )

    def with_(self, **changes: Any) -> Notebook:
        """Returns a copy with some parts replaced."""
        return replace(self, **changes)

    def add(self, questions: tuple[str, ...]) -> Notebook:
        """Returns the notebook with these questions on its list: each once, and no more than `MOST`."""
        items = list(self.items)
        for question in questions:
            if question and not on_list(question, items) and len(items) < MOST:
                items.append(question)
        return self.with_(items=tuple(items))


def tidy(text: str) -> str:
    """Returns a question as it goes on the list: plain words on one line, at most `LONGEST` characters.

    Links, addresses and telephone numbers are left out, and every sign that a channel could read as markup.
    """
    plain = _NUMBER.sub("(number)", _LINK.sub("(link)", text))
    plain = " ".join(_MARKUP.sub(" ", plain).split()).strip(_ENDS)
    if len(plain) <= LONGEST:
        return plain
    return plain[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(_ENDS) + "\u2026"


def on_list(question: str, items: tuple[str, ...] | list[str]) -> bool:
    """Tells whether a question is on a list already, whatever its case and its punctuation."""
    return _bare(question) in {_bare(item) for item in items}


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))

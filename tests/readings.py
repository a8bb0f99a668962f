"""Readings made by hand, for tests of what a message means in a conversation."""

from __future__ import annotations

from facts import CONTENT

from bot.answers.reading import Alarm, Mention, Reading

LINES = {name.lower(): str(line["number"]) for line in CONTENT["lines"] for name in line["aliases"]}
NAMES: dict[str, tuple[str, str]] = {
    "stage 1": ("stage", "1"), "stage 2": ("stage", "2"), "stage 3": ("stage", "3"),
    "metastatic": ("stage", "metastatic"),
    "first line": ("line", "1"), "second line": ("line", "2"), "third line": ("line", "3"),
    "herceptin": ("drug", "Herceptin"), "perjeta": ("drug", "Perjeta"), "enhertu": ("drug", "Enhertu"),
    "tukysa": ("drug", "Tukysa"), "kadcyla": ("drug", "Kadcyla"),
    "her2-low": ("term", "HER2-low"), "maintenance": ("term", "maintenance"), "neoadjuvant": ("term", "neoadjuvant"),
}  # fmt: skip


def read(text: str, intent: str | None, *cues: str, deny: str = "", **alarm: str) -> Reading:
    """A reading with a mention for each name that stands in the text; `deny` is a name that the text denies."""
    found = [
        Mention(*NAMES[name], text.lower().index(name), text.lower().index(name) + len(name), name == deny)
        for name in NAMES
        if name in text.lower()
    ]
    return Reading(
        text,
        intent,
        confidence=0.9,
        mentions=tuple(sorted(found, key=lambda mention: mention.start)),
        cues=frozenset(cues),
        alarm=Alarm(**alarm),  # type: ignore[arg-type]
    )

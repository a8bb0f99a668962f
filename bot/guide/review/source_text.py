"""Reads the text of a patient guide: its headings, paragraphs and lists, and which of its parts tell of a stage.

The shape that is understood: a title on the first line; headings on lines of their own; under the heading of a stage a few
sentences and one list item for each line of treatment ("- Frontline: ...", "- Second-line: ...").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_NUMBERS = {f"{n}{end}": n for n, end in enumerate(("st", "nd", "rd", *("th",) * 6), 1)}
_ITEM = re.compile(r"^[-*\u2022\u2013]\s+(?P<text>.+)$")
_LABELLED = re.compile(r"^(?P<label>[^:.]{2,60}):\s+(?P<text>\S.*)$")
_LINE_LABEL = re.compile(
    rf"^(?:(?P<front>front|upfront|initial)|(?P<word>{'|'.join(ORDINALS)})|(?P<number>{'|'.join(_NUMBERS)}))[\s-]*(?:line|treatment|therapy)?\b",
    re.I,
)
_ENDS_A_SENTENCE = re.compile(r"[.!?,;:\u201d\"]\s*$")
_MOST_WORDS_OF_A_HEADING = 14


@dataclass(frozen=True)
class Item:
    """One list item: its label ("Second-line"), if it has one, and its text. `number` counts lines of the source from 1."""

    label: str | None
    text: str
    number: int

    @property
    def whole(self) -> str:
        """The item as it stands in the source."""
        return f"{self.label}: {self.text}" if self.label else self.text

    @property
    def line(self) -> int | None:
        """The line of treatment that the label names."""
        return line_number(self.label) if self.label else None


@dataclass(frozen=True)
class Paragraph:
    """A paragraph and its line in the source, counted from 1."""

    text: str
    number: int


@dataclass
class Part:
    """A heading with what stands under it."""

    heading: str
    number: int
    paragraphs: list[Paragraph] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    @property
    def lines(self) -> list[Item]:
        """The items that tell of a line of treatment."""
        return [item for item in self.items if item.line is not None]


def line_number(label: str) -> int | None:
    """Returns which line of treatment a label names: "Frontline" is 1, "Third-line and beyond" is 3."""
    found = _LINE_LABEL.match(label.strip())
    if found is None:
        return None
    if found["front"]:
        return 1
    return ORDINALS.index(found["word"].lower()) + 1 if found["word"] else _NUMBERS[found["number"].lower()]


def read_parts(text: str) -> list[Part]:
    """Returns the parts of a guide's text; the first has the title as its heading.

    A list item that goes on in the next line is joined when that line begins with a small letter.
    """
    parts: list[Part] = []
    for number, raw in enumerate(text.splitlines(), 1):
        said = " ".join(raw.split())
        if not said:
            continue
        item = _ITEM.match(said)
        if item and parts:
            labelled = _LABELLED.match(item["text"])
            parts[-1].items.append(
                Item(labelled["label"].strip(), labelled["text"], number)
                if labelled
                else Item(None, item["text"], number)
            )
        elif not parts or _is_heading(said):
            parts.append(Part(said.lstrip("# ").strip(), number))
        elif said[0].islower() and parts[-1].items:
            last = parts[-1].items[-1]
            parts[-1].items[-1] = Item(last.label, f"{last.text} {said}", last.number)
        else:
            parts[-1].paragraphs.append(Paragraph(said, number))
    return parts


def _is_heading(line: str) -> bool:
    words = line.split()
    if line.startswith("#"):
        return True
    if _ENDS_A_SENTENCE.search(line) or len(words) > _MOST_WORDS_OF_A_HEADING or line[0] in "\u201c\"'":
        return False
    # A heading is written in capitals, but for its small words: "What It Means for You".
    long = [word for word in words if len(word) > 4]
    return all(word[0].isupper() or not word[0].isalpha() for word in long) and line[0].isupper() and not _is_date(line)


def _is_date(line: str) -> bool:
    return re.fullmatch(r"\w+ \d{1,2}(?:st|nd|rd|th)?,? \d{4}", line) is not None


def stage_parts(parts: list[Part]) -> tuple[list[tuple[str, Part]], str]:
    """Returns the parts that tell of a stage, each with the stage's name, and the words that all their headings share.

    "Stage II Lung Cancer Treatment" and "Advanced Lung Cancer Treatment" are Stage II and Advanced of "Lung Cancer".
    """
    found = [part for part in parts if part.lines]
    words = [part.heading.split() for part in found]
    shared = 0
    if len(found) > 1:
        while all(len(w) > shared + 1 for w in words) and len({w[-1 - shared].lower() for w in words}) == 1:
            shared += 1
    names = [" ".join(w[: len(w) - shared]) for w in words]
    common = words[0][len(words[0]) - shared :] if words and shared else []
    cancer = " ".join(w for w in common if w.lower() not in ("treatment", "treatments", "therapy", "options"))
    return list(zip(names, found, strict=True)), cancer

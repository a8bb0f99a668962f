"""Reading grades of everything that the bot says: the rows of the guide and its own wording, sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.answers.wording import say, wording
from bot.clinic import Clinic
from bot.evaluation.report_figures import Share
from bot.guide.content import Content
from bot.guide.content_rules import masked_words, prose
from bot.guide.readability import MAX_GRADE, grade, sentences

MIN_WORDS = 3


@dataclass(frozen=True)
class Graded:
    """One sentence with its grade and where it stands."""

    part: str
    where: str
    text: str
    grade: float


@dataclass(frozen=True)
class Grades:
    """All sentences graded."""

    all: tuple[Graded, ...]

    @property
    def above(self) -> Share:
        """How many are above the grade allowed."""
        return Share(sum(one.grade > MAX_GRADE for one in self.all), len(self.all))

    def hardest(self, count: int = 10) -> list[Graded]:
        """Returns the hardest sentences."""
        return sorted(self.all, key=lambda one: -one.grade)[:count]

    def by_part(self) -> list[tuple[str, int, float, float]]:
        """Returns (part, sentences, mean grade, highest grade), in the order they were found."""
        rows = []
        for part in dict.fromkeys(one.part for one in self.all):
            measured = [one.grade for one in self.all if one.part == part]
            rows.append((part, len(measured), sum(measured) / len(measured), max(measured)))
        return rows


def grade_all(content: Content, clinic: Clinic) -> Grades:
    """Grades every row of the guide and every text of the wording file.

    Drug names, the guide's terms and the clinic's own names are left out. So is the disclaimer, which says the words by
    which it is known.
    """
    names = (clinic.name, clinic.phone, clinic.hours, clinic.emergency_place, clinic.emergency_number)
    lines = tuple(name for name in (clinic.crisis_name, clinic.crisis_line, clinic.poison_line) if name)
    words = (*masked_words(content), *names, *lines, content.guide.title)
    found = []
    for part, where, text in (*_rows(content), *_said(content, clinic)):
        for sentence in sentences(text.replace("\n", " ")):
            if len(sentence.split()) >= MIN_WORDS:
                found.append(Graded(part, where, sentence, round(grade(sentence, words), 1)))
    return Grades(tuple(found))


def _rows(content: Content) -> Iterator[tuple[str, str, str]]:
    for at, text in prose(content):
        yield f"guide: {at[0]}", ".".join(map(str, at)), text


def _said(content: Content, clinic: Clinic) -> Iterator[tuple[str, str, str]]:
    values: dict[str, Any] = {
        "title": content.guide.title,
        "date": "May",
        "drugs": ", ".join(drug.brand for drug in content.drugs),
        "cancer": content.guide.cancer,
        "first_stage": next((stage.name for stage in content.stages), ""),
        **dict.fromkeys(("over", "most", "seconds", "count"), 20),  # what the channels and the list count
    }
    for path in _leaves(wording()):
        if path != ("disclaimer",):
            yield "the bot's own wording", ".".join(path), say(clinic, *path, **values)


def _leaves(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if not isinstance(node, dict):
        yield path
        return
    for key, value in node.items():
        yield from _leaves(value, (*path, str(key)))

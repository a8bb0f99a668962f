"""`bot content check`: is the content file valid, readable, reviewed in time, easy to find things in, and tested?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.errors import ContentError
from bot.evaluation.content_touched import rows_touched, untouched
from bot.guide.content import Content
from bot.guide.content_file import load_content
from bot.guide.content_rules import masked_words, prose
from bot.guide.readability import grade, sentences

SOON_DAYS = 30
_HARDEST = 3


@dataclass(frozen=True)
class Line:
    """One line of the report. An error fails the command, a note asks for a look, a fact is only told."""

    weight: str
    text: str

    def __str__(self) -> str:
        """Returns the line as it is printed."""
        return f"{self.weight}: {self.text}"


def check_content(path: Path, home: Path, today: date) -> list[Line]:
    """Returns what there is to say about a content file, errors first.

    Args:
        path: the content file.
        home: the project folder, whose conversation tests are looked through.
        today: what reviews are held against.

    Raises:
        BotError: a test file is not right.
    """
    try:
        content = load_content(path)
    except ContentError as error:
        return [Line("error", problem) for problem in error.problems]
    found = [
        *_review(content, today),
        *_names(content),
        *_readability(content),
        *_tests(content, home),
    ]
    return [line for weight in ("error", "note ", "fact ") for line in found if line.weight == weight]


def _review(content: Content, today: date) -> list[Line]:
    guide = content.guide
    last = f"last reviewed on {guide.reviewed_on}: {guide.reviewed_by}. The next review is due on {guide.review_due}."
    lines = [Line("fact ", last)]
    days = (guide.review_due - today).days
    if days < 0:
        lines.append(Line("note ", f"the review is overdue by {-days} days; it was due on {guide.review_due}."))
    elif days <= SOON_DAYS:
        lines.append(Line("note ", f"the next review is due in {days} days, on {guide.review_due}."))
    if not content.reviews:
        lines.append(Line("note ", "no review is recorded under 'reviews'. Record one with `bot content review`."))
    return lines


def _names(content: Content) -> list[Line]:
    """Drugs that are known by one name, and stages that nothing but their name leads to."""
    lines = [
        Line("note ", f"{drug.brand} has no generic name and no alias; people will write it in other ways.")
        if drug.generic is None
        else Line(
            "note ", f"{drug.brand} has no alias besides {drug.generic}; add short names and what phones hear, if any."
        )
        for drug in content.drugs
        if not drug.aliases
    ]
    return lines + [
        Line("error", f"{stage.name} has no numerals and no alias, so no question can name it. Add one of them.")
        for stage in content.stages
        if not stage.numerals and not stage.aliases
    ]


def _readability(content: Content) -> list[Line]:
    words = masked_words(content)
    graded = sorted(((grade(one, words), one) for _, text in prose(content) for one in sentences(text)), reverse=True)
    if not graded:
        return []
    mean = sum(number for number, _ in graded) / len(graded)
    hardest = "; ".join(f"{number:.1f} {text!r}" for number, text in graded[:_HARDEST])
    return [Line("fact ", f"reading grade {mean:.1f} on average over {len(graded)} sentences. The hardest: {hardest}.")]


def _tests(content: Content, home: Path) -> list[Line]:
    lines = []
    for kind, one in untouched(rows_touched(content, home)).items():
        lines.append(Line("fact ", f"conversation tests touch {len(one['touched'])} of {one['of']} {kind}."))
        if one["never"]:
            lines.append(Line("note ", f"no conversation test touches these {kind}: {', '.join(one['never'])}."))
    return lines

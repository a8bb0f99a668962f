"""What the store gives back: plain, immutable rows. Nothing above `bot.guide` sees SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class GuideInfo:
    """The guide as a whole: what it is, how old its text is, and when it must be looked at again."""

    id: str
    title: str
    cancer: str
    source: str
    text_date: date
    reviewed_on: date
    reviewed_by: str
    review_due: date
    language: str
    speaker: str
    content_hash: str

    @property
    def dated(self) -> str:
        """The month of the text as a reader says it, for example "September 2025"."""
        return self.text_date.strftime("%B %Y")

    def overdue(self, today: date) -> bool:
        """Tells whether the content is past its review date on the given day."""
        return today > self.review_due


@dataclass(frozen=True)
class Stage:
    """One stage of the cancer, in the guide's order."""

    key: str
    name: str
    section: str
    text: str


@dataclass(frozen=True)
class Line:
    """One line of treatment: 1 is first-line."""

    number: int
    name: str
    label: str


@dataclass(frozen=True)
class Step:
    """One step of a line of treatment; position 1 is given first."""

    stage: str
    line: int
    position: int
    text: str
    drugs: tuple[str, ...]
    therapies: tuple[str, ...]

    @property
    def passage(self) -> str:
        """The id under which a reply names this row as its source."""
        return f"stage-{self.stage}-line-{self.line}-step-{self.position}"


@dataclass(frozen=True)
class Treatment:
    """One stage x line cell: its ordered steps and when the guide says that it applies."""

    stage: str
    line: int
    condition: str | None
    note: str | None
    after: str | None
    section: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Drug:
    """A drug the guide names. `generic` is None where the guide gives no generic name."""

    brand: str
    generic: str | None
    text: str | None

    @property
    def full_name(self) -> str:
        """Brand with the generic name in brackets, where there is one."""
        return f"{self.brand} ({self.generic})" if self.generic else self.brand


@dataclass(frozen=True)
class Term:
    """A word of the guide. `explained` is False where the guide uses the word without saying what it means."""

    name: str
    explained: bool
    section: str
    text: str
    stage: str | None

    @property
    def passage(self) -> str:
        """The id under which a reply names this row as its source."""
        return "term-" + self.name.lower().replace(" ", "-")


@dataclass(frozen=True)
class Passage:
    """A piece of the guide that is neither a cell, a drug nor a term. `quoted` marks the oncologist's own points."""

    id: str
    kind: str
    section: str
    text: str
    quoted: bool
    stage: str | None
    line: int | None


@dataclass(frozen=True)
class Alias:
    """One way to write the name of a thing. `kind` is stage, numeral, line, drug, term or shorthand."""

    text: str
    kind: str
    target: str

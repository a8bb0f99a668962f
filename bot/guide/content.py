"""The shape of the content file: pydantic models, one per kind of entry. `bot.guide.content_file` reads and checks it."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConstrainedStr, Extra, Field, validator
from pydantic.errors import DateError


class Text(ConstrainedStr):
    """A string that says something."""

    strip_whitespace = True
    min_length = 1


class Entry(BaseModel):
    """Base of all entries: a field that is not known is an error, not a silent typo."""

    class Config:
        """Settings that pydantic reads."""

        extra = Extra.forbid


class GuideEntry(Entry):
    """Metadata of the guide."""

    id: Text
    title: Text
    cancer: Text
    source: Text
    text_date: date
    reviewed_on: date
    reviewed_by: Text
    review_due: date
    review_every_months: int | None = Field(default=None, ge=1, le=36)
    language: str = "en"
    speaker: str = ""
    glossary: list[str] = Field(default_factory=list)

    @validator("text_date", "reviewed_on", "review_due", pre=True)
    def _is_a_date(cls, value: object) -> date:
        """Takes YYYY-MM-DD alone; pydantic would take a bare number for seconds since 1970."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            raise DateError() from None


class LineEntry(Entry):
    """A line of treatment and the ways people name it."""

    number: int = Field(ge=1, le=9)
    name: Text
    label: str | None = None
    aliases: list[str] = Field(default_factory=list)


class StageEntry(Entry):
    """A stage: `numerals` follow the word "stage", `aliases` stand alone, `spread` marks cancer in other organs."""

    key: Text
    name: Text
    section: Text
    numerals: list[str] = Field(default_factory=list)
    aliases: list[str] = Field(default_factory=list)
    spread: bool = False
    text: Text


class DrugEntry(Entry):
    """A drug: `family` names the term it belongs to, `passages` the passages a reply about it may add."""

    brand: Text
    generic: str | None = None
    aliases: list[str] = Field(default_factory=list)
    family: str | None = None
    text: str | None = None
    passages: list[str] = Field(default_factory=list)


class ShorthandEntry(Entry):
    """A short name of several drugs or therapies at once, such as THP."""

    aliases: list[str] = Field(min_items=1)
    drugs: list[str] = Field(default_factory=list)
    therapies: list[str] = Field(default_factory=list)


class StepEntry(Entry):
    """One step of a treatment, with the drugs and the kinds of therapy that it names."""

    text: Text
    drugs: list[str] = Field(default_factory=list)
    therapies: list[str] = Field(default_factory=list)


class TreatmentEntry(Entry):
    """One stage x line cell. `after` is the passage that says what follows its last step."""

    stage: Text
    line: int
    condition: str | None = None
    steps: list[StepEntry] = Field(min_items=1)
    note: str | None = None
    therapies: list[str] = Field(default_factory=list)
    after: str | None = None


class TermEntry(Entry):
    """A word of the guide. `stage` is set where the word is the name of a stage."""

    name: Text
    aliases: list[str] = Field(default_factory=list)
    explained: bool
    section: Text
    text: Text
    stage: str | None = None


class PassageEntry(Entry):
    """A passage; `quoted` marks a point of the oncologist whom the guide quotes."""

    id: Text
    kind: Text
    section: Text
    text: Text
    quoted: bool = False
    stage: str | None = None
    line: int | None = None


class QuestionEntry(Entry):
    """A question to ask the oncologist; `stage` limits it to one stage."""

    text: Text
    stage: str | None = None


class ReviewEntry(Entry):
    """One review that has taken place: the day, and who read the file (see `bot content review`)."""

    on: date
    by: Text


class Content(Entry):
    """A whole content file."""

    guide: GuideEntry
    lines: list[LineEntry] = Field(min_items=1)
    stages: list[StageEntry] = Field(min_items=1)
    drugs: list[DrugEntry] = Field(min_items=1)
    shorthands: list[ShorthandEntry] = Field(default_factory=list)
    treatments: list[TreatmentEntry]
    terms: list[TermEntry] = Field(default_factory=list)
    passages: list[PassageEntry] = Field(default_factory=list)
    questions: list[QuestionEntry] = Field(default_factory=list)
    reviews: list[ReviewEntry] = Field(default_factory=list)

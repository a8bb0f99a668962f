"""The readable guide: every row of the store under its section, each with the anchor that replies link to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from bot.answers.places import line_label, place_name
from bot.answers.wording import say
from bot.clinic import Clinic
from bot.guide.queries import Guide
from bot.guide.rows import Drug, GuideInfo, Passage, Stage, Term, Treatment
from bot.pages.treatment_map import Drawing, TreatmentMap, draw, read_map


@dataclass
class Section:
    """One section of the guide with what stands in it. `anchor` is its id in the page."""

    title: str
    anchor: str
    stage: Stage | None = None
    treatments: list[Treatment] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class DrugEntry:
    """A drug, what the guide says about it, and the places where it stands: (name of the place, its anchor)."""

    drug: Drug
    anchor: str
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class GuidePage:
    """Everything that the template shows."""

    info: GuideInfo
    overdue: bool
    map: TreatmentMap
    drawing: Drawing
    marked_name: str | None
    sections: tuple[Section, ...]
    drugs: tuple[DrugEntry, ...]
    questions: tuple[str, ...]
    labels: dict[int, str]
    order_may_change: str


def read_page(guide: Guide, clinic: Clinic, stage: str | None = None, line: int | None = None) -> GuidePage:
    """Reads the whole guide for the page.

    Args:
        guide: the guide.
        clinic: for the wording.
        stage: the key of the stage to mark on the map; one that is not known marks nothing.
        line: the line to mark.

    Raises:
        StoreError: the database cannot be reached.
    """
    info = guide.info()
    found = read_map(guide, stage, line)
    return GuidePage(
        info=info,
        overdue=info.overdue(date.today()),
        map=found,
        drawing=draw(found),
        marked_name=place_name(guide, found.stage, found.line) if found.stage else None,
        sections=tuple(read_sections(guide)),
        drugs=tuple(_drug(guide, drug) for drug in guide.drugs()),
        questions=tuple(guide.questions()),
        labels={row.number: line_label(guide, row.number) for row in guide.lines()},
        order_may_change=say(clinic, "order_may_change"),
    )


def read_sections(guide: Guide) -> list[Section]:
    """Returns the guide's sections: those that lead in, the stages in their order, then those that lead out."""
    stages = guide.stages()
    terms = [term for term in guide.terms() if term.stage is None]
    passages = [passage for kind in ("outlook", "sequence", "talking") for passage in guide.passages(kind)]
    closing = list(dict.fromkeys(passage.section for passage in guide.passages("talking")))
    of_stages = [stage.section for stage in stages]
    opening = [*(term.section for term in terms), *(passage.section for passage in passages)]
    titles = [title for title in opening if title not in of_stages and title not in closing] + of_stages + closing
    sections = []
    for title in dict.fromkeys(titles):
        section = Section(title, anchor_of(title))
        section.terms = [term for term in terms if term.section == title]
        section.passages = [passage for passage in passages if passage.section == title]
        section.stage = next((stage for stage in stages if stage.section == title), None)
        if section.stage is not None:
            section.treatments = guide.treatments(section.stage.key)
            section.questions = guide.questions(section.stage.key)
        sections.append(section)
    return sections


def anchor_of(title: str) -> str:
    """Returns the anchor of a section: its title in small letters, with hyphens."""
    words = "".join(ch if ch.isalnum() else " " for ch in title.lower()).split()
    return "-".join(words)


def _drug(guide: Guide, drug: Drug) -> DrugEntry:
    places = {(step.stage, step.line): step.passage for step in reversed(guide.places_of_drug(drug.brand))}
    named = tuple((place_name(guide, *place), anchor) for place, anchor in reversed(places.items()))
    return DrugEntry(drug, f"drug-{drug.brand.lower()}", named)

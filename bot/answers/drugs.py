"""Answers "what is this drug": its names, where it stands in the guide, and what else the guide says of it."""

from __future__ import annotations

from bot.answers.clarify import ask_drug
from bot.answers.next_questions import questions_to_ask
from bot.answers.places import place_name
from bot.answers.question import Choice, Question
from bot.answers.reply import Reply
from bot.guide.queries import Guide
from bot.guide.rows import Drug, Step


def answer_drug_info(question: Question, guide: Guide) -> Reply:
    """Returns what the guide says of a drug; asks which one when none is known."""
    here = _drugs_at(question, guide) if not question.drugs else []
    # Where one drug only stands at the place, that is the one meant.
    drug = guide.drug(question.drugs[0]) if question.drugs else (here[0] if len(here) == 1 else None)
    if drug is None:
        return ask_drug(guide, here)
    steps = guide.places_of_drug(drug.brand)
    parts = [_names(drug), _places(guide, drug, steps)]
    if drug.text:
        parts.append(drug.text)
    parts.append("The guide does not say more about what kind of drug it is." if not drug.text else "")
    stages = list(dict.fromkeys(step.stage for step in steps))
    one = steps[0] if len({(s.stage, s.line) for s in steps}) == 1 else None
    first = guide.stage(stages[0]) if stages else None
    # "Do they give Enhertu at stage 2": it does not stand there, and "what do they give there" goes on from stage 2.
    elsewhere = question.stage if question.stage not in (None, *stages) else None
    return Reply(
        kind="drug_info",
        text=" ".join(part for part in parts if part),
        stage=stages[0] if len(stages) == 1 else None,
        line=one.line if one else None,
        drug=drug.brand,
        passages=(f"drug-{drug.brand.lower()}", *(step.passage for step in steps)),
        section=first.section if first else None,
        choices=(
            Choice(
                f"After {drug.brand}"[:20],
                f"what comes after {drug.brand}",
                Question("sequence", drugs=(drug.brand,), direction="after"),
            ),
            questions_to_ask(),
        ),
        question=Question(
            "drug_info",
            drugs=(drug.brand,),
            stage=elsewhere or (one.stage if one else None),
            line=one.line if one and not elsewhere else None,
        ),
    )


def _names(drug: Drug) -> str:
    if drug.generic:
        return f"{drug.brand} is the brand name of {drug.generic}."
    return f"{drug.brand} is named in the guide."


def _places(guide: Guide, drug: Drug, steps: list[Step]) -> str:
    """Says where the drug stands, with what it is given."""
    said = []
    for step in steps:
        others = [brand for brand in step.drugs if brand != drug.brand]
        together = f" with {' and '.join(others)}" if others else ""
        said.append(f"{place_name(guide, step.stage, step.line)}{together}")
    if not said:
        return "The guide does not say where it is used."
    return f"In the guide it is named for: {'; '.join(dict.fromkeys(said))}."


def _drugs_at(question: Question, guide: Guide) -> list[Drug]:
    if question.stage is None or question.line is None:
        return []
    cells = guide.treatments(question.stage, question.line)
    steps = [step for cell in cells for step in cell.steps]
    last_shown = [step for step in steps if step.position == question.position and step.drugs]
    brands = [brand for step in last_shown or steps for brand in step.drugs]
    found = [guide.drug(brand) for brand in dict.fromkeys(brands)]
    return [drug for drug in found if drug is not None]

"""The next questions a reply offers: each is text that a patient could have typed."""

from __future__ import annotations

from bot.answers.places import in_sentence, line_word
from bot.answers.question import Choice, Question
from bot.guide.queries import Guide


def after_place(guide: Guide, stage: str, line: int | None, *, last: bool = False) -> tuple[Choice, ...]:
    """Returns what one may ask after reading about a place in the guide.

    Args:
        guide: the guide.
        stage: the place's stage.
        line: the place's line, None for a whole stage.
        last: nothing comes after this place.
    """
    row = guide.stage(stage)
    where = in_sentence(row) if row else stage
    choices: list[Choice] = []
    lines = [entry.number for entry in guide.lines()]
    if line is not None and line < lines[-1] and not last:
        choices.append(
            Choice(
                "What comes next?",
                f"what comes after {line_word(guide, line)} for {where}",
                Question("sequence", stage=stage, from_line=line, direction="after"),
            )
        )
    drugs = _named_drugs(guide, stage, line)
    if drugs:
        choices.append(
            Choice(
                f"What is {drugs[0]}?",
                f"what is {drugs[0]}",
                Question("drug_info", drugs=(drugs[0],)),
            )
        )
    choices.append(questions_to_ask(stage, where))
    return tuple(choices)


def questions_to_ask(stage: str | None = None, where: str = "") -> Choice:
    """Returns the choice that leads to questions for the oncologist."""
    text = f"what should i ask my oncologist about {where}" if stage and where else "what should i ask my oncologist"
    return Choice("Questions to ask", text, Question("talking", stage=stage))


def starting_questions(guide: Guide) -> tuple[Choice, ...]:
    """Returns the questions offered at the start, and when the bot did not understand."""
    cancer, term = guide.info().cancer, first_term(guide)
    offered = [Choice("Treatment by stage", "what is the treatment", Question("treatment"))]
    if term is not None:
        offered.append(Choice("What it means", f"what is {cancer}", Question("definition", term=term)))
    if guide.passages("outlook"):
        offered.append(Choice("Outlook in words", "have outcomes got better", Question("outlook")))
    return (*offered, questions_to_ask())


def first_term(guide: Guide) -> str | None:
    """Returns the term that names the guide's own cancer, else the first term."""
    terms = guide.terms()
    named = [term.name for term in terms if guide.info().cancer.lower().startswith(term.name.lower())]
    return max(named, key=len) if named else (terms[0].name if terms else None)


def guide_choices(guide: Guide, stage: str | None) -> tuple[Choice, ...]:
    """Returns ways back to the guide after a question that it does not answer."""
    row = guide.stage(stage) if stage else None
    if row is None:
        return (*starting_questions(guide)[:1], questions_to_ask())
    back = Choice(f"{row.name} treatment"[:20], f"what is the treatment for {in_sentence(row)}",
                  Question("treatment", stage=row.key))  # fmt: skip
    return (back, questions_to_ask(row.key, in_sentence(row)))


def _named_drugs(guide: Guide, stage: str, line: int | None) -> list[str]:
    cells = guide.treatments(stage, line)
    return list(dict.fromkeys(brand for cell in cells for step in cell.steps for brand in step.drugs))

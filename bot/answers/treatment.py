"""Answers "how is it treated": one stage x line cell, or all lines of a stage."""

from __future__ import annotations

from bot.answers.clarify import ask_stage
from bot.answers.next_questions import after_place
from bot.answers.places import cell_text, passage_ids, place_name
from bot.answers.question import Question
from bot.answers.reply import Reply
from bot.guide.queries import Guide


def answer_treatment(question: Question, guide: Guide) -> Reply:
    """Returns the treatment at a stage; asks for the stage when it is not known."""
    stage = question.stage
    if stage is None:
        return ask_stage(question, guide)
    if question.line is None and (question.therapies or question.drugs):
        question = question.with_(line=_line_with(question, guide))
    cells = guide.treatments(stage, question.line)
    if not cells:
        return ask_stage(question.with_(line=None), guide)
    if question.line is not None:
        text = cell_text(guide, cells[0])
    else:
        lines = [cell_text(guide, cell, heading=False) for cell in cells]
        text = "\n".join([f"{place_name(guide, stage)}:", *lines])
    named = {brand for cell in cells for step in cell.steps for brand in step.drugs}
    missing = [brand for brand in question.drugs if brand not in named and guide.drug(brand) is not None]
    if missing:
        place = place_name(guide, cells[0].stage, question.line)
        text = f"The guide does not name {' or '.join(missing)} for {place}.\n{text}"
    last = cells[0] if question.line is not None else None
    return Reply(
        kind=question.kind,
        text=text,
        stage=stage,
        line=question.line,
        drug=next((brand for brand in question.drugs if brand in named), None),
        passages=tuple(id_ for cell in cells for id_ in passage_ids(cell)),
        section=cells[0].section,
        choices=after_place(guide, stage, question.line),
        question=question.with_(
            drugs=(), therapies=(), from_line=None, position=last.steps[-1].position if last is not None else None
        ),
    )


def _line_with(question: Question, guide: Guide) -> int | None:
    """The one line of the stage that names the kinds of therapy in the question, if it is only one."""
    counts: dict[int, int] = {}
    places = [guide.places_of_therapy(term, question.stage) for term in question.therapies]
    places += [guide.places_of_drug(brand, question.stage) for brand in question.drugs]
    for steps in places:
        for line in {step.line for step in steps}:
            counts[line] = counts.get(line, 0) + 1
    best = [line for line, count in counts.items() if count == max(counts.values())]
    return best[0] if len(best) == 1 else None

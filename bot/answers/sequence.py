"""Answers "what comes after" and "what comes before", from the order of the steps in the store."""

from __future__ import annotations

from dataclasses import replace

from bot.answers.clarify import ask_stage
from bot.answers.next_questions import after_place
from bot.answers.places import (
    cell_text,
    in_reach,
    in_sentence,
    line_label,
    passage_ids,
    place_name,
    stage_choices,
    steps_text,
)
from bot.answers.question import Choice, Question
from bot.answers.reply import MAX_CHOICES, MAX_TITLE, Reply
from bot.answers.treatment import answer_treatment
from bot.guide.queries import Guide
from bot.guide.rows import Step, Treatment

# Given beside a drug in the same step: it does not say of what kind the drug is.
_WITH_OTHERS = frozenset({"chemotherapy", "surgery"})


def answer_sequence(question: Question, guide: Guide) -> Reply:
    """Returns what the guide puts after or before a drug, a kind of therapy or a line.

    Asks for the stage when the named thing stands at several stages or nothing was named.
    """
    if question.line is not None and question.from_line is None and not question.drugs:
        return answer_treatment(question, guide)
    if question.from_line is not None or not (question.drugs or question.therapies):
        return _from_line(question, guide)
    holds = _places(question, guide)
    if not holds:
        return _not_there(question, guide)
    stages = list(dict.fromkeys(step.stage for step in holds))
    if question.stage is None and len(stages) > 1:
        return ask_stage(question, guide, stages)
    if question.direction in ("order", "first", "beside"):
        return _order(question.with_(stage=stages[0]), guide)
    steps = _fewest(holds)
    if question.direction == "before":
        return _before(question, guide, steps[0])
    # A taxane is spoken of as a drug: what is asked is what comes when it is over, the next line included.
    by_drug = bool(question.drugs) or not set(question.therapies).isdisjoint(guide.families().values())
    return _after(question, guide, steps[-1], by_drug=by_drug)


def _places(question: Question, guide: Guide) -> dict[Step, set[str]]:
    """The steps that hold what was named, at the stage asked about, else at the stages where most of it stands."""
    holds: dict[Step, set[str]] = {}
    for brand in question.drugs:
        for step in guide.places_of_drug(brand, question.stage):
            holds.setdefault(step, set()).add(brand)
    drugs_found = bool(holds)
    stood = {term: guide.places_of_therapy(term, question.stage) for term in question.therapies}
    if drugs_found and question.stage is None:
        # An operation and chemotherapy belong to several stages: beside a drug they do not tell which.
        stood = {term: steps for term, steps in stood.items() if len({step.stage for step in steps}) == 1}
    for term, steps in stood.items():
        for step in steps:
            if step in holds or not drugs_found:
                holds.setdefault(step, set()).add(term)
    named: dict[str, set[str]] = {}
    for step, names in holds.items():
        named.setdefault(step.stage, set()).update(names)
    # "On maintenance with Perjeta and Herceptin": the step that maintenance stands at tells the stage.
    for term, steps in stood.items() if drugs_found else ():
        for step in steps:
            if step.stage in named:
                named[step.stage].add(term)
    most = max(map(len, named.values()), default=0)
    return {step: names for step, names in holds.items() if len(named[step.stage]) == most}


def _fewest(holds: dict[Step, set[str]]) -> list[Step]:
    """The fewest steps of a stage that hold everything named, in order: of Herceptin and Enhertu, those of both."""
    chosen: list[Step] = []
    found: set[str] = set()
    for step in sorted(holds, key=lambda step: (-len(holds[step]), step.line, step.position)):
        if not holds[step] <= found:
            chosen.append(step)
            found |= holds[step]
    return sorted(chosen, key=lambda step: (step.line, step.position))


def _not_there(question: Question, guide: Guide) -> Reply:
    """The named thing does not stand at the stage asked about: say where it does stand."""
    if question.stage is None or not question.drugs:
        known = question.with_(drugs=(), therapies=())
        return _from_line(known, guide)
    elsewhere = _places(question.with_(stage=None), guide)
    kin = _of_its_kind(question, elsewhere, guide)
    if kin is not None and question.direction not in ("before", "order", "first", "beside"):
        # "Stage 3, Herceptin not working": named elsewhere only, but of the kind that this stage starts with.
        after = _after(question, guide, kin, by_drug=True)
        unnamed = f"The guide does not name {' and '.join(question.drugs)} for {place_name(guide, question.stage)}."
        return replace(after, text=f"{unnamed}\n{after.text}")
    stages = list(dict.fromkeys(step.stage for step in elsewhere))
    name = " and ".join(question.drugs)
    if not stages:
        return _from_line(question.with_(drugs=(), therapies=()), guide)
    here = place_name(guide, question.stage)
    there = " and ".join(place_name(guide, key) for key in stages)
    row = guide.stage(question.stage)
    offered, _ = in_reach(guide, stages, question.stage, room=MAX_CHOICES - 1)  # the text names all of them
    choices = (
        *stage_choices(guide, question, offered),
        Choice(
            f"{here} treatment"[:MAX_TITLE],
            f"what is the treatment for {in_sentence(row) if row else here}",
            Question("treatment", stage=question.stage),
        ),
    )
    return Reply(
        kind="clarify",
        text=f"The guide does not name {name} for {here}. It names it for {there}. Which stage do you mean?",
        drug=question.drugs[0],
        choices=choices,
        question=question.with_(stage=None),
        asked="sequence",
    )


def _of_its_kind(question: Question, elsewhere: dict[Step, set[str]], guide: Guide) -> Step | None:
    """The last step of this stage's first line with a kind of therapy that all the drugs named belong to there elsewhere."""
    if not guide.families().keys().isdisjoint(question.drugs):
        return None  # a taxane stands beside the targeted therapy of its step, and is none
    first = [step for step in elsewhere if step.line == 1 and set(question.drugs) <= elsewhere[step]]
    kinds = set.intersection(*(set(step.therapies) for step in first)) - _WITH_OTHERS if first else set()
    cell = guide.treatment(question.stage, 1) if question.stage is not None else None
    held = [step for step in cell.steps if kinds & set(step.therapies)] if cell is not None else []
    return held[0] if held else None


def _from_line(question: Question, guide: Guide) -> Reply:
    if question.stage is None:
        return ask_stage(question, guide)
    if question.from_line is None:
        return _order(question, guide)
    cell = guide.treatment(question.stage, question.from_line)
    if cell is None:
        return ask_stage(question.with_(from_line=None, position=None), guide)
    if question.direction == "before":
        return _before(question, guide, cell.steps[0])
    position = question.position
    step = next((s for s in cell.steps if s.position == position), cell.steps[-1])
    return _after(question, guide, step, by_drug=False)


def _order(question: Question, guide: Guide) -> Reply:
    holds = _places(question, guide) if question.drugs else {}
    lines = {step.line for step in holds}
    if question.direction == "beside" and len(question.drugs) == 2 and len(lines) > 1:
        return _two_places(question, guide, holds)
    only = min(lines) if len(lines) == 1 or lines and question.direction == "first" else None
    reply = answer_treatment(question.with_(kind="sequence", drugs=question.drugs, therapies=(), line=only), guide)
    if only is None or len(question.drugs) != 1 or reply.question is None:
        return reply
    # "And what's before it" is then about the drug.
    return replace(reply, question=reply.question.with_(drugs=question.drugs, direction="order"))


def _two_places(question: Question, guide: Guide, holds: dict[Step, set[str]]) -> Reply:
    """Where two drugs stand, in the guide's order: "is Kadcyla before or after Enhertu"; the reply is about the first named."""
    first, second = (min((s.line for s in holds if drug in holds[s]), default=0) for drug in question.drugs)
    about = question.with_(kind="sequence", drugs=(), therapies=(), line=first, direction="order")
    cells = [cell for cell in guide.treatments(question.stage or "") if cell.line in (first, second)]
    reply = answer_treatment(about, guide)
    return replace(
        reply,
        text="\n".join(cell_text(guide, cell) for cell in cells),
        drug=question.drugs[0],
        passages=tuple(id_ for cell in cells for id_ in passage_ids(cell)),
    )


def _after(question: Question, guide: Guide, step: Step, *, by_drug: bool) -> Reply:
    cell = guide.treatment(step.stage, step.line)
    following = guide.treatment(step.stage, step.line + 1)
    remaining = tuple(s for s in cell.steps if s.position > step.position) if cell else ()
    if question.failed and following is not None:
        remaining = ()
    if remaining and (following is None or not by_drug):
        return _rest_of_line(question, guide, step, remaining)
    if following is not None:
        return _next_line(question, guide, step, remaining, following)
    return _end(question, guide, step, cell)


def _rest_of_line(question: Question, guide: Guide, step: Step, remaining: tuple[Step, ...]) -> Reply:
    cell = guide.treatment(step.stage, step.line)
    note = f" {cell.note}" if cell is not None and cell.note else ""
    text = f"{place_name(guide, step.stage, step.line)}: {steps_text(remaining)}{note}"
    return _reply(
        question,
        guide,
        text,
        step.stage,
        step.line,
        tuple(s.passage for s in remaining),
        remaining[-1],
    )


def _next_line(
    question: Question, guide: Guide, step: Step, remaining: tuple[Step, ...], following: Treatment
) -> Reply:
    text = cell_text(guide, following)
    if remaining:
        first = f"{place_name(guide, step.stage, step.line)}: {steps_text(remaining)}"
        label = line_label(guide, following.line).capitalize()
        when = f" ({following.condition})" if following.condition else ""
        text = f"{first}\n{label}{when}: {steps_text(following.steps)}" + (
            f" {following.note}" if following.note else ""
        )
    ids = (*(s.passage for s in remaining), *passage_ids(following))
    return _reply(question, guide, text, step.stage, following.line, ids, following.steps[-1])


def _end(question: Question, guide: Guide, step: Step, cell: Treatment | None) -> Reply:
    """Nothing stands after this step: say what the guide says about that, or that it stops here."""
    passage = guide.passage(cell.after) if cell is not None and cell.after else None
    where = place_name(guide, step.stage, step.line)
    parts = []
    if passage is not None:
        speaker = guide.info().speaker
        parts.append(f"{where}: {passage.text}" + (f" So says {speaker}." if passage.quoted and speaker else ""))
        if cell is not None and cell.note:
            parts.append(cell.note)
        parts.append("The guide names no further step.")
    else:
        parts.append(f"{where} is the last step in the guide: {steps_text(cell.steps) if cell else step.text}")
        parts.append("It does not say what comes after that. Your oncologist can.")
    ids = (passage.id,) if passage is not None else (step.passage,)
    return _reply(question, guide, " ".join(parts), step.stage, step.line, ids, step, last=True)


def _before(question: Question, guide: Guide, step: Step) -> Reply:
    cell = guide.treatment(step.stage, step.line)
    earlier = tuple(s for s in cell.steps if s.position < step.position) if cell else ()
    where = place_name(guide, step.stage, step.line)
    if earlier:
        text = f"{where}: {steps_text(earlier)} After that: {step.text}"
        return _reply(
            question,
            guide,
            text,
            step.stage,
            step.line,
            tuple(s.passage for s in earlier),
            earlier[-1],
        )
    previous = guide.treatment(step.stage, step.line - 1)
    if previous is None:
        text = f"{where} is where the guide starts: {step.text} It names nothing before that."
        return _reply(question, guide, text, step.stage, step.line, (step.passage,), step)
    return _reply(
        question,
        guide,
        cell_text(guide, previous),
        step.stage,
        previous.line,
        passage_ids(previous),
        previous.steps[-1],
    )


def _reply(
    question: Question, guide: Guide, text: str, stage: str, line: int, passages: tuple[str, ...], step: Step,
    *, last: bool = False,
) -> Reply:  # fmt: skip
    row = guide.stage(stage)
    remembered = Question(
        "sequence",
        stage=stage,
        line=line,
        position=step.position,
        direction=question.direction,
        drugs=question.drugs,
    )
    return Reply(
        kind="sequence",
        text=text,
        stage=stage,
        line=line,
        drug=question.drugs[0] if question.drugs else None,
        passages=passages,
        section=row.section if row else None,
        choices=after_place(guide, stage, line, last=last),
        question=remembered,
    )

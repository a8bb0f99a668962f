"""Names of places in the guide ("Metastatic, second-line") and the choices that lead to them."""

from __future__ import annotations

from bot.answers.question import Choice, Question
from bot.guide.queries import Guide
from bot.guide.rows import Stage, Step, Treatment

LINE_WORDS = {1: "first-line", 2: "second-line", 3: "third-line"}


def place_name(guide: Guide, stage: str, line: int | None = None) -> str:
    """Returns "Metastatic, second-line", or the stage's name alone."""
    row = guide.stage(stage)
    name = row.name if row else stage
    return name if line is None else f"{name}, {line_label(guide, line)}"


def line_label(guide: Guide, line: int) -> str:
    """Returns what the guide calls a line ("third-line and beyond")."""
    return next((row.label for row in guide.lines() if row.number == line), f"line {line}")


def in_sentence(stage: Stage) -> str:
    """Returns a stage's name as it stands in a sentence: "stage 2", "metastatic cancer"."""
    return stage.name.lower() if any(ch.isdigit() for ch in stage.name) else f"{stage.name.lower()} cancer"


def steps_text(steps: tuple[Step, ...]) -> str:
    """Returns the steps of a line as running text, in order."""
    return " ".join(step.text for step in steps)


def cell_text(guide: Guide, cell: Treatment, *, heading: bool = True) -> str:
    """Returns one cell as text: where it stands, when it applies, its steps and its note."""
    parts = [steps_text(cell.steps), cell.note or ""]
    body = " ".join(part for part in parts if part)
    label = place_name(guide, cell.stage, cell.line) if heading else line_label(guide, cell.line).capitalize()
    when = f" ({cell.condition})" if cell.condition else ""
    return f"{label}{when}: {body}"


def stage_choices(guide: Guide, question: Question, keys: list[str] | None = None) -> tuple[Choice, ...]:
    """Returns one choice per stage, each the same question at that stage."""
    stages = [stage for stage in guide.stages() if keys is None or stage.key in keys]
    return tuple(Choice(stage.name, _asked_at(question, stage), question.with_(stage=stage.key)) for stage in stages)


def _asked_at(question: Question, stage: Stage) -> str:
    where = in_sentence(stage)
    if question.kind == "sequence":
        what = " and ".join((*question.drugs, *question.therapies))
        if question.from_line:
            what = LINE_WORDS.get(question.from_line, f"line {question.from_line}")
        word = "before" if question.direction == "before" else "after"
        if question.line:
            return f"what is {LINE_WORDS.get(question.line, 'next')} for {where}"
        return f"what comes {word} {what} in {where}" if what else f"what is the order for {where}"
    if question.line:
        return f"{LINE_WORDS.get(question.line, 'treatment')} treatment for {where}"
    return f"what is the treatment for {where}"


def passage_ids(cell: Treatment) -> tuple[str, ...]:
    """Returns the ids of the rows of a cell."""
    return tuple(step.passage for step in cell.steps)

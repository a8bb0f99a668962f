"""Names of places in the guide ("Metastatic, second-line") and the choices that lead to them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.question import Choice, Question
from bot.answers.reply import MAX_CHOICES
from bot.guide.queries import Guide
from bot.guide.rows import Stage, Step, Treatment


def place_name(guide: Guide, stage: str, line: int | None = None) -> str:
    """Returns "Metastatic, second-line", or the stage's name alone."""
    row = guide.stage(stage)
    name = row.name if row else stage
    return name if line is None else f"{name}, {line_label(guide, line)}"


def line_label(guide: Guide, line: int) -> str:
    """Returns what the guide calls a line ("third-line and beyond")."""
    return next((row.label for row in guide.lines() if row.number == line), f"line {line}")


def line_word(guide: Guide, line: int) -> str:
    """Returns the short name of a line, as a patient could type it ("second-line")."""
    return next((row.name for row in guide.lines() if row.number == line), f"line {line}")


def in_sentence(stage: Stage) -> str:
    """Returns a stage's name as it stands in a sentence: "stage 2", "stage IIb", "metastatic cancer"."""
    first, _, rest = stage.name.partition(" ")
    if first.lower() == "stage":
        return f"stage {rest}"
    name = stage.name.lower()
    return name if "stage" in name.split() or any(ch.isdigit() for ch in name) else f"{name} cancer"


def listed(names: Sequence[str]) -> str:
    """Returns names as a sentence lists them: "Stage 1, Stage 2 and Metastatic"."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def in_reach(
    guide: Guide, keys: Sequence[str] | None = None, near: str | None = None, room: int = MAX_CHOICES
) -> tuple[list[Stage], list[Stage]]:
    """Parts stages into those that fit into the choices of one reply, and the rest; both in the guide's order.

    Args:
        guide: the guide.
        keys: the stages that could be meant; all of them, if left out.
        near: the key of a stage: those nearest to it are kept. Without one, the first are.
        room: how many fit.
    """
    every = guide.stages()
    order = [stage.key for stage in every]
    middle = order.index(near) if near in order else 0
    stages = [stage for stage in every if keys is None or stage.key in keys]
    nearest = sorted(stages, key=lambda stage: abs(order.index(stage.key) - middle))[:room]
    return [stage for stage in stages if stage in nearest], [stage for stage in stages if stage not in nearest]


def also_typed(rest: Sequence[Stage]) -> str:
    """Returns the sentence that names the stages for which no choice is left; empty when there are none."""
    return f" You can also type {listed([in_sentence(stage) for stage in rest])}." if rest else ""


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


def stage_choices(guide: Guide, question: Question, stages: Sequence[Stage]) -> tuple[Choice, ...]:
    """Returns one choice per stage, each the same question at that stage."""
    return tuple(
        Choice(stage.name, _asked_at(guide, question, stage), question.with_(stage=stage.key)) for stage in stages
    )


def _asked_at(guide: Guide, question: Question, stage: Stage) -> str:
    where = in_sentence(stage)
    if question.kind == "sequence":
        what = " and ".join((*question.drugs, *question.therapies))
        if question.from_line:
            what = line_word(guide, question.from_line)
        word = "before" if question.direction == "before" else "after"
        if question.line:
            return f"what is {line_word(guide, question.line)} for {where}"
        return f"what comes {word} {what} in {where}" if what else f"what is the order for {where}"
    if question.line:
        return f"{line_word(guide, question.line)} treatment for {where}"
    return f"what is the treatment for {where}"


def passage_ids(cell: Treatment) -> tuple[str, ...]:
    """Returns the ids of the rows of a cell."""
    return tuple(step.passage for step in cell.steps)

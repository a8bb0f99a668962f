"""The rows of the content file as places where an answer could stand, each with a text to compare a question with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from bot.guide.content import Content


@dataclass(frozen=True)
class Place:
    """A row of the content file.

    Attributes:
        name: how an editor finds it, such as `drugs: Enhertu`.
        section: the section of the content file.
        text: what it says, with its name.
        examples: the file of nlu/ with the questions that lead to it.
        NEAR: a question at least so near (cosine) may be one that the row answers.
    """

    name: str
    section: str
    text: str
    examples: str
    NEAR: ClassVar[float] = 0.62


def rows_of(content: Content) -> list[Place]:
    """Returns the rows that answers are made from, in the order of the file."""
    stages = {stage.key: stage.name for stage in content.stages}
    return [
        *(Place(f"stages: {s.key}", "stages", f"{s.name}: {s.text}", "definition.yml") for s in content.stages),
        *(
            Place(f"drugs: {d.brand}", "drugs", f"{d.brand} ({d.generic or d.family}) {d.text or ''}", "drug_info.yml")
            for d in content.drugs
        ),
        *(
            Place(
                f"treatments: {stages.get(t.stage, t.stage)}, line {t.line}", "treatments",
                f"treatment for {stages.get(t.stage, t.stage)}, line {t.line}: {' '.join(step.text for step in t.steps)}",
                "treatment.yml",
            )
            for t in content.treatments
        ),
        *(Place(f"terms: {t.name}", "terms", f"{t.name}: {t.text}", "definition.yml") for t in content.terms if t.explained),
        *(Place(f"passages: {p.id}", "passages", p.text, f"{p.kind}.yml") for p in content.passages),
        *(Place(f"questions: {q.text}", "questions", q.text, "talking.yml") for q in content.questions),
    ]  # fmt: skip


def nearest_rows(
    vector: npt.NDArray[np.float32], rows: Sequence[Place], vectors: npt.NDArray[np.float32]
) -> tuple[Place, float]:
    """Returns the nearest row, and how near it is (cosine)."""
    length = float(np.linalg.norm(vector)) or 1.0
    closeness = vectors @ (vector / length)
    best = int(np.argmax(closeness))
    return rows[best], float(closeness[best])

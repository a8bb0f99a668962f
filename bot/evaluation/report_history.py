"""What changed since the last report: figures, and items that are newly right or newly wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.evaluation.report_figures import Figure
from bot.evaluation.report_sets import Results
from bot.evaluation.scoring import ACCEPTABLE, RIGHT, UNSAFE, Outcome

KEPT = 50
_FINE = (RIGHT, ACCEPTABLE)


@dataclass
class Changes:
    """The difference to the last report. `before` is None for the first one."""

    before: str | None = None
    figures: dict[str, float] = field(default_factory=dict)
    newly_right: list[tuple[str, Outcome]] = field(default_factory=list)
    newly_wrong: list[tuple[str, Outcome]] = field(default_factory=list)
    newly_unsafe: list[tuple[str, Outcome]] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)


def compare(path: Path, results: Results, figures: Sequence[Figure]) -> Changes:
    """Compares a run with the one that the history file holds as its last."""
    history = _read(path)
    runs = history.get("runs") or []
    if not runs:
        return Changes()
    verdicts: dict[str, str] = history.get("verdicts") or {}
    changes = Changes(runs[-1]["date"], runs=runs)
    earlier = runs[-1]["figures"]
    changes.figures = {
        figure.key: round(figure.value - earlier[figure.key], 2) for figure in figures if figure.key in earlier
    }
    for name, outcomes in results.sets.items():
        for outcome in outcomes:
            was = verdicts.get(_key(name, outcome))
            if was is None or (was in _FINE) == outcome.ok and (was == UNSAFE) == (outcome.verdict == UNSAFE):
                continue
            if outcome.verdict == UNSAFE:
                changes.newly_unsafe.append((name, outcome))
            elif outcome.ok:
                changes.newly_right.append((name, outcome))
            elif was in _FINE:
                changes.newly_wrong.append((name, outcome))
    return changes


def remember(path: Path, results: Results, figures: Sequence[Figure], facts: dict[str, str]) -> None:
    """Writes a run to the history file: its figures beside those of earlier runs, and the verdict of every item."""
    runs = (_read(path).get("runs") or [])[-(KEPT - 1) :]
    runs.append({**facts, "figures": {figure.key: round(figure.value, 3) for figure in figures}})
    verdicts = {_key(name, outcome): outcome.verdict for name, outcomes in results.sets.items() for outcome in outcomes}
    path.write_text(json.dumps({"runs": runs, "verdicts": verdicts}, indent=1), encoding="utf-8")


def _key(name: str, outcome: Outcome) -> str:
    return f"{name}/{outcome.item.id}"


def _read(path: Path) -> dict[str, Any]:
    """Reads the history; one that cannot be read counts as none, for a report must not fail over an old file."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}

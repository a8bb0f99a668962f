"""What one report holds: the run, its figures, what changed, and the facts that identify what was measured."""

from __future__ import annotations

import json
import platform
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from bot import settings
from bot.evaluation.checks import kind_of
from bot.evaluation.report_figures import Bar, Figure, kept_closed
from bot.evaluation.report_grades import Grades
from bot.evaluation.report_history import Changes
from bot.evaluation.report_sets import Results
from bot.evaluation.scoring import VERDICTS, Outcome
from bot.guide.content import Content
from bot.language.intent_model import Guess, IntentModel
from bot.server.training import stamp_file

CONFUSIONS, EXAMPLES = 8, 3


@dataclass(frozen=True)
class Near:
    """A wrong item with known examples near to it: of the intent that won, and of the best one that would be right."""

    outcome: Outcome
    won: tuple[str, ...]
    right: tuple[str, ...]


@dataclass(frozen=True)
class Confusion:
    """A pair of kinds that were taken for one another."""

    expected: str
    got: str
    count: int
    examples: tuple[Near, ...]


@dataclass(frozen=True)
class Report:
    """Everything the page shows."""

    results: Results
    figures: Sequence[Figure]
    bars: Mapping[str, Bar]
    changes: Changes
    grades: Grades
    confusions: Sequence[Confusion]
    facts: Mapping[str, str]

    def light(self, figure: Figure) -> str:
        """Returns the traffic light of a figure; one without a bar has none."""
        bar = self.bars.get(figure.key)
        return bar.light(figure.value) if bar else "none"

    def as_data(self) -> dict[str, Any]:
        """Returns the report as JSON-ready data."""
        return {
            "facts": dict(self.facts),
            "figures": {
                figure.key: {
                    "says": figure.says, "value": round(figure.value, 3), "count": figure.share.count,
                    "of": figure.share.of, "low_95": round(figure.share.low, 3),
                    "high_95": round(figure.share.high, 3), "light": self.light(figure),
                }
                for figure in self.figures
            },
            "sets": {
                name: {"items": len(outcomes), **Counter(outcome.verdict for outcome in outcomes)}
                for name, outcomes in self.results.sets.items()
            },
            "not_right": [
                {
                    "set": name, "id": o.item.id, "text": o.item.text, "expected": o.item.expected.said(),
                    "got": o.got(), "verdict": o.verdict, "why": list(o.why), "confidence": round(o.confidence, 3),
                    "reply": o.reply,
                }
                for name, outcomes in self.results.sets.items() for o in outcomes if not o.ok
            ],
        }  # fmt: skip


def worst_confusions(results: Results, model: IntentModel) -> list[Confusion]:
    """Returns the pairs of kinds most often taken for one another, with the training examples that led there.

    Items of the half that nobody looks at are left out.
    """
    wrong: dict[tuple[str, str], list[Outcome]] = {}
    for name, outcomes in results.sets.items():
        for outcome in outcomes:
            if kept_closed(name, outcome):
                continue
            kinds = (outcome.item.expected.kind, outcome.kind)
            if not outcome.ok and kinds[0] != kinds[1]:
                wrong.setdefault(kinds, []).append(outcome)
    ordered = sorted(wrong.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:CONFUSIONS]
    return [
        Confusion(expected, got, len(found), tuple(_near(outcome, model) for outcome in _different(found)))
        for (expected, got), found in ordered
    ]


def _different(outcomes: list[Outcome]) -> list[Outcome]:
    """A few of the outcomes, of the safety suite one for each hand-written line."""
    return list({outcome.item.id.split("-")[0]: outcome for outcome in reversed(outcomes)}.values())[:EXAMPLES]


def _near(outcome: Outcome, model: IntentModel) -> Near:
    guesses = model.guess([outcome.item.text], top=12)[0]
    wanted = (outcome.item.expected.kind, *outcome.item.expected.also_ok)
    right = next((guess for guess in guesses if kind_of(guess.intent) in wanted), None)
    return Near(outcome, _named(guesses[0]) if guesses else (), _named(right) if right else ())


def _named(guess: Guess) -> tuple[str, ...]:
    return tuple(f"{near.text} ({guess.intent}, {near.closeness:.2f})" for near in guess.neighbours[:2])


def facts(content: Content, today: date) -> dict[str, str]:
    """Returns what identifies the run: date, code, model, content and the versions of what it is made with."""
    try:
        stamp = json.loads(stamp_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        stamp = {}
    made = ", ".join(f"{name} {_version(name)}" for name in ("rasa", "scikit-learn", "onnxruntime"))
    return {
        "date": today.isoformat(),
        "code": _commit(),
        "model": str(stamp.get("inputs", "unknown"))[:12],
        "content": str(stamp.get("content", "unknown"))[:12],
        "guide": f"{content.guide.title}, text of {content.guide.text_date:%B %Y}",
        "made with": f"{made}, Python {platform.python_version()}",
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _commit() -> str:
    """The commit of the checkout, and whether files differ from it; "unknown" without git."""
    try:
        told = subprocess.run(  # noqa: S603, S607 - a fixed command
            ["git", "describe", "--always", "--dirty", "--abbrev=10"],
            cwd=settings.home(), capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return told.stdout.strip()


def verdict_counts(outcomes: Sequence[Outcome]) -> list[tuple[str, int]]:
    """Returns how many outcomes there are of each verdict, in their order."""
    counted = Counter(outcome.verdict for outcome in outcomes)
    return [(verdict, counted[verdict]) for verdict in VERDICTS]

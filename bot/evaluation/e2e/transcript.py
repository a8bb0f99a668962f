"""A conversation as text and as data, for the reports."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bot.evaluation.e2e.results import CaseResult, RunResult


def transcript(result: CaseResult) -> str:
    """Returns what was said, as the terminal chat shows it."""
    parts = [
        f"You: {exchange.turn.user}\nGuide: {exchange.turn.shown() or '(nothing)'}" for exchange in result.exchanges
    ]
    return "\n\n".join(parts)


def as_data(run: RunResult) -> dict[str, Any]:
    """Returns the whole run as JSON-ready data."""
    statuses = ("passed", "failed", "error", "not run")
    stories = run.stories
    return {
        "target": run.target,
        "passed": run.passed(),
        "summary": run.sentence(),
        "counts": {status: run.count(status) for status in statuses},
        "left_out": run.left_out,
        "seconds": round(run.seconds, 3),
        "seed": run.seed,
        "stopped": run.stopped,
        "stories": {"total": stories.total, "correct": stories.correct, "failed": list(stories.names)}
        if stories
        else None,
        "coverage": run.coverage,
        "cases": [_case(result) for result in run.cases],
    }


def _case(result: CaseResult) -> dict[str, Any]:
    case = result.case
    return {
        "name": case.name,
        "run": case.run,
        "file": str(case.file),
        "line": case.line,
        "tags": sorted(case.tags),
        "status": result.status,
        "why": result.why,
        "seconds": round(result.seconds, 3),
        "turns": [
            {
                "line": exchange.line,
                "user": exchange.turn.user,
                "shown": exchange.turn.shown(),
                "reply": dict(exchange.turn.reply()) or None,
                "intent": exchange.turn.seen.intent if exchange.turn.seen else None,
                "seconds": round(exchange.turn.seconds, 4),
                "problems": [asdict(problem) for problem in exchange.problems],
            }
            for exchange in result.exchanges
        ],
    }

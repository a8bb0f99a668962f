"""What the cases touched, and what no case did: intents, kinds of reply, cells and drugs of the guide, actions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML

from bot import settings
from bot.answers.question import KINDS
from bot.evaluation.e2e.results import CaseResult
from bot.evaluation.e2e.targets import Turn
from bot.evaluation.unsafe_facts import FactCheck
from bot.guide.content import Content

NOT_SEEN = "cannot be seen from outside; run in process (without --url)"


def coverage(results: Sequence[CaseResult], content: Content, *, sees_inside: bool) -> dict[str, Any]:
    """Returns, for each thing that is counted, how many there are, how often each was touched, and what never was.

    A cell (stage and line) is touched when a reply used one of its rows; a drug, when a reply named it in its answer.
    Over HTTP intents and actions are not visible: `not_seen` says so instead.
    """
    turns = [exchange.turn for result in results for exchange in result.exchanges]
    facts = FactCheck(content)
    cells = [cell_name(cell.stage, cell.line) for cell in content.treatments]
    found = {
        "kinds of reply": count(KINDS, (str(turn.reply().get("kind")) for turn in turns)),
        "cells of the guide": count(cells, (cell for turn in turns for cell in cells if _used(cell, turn))),
        "drugs": count(
            facts.brands, (drug for turn in turns for drug in facts.drugs_in(str(turn.reply().get("text") or "")))
        ),
    }
    domain = YAML(typ="safe").load((settings.home() / "domain.yml").read_text(encoding="utf-8"))
    if sees_inside:
        seen = [turn.seen for turn in turns if turn.seen]
        found["intents"] = count(domain.get("intents") or (), (str(one.intent) for one in seen))
        found["actions"] = count(domain.get("actions") or (), (action for one in seen for action in one.actions))
    else:
        found["intents"] = found["actions"] = {"not_seen": NOT_SEEN}
    return found


def coverage_lines(found: Mapping[str, Any]) -> list[str]:
    """Returns the coverage as lines of text."""
    lines = []
    for name, one in found.items():
        if "not_seen" in one:
            lines.append(f"{name}: {one['not_seen']}")
            continue
        missing = f"; never: {', '.join(one['never'])}" if one["never"] else ""
        lines.append(f"{name}: {len(one['touched'])} of {one['of']}{missing}")
    return lines


def count(known: Iterable[str], touched: Iterable[str]) -> dict[str, Any]:
    """Returns how many things there are, how often each was touched, and which never was."""
    counts = dict.fromkeys(known, 0)
    for name in touched:
        if name in counts:
            counts[name] += 1
    return {
        "of": len(counts),
        "touched": {name: count for name, count in counts.items() if count},
        "never": [name for name, count in counts.items() if not count],
    }


def cell_name(stage: str, line: int) -> str:
    """Returns what reports call one stage x line cell."""
    return f"stage {stage} line {line}"


def _used(cell: str, turn: Turn) -> bool:
    stage, line = cell.removeprefix("stage ").split(" line ")
    start = f"stage-{stage}-line-{line}-step-"
    return any(str(row).startswith(start) for row in turn.reply().get("passages") or ())

"""Which conversation tests touch which row of a content file, read from the tests as they are written.

`bot test --coverage` says what a run reached; this needs no model and no run, so an editor sees at once which rows no test
would notice. Counted are the end-to-end cases (tests/e2e) and Rasa's own stories (tests/conversations).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.evaluation.e2e.case import Case, ReplyCheck
from bot.evaluation.e2e.case_file import find_files, load_cases
from bot.evaluation.e2e.coverage import cell_name, count
from bot.guide.content import Content

_ENTITY = re.compile(r"\[(?P<said>[^\]]+)\]\{(?P<data>[^}]+)\}")
Named = dict[str, set[str]]


def rows_of(content: Content) -> dict[str, list[str]]:
    """Returns the rows that tests should touch, by kind."""
    return {
        "cells of the guide": [cell_name(cell.stage, cell.line) for cell in content.treatments],
        "drugs": [str(drug.brand) for drug in content.drugs],
        "words": [str(term.name) for term in content.terms],
        "passages": [str(passage.id) for passage in content.passages],
    }


def rows_touched(content: Content, home: Path) -> dict[str, dict[str, list[str]]]:
    """Returns for each kind of row, and each row of it, the names of the tests that mention it.

    Args:
        content: the content file.
        home: the project folder, with tests/e2e and tests/conversations; a folder that is missing holds no tests.

    Raises:
        BotError: a test file is not right.
    """
    found: dict[str, dict[str, list[str]]] = {
        kind: {row: [] for row in rows} for kind, rows in rows_of(content).items()
    }
    seen = _Seen(content)
    named: list[tuple[str, Named]] = []
    if (home / "tests" / "e2e").is_dir():
        named += [(case.name, seen.in_case(case)) for case in load_cases(find_files([home / "tests" / "e2e"]))]
    for name, messages in _stories(home / "tests" / "conversations"):
        named.append((name, seen.in_story(messages)))
    for name, rows in named:
        for kind, touched in rows.items():
            for row in touched & found[kind].keys():
                found[kind][row].append(name)
    return found


def untouched(found: Mapping[str, Mapping[str, Iterable[str]]]) -> dict[str, dict[str, Any]]:
    """Returns for each kind how many rows there are and which no test mentions, in the form of `bot test --coverage`."""
    return {kind: count(rows, (row for row, tests in rows.items() for _ in tests)) for kind, rows in found.items()}


class _Seen:
    """Finds the rows that a test mentions."""

    def __init__(self, content: Content) -> None:
        self._drugs = {str(drug.brand): _any_of([drug.brand, drug.generic, *drug.aliases]) for drug in content.drugs}
        self._terms = {str(term.name): _any_of([term.name, *term.aliases]) for term in content.terms}
        self._texts = {str(passage.id): _flat(passage.text) for passage in content.passages}
        self._cells = [(cell, cell_name(cell.stage, cell.line)) for cell in content.treatments]

    def in_case(self, case: Case) -> Named:
        """An end-to-end case: what is said, and what is expected of the replies."""
        found: Named = {}
        for step in (*case.opening, *case.steps):
            if step.does == "user":
                self._in_text(str(step.value), found)
            elif isinstance(step.value, ReplyCheck):
                self._in_check(step.value, found)
        return found

    def in_story(self, messages: list[str]) -> Named:
        """A story of Rasa's: what is said, with the entities that are marked in it."""
        found: Named = {}
        for message in messages:
            said = {}
            for match in _ENTITY.finditer(message):
                data = json.loads("{" + match["data"] + "}")
                said[data.get("entity")] = str(data.get("value", match["said"]))
            if "stage" in said and "line" in said:
                self._cell(said["stage"], said["line"], found)
            self._in_text(_ENTITY.sub(lambda m: m["said"], message), found)
        return found

    def _in_check(self, check: ReplyCheck, found: Named) -> None:
        stages, lines = check.fields.get("stage", ()), check.fields.get("line", ())
        for stage in stages:
            for line in lines:
                self._cell(str(stage), str(line), found)
        for field, kind in (("drug", "drugs"), ("term", "words")):
            found.setdefault(kind, set()).update(str(value) for value in check.fields.get(field, ()) if value)
        for text in check.contains:
            self._in_text(text, found)
            for id_, passage in self._texts.items():
                if _flat(text) in passage:
                    found.setdefault("passages", set()).add(id_)

    def _in_text(self, text: str, found: Named) -> None:
        for kind, patterns in (("drugs", self._drugs), ("words", self._terms)):
            found.setdefault(kind, set()).update(name for name, pattern in patterns.items() if pattern.search(text))

    def _cell(self, stage: str, line: str, found: Named) -> None:
        found.setdefault("cells of the guide", set()).add(cell_name(stage, int(line)) if line.isdigit() else "")


def _stories(folder: Path) -> Iterator[tuple[str, list[str]]]:
    for file in sorted(folder.glob("test_*.yml")) if folder.is_dir() else ():
        for story in (YAML(typ="safe").load(file.read_text(encoding="utf-8")) or {}).get("stories") or ():
            yield story["story"], [str(step["user"]) for step in story["steps"] if "user" in step]


def _any_of(names: Iterable[str | None]) -> re.Pattern[str]:
    known = sorted({re.escape(name) for name in names if name}, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(known)})(?![\w-])", re.I)


def _flat(text: str) -> str:
    return " ".join(text.lower().split())

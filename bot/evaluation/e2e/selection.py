"""Chooses which cases run, how often and in which order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from bot.evaluation.e2e.case import Case
from bot.evaluation.e2e.case_file import CaseFileError, find_files, load_cases

MARK = "::"


@dataclass(frozen=True)
class Selection:
    """What was asked for.

    Attributes:
        paths: files and folders; `file.yml::name of a case` is one case.
        name: part of a name, or a pattern with * and ?; case does not matter.
        tags: a case with one of them is in.
        skip_tags: a case with one of them is out.
        seed: shuffles; None keeps the order.
    """

    paths: Sequence[str]
    name: str | None = None
    tags: Sequence[str] = ()
    skip_tags: Sequence[str] = ()
    repeat: int = 1
    seed: int | None = None


@dataclass(frozen=True)
class Chosen:
    """The cases to run, and how many of the files' cases are not among them."""

    cases: Sequence[Case]
    left_out: int


def choose(selection: Selection) -> Chosen:
    """Reads the files and returns the cases to run.

    Raises:
        CaseFileError: a file cannot be used, or no case is selected.
    """
    asked = [(Path(file), name) for file, _, name in (path.partition(MARK) for path in dict.fromkeys(selection.paths))]
    every = load_cases(find_files([file for file, _ in asked]))
    found: dict[tuple[Path, str], Case] = {}
    for file, name in asked:
        inside = set(find_files([file]))
        named = [case for case in every if case.file in inside and name in ("", case.name)]
        if not named:
            raise CaseFileError([f"{file}: there is no test case {name!r}. Check the name after {MARK}."])
        found.update({(case.file, case.name): case for case in named})
    kept = [case for case in found.values() if _wanted(case, selection)]
    if not kept:
        raise CaseFileError([_nothing(selection, list(found.values()))])
    runs = [replace(case, run=n, runs=selection.repeat) for n in range(1, selection.repeat + 1) for case in kept]
    if selection.seed is not None:
        random.Random(selection.seed).shuffle(runs)  # noqa: S311 - an order, no secret
    return Chosen(runs, len(every) - len(kept))


def _wanted(case: Case, selection: Selection) -> bool:
    if selection.name is not None:
        pattern = selection.name.lower()
        wild = pattern if any(sign in pattern for sign in "*?[") else f"*{pattern}*"
        if not fnmatchcase(case.name.lower(), wild):
            return False
    if selection.tags and not case.tags & set(selection.tags):
        return False
    return not case.tags & set(selection.skip_tags)


def _nothing(selection: Selection, found: Sequence[Case]) -> str:
    asked = [f"--name {selection.name!r}"] if selection.name is not None else []
    asked += [f"--tag {tag}" for tag in selection.tags] + [f"--skip-tag {tag}" for tag in selection.skip_tags]
    tags = sorted({tag for case in found for tag in case.tags})
    return (
        f"No test case is selected by {' '.join(asked)}: {len(found)} cases were looked at. Tags there: "
        f"{', '.join(tags) or 'none'}."
    )

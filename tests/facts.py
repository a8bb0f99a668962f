"""What the content file says, read without the code under test: the tests derive from here what replies must say.

Also the few words that every test of replies needs: the disclaimer's text and a way to find drug names in a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
CONTENT_FILE = ROOT / "bot" / "guide" / "her2-positive.yml"
CLINIC_FILE = ROOT / "clinic.yml"
WORDING_FILE = ROOT / "bot" / "answers" / "wording.yml"
SOURCE_TEXT = ROOT.parent / "shared" / "guide.txt"


def read_yaml(path: Path) -> Any:
    """Reads a YAML file as plain dicts and lists."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


CONTENT: dict[str, Any] = read_yaml(CONTENT_FILE)
WORDING: dict[str, Any] = read_yaml(WORDING_FILE)
DISCLAIMER: str = WORDING["disclaimer"]

STAGES: list[str] = [stage["key"] for stage in CONTENT["stages"]]
STAGE_NAMES: dict[str, str] = {stage["key"]: stage["name"] for stage in CONTENT["stages"]}
LINES: list[int] = [line["number"] for line in CONTENT["lines"]]
DRUGS: list[str] = [drug["brand"] for drug in CONTENT["drugs"]]
GENERICS: dict[str, str] = {drug["brand"]: drug["generic"] for drug in CONTENT["drugs"] if drug["generic"]}
TERMS: list[str] = [term["name"] for term in CONTENT["terms"]]
CELLS: dict[tuple[str, int], dict[str, Any]] = {(cell["stage"], cell["line"]): cell for cell in CONTENT["treatments"]}
PASSAGES: dict[str, dict[str, Any]] = {passage["id"]: passage for passage in CONTENT["passages"]}

# A step is (stage, line, position), position from 1.
Place = tuple[str, int, int]


def steps_of(stage: str, line: int) -> list[Place]:
    """The steps of a cell, in order; none where there is no such cell."""
    cell = CELLS.get((stage, line))
    return [(stage, line, n) for n in range(1, len(cell["steps"]) + 1)] if cell else []


def step(place: Place) -> dict[str, Any]:
    """What the content file says of a step."""
    stage, line, position = place
    found: dict[str, Any] = CELLS[stage, line]["steps"][position - 1]
    return found


def text_of(place: Place) -> str:
    """The text of a step."""
    return str(step(place)["text"])


def drugs_of(place: Place) -> list[str]:
    """The drugs of a step."""
    return list(step(place).get("drugs", []))


def therapies_of(place: Place) -> list[str]:
    """The kinds of therapy of a step; those of the whole cell stand at its last step."""
    stage, line, position = place
    cell = CELLS[stage, line]
    kinds = list(step(place).get("therapies", []))
    if position == len(cell["steps"]):
        kinds += [kind for kind in cell.get("therapies", []) if kind not in kinds]
    return kinds


def all_steps(stage: str) -> list[Place]:
    """All steps of a stage in order, over its lines."""
    return [place for line in LINES for place in steps_of(stage, line)]


def passage_id(place: Place) -> str:
    """The id under which a reply names a step."""
    return "stage-{}-line-{}-step-{}".format(*place)


def first_place(stage: str, *, drug: str | None = None, therapy: str | None = None) -> Place | None:
    """The first step of a stage that names the drug or the kind of therapy."""
    for place in all_steps(stage):
        if drug in drugs_of(place) or therapy in therapies_of(place):
            return place
    return None


def stages_of(drug: str) -> list[str]:
    """The stages at which a drug stands, in the guide's order."""
    return [stage for stage in STAGES if first_place(stage, drug=drug)]


THERAPIES: list[str] = list(
    dict.fromkeys(kind for stage in STAGES for place in all_steps(stage) for kind in therapies_of(place))
)
DRUG_PLACES: list[tuple[str, str]] = [(drug, stage) for drug in DRUGS for stage in stages_of(drug)]
THERAPY_PLACES: list[tuple[str, str]] = [
    (kind, stage) for kind in THERAPIES for stage in STAGES if first_place(stage, therapy=kind)
]
_NAME_OF: dict[str, str] = {
    name.lower(): drug["brand"]
    for drug in CONTENT["drugs"]
    for name in (drug["brand"], drug["generic"], *drug["aliases"])
    if name
}
_NAMES = re.compile(
    r"(?<![\w-])(" + "|".join(re.escape(name) for name in sorted(_NAME_OF, key=len, reverse=True)) + r")(?![\w-])",
    re.IGNORECASE,
)


def drugs_named(text: str) -> set[str]:
    """The brands of all drugs that a text names in any way."""
    return {_NAME_OF[match.lower()] for match in _NAMES.findall(text)}


def leaves(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yields each text of a tree of dicts with the keys that lead to it."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    else:
        yield path, str(node)

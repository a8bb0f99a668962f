"""Fills in what the bot says in its own voice (`wording.yml`) with the clinic's name and numbers."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.clinic import Clinic

WORDING_FILE = Path(__file__).with_name("wording.yml")


@lru_cache(maxsize=1)
def wording() -> dict[str, Any]:
    """Reads `wording.yml`."""
    loaded: dict[str, Any] = YAML(typ="safe").load(WORDING_FILE.read_text(encoding="utf-8"))
    return loaded


def say(clinic: Clinic, *path: str, **values: str) -> str:
    """Returns one text, filled in.

    Args:
        clinic: where names and numbers come from.
        path: the keys in `wording.yml`; an unknown last key falls back to "default".
        values: further values, such as the guide's title.
    """
    node: Any = wording()
    for key in path:
        node = node[key] if key in node else node["default"]
    filled: str = str(node).format(**_numbers(clinic), **values)
    return filled


def _numbers(clinic: Clinic) -> dict[str, str]:
    called = f"the {clinic.crisis_name}" if clinic.crisis_name else "the crisis line"
    crisis = f"Call or text {called} at {clinic.crisis_line}. " if clinic.crisis_line else ""
    short = f"call {called} at {clinic.crisis_line}. " if clinic.crisis_line else f"call {clinic.emergency_number}. "
    poison = f"Or call poison control at {clinic.poison_line}. " if clinic.poison_line else ""
    return {
        "name": clinic.name,
        "phone": clinic.phone,
        "hours": clinic.hours,
        "emergency_number": clinic.emergency_number,
        "emergency_place": clinic.emergency_place,
        "crisis": crisis,
        "crisis_short": short,
        "poison": poison,
    }

"""Puts a sentence in the visitor's own language before what must be understood: whom to call, and that only English is read."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.answers.reply import Reply
from bot.clinic import Clinic

TONGUES_FILE = Path(__file__).with_name("tongues.yml")
_LEFT_TO_RIGHT = "\u200e"  # without it "116 123" would be shown as "123 116" inside Arabic or Urdu


@lru_cache(maxsize=1)
def tongues() -> dict[str, dict[str, Any]]:
    """Reads `tongues.yml`."""
    loaded: dict[str, dict[str, Any]] = YAML(typ="safe").load(TONGUES_FILE.read_text(encoding="utf-8"))
    return loaded


def in_own_tongue(reply: Reply, language: str | None, clinic: Clinic) -> Reply:
    """Returns an urgent reply, or the one to a message in another language, with a first sentence in that language.

    Any other reply, and one in a language that `tongues.yml` does not have, comes back as it is.

    Args:
        reply: the reply in English.
        language: what the message is in ("es", "zh-Hant"), if it is not English and that is known.
        clinic: where the numbers come from.
    """
    which = _which(reply, clinic)
    if language not in tongues() or which is None:
        return reply
    texts = tongues()[language]
    numbers = {"emergency_number": clinic.emergency_number, "crisis_line": clinic.crisis_line or ""}
    if texts.get("right_to_left"):
        numbers = {name: f"{_LEFT_TO_RIGHT}{number}{_LEFT_TO_RIGHT}" for name, number in numbers.items()}
    return replace(reply, text=f"{texts[which].format(**numbers)}\n{reply.text}")


def _which(reply: Reply, clinic: Clinic) -> str | None:
    topic = reply.question.topic if reply.question is not None else None
    if reply.kind == "emergency":
        return "emergency"
    if reply.kind == "distress" and topic == "crisis":
        return "crisis" if clinic.crisis_line else "crisis_no_line"
    return "refusal" if reply.kind == "not_in_guide" and topic == "language" else None

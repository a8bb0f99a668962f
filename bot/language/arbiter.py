"""Decides on the one intent of a message from the screen, the guesses and what is named.

The safety screen cannot be outvoted. After it, the classifier leads; a message near to no known example is not
understood (`nlu_fallback`), and is then answered by asking again rather than by guessing.
"""

from __future__ import annotations

from typing import Any

from bot.language.cleaning import MAX_READ
from bot.language.intent_model import Guess

FALLBACK = "nlu_fallback"
NEAR = 0.2


def arbitrate(reading: dict[str, Any], guesses: list[Guess]) -> tuple[str, float]:
    """Returns intent and confidence for a reading."""
    alarm = reading["safety"].get("kind")
    if alarm:
        return ("emergency" if alarm == "emergency" else "distress"), 1.0
    if not guesses or len(reading["text"]) > MAX_READ:
        return FALLBACK, 0.0
    best = guesses[0]
    if best.confidence < NEAR and not any(m["kind"] in ("stage", "drug") for m in reading["mentions"]):
        return FALLBACK, best.confidence
    return best.intent, best.confidence

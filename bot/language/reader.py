"""Reads one message: clean text, mentions, cues, the safety verdict and the intent, put together as plain data.

The Rasa components in `bot.language.components` do the same step by step inside Rasa's graph; tests, the evaluation and
`bot explain` use this class. Both call the same functions, so they cannot differ.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bot.language.arbiter import arbitrate
from bot.language.cleaning import MAX_READ, clean
from bot.language.cues import find_cues
from bot.language.entities import MentionFinder
from bot.language.intent_model import Guess, IntentModel
from bot.language.safety import SafetyScreen

FALLBACK = "nlu_fallback"


class Reader:
    """Everything that is needed to read a message, without Rasa."""

    def __init__(self, finder: MentionFinder, model: IntentModel, screen: SafetyScreen) -> None:
        """Takes the parts, already built."""
        self.finder = finder
        self.model = model
        self.screen = screen

    def read(self, text: object) -> dict[str, Any]:
        """Returns the reading of one message, as `bot.answers.reading.Reading.from_dict` takes it."""
        cleaned = clean(text)
        verdict = self.screen.screen(cleaned)
        readable = cleaned[:MAX_READ]
        mentions = self.finder.find(readable)
        guesses = self.model.guess([readable])[0] if readable else []
        return assemble(cleaned, [asdict(m) for m in mentions], verdict.to_dict(), guesses)


def assemble(text: str, mentions: list[dict[str, Any]], safety: dict[str, Any], guesses: list[Guess]) -> dict[str, Any]:
    """Puts the parts of a reading together and lets the arbiter decide on the intent."""
    reading = {
        "text": text,
        "mentions": mentions,
        "cues": list(find_cues(text)),
        "safety": safety,
        "ranking": [
            {
                "intent": g.intent,
                "probability": round(g.probability, 4),
                "confidence": round(g.confidence, 4),
            }
            for g in guesses
        ],
        "parts": [],
    }
    intent, confidence = arbitrate(reading, guesses)
    return {**reading, "intent": intent, "confidence": confidence}

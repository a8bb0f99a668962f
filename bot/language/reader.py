"""Reads one message: clean text, mentions, cues, the safety verdict and the intents, put together as plain data.

The Rasa components in `bot.language.components` do the same step by step inside Rasa's graph; tests, the evaluation and
`bot explain` use the class `Reader`. Both call the same functions, so they cannot differ.
"""

from __future__ import annotations

from typing import Any

from bot.language.arbiter import DOUBTED, arbitrate
from bot.language.cleaning import MAX_READ, clean
from bot.language.cues import find_cues
from bot.language.entities import Mention, MentionFinder
from bot.language.heard_wish import UNSURE_WISH, half_hears_wish, with_wish
from bot.language.intent_model import Guess, IntentModel
from bot.language.safety import SafetyScreen
from bot.language.segments import asks, split, worth_splitting
from bot.language.shorthand import written_out_with
from bot.language.tongues import language_of

NO_ALARM: dict[str, Any] = {"kind": None, "signs": [], "person": "self", "framing": "none", "spans": []}
Segment = tuple[int, int, list[Guess]]
URGENT = ("emergency", "crisis")
# A part says less than a whole message: an emergency that only the classifier hears there must be surer.
SURE_PART, NEAR_PART = 0.9, 0.6


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
        safety = self.screen.screen(cleaned).to_dict()
        mentions = [mention.to_dict() for mention in self.finder.find(cleaned[:MAX_READ])]
        guesses, segments = guess_intents(self.model, cleaned, mentions, safety)
        return assemble(cleaned, mentions, safety, guesses, segments)


def guess_intents(
    model: IntentModel, text: str, mentions: list[dict[str, Any]], safety: dict[str, Any]
) -> tuple[list[Guess], list[Segment]]:
    """Returns the guesses for a whole message, and for each of its segments where reading them apart may help.

    What nobody asks for is not guessed, and its list is empty: whatever the safety screen has decided, and without an
    alarm the segments that ask nothing (see `bot.answers.several`).
    """
    alarm = bool(safety.get("kind"))
    readable = text[:MAX_READ]
    if not readable or len(text) > MAX_READ and not alarm:
        return [], []
    named = [Mention(**mention) for mention in mentions]
    spans = split(readable, fine=alarm)
    if not worth_splitting(readable, spans, alarm=alarm):
        return [] if alarm else model.guess([readable], mentions=[named], doubted=DOUBTED)[0], []
    said = [readable[start:end] for start, end in spans]
    read = [not _is_urgent(span, safety) if alarm else asks(text) for span, text in zip(spans, said, strict=True)]
    wanted = [text for text, wanted in zip(said, read, strict=True) if wanted]
    if alarm:
        whole, found = [], iter(model.guess(wanted, doubted=DOUBTED))
    else:
        whole, *rest = model.guess([readable, *wanted], mentions=[named, *(None for _ in wanted)], doubted=DOUBTED)
        found = iter(rest)
    return whole, [(*span, next(found) if wanted else []) for span, wanted in zip(spans, read, strict=True)]


def assemble(
    text: str,
    mentions: list[dict[str, Any]],
    safety: dict[str, Any],
    guesses: list[Guess],
    segments: list[Segment] | None = None,
) -> dict[str, Any]:
    """Puts the parts of a reading together and lets the arbiter decide on the intent.

    Args:
        text: the clean message.
        mentions: what it names, as dictionaries.
        safety: the screen's verdict, as a dictionary.
        guesses: the best intents of the whole message.
        segments: spans of the message with the best intents of each, when it says several things.
    """
    typed, named = text, mentions
    text, mentions = written_out_with(typed, mentions)
    reading: dict[str, Any] = {
        "text": text,
        **({"typed": typed} if typed != text else {}),
        "mentions": mentions,
        "cues": list(find_cues(text)),
        "safety": safety,
        "ranking": [
            {"intent": g.intent, "probability": round(g.probability, 4), "confidence": round(g.confidence, 4)}
            for g in guesses
        ],
    }
    intent, confidence, reason = arbitrate(reading, guesses)
    if intent == "crisis" and not safety.get("kind"):
        reading["safety"] = with_wish(safety, text)
    elif half_hears_wish(intent, reading):
        reading["safety"] = {**safety, "signs": [*safety.get("signs", ()), UNSURE_WISH]}
    if intent == "other_language":
        reading["safety"] = {**safety, "language": language_of(typed)}
    parts = [_part(typed, named, safety, segment) for segment in segments or []]
    heard = None if safety.get("kind") or reading["safety"].get("kind") else heard_in(parts, segments or [])
    if heard is not None:
        intent, confidence, reason, reading["safety"] = heard
    return {**reading, "intent": intent, "confidence": confidence, "reason": reason, "parts": parts}


def _part(text: str, mentions: list[dict[str, Any]], safety: dict[str, Any], segment: Segment) -> dict[str, Any]:
    start, end, guesses = segment
    said = text[start:end]
    inside = [
        {**m, "start": m["start"] - start, "end": m["end"] - start}
        for m in mentions
        if start <= m["start"] and m["end"] <= end
    ]
    urgent = _is_urgent((start, end), safety)
    part = assemble(said, inside, {**safety, "spans": []} if urgent else NO_ALARM, guesses)
    return {**part, "asks": asks(said)}


def heard_in(parts: list[dict[str, Any]], segments: list[Segment]) -> tuple[str, float, str, dict[str, Any]] | None:
    """Returns intent, confidence, reason and verdict where one part alone is a wish to die or an emergency; else None.

    The part gets the verdict too, so that what stands beside it can still be answered.
    """
    for part, (start, end, guesses) in zip(parts, segments, strict=True):
        sure = bool(guesses) and guesses[0].probability >= SURE_PART and guesses[0].confidence >= NEAR_PART
        if part["intent"] == "emergency" and not part["safety"].get("kind") and sure:
            part["safety"] = {**NO_ALARM, "kind": "emergency", "framing": "now"}
        if part["intent"] in URGENT and part["safety"].get("kind"):
            verdict = {**part["safety"], "spans": [[start, end]]}
            return part["intent"], part["confidence"], "classifier (a part of the message)", verdict
    return None


def _is_urgent(span: tuple[int, int], safety: dict[str, Any]) -> bool:
    return bool(safety.get("kind")) and any(a < span[1] and span[0] < b for a, b in safety.get("spans") or ())

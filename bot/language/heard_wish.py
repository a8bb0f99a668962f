"""A wish to die that the safety screen has no rule for, and that the classifier hears: it raises the same alarm.

How sure the classifier must be was read off the messages that the screen leaves to it (docs/intent-model.md). What it is
not so sure of is heard as distress, whose reply names the crisis line as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.language.intent_model import Guess
from bot.language.safety import FRAMINGS

UNSURE_WISH = "unsure_wish"
_SAID_OF = re.compile(
    r"\b(?:i (?:think|fear|know|found|heard|saw|feel like|am worried|worry)|im (?:worried|scared)|can i|do i|should i)\b",
    re.I,
)
_SELF = re.compile(r"\b(?:i|im|i'm|id|i'd|ill|i'll|ive|i've|me|myself)\b", re.I)
_OTHER = re.compile(
    r"\b(?:she|shes|he|hes|her|his|him|herself|himself|they|theyre|mum|mam|mom|mother|dad|father|husband|hubby|wife|partner|"
    r"boyfriend|girlfriend|fiance|son|daughter|lad|sister|brother|nan|nana|gran|grandma|grandad|grandpa|aunt|auntie|aunty|uncle|"
    r"cousin|niece|nephew|friend|mate|neighbour|neighbor|colleague|teenager|teenagers|patient)\b",
    re.I,
)
SURE_WISH, _NEAR = 0.68, 0.5
_HALF = 0.25
_RATHER_SURE, _NOT_FAR = 0.6, 0.45  # a likelier one may be less close to the examples
# Where the screen saw a wish that is denied, asked about or told as over, the message asks about treatment, or is very short.
_SURER, _NEARER = 0.97, 0.75
_FEW = 4
_DENIES = re.compile(r"\bnot (?:actually |really |that )?suicidal\b", re.I)
_ASKS = re.compile(
    r"\?|\b(?:what|whats|wats|where|which|how|when|thoughts)\b|^\W*(?:is|are|does|do|will|can|should)\b", re.I
)
_OF_TREATMENT = frozenset({"after", "before", "failed", "order"})


def hears_wish(guess: Guess, reading: Mapping[str, Any]) -> bool:
    """Tells whether the classifier's guess `crisis` stands for a message."""
    if _is_framed(reading) or asks_of_treatment(reading) or len(reading["text"].split()) <= _FEW:
        return guess.probability >= _SURER and guess.confidence >= _NEARER
    return guess.probability >= SURE_WISH and guess.confidence >= _NEAR


def half_hears_wish(intent: str, reading: Mapping[str, Any]) -> bool:
    """Tells whether distress may hide a wish to die: comfort that asks after it and names both numbers is given then."""
    heard = any(
        guess["intent"] == "crisis"
        and (
            (guess["probability"] >= _HALF and guess["confidence"] >= _NEAR)
            or (guess["probability"] >= _RATHER_SURE and guess["confidence"] >= _NOT_FAR)
        )
        for guess in reading["ranking"]
    )
    return intent == "distress" and heard and not reading["safety"].get("kind") and not _is_framed(reading)


def _is_framed(reading: Mapping[str, Any]) -> bool:
    """Tells whether the screen saw a wish that is denied, asked about, feared or told as over."""
    return reading["safety"].get("framing") in FRAMINGS or _DENIES.search(reading["text"]) is not None


def asks_of_treatment(reading: Mapping[str, Any]) -> bool:
    """Tells whether a message asks about a place in the guide that it names, or what comes after what."""
    asks = _ASKS.search(reading["text"]) is not None
    named = any(m["kind"] in ("stage", "line", "drug", "ordinal") and not m["negated"] for m in reading["mentions"])
    return asks and (named or not _OF_TREATMENT.isdisjoint(reading["cues"]))


def with_wish(safety: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Returns the screen's verdict with the alarm for a wish to die; whose wish it is, is told by who is named first.

    >>> with_wish({"kind": None, "signs": []}, "my husband said goodbye and his phone is off")["person"]
    'other'
    """
    told = _SAID_OF.sub(lambda found: " " * len(found.group()), text)
    own, other = _SELF.search(told), _OTHER.search(told)
    of_other = other is not None and (own is None or other.start() < own.start())
    signs = ["other_report"] if of_other else ["passive"]
    return {**safety, "kind": "crisis", "signs": signs, "framing": "now", "person": "other" if of_other else "self"}

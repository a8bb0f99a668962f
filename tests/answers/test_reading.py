"""A reading comes whole out of the plain data in which it travels."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers.reading import Alarm, Mention, Reading

TEXT = st.text(max_size=12)
MENTIONS = st.builds(
    Mention, kind=TEXT, value=TEXT, start=st.integers(0, 99), end=st.integers(0, 99), negated=st.booleans()
)
ALARMS = st.builds(
    Alarm,
    kind=st.sampled_from([None, "emergency", "crisis"]),
    signs=st.lists(TEXT, max_size=2).map(tuple),
    person=st.sampled_from(["self", "other"]),
    framing=st.sampled_from(["none", "past"]),
)


def readings(parts: st.SearchStrategy[tuple[Reading, ...]]) -> st.SearchStrategy[Reading]:
    """Readings with the given parts."""
    return st.builds(
        Reading,
        text=TEXT,
        intent=st.none() | TEXT,
        confidence=st.floats(0, 1),
        mentions=st.lists(MENTIONS, max_size=3).map(tuple),
        cues=st.frozensets(TEXT, max_size=3),
        alarm=ALARMS,
        parts=parts,
    )


READINGS = readings(st.lists(readings(st.just(())), max_size=2).map(tuple))


def as_nlu_data(reading: Reading) -> dict[str, Any]:
    """The reading as the NLU graph writes it."""
    return {
        "text": reading.text,
        "intent": reading.intent,
        "confidence": reading.confidence,
        "mentions": [asdict(mention) for mention in reading.mentions],
        "cues": sorted(reading.cues),
        "safety": asdict(reading.alarm),
        "parts": [as_nlu_data(part) for part in reading.parts],
        "ranking": [],
    }


@settings(max_examples=60)
@given(reading=READINGS)
def test_reading_survives_json(reading: Reading) -> None:
    assert Reading.from_dict(json.loads(json.dumps(as_nlu_data(reading)))) == reading


def test_reading_of_nothing_is_calm_and_empty() -> None:
    reading = Reading.from_dict({})
    assert reading == Reading("", None, 0.0)
    assert reading.alarm.kind is None
    nulls = dict.fromkeys(("text", "intent", "confidence", "mentions", "cues", "safety", "parts"))
    assert Reading.from_dict(nulls) == reading


def test_reading_values_are_different_ordered_and_not_denied() -> None:
    mentions = (
        Mention("drug", "Tukysa", 0, 1),
        Mention("stage", "2", 2, 3, negated=True),
        Mention("drug", "Enhertu", 4, 5),
        Mention("drug", "Tukysa", 6, 7),
        Mention("stage", "3", 8, 9),
    )
    reading = Reading("x", "treatment", mentions=mentions)
    assert reading.values("drug") == ("Tukysa", "Enhertu")
    assert reading.values("stage") == ("3",)
    assert reading.names("drug")
    assert not reading.names("term")
    assert not Reading("x", None, mentions=(Mention("stage", "2", 0, 1, negated=True),)).names("stage")

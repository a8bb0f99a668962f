"""The arbiter: nothing outvotes the safety screen, and what is near to no known example is not guessed at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.arbiter import FALLBACK, arbitrate
from bot.language.cleaning import MAX_READ
from bot.language.intent_model import Guess


def reading(
    text: str = "what comes next", *, kind: str | None = None, mentions: tuple[str, ...] = ()
) -> dict[str, Any]:
    return {
        "text": text,
        "mentions": [{"kind": m, "value": "2", "start": 0, "end": 1, "negated": False} for m in mentions],
        "cues": [],
        "safety": {"kind": kind, "signs": [], "person": "self", "framing": "none", "spans": []},
        "ranking": [],
    }


def guesses(confidence: float = 0.9, probability: float = 0.9, intent: str = "sequence") -> list[Guess]:
    return [Guess(intent, probability, confidence, ()), Guess("treatment", 1 - probability, confidence / 2, ())]


@pytest.mark.parametrize(("kind", "intent"), [("emergency", "emergency"), ("crisis", "crisis")])
@pytest.mark.parametrize("found", [[], guesses(), guesses(intent="greet")])
def test_an_alarm_wins_over_every_guess(kind: str, intent: str, found: list[Guess]) -> None:
    assert arbitrate(reading(kind=kind), found)[:2] == (intent, 1.0)
    assert arbitrate(reading("x" * (MAX_READ + 1), kind=kind), found)[:2] == (intent, 1.0)


def test_the_best_guess_leads() -> None:
    intent, confidence = arbitrate(reading(), guesses())[:2]
    assert (intent, confidence) == ("sequence", 0.9)


def test_a_message_near_to_nothing_known_is_not_understood() -> None:
    found = [replace(guess, understood=False) for guess in guesses()]
    assert arbitrate(reading("qwfp zxcd"), found)[0] == FALLBACK
    assert arbitrate(reading("qwfp zxcd"), guesses())[0] == "sequence"


def test_a_message_without_guesses_is_not_understood() -> None:
    assert arbitrate(reading(""), [])[:2] == (FALLBACK, 0.0)


def test_an_endless_message_is_not_read_for_a_question() -> None:
    assert arbitrate(reading("x" * (MAX_READ + 1)), guesses())[0] == FALLBACK


@given(
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from(["treatment", "sequence", "greet", "off_topic", "prognosis"]),
    st.lists(
        st.sampled_from(["stage", "line", "drug", "term", "other_drug", "other_cancer", "stage_zero"]), max_size=3
    ),
    st.sampled_from([None, "emergency", "crisis"]),
)
def test_whatever_is_read_there_is_one_intent(
    confidence: float, probability: float, intent: str, mentions: list[str], kind: str | None
) -> None:
    got, sure = arbitrate(reading(kind=kind, mentions=tuple(mentions)), guesses(confidence, probability, intent))[:2]
    assert got
    assert 0 <= sure <= 1
    assert kind is None or got == kind

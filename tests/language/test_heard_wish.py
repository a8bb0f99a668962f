"""A wish to die that only the classifier hears: when it stands, whose it is, and what is given when it is half heard."""

from __future__ import annotations

from typing import Any

import pytest

from bot.language.arbiter import arbitrate
from bot.language.heard_wish import asks_of_treatment, half_hears_wish, hears_wish, with_wish
from bot.language.intent_model import Guess
from bot.language.reader import NO_ALARM, assemble


def wish(probability: float, confidence: float = 0.7) -> Guess:
    return Guess("crisis", probability, confidence, ())


def reading(text: str, *kinds: str, cues: tuple[str, ...] = (), framing: str = "none") -> dict[str, Any]:
    mentions = [{"kind": kind, "value": "2", "start": 0, "end": 1, "negated": False} for kind in kinds]
    return {"text": text, "mentions": mentions, "cues": list(cues), "safety": {**NO_ALARM, "framing": framing}}


PLAIN = "stood at the level crossing again on the way home"


@pytest.mark.parametrize(
    ("said", "guess", "stands"),
    [
        (reading(PLAIN), wish(0.8), True),
        (reading(PLAIN), wish(0.6), False),
        (reading(PLAIN), wish(0.8, 0.4), False),
        (reading(PLAIN), wish(0.7, 0.52), True),
        (reading(PLAIN, framing="history"), wish(0.9), False),
        (reading(PLAIN, framing="history"), wish(0.99, 0.8), True),
        (reading("and for the sister"), wish(0.9), False),
        (reading("im not suicidal, just fed up with all these forms"), wish(0.95), False),
        (reading("they are taking me off it, whats the next one", cues=("after",)), wish(0.95), False),
        (reading("my friend on stage 2 drugs said goodbye and her phone is off", "stage"), wish(0.9), True),
    ],
)
def test_a_wish_stands_when_the_classifier_is_sure_of_it(said: dict[str, Any], guess: Guess, stands: bool) -> None:
    assert hears_wish(guess, said) is stands


def test_what_asks_of_treatment_names_a_place_and_asks() -> None:
    assert asks_of_treatment(reading("what is second for stage 2", "stage"))
    assert not asks_of_treatment(reading("stage 2 and i went very quiet", "stage"))
    assert not asks_of_treatment(reading("what is the point"))


def test_an_unsure_wish_is_distress_or_the_next_best_guess() -> None:
    other = Guess("sequence", 0.3, 0.7, ())
    intent, _, reason = arbitrate(reading(PLAIN), [wish(0.6), other])
    assert (intent, reason) == ("distress", "classifier (no wish to die is sure)")
    asked = reading("whats after stage 2 if it fails", "stage", cues=("after",))
    assert arbitrate(asked, [wish(0.6), other])[0] == "sequence"


def test_a_wish_that_is_heard_raises_the_alarm_of_the_screen() -> None:
    read = assemble(PLAIN, [], dict(NO_ALARM), [wish(0.95)])
    assert (read["intent"], read["safety"]["kind"], read["safety"]["framing"]) == ("crisis", "crisis", "now")


def test_distress_that_may_hide_a_wish_says_so() -> None:
    sad = Guess("distress", 0.6, 0.7, ())
    read = assemble(PLAIN, [], dict(NO_ALARM), [sad, wish(0.35)])
    assert (read["intent"], read["safety"]["kind"], read["safety"]["signs"]) == ("distress", None, ["unsure_wish"])
    assert not half_hears_wish(
        "distress", {**read, "ranking": [{"intent": "crisis", "probability": 0.1, "confidence": 0.7}]}
    )
    assert not half_hears_wish("treatment", read)


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("i stood on the balcony for an hour", "self"),
        ("my husband said goodbye and his phone is off", "other"),
        ("i think my wife wants to end it", "other"),
        ("everybody would be better off", "self"),
    ],
)
def test_whose_wish_it_is(text: str, person: str) -> None:
    assert with_wish(NO_ALARM, text)["person"] == person


def test_an_emergency_in_one_question_of_several_comes_first() -> None:
    text = "what is second line? and why is my breath rattling like a kettle"
    first = [Guess("treatment", 0.9, 0.8, ())]
    rattle = [Guess("emergency", 0.95, 0.65, ())]
    segments = [(0, 20, first), (21, len(text), rattle)]
    read = assemble(text, [], dict(NO_ALARM), first, segments)
    assert (read["intent"], read["safety"]["kind"], read["safety"]["spans"]) == (
        "emergency",
        "emergency",
        [[21, len(text)]],
    )
    assert [part["safety"]["kind"] for part in read["parts"]] == [None, "emergency"]
    unsure = assemble(
        text, [], dict(NO_ALARM), first, [segments[0], (21, len(text), [Guess("emergency", 0.8, 0.65, ())])]
    )
    assert unsure["safety"]["kind"] is None

"""The reader with the project's model: one message in, one reading out, whatever the message is."""

from __future__ import annotations

import json
import time

import pytest
from facts import DRUGS, STAGES
from hypothesis import given, settings
from hypothesis import strategies as st
from trained import the_reader

from bot.answers.reading import Reading
from bot.evaluation.checks import kind_of
from bot.language.cleaning import MAX_READ
from bot.language.reader import Reader

pytestmark = pytest.mark.model
ANY_TEXT = st.text(st.characters(blacklist_categories=()), max_size=200)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return the_reader()


def kinds(reading: Reading) -> dict[str, tuple[str, ...]]:
    return {kind: reading.values(kind) for kind in ("stage", "line", "drug") if reading.values(kind)}


@pytest.mark.parametrize(
    ("text", "intent", "named"),
    [
        ("what comes after Enhertu", "sequence", {"drug": ("Enhertu",)}),
        ("after tdxd?", "sequence", {"drug": ("Enhertu",)}),
        ("what is the second-line treatment for stage IIIc", "treatment", {"stage": ("3",), "line": ("2",)}),
        ("frontline treatment for mets", "treatment", {"stage": ("metastatic",), "line": ("1",)}),
        ("what is kadcyla", "drug_info", {"drug": ("Kadcyla",)}),
        ("what does neoadjuvant mean", "definition", {}),
        ("have outcomes got better", "outlook", {}),
        ("what should i ask my oncologist", "talking", {}),
        ("how long have i got", "prognosis", {}),
        ("should i stop taking it", "personal_advice", {}),
        ("will i lose my hair", "side_effect_or_dose", {}),
        ("how much does it cost", "not_in_guide_cost", {}),
        ("hello", "greet", {}),
        ("thank you so much", "thanks", {}),
        ("are you a robot", "bot_identity", {}),
    ],
)
def test_a_plain_question_is_understood(text: str, intent: str, named: dict[str, tuple[str, ...]]) -> None:
    reading = Reading.from_dict(the_reader().read(text))
    assert reading.intent == intent
    assert kinds(reading) == named


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("my chest hurts and i cant breathe", "emergency"),
        ("i want to die", "crisis"),
        ("temp of 39 since chemo", "emergency"),
    ],
)
@pytest.mark.parametrize("around", ["{}", "what comes after enhertu? {}", "{} also what is stage 2", "hello {} thanks"])
def test_an_alarm_wins_beside_any_question(text: str, kind: str, around: str) -> None:
    reading = the_reader().read(around.format(text))
    assert reading["safety"]["kind"] == kind
    assert reading["intent"] == kind


def test_an_alarm_at_the_end_of_an_endless_message_is_heard(reader: Reader) -> None:
    text = "she likes the garden and we went for a walk. " * 300 + "i cant breathe and my chest hurts"
    assert len(text) > 3 * MAX_READ
    assert reader.read(text)["intent"] == "emergency"


@pytest.mark.parametrize("text", [None, 7, "", "   ", "\x00\u200b", b"stage 2", ["stage 2"], {"a": 1}])
def test_what_holds_no_words_is_not_guessed_at(reader: Reader, text: object) -> None:
    reading = reader.read(text)
    assert (reading["text"], reading["intent"], reading["mentions"]) == ("", "nlu_fallback", [])


@pytest.mark.parametrize("text", ["/restart", "/session_start", '/ask_x{"a":1}', " /greet", "//back", "\u200b/restart"])
def test_a_command_is_read_as_words(reader: Reader, text: str) -> None:
    reading = reader.read(text)
    assert not reading["text"].startswith("/")
    assert reading["confidence"] < 1
    assert reading["intent"] not in ("restart", "session_start", "back")


def test_a_reading_is_plain_data_that_the_answers_can_take(reader: Reader) -> None:
    for text in (
        "after THP for stage IIIc what is 2nd line? i feel scared",
        "",
        "hi. what is an adc and what comes next",
    ):
        data = reader.read(text)
        assert json.loads(json.dumps(data)) == json.loads(json.dumps(reader.read(text)))
        reading = Reading.from_dict(json.loads(json.dumps(data)))
        assert reading == Reading.from_dict(data)
        assert reading.text == data["text"]


def test_twenty_thousand_characters_take_little_time(reader: Reader) -> None:
    for text in ("stage 2 " * 2500, "x" * 20_000, "enhurtu " * 2500, "what next? " * 1800, "\U0001f600" * 20_000):
        began = time.monotonic()
        reader.read(text)
        assert time.monotonic() - began < 6, text[:20]


@settings(max_examples=60)
@given(ANY_TEXT)
def test_any_message_gives_a_whole_reading(text: str) -> None:
    data = the_reader().read(text)
    assert kind_of(data["intent"]), data["intent"]
    assert 0 <= data["confidence"] <= 1
    for mention in data["mentions"]:
        assert 0 <= mention["start"] < mention["end"] <= len(data["text"])


@settings(max_examples=60)
@given(st.lists(st.sampled_from(("stage", "2", "iv", "after", "enhertu", "what", "is", "THP", "line", "second", "and",
                                 "then", "?", ".", "not", "mets", "should i", "hello", "die", "fever", "her2", "low")),
                max_size=12))  # fmt: skip
def test_any_mix_of_words_gives_a_whole_reading(words: list[str]) -> None:
    reading = Reading.from_dict(the_reader().read(" ".join(words)))
    assert kind_of(reading.intent or "")
    assert set(reading.values("stage")) <= set(STAGES)
    assert set(reading.values("drug")) <= set(DRUGS)


def test_what_nobody_asks_for_is_not_guessed(reader: Reader) -> None:
    alarm = reader.read("i cant breathe, what comes after enhertu")
    assert alarm["intent"] == "emergency"
    assert alarm["ranking"] == []
    assert [bool(part["ranking"]) for part in alarm["parts"]] == [False, True]
    two = reader.read("i feel fine. what is enhertu? and what comes after it?")
    assert two["ranking"]
    assert [bool(part["ranking"]) for part in two["parts"]] == [part["asks"] for part in two["parts"]]
    assert {part["asks"] for part in two["parts"]} == {True, False}


@pytest.mark.parametrize(
    ("text", "intent", "language"),
    [
        ("ya no quiero seguir viviendo", "crisis", "es"),
        ("tengo fiebre de 39 y escalofríos, me pusieron quimio la semana pasada", "emergency", "es"),
        ("que es el cancer de mama", "other_language", "es"),
        ("какое лечение после энхерту", "other_language", "ru"),
        ("what comes after Enhertu", "sequence", None),
        ("i cant breathe", "emergency", None),
    ],
)
def test_a_reading_names_the_language_of_what_is_not_english(text: str, intent: str, language: str | None) -> None:
    reading = Reading.from_dict(the_reader().read(text))
    assert (reading.intent, reading.alarm.language) == (intent, language)

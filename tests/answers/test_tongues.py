"""The sentence in the visitor's own language: which replies get it, and that its numbers are the clinic's alone."""

from __future__ import annotations

import re

import pytest
from facts import DISCLAIMER

from bot.answers.conversation import turn
from bot.answers.question import Memory
from bot.answers.reading import Alarm, Reading
from bot.answers.reply import Reply
from bot.answers.tongues import tongues
from bot.clinic import Clinic
from bot.evaluation.unsafe import Expectation, UnsafeChecker
from bot.guide.content_file import load_content
from bot.guide.queries import Guide
from bot.language.safety_tongue_rules import load_tongues
from bot.settings import DEFAULT_GUIDE

LANGUAGES = sorted(tongues())
TEXTS = ("emergency", "crisis", "crisis_no_line", "refusal")
# One word of each language's texts that no other language's has: a mix-up of keys is seen.
WORDS = {
    "es": "Llame", "pt": "Ligue", "fr": "Appelez", "de": "Rufen", "it": "Chiami", "pl": "zadzwonić", "ru": "Позвоните",
    "uk": "Зателефонуйте", "tr": "arayın", "ar": "الاتصال", "zh-Hans": "请", "zh-Hant": "請", "hi": "कॉल",
    "hi-Latn": "karein", "ur": "کال", "tl": "Tumawag", "vi": "gọi", "ro": "Sunați", "ko": "전화",
}  # fmt: skip


def said(intent: str, alarm: Alarm, guide: Guide, clinic: Clinic, *, started: bool = False) -> Reply:
    """The reply to a message that was read so."""
    reply, _ = turn(Reading("x", intent, alarm=alarm), Memory(started=started), guide, clinic)
    return reply


def alarm(kind: str | None, language: str | None, person: str = "self") -> Alarm:
    """An alarm in a language."""
    return Alarm(kind, ("fever",) if kind else (), person, "now" if kind else "none", language)


def test_every_language_of_the_screen_has_its_texts() -> None:
    screened = set(load_tongues()) - {"zh"} | {"zh-Hans", "zh-Hant"}
    assert screened == set(tongues()) == set(WORDS)
    for language, texts in tongues().items():
        assert set(texts) - {"right_to_left"} == {"name", *TEXTS}, language


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_holds_a_number_of_its_own(language: str) -> None:
    for which in TEXTS:
        text = tongues()[language][which]
        wanted = {"emergency_number", "crisis_line"} if which == "crisis" else {"emergency_number"}
        assert set(re.findall(r"{(\w+)}", text)) == wanted
        assert not re.search(r"\d", text)
        assert len(text.split()) <= 20


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("person", ["self", "other"])
def test_an_emergency_begins_in_the_visitors_language(
    language: str, person: str, guide: Guide, clinic: Clinic, uk_clinic: Clinic
) -> None:
    for one in (clinic, uk_clinic):
        reply = said("emergency", alarm("emergency", language, person), guide, one)
        first, rest = reply.text.split("\n", 1)
        assert reply.kind == "emergency"
        assert WORDS[language] in first
        assert one.emergency_number in first
        assert f"Call {one.emergency_number}" in rest
        assert reply.full_text().startswith(first)
        assert DISCLAIMER in reply.full_text()
        assert len(reply.full_text().split()) <= 120


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wish_to_die_names_the_crisis_line_only_where_the_clinic_has_one(
    language: str, guide: Guide, clinic: Clinic, uk_clinic: Clinic
) -> None:
    reply = said("distress", alarm("crisis", language), guide, clinic)
    first = reply.text.split("\n")[0]
    assert reply.kind == "distress"
    assert str(clinic.crisis_line) in first
    assert clinic.emergency_number in first
    assert len(reply.full_text().split()) <= 120
    assert uk_clinic.crisis_line is None
    uk = said("distress", alarm("crisis", language), guide, uk_clinic).text.split("\n")[0]
    assert re.findall(r"\d+", uk) == ["999"]
    assert "None" not in uk


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refused_language_is_told_in_that_language_too(language: str, guide: Guide, clinic: Clinic) -> None:
    reply = said("other_language", alarm(None, language), guide, clinic, started=True)
    first, rest = reply.text.split("\n", 1)
    assert reply.kind == "not_in_guide"
    assert first == tongues()[language]["refusal"].format(
        emergency_number=f"\u200e{clinic.emergency_number}\u200e"
        if tongues()[language].get("right_to_left")
        else clinic.emergency_number
    )
    assert rest.startswith("I can only read and answer in English.")
    assert len(reply.full_text().split()) <= 120


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_makes_a_reply_unsafe(language: str, guide: Guide, clinic: Clinic) -> None:
    checker = UnsafeChecker(load_content(DEFAULT_GUIDE), clinic)
    for intent, kind in (("emergency", "emergency"), ("distress", "crisis"), ("other_language", None)):
        reply = said(intent, alarm(kind, language), guide, clinic)
        expected = Expectation(kind="emergency" if kind == "emergency" else reply.kind, crisis=kind == "crisis")
        assert checker.check("x", expected, reply) == []


def test_numbers_keep_their_order_inside_right_to_left_text(guide: Guide, clinic: Clinic) -> None:
    spaced = clinic.copy(update={"crisis_line": "116 123"})
    for language in ("ar", "ur"):
        assert "\u200e116 123\u200e" in said("distress", alarm("crisis", language), guide, spaced).text
    assert "\u200e" not in said("distress", alarm("crisis", "es"), guide, spaced).text


@pytest.mark.parametrize("language", [None, "nl", "xx"])
def test_a_language_without_texts_gets_the_english_reply(language: str | None, guide: Guide, clinic: Clinic) -> None:
    for intent, kind in (("emergency", "emergency"), ("distress", "crisis"), ("other_language", None)):
        plain = said(intent, alarm(kind, None), guide, clinic)
        assert said(intent, alarm(kind, language), guide, clinic).text == plain.text
        assert "\n" not in plain.text


def test_other_replies_stay_as_they_are(guide: Guide, clinic: Clinic) -> None:
    for intent in ("greet", "distress", "not_in_guide_cost", "side_effect_or_dose"):
        assert said(intent, alarm(None, "es"), guide, clinic).text == said(intent, Alarm(), guide, clinic).text


def test_the_language_travels_in_the_readings_data() -> None:
    data = {"text": "x", "safety": {"kind": "crisis", "signs": ["active"], "framing": "now", "language": "es"}}
    assert Reading.from_dict(data).alarm.language == "es"
    assert Reading.from_dict({"text": "x", "safety": {"kind": None, "language": None}}).alarm.language is None

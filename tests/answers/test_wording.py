"""What the bot says in its own voice: easy to read, filled in from the clinic file, never as a doctor."""

from __future__ import annotations

import re

import pytest
from facts import DISCLAIMER, WORDING, leaves

from bot.answers.wording import say, wording
from bot.clinic import Clinic
from bot.guide.content_file import load_content
from bot.guide.content_rules import masked_words
from bot.guide.readability import MAX_GRADE, grade, sentences
from bot.settings import DEFAULT_GUIDE

VALUES = {
    "name": "the clinic", "phone": "ten", "hours": "all day", "emergency_number": "nine", "emergency_place": "ward",
    "crisis": "Call or text the line at eight. ", "crisis_short": "call the line at eight. ",
    "poison": "Or call the line at six. ", "title": "The Guide", "date": "May", "drugs": "drugs", "cancer": "cancer",
    "first_stage": "stage I",
    "over": "five", "most": "ten", "seconds": "two", "count": "three",
}  # fmt: skip
TEXTS = list(leaves(WORDING))


@pytest.fixture(scope="module")
def words() -> tuple[str, ...]:
    """The words that the reading grade leaves out."""
    return masked_words(load_content(DEFAULT_GUIDE))


@pytest.mark.parametrize(("path", "text"), TEXTS, ids=[".".join(path) for path, _ in TEXTS])
def test_wording_is_easy_to_read(path: tuple[str, ...], text: str, words: tuple[str, ...]) -> None:
    for sentence in sentences(text.format(**VALUES)):
        if sentence not in sentences(DISCLAIMER) and len(sentence.split()) > 2:
            assert grade(sentence, words) <= MAX_GRADE, sentence


@pytest.mark.parametrize(("path", "text"), TEXTS, ids=[".".join(path) for path, _ in TEXTS])
def test_wording_holds_no_number_and_no_name_of_its_own(path: tuple[str, ...], text: str) -> None:
    bare = text.replace("HER2", "").replace("stage 0", "").replace("stage 1", "")
    assert not re.search(r"\d|Riverside|Lifeline", bare)
    assert set(re.findall(r"{(\w+)}", text)) <= set(VALUES)


def test_wording_of_the_disclaimer_says_what_it_must() -> None:
    assert "not medical advice" in DISCLAIMER
    assert "ask your care team" in DISCLAIMER


@pytest.mark.parametrize("kind", [kind for kind, node in WORDING.items() if isinstance(node, dict)])
def test_wording_of_every_kind_has_a_default(kind: str) -> None:
    assert WORDING[kind]["default"]


def test_wording_has_no_text_twice_under_one_kind() -> None:
    for kind, node in wording().items():
        if isinstance(node, dict):
            texts = [text for topic, text in node.items() if topic != "default"]
            assert len(set(texts)) == len(texts), kind


def test_say_fills_in_the_clinic_and_falls_back_to_the_default(clinic: Clinic, uk_clinic: Clinic) -> None:
    assert clinic.phone in say(clinic, "personal_advice", "default")
    assert say(uk_clinic, "personal_advice", "nothing like it") == say(uk_clinic, "personal_advice", "default")
    assert "020 7946 0000" in say(uk_clinic, "personal_advice", "default")
    assert say(clinic, "source", title="T", date="May") == "Source: T, May."


def test_say_does_not_fill_in_what_a_clinic_wrote(clinic: Clinic) -> None:
    odd = clinic.copy(update={"name": "A {phone} B"})
    assert "A {phone} B" in say(odd, "personal_advice", "default")

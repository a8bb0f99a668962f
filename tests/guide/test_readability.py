"""The reading grade."""

from __future__ import annotations

import pytest

from bot.guide.readability import MAX_GRADE, grade, masked, sentences

EASY = ["The drug is given first.", "It can make the lump shrink.", "Ask your nurse what comes next."]
HARD = [
    "Neoadjuvant administration of anthracycline regimens facilitates subsequent histopathological evaluation.",
    "Notwithstanding considerable heterogeneity, contemporary pharmacological interventions demonstrate statistically "
    "significant improvements in long-term oncological outcomes.",
]


@pytest.mark.parametrize("text", EASY)
def test_grade_of_an_easy_sentence_is_low(text: str) -> None:
    assert grade(text) < 5


@pytest.mark.parametrize("text", HARD)
def test_grade_of_a_hard_sentence_is_high(text: str) -> None:
    assert grade(text) > 12 > MAX_GRADE


def test_max_grade_is_that_of_the_design() -> None:
    assert MAX_GRADE == 8


def test_grade_falls_when_long_names_are_masked() -> None:
    text = "Then comes ado-trastuzumab emtansine."
    assert grade(text) > MAX_GRADE
    assert grade(text, ["Ado-Trastuzumab Emtansine"]) < 3


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Then Kadcyla (ado-trastuzumab emtansine).", ["Kadcyla", "ado-trastuzumab emtansine"], "Then drug."),
        ("KADCYLA and kadcyla", ["Kadcyla"], "drug and drug"),
        ("targeted therapy and therapy", ["therapy", "targeted therapy"], "drug and drug"),
        ("metastatic cancer spreads", ["metastatic", "metastatic cancer"], "drug spreads"),
        ("unmasked masks", ["mask"], "unmasked masks"),
        ("HER2-low is not HER2", ["HER2", "HER2-low"], "drug is not drug"),
        ("HER2-lowish", ["HER2-low"], "HER2-lowish"),
        ("C++ (new)", ["C++"], "drug (new)"),
        ("nothing to mask", [], "nothing to mask"),
        ("nothing to mask", [""], "nothing to mask"),
    ],
)
def test_masked_replaces_whole_words_longest_first(text: str, words: list[str], expected: str) -> None:
    assert masked(text, words) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("  One sentence  ", ["One sentence"]),
        ("It is 1.5 cm. Yes.", ["It is 1.5 cm.", "Yes."]),
        ("", []),
    ],
)
def test_sentences_splits_at_their_ends(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected

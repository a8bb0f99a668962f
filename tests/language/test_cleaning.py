"""Cleaning: whatever is typed becomes one line of plain text that no program takes for a command."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.cleaning import MAX_READ, clean

ANY_TEXT = st.text(st.characters(blacklist_categories=()), max_size=200)
# Slashes, blanks and invisible characters in every order, where a naive clean-up leaves a command.
NASTY = st.text(st.sampled_from(list("/ \t\n\u00a0\u200b\u200d\ufeff\u2060\uff0f\u2044a{\x00\x7f\u3000")), max_size=30)


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("what comes after Enhertu", "what comes after Enhertu"),
        ("  stage   2 \n\n treatment\t", "stage 2 treatment"),
        ("what\r\nis\x00 HER2\x07?", "what is HER2?"),
        ("En\u200bher\u200dtu", "Enhertu"),
        ("\ufeffstage 2", "stage 2"),
        ("sta\u00adge 2", "stage 2"),
        ("ｓｔａｇｅ　２", "stage 2"),
        ("stage Ⅳ", "stage IV"),
        ("stage ²", "stage 2"),
        ("it\u2019s \u201cmets\u201d", 'it\'s "mets"'),
        ("T\u2011DXd \u2013 and then", "T-DXd - and then"),
        ("caf\u0065\u0301", "café"),
        ("\ue000private\U000f0000", "private"),
        ("\ud83d half an emoji", "half an emoji"),
        ("😀", "😀"),
        ("", ""),
        (" \t\n ", ""),
        ("\x00\x01\u200b", ""),
    ],
)
def test_a_message_becomes_one_line_of_plain_text(typed: str, cleaned: str) -> None:
    assert clean(typed) == cleaned


@pytest.mark.parametrize(
    "typed",
    [
        "/restart",
        "  /restart",
        "//restart",
        "/ / restart",
        "\u200b/restart",
        "/\u200b/restart",
        "\uff0frestart",
        "\n/restart",
        "\x00/restart",
        "\u00a0/restart",
    ],
)
def test_a_command_loses_its_slash(typed: str) -> None:
    assert clean(typed) == "restart"


@pytest.mark.parametrize("typed", ["stage 2/3", "and/or", "is it T-DXd/T-DM1?", "25/12 was my scan"])
def test_a_slash_inside_a_message_stays(typed: str) -> None:
    assert clean(typed) == typed


@pytest.mark.parametrize("typed", [None, 0, 7, 3.5, True, b"stage 2", [], ["stage 2"], {"text": "stage 2"}, object()])
def test_what_is_not_text_counts_as_empty(typed: object) -> None:
    assert clean(typed) == ""


def test_a_long_message_is_not_cut() -> None:
    assert len(clean("word " * MAX_READ)) == 5 * MAX_READ - 1


@given(ANY_TEXT | NASTY)
def test_any_text_is_cleaned_for_good(typed: str) -> None:
    cleaned = clean(typed)
    assert clean(cleaned) == cleaned
    assert not cleaned.startswith("/")
    assert cleaned == cleaned.strip()
    assert "\n" not in cleaned
    assert "  " not in cleaned
    assert not any(unicodedata.category(character).startswith("C") for character in cleaned)


@given(ANY_TEXT, st.sampled_from(["/", " /", "//", "\u200b/", "\uff0f", "/ \u2060/"]))
def test_no_text_after_a_slash_becomes_a_command(typed: str, slash: str) -> None:
    assert not clean(slash + typed).lstrip().startswith("/")


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.binary(), st.lists(st.text())))
def test_anything_can_be_cleaned(typed: object) -> None:
    assert clean(typed) == ""

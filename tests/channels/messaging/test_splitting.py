"""Splitting: no part is too long, each carries the disclaimer, no word is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.messaging import gsm
from bot.channels.messaging.splitting import split, utf16

TAIL = "Not advice."
WORDS = st.text(alphabet="abc.!? \u00e9\U0001f600", max_size=120)


@given(
    st.lists(WORDS, max_size=8), st.integers(14, 200), st.sampled_from([len, utf16, lambda text: len(text.encode())])
)
def test_parts_fit_and_nothing_is_lost(lines: list[str], limit: int, measure: object) -> None:
    assert callable(measure)
    if measure("\n" + TAIL + "\U0001f600") > limit:
        limit += 20
    parts = split([*lines, TAIL], TAIL, limit, measure)
    assert all(measure(part) <= limit for part in parts)
    assert all(part.endswith(TAIL) for part in parts)
    said = "".join(part.removesuffix(TAIL) for part in parts)
    assert "".join(said.split()) == "".join("".join(lines).split())


def test_what_fits_is_left_as_it_is() -> None:
    assert split(["a.", TAIL, "1. b"], TAIL, 100) == ["a.\nNot advice.\n1. b"]


def test_it_splits_between_sentences() -> None:
    parts = split(["One two three. Four five six. Seven.", TAIL], TAIL, 30)
    assert parts == ["One two three.\nNot advice.", "Four five six.\nNot advice.", "Seven.\nNot advice."]


def test_a_limit_without_room_is_an_error() -> None:
    with pytest.raises(ValueError, match="no room"):
        split(["a" * 50], TAIL, 11)


def test_how_long_a_text_message_is() -> None:
    assert gsm.septets("abc") == 3
    assert gsm.septets("a[b]\u20ac") == 8
    assert gsm.is_gsm("\u00e9\u00f1@\n") and not gsm.is_gsm("\u00ed") and not gsm.is_gsm("\U0001f600")
    assert gsm.room("abc")[0] == 1530 and gsm.room("\u00ed")[0] == 670
    assert gsm.room("\u00ed")[1]("\U0001f600") == 2
    assert gsm.plain("\u201ca\u2019s\u201d \u2013 b\u2026") == '"a\'s" - b...'

"""Cues: the small words that change what a message means."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.cues import NAMES, find_cues


@pytest.mark.parametrize(
    ("cue", "text"),
    [
        ("after", "what comes after enhertu"),
        ("after", "and afterwards?"),
        ("after", "whats next"),
        ("after", "tdxd -> ?"),
        ("after", "what follows THP"),
        ("after", "once the chemo is done"),
        ("before", "what comes before kadcyla"),
        ("before", "prior to that"),
        ("before", "which goes first"),
        ("failed", "enhertu stopped working"),
        ("failed", "if it doesn't work"),
        ("failed", "if it doesnt shrink"),
        ("failed", "the cancer came back"),
        ("failed", "progression on herceptin"),
        ("start", "what do they start with"),
        ("start", "at the beginning"),
        ("order", "in what order"),
        ("order", "list of all the steps"),
        ("why", "why is that"),
        ("why", "how come"),
        ("same", "same for stage 2"),
        ("same", "what about stage 3"),
        ("correct", "no I meant stage 2"),
        ("correct", "sorry, second line"),
        ("correct", "i said stage 3"),
        ("correct", "oops wrong stage"),
        ("reset", "forget that, different person"),
        ("reset", "new question"),
        ("again", "say that again"),
        ("new", "just been diagnosed"),
        ("that", "what's that"),
        ("meaning", "what does neoadjuvant mean"),
        ("compare", "enhertu or kadcyla"),
        ("feelings", "im so scared"),
        ("feelings", "I can't sleep"),
    ],
)
def test_a_cue_is_heard(cue: str, text: str) -> None:
    assert cue in find_cues(text)
    assert cue in find_cues(text.upper())


@pytest.mark.parametrize(
    ("cue", "text"),
    [
        ("after", "what is stage 2"),
        ("before", "what is next"),
        ("failed", "what is enhertu"),
        ("correct", "stage 2 treatment"),
        ("correct", "what is normal"),
        ("reset", "what comes next"),
        ("feelings", "what is her2"),
        ("why", "what is stage 2"),
        ("same", "stage 2 treatment"),
        ("start", "what is kadcyla"),
        ("again", "what is a taxane"),
    ],
)
def test_a_cue_is_not_heard_where_it_is_not_said(cue: str, text: str) -> None:
    assert cue not in find_cues(text)


def test_cues_come_in_a_fixed_order_and_once() -> None:
    found = find_cues("no I meant what comes after that, and why, and after that again")
    assert list(found) == [name for name in NAMES if name in found]
    assert len(set(found)) == len(found)


@given(st.text(max_size=300))
def test_any_text_can_be_searched(text: str) -> None:
    assert set(find_cues(text)) <= set(NAMES)


@pytest.mark.parametrize("piece", ["no ", "is not ", "a b ", "she is so ", "treatment start ", "did n't ", " " * 50])
def test_a_long_message_is_searched_quickly(piece: str) -> None:
    began = time.monotonic()
    find_cues((piece * 4000)[:20_000])
    assert time.monotonic() - began < 2

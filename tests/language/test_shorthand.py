"""Short forms are written out for the program to read, and nothing else is changed."""

from __future__ import annotations

import pytest

from bot.language.cues import find_cues
from bot.language.shorthand import written_out


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("wat if dat dont wrk", "what if that dont work"),
        ("NXT pls", "next please"),
        ("b4 or aftr enhertu", "before or after enhertu"),
        ("what is the treatment for stage 2", "what is the treatment for stage 2"),
        ("datroway", "datroway"),
        ("", ""),
    ],
)
def test_short_forms_are_written_out(typed: str, read: str) -> None:
    assert written_out(typed) == read


def test_cues_are_found_in_short_forms() -> None:
    assert "failed" in find_cues("wat if dat dont wrk")
    assert "after" in find_cues("nxt")

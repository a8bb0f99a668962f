"""Borders of controls and the focus ring stand out from what is around them (WCAG 2.2, 1.4.11), by the widget's own colours."""

from __future__ import annotations

import re

import pytest
from facts import ROOT

STYLES = (ROOT / "bot" / "widget" / "styles.js").read_text(encoding="utf-8")
LEAST = 3.0
_COLOUR = re.compile(r"--([\w-]+):\s*(?:var\(--[\w-]+,\s*)?(#[0-9a-f]{6})\)?")


def colours(dark: bool) -> dict[str, str]:
    """The colours of a theme: the first block that defines them is light, the second dark."""
    blocks = STYLES.split("--surface:")
    assert len(blocks) >= 3, "the two themes are no longer where this test looks"
    return dict(_COLOUR.findall(f"--surface:{blocks[2 if dark else 1]}".split("}", 1)[0]))


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["surface", "log", "bubble"])
@pytest.mark.parametrize("drawn", ["edge", "focus"])
def test_edges_and_focus_stand_out(drawn: str, ground: str, dark: bool) -> None:
    known = colours(dark)
    assert contrast(known[drawn], known[ground]) >= LEAST

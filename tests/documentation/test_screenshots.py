"""The pictures of the chat: each is made by the script, is used by a page, and has the size of the window it is taken in."""

from __future__ import annotations

import re

import pytest
from facts import ROOT
from PIL import Image

from bot.documentation.screenshots import PHONE, SHOTS, Shot

IMAGES = ROOT / "docs" / "images"
USED = {
    (name, alt)
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    for alt, name in re.findall(r"!\[([^\]]*)\]\([^)]*?images/([\w-]+)\.png\)", path.read_text(encoding="utf-8"))
}


def test_every_picture_is_made_by_the_script_and_used() -> None:
    assert {path.stem for path in IMAGES.iterdir()} == {shot.name for shot in SHOTS} == {name for name, _ in USED}


def test_every_picture_is_described() -> None:
    assert [name for name, alt in USED if len(alt) < 20] == []


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_a_picture_is_as_large_as_its_window_and_no_larger_than_a_page_needs(shot: Shot) -> None:
    path = IMAGES / f"{shot.name}.png"
    with Image.open(path) as picture:
        scale = 1.5 if shot.window == PHONE else 1
        width, height = (round(side * scale) for side in shot.window)
        assert picture.width <= width
        assert shot.name == "map" or picture.size == (width, height)
        assert len(picture.convert("RGB").getcolors(2**20) or ()) > 8, "it is empty"
    assert path.stat().st_size < 100_000

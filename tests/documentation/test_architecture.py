"""Imports run one way, and the committed picture of them is what the source gives."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from facts import ROOT

from bot.documentation.architecture import COLUMNS, PICTURE, draw
from bot.documentation.imports import LAYERS, Imports, essential, part_of, read_imports, wrong_ways

FOUND = read_imports(ROOT)


def project(folder: Path, **modules: str) -> Imports:
    """A made-up project: `answers__reply="import bot.guide"` is the file bot/answers/reply.py."""
    for name in ("config.yml", "bot/server/in_process.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    for name, text in modules.items():
        path = folder / "bot" / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read_imports(folder)


def test_imports_run_one_way() -> None:
    assert wrong_ways(FOUND) == []


def test_every_part_has_its_place_in_the_picture() -> None:
    assert set(FOUND.modules) == {part for layer in LAYERS for part in layer}
    assert set(COLUMNS) == {part for layer in LAYERS[:-1] for part in layer}


def test_the_picture_is_up_to_date() -> None:
    assert (ROOT / PICTURE).read_text(encoding="utf-8") == draw(FOUND), "run `make docs`"


def test_the_picture_says_in_words_what_it_shows() -> None:
    space = "{http://www.w3.org/2000/svg}"
    picture = ElementTree.parse(ROOT / PICTURE).getroot()
    words = picture.findtext(f"{space}desc") or ""
    assert picture.get("role") == "img" and picture.findtext(f"{space}title")
    for part, number in FOUND.modules.items():
        assert f"{part} ({number} module" in words
    assert all(f"{source} imports " in words for source, _ in FOUND.edges)
    arrows = [path for path in picture.iter(f"{space}path") if path.get("marker-end")]
    edges = essential(FOUND)
    assert len(arrows) == len({frozenset(edge) for edge in edges})


def test_an_import_upward_is_found_with_its_place(tmp_path: Path) -> None:
    found = project(tmp_path, answers__reply="import os\nfrom bot.server import logs\n", server__logs="")
    assert wrong_ways(found) == ["bot/answers/reply.py:2: answers imports server."]


@pytest.mark.parametrize(
    "line", ["import bot.answers.reply", "from bot.answers import reply", "from bot import answers"]
)
def test_every_form_of_an_import_is_seen_also_inside_a_function(tmp_path: Path, line: str) -> None:
    found = project(tmp_path, language__reader=f"def read():\n    {line}\n", answers__reply="")
    assert wrong_ways(found) == ["bot/language/reader.py:2: language imports answers."]


def test_a_part_without_a_layer_is_found(tmp_path: Path) -> None:
    assert "bot/novelty stands in no layer" in wrong_ways(project(tmp_path, novelty__new=""))[0]


def test_what_follows_from_other_imports_is_left_out(tmp_path: Path) -> None:
    found = project(
        tmp_path, cli="import bot.evaluation, bot.guide", evaluation__check="import bot.guide", guide__rows=""
    )
    assert essential(found) == {("cli", "evaluation"), ("evaluation", "guide")}


def test_of_two_ways_that_follow_from_each_other_one_stays(tmp_path: Path) -> None:
    pair = {"server__a": "import bot.channels", "channels__a": "import bot.server"}
    found = project(tmp_path, cluster__a="import bot.channels, bot.server", **pair)
    assert essential(found) == {("cluster", "server"), ("server", "channels"), ("channels", "server")}


def test_parts_of_modules() -> None:
    assert part_of("bot.server.logs") == "server" and part_of("actions.speaking") == "actions"
    assert part_of("bot.__main__") == "cli" and part_of("rasa.core") is None and part_of("bot.__init__") is None

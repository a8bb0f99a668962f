"""The treatment map says what the content file says, in its order, and leaves nothing out."""

from __future__ import annotations

import pytest
from facts import CONTENT
from hypothesis import given
from hypothesis import strategies as st

from bot.guide.queries import Guide
from bot.pages.treatment_map import Drawing, draw, known_place, read_map, row_data, text_width, wrap_text

CELLS = {(cell["stage"], cell["line"]): cell for cell in CONTENT["treatments"]}
STAGES = [stage["key"] for stage in CONTENT["stages"]]


def words_in(drawing: Drawing) -> str:
    """All words of a drawing. A line that ends in a hyphen goes on without a space."""
    return " ".join(item.text for item in drawing.words).replace("- ", "-")


def test_the_map_has_every_stage_and_line_of_the_content_file(guide: Guide) -> None:
    found = read_map(guide)
    assert [row.stage.key for row in found.rows] == STAGES
    assert [line.number for line in found.lines] == [line["number"] for line in CONTENT["lines"]]
    assert {(cell.stage, cell.line) for row in found.rows for cell in row.cells} == set(CELLS)


@pytest.mark.parametrize("place", CELLS, ids=str)
def test_a_cell_is_drawn_whole_and_in_order(guide: Guide, place: tuple[str, int]) -> None:
    drawing = draw(read_map(guide))
    shown = words_in(drawing)
    cell = CELLS[place]
    texts = [step["text"] for step in cell["steps"]] + ([cell["note"]] if "note" in cell else [])
    at = -1
    for text in texts:
        start = shown.find(text.replace("- ", "-"), at + 1)
        assert start > at, text
        at = start


def test_steps_are_numbered_where_there_are_several(guide: Guide) -> None:
    drawing = draw(read_map(guide))
    expected = [n for cell in CELLS.values() if len(cell["steps"]) > 1 for n in range(1, len(cell["steps"]) + 1)]
    assert sorted(dot.number for dot in drawing.dots) == sorted(expected)


def test_all_words_stay_inside_their_cells(guide: Guide) -> None:
    drawing = draw(read_map(guide))
    for item in drawing.words:
        if item.style in ("map-stage", "map-line"):
            continue
        inside = [
            box
            for box in drawing.boxes
            if box.x < item.x and box.y < item.y < box.y + box.height
            and item.x + text_width(item.text, 15) <= box.x + box.width
        ]  # fmt: skip
        assert len(inside) == 1, item


@pytest.mark.parametrize(
    ("stage", "line", "marked"),
    [("metastatic", 2, 1), ("metastatic", None, 3), ("9", 2, 0), (None, 2, 0), ("2", 7, 3)],
)
def test_the_place_in_question_is_marked(guide: Guide, stage: str | None, line: int | None, marked: int) -> None:
    found = read_map(guide, stage, line)
    drawing = draw(found)
    assert sum(box.marked for box in drawing.boxes) == marked
    assert (drawing.flag is not None) == (marked > 0)
    assert (found.stage, found.line) == known_place(guide, stage, line)


@pytest.mark.parametrize("stage", STAGES)
def test_the_row_of_a_stage_for_the_widget(guide: Guide, stage: str) -> None:
    row = row_data(guide, stage)
    assert row is not None and row["stage"] == stage
    lines = row["lines"]
    assert isinstance(lines, list)
    for cell in lines:
        content = CELLS[stage, cell["line"]]
        assert cell["steps"] == [step["text"] for step in content["steps"]]
        assert (cell["condition"], cell["note"]) == (content.get("condition"), content.get("note"))


def test_a_stage_that_is_not_there_has_no_row(guide: Guide) -> None:
    assert row_data(guide, "9") is None


@given(st.text(alphabet="ab -m.W", max_size=60), st.integers(20, 200))
def test_wrapping_keeps_every_character(text: str, width: int) -> None:
    lines = wrap_text(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        alone = " " not in line.strip() and "-" not in line.strip()[:-1]
        assert text_width(line, 15) <= width or alone

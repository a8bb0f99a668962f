"""The treatment map: stages by lines with their ordered steps, laid out as an SVG drawing from the store's rows."""

from __future__ import annotations

from dataclasses import dataclass

from bot.guide.queries import Guide
from bot.guide.rows import Line, Stage, Step, Treatment

WIDTH = 1080
STAGE_WIDTH = 132
GAP = 16
PAD = 14
HEAD = 46
FONT = 15
LINE_HEIGHT = 21
STEP_GAP = 8
NUMBER_WIDTH = 28

# Widths of letters in parts of the font size, those of the widest common system font: text may end early, never late.
_NARROW, _WIDE = frozenset("iljtfrI.,;:'|()[] -"), frozenset("mwMW")


@dataclass(frozen=True)
class Words:
    """One line of text at a place of the drawing. `style` is the CSS class that draws it."""

    x: float
    y: float
    text: str
    style: str


@dataclass(frozen=True)
class Dot:
    """The number of a step, in a circle."""

    x: float
    y: float
    number: int


@dataclass(frozen=True)
class Box:
    """One cell of the drawing."""

    x: float
    y: float
    width: float
    height: float
    marked: bool


@dataclass(frozen=True)
class Drawing:
    """Everything that the SVG template needs, in drawing units (one unit is a pixel at full size)."""

    width: int
    height: float
    boxes: tuple[Box, ...]
    words: tuple[Words, ...]
    dots: tuple[Dot, ...]
    arrows: tuple[tuple[float, float], ...]
    flag: Box | None


@dataclass(frozen=True)
class Row:
    """One stage with its cells, first-line first."""

    stage: Stage
    cells: tuple[Treatment, ...]


@dataclass(frozen=True)
class TreatmentMap:
    """All stages by all lines, and the place that is marked (either part may be None)."""

    lines: tuple[Line, ...]
    rows: tuple[Row, ...]
    stage: str | None = None
    line: int | None = None

    def marks(self, stage: str, line: int) -> bool:
        """Tells whether a cell is the place in question; a stage without a line marks its whole row."""
        return stage == self.stage and self.line in (None, line)


def known_place(guide: Guide, stage: str | None, line: int | None) -> tuple[str | None, int | None]:
    """Returns a place without what the guide does not have: a line stands only beside a known stage."""
    if stage is None or guide.stage(stage) is None:
        return None, None
    return stage, line if any(row.number == line for row in guide.lines()) else None


def read_map(guide: Guide, stage: str | None = None, line: int | None = None) -> TreatmentMap:
    """Reads the map from the store. A stage or line that the guide does not have marks nothing.

    Raises:
        StoreError: the database cannot be reached.
    """
    rows = tuple(Row(row, tuple(guide.treatments(row.key))) for row in guide.stages())
    return TreatmentMap(tuple(guide.lines()), rows, *known_place(guide, stage, line))


def row_data(guide: Guide, stage: str) -> dict[str, object] | None:
    """Returns one stage's row of the map as JSON-ready data for the widget; None if the guide has no such stage."""
    found = guide.stage(stage)
    if found is None:
        return None
    labels = {line.number: line.label for line in guide.lines()}
    return {
        "stage": found.key,
        "name": found.name,
        "lines": [
            {
                "line": cell.line,
                "label": labels.get(cell.line, str(cell.line)),
                "condition": cell.condition,
                "steps": [step.text for step in cell.steps],
                "note": cell.note,
            }
            for cell in guide.treatments(stage)
        ],
    }


def text_width(text: str, size: float) -> float:
    """Returns the most room that a text can take at a font size."""
    parts = (0.41 if ch in _NARROW else 0.98 if ch in _WIDE else 0.78 if ch.isupper() else 0.64 for ch in text)
    return sum(parts) * size


def wrap_text(text: str, width: float, size: float = FONT) -> list[str]:
    """Splits a text at spaces, and in words after hyphens, into lines that fit a width. Every character is kept."""
    pieces = [piece for word in text.split(" ") for piece in _after_hyphens(word)]
    lines = [""]
    for piece in pieces:
        if lines[-1] and text_width((lines[-1] + piece).rstrip(), size) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def _after_hyphens(word: str) -> list[str]:
    parts = word.split("-")
    return [f"{part}-" for part in parts[:-1]] + [f"{parts[-1]} "]


def draw(found: TreatmentMap) -> Drawing:
    """Lays the map out: one row per stage, one column per line, steps in their order."""
    columns = max(len(found.lines), 1)
    cell_width = (WIDTH - STAGE_WIDTH - GAP * columns) / columns
    boxes: list[Box] = []
    words: list[Words] = []
    dots: list[Dot] = []
    arrows: list[tuple[float, float]] = []
    flag: Box | None = None

    def left(number: int) -> float:
        return STAGE_WIDTH + GAP + (number - 1) * (cell_width + GAP)

    for place, line in enumerate(found.lines, 1):
        words.append(Words(left(place) + PAD, HEAD - 18, capitalised(line.label), "map-line"))
    y = float(HEAD)
    for row in found.rows:
        drawn = [(cell, *_cell_parts(cell, cell_width)) for cell in row.cells]
        height = max((height for _, _, _, height in drawn), default=LINE_HEIGHT)
        for index, text in enumerate(wrap_text(row.stage.name, STAGE_WIDTH - PAD, 18)):
            words.append(Words(0, y + PAD + 18 + index * 24, text, "map-stage"))
        for cell, cell_words, cell_dots, _ in drawn:
            place = next((at for at, line in enumerate(found.lines, 1) if line.number == cell.line), cell.line)
            x = left(place)
            box = Box(x, y, cell_width, height, found.marks(cell.stage, cell.line))
            boxes.append(box)
            if box.marked and flag is None:
                flag = box
            words += [Words(x + item.x, y + item.y, item.text, item.style) for item in cell_words]
            dots += [Dot(x + dot.x, y + dot.y, dot.number) for dot in cell_dots]
            if place > 1:
                arrows.append((x - GAP / 2, y + height / 2))
        y += height + GAP
    return Drawing(WIDTH, y, tuple(boxes), tuple(words), tuple(dots), tuple(arrows), flag)


def capitalised(text: str) -> str:
    """Returns a text with its first letter as a capital, the rest untouched."""
    return text[:1].upper() + text[1:]


def _cell_parts(cell: Treatment, width: float) -> tuple[list[Words], list[Dot], float]:
    """Returns the text and the numbers of one cell, from the cell's own corner, and its height."""
    words: list[Words] = []
    dots: list[Dot] = []
    y = float(PAD)

    def put(text: str, x: float, style: str) -> None:
        nonlocal y
        for line in wrap_text(text, width - x - PAD):
            y += LINE_HEIGHT
            words.append(Words(x, y - 5, line, style))

    if cell.condition:
        put(f"{capitalised(cell.condition)}:", PAD, "map-when")
        y += STEP_GAP / 2
    for step in cell.steps:
        if _numbered(cell.steps):
            dots.append(Dot(PAD + 10, y + LINE_HEIGHT / 2, step.position))
        put(step.text, PAD + (NUMBER_WIDTH if _numbered(cell.steps) else 0), "map-step")
        y += STEP_GAP
    if cell.note:
        put(cell.note, PAD, "map-note")
        y += STEP_GAP
    return words, dots, y - STEP_GAP + PAD


def _numbered(steps: tuple[Step, ...]) -> bool:
    return len(steps) > 1

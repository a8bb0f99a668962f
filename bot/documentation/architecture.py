"""Draws the parts of the program and how they import each other, from the source: docs/architecture.svg (`make docs`)."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from html import escape
from pathlib import Path

from bot.documentation.imports import LAYERS, Imports, essential, read_imports

PICTURE = Path("docs") / "architecture.svg"
WIDTH, LEFT, COLUMN, GAP, BETWEEN, TOP = 1020, 154, 258, 36, 44, 62
CLOSE = 12  # between the boxes of the lowest layer
HEAD, LINE = 48, 17  # the height of a box without a description, and of a line of it
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif"
_NAME = 'font-size="14.5" font-weight="700" fill="#0a3f42"'
LETTERS = 35  # of a description in a box of one column
NAMES = (
    "The command",
    "Measures and makes",
    "Serves visitors",
    "Rasa's actions",
    "Understands, answers",
    "Facts",
    "Used by all",
)
# Which columns a part's box takes, from 0.
COLUMNS = {
    "cli": (0, 2),
    "cluster": (0, 0),
    "evaluation": (1, 1),
    "documentation": (2, 2),
    "server": (0, 0),
    "channels": (1, 1),
    "pages": (2, 2),
    "actions": (1, 1),
    "language": (0, 0),
    "answers": (1, 2),
    "guide": (0, 2),
}


@dataclass(frozen=True)
class Box:
    """A part's place in the picture, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return self.y + self.height / 2

    def holds(self, x: float, y: float) -> bool:
        """Tells whether a point lies in it."""
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height


def draw(found: Imports) -> str:
    """Returns the picture as SVG.

    Boxes are the parts, in layers from top to bottom. An arrow means "imports"; one that follows from others is left out,
    and so are those to the lowest layer.
    """
    boxes: dict[str, Box] = {}
    heights: list[float] = []
    y = float(TOP)
    for layer in LAYERS:
        heights.append(HEAD + LINE * max(len(_about(part, found)) for part in layer))
        boxes |= {part: _box(part, y, heights[-1]) for part in layer if found.modules[part]}
        y += heights[-1] + BETWEEN
    height = y - BETWEEN + 24
    edges = sorted(edge for edge in essential(found) if {*edge} <= {*boxes})
    tops = [boxes[layer[0]].y for layer in LAYERS]
    body = [_band(*band) for band in zip(tops, heights, NAMES, strict=True)]
    body += [_part(part, box, found) for part, box in boxes.items()]
    body += [_arrow(edge, boxes, both=edge[::-1] in edges, named=edge in found.named)
             for edge in edges if edge[::-1] not in edges or edge[0] < edge[1]]  # fmt: skip
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}" \
role="img" aria-labelledby="title desc" font-family="{escape(FONT)}">
<!-- Made from the source by `make docs`. -->
<title id="title">The parts of the program, and what imports what</title>
<desc id="desc">{escape(describe(found))}</desc>
<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" \
orient="auto-start-reverse"><path d="M0 0 10 5 0 10z" fill="#0d5557"/></marker></defs>
<rect width="{WIDTH}" height="{height:g}" fill="#fffdfa"/>
<text x="24" y="34" font-size="19" font-weight="700" fill="#0a3f42">What imports what, from top to bottom and never upward</text>
{chr(10).join(body)}
</svg>
"""


def describe(found: Imports) -> str:
    """Returns the picture in words: each layer with its parts, and all imports."""
    said = []
    for name, layer in zip(NAMES, LAYERS, strict=True):
        parts = ", ".join(f"{part} ({_modules(found, part)})" for part in layer if found.modules[part])
        said.append(f"{name}: {parts}.")
    uses: dict[str, list[str]] = {}
    for source, target in sorted(found.edges):
        uses.setdefault(source, []).append(target)
    said += [f"{source} imports {', '.join(targets)}." for source, targets in uses.items()]
    said += [f"Rasa loads {target} by name for {source}." for source, target in sorted(found.named)]
    return " ".join(said)


def _box(part: str, y: float, height: float) -> Box:
    if part in LAYERS[-1]:  # side by side, in equal parts
        number, parts = LAYERS[-1].index(part), len(LAYERS[-1])
        width = (3 * COLUMN + 2 * GAP - CLOSE * (parts - 1)) / parts
        return Box(LEFT + number * (width + CLOSE), y, width, height)
    first, last = COLUMNS[part]
    return Box(LEFT + first * (COLUMN + GAP), y, (last - first + 1) * (COLUMN + GAP) - GAP, height)


def _band(y: float, height: float, name: str) -> str:
    words = "".join(f'<tspan x="24" dy="{0 if number == 0 else LINE}">{escape(line)}</tspan>'
                    for number, line in enumerate(textwrap.wrap(name, 15)))  # fmt: skip
    return (
        f'<rect x="8" y="{y - 9:g}" width="{WIDTH - 16}" height="{height + 18:g}" rx="14" fill="#f3ece0"/>'
        f'<text y="{y + 25:g}" font-size="13.5" font-weight="600" fill="#53615f">{words}</text>'
    )


def _about(part: str, found: Imports) -> list[str]:
    """A part's description, cut into the lines of its box; the lowest layer has none."""
    if part in LAYERS[-1]:
        return []
    first, last = COLUMNS[part]
    letters = LETTERS * (last - first + 1) + 4 * (last - first)
    return textwrap.wrap(found.about.get(part, ""), letters)


def _part(part: str, box: Box, found: Imports) -> str:
    name = part if part == "actions" else "bot" if part == "cli" else f"bot/{part}"
    lines = (_text(box.x + 14, box.y + HEAD + LINE * number, line) for number, line in enumerate(_about(part, found)))
    number = _text(
        box.x + box.width - 14, box.y + 26, _modules(found, part), 'font-size="12" text-anchor="end" fill="#53615f"'
    )
    return _frame(box) + _text(box.x + 14, box.y + 26, name, _NAME) + number + "".join(lines)


def _frame(box: Box) -> str:
    return (f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="10" fill="#ffffff" '
            'stroke="#0d5557" stroke-width="1.5"/>')  # fmt: skip


def _text(x: float, y: float, words: str, style: str = 'font-size="12" fill="#22302f"') -> str:
    return f'<text x="{x:g}" y="{y:g}" {style}>{escape(words)}</text>'


def _modules(found: Imports, part: str) -> str:
    number = found.modules[part]
    return f"{number} module{'' if number == 1 else 's'}"


def _arrow(edge: tuple[str, str], boxes: dict[str, Box], *, both: bool, named: bool) -> str:
    start = ' marker-start="url(#head)"' if both else ""
    dashes = ' stroke-dasharray="6 5"' if named else ""
    line = (f'<path d="{_way(edge, boxes)}" fill="none" stroke="#0d5557" stroke-width="2"{dashes}{start} '
            'marker-end="url(#head)"/>')  # fmt: skip
    if not named:
        return line
    end = boxes[edge[1]]
    return line + (f'<text x="{end.x + end.width / 2 + 10:g}" y="{end.y - 16:g}" font-size="12" fill="#53615f">'
                   "loaded by Rasa, by name</text>")  # fmt: skip


def _way(edge: tuple[str, str], boxes: dict[str, Box]) -> str:
    """The way of an arrow: straight beside or below, or down and then sideways; never through another box."""
    source, target = boxes[edge[0]], boxes[edge[1]]
    if source.y == target.y:
        left, right = (source, target) if source.x < target.x else (target, source)
        ends = (left.x + left.width, right.x) if left is source else (right.x, left.x + left.width)
        return f"M{ends[0]:g} {source.middle:g}H{ends[1]:g}"
    others = [box for part, box in boxes.items() if part not in edge]
    low, high = max(source.x, target.x), min(source.x + source.width, target.x + target.width)
    for share in (0.5, 0.25, 0.75):
        x = low + (high - low) * share
        if high > low and not any(
            box.holds(x, y) for box in others for y in range(int(source.middle), int(target.y), 8)
        ):
            return f"M{x:g} {source.y + source.height:g}V{target.y:g}"
    x = source.x + source.width * (0.75 if target.x > source.x else 0.25)
    side = target.x if target.x > source.x else target.x + target.width
    return f"M{x:g} {source.y + source.height:g}V{target.middle:g}H{side:g}"


def main() -> None:
    """Writes the picture into the checkout."""
    root = Path(__file__).resolve().parents[2]
    (root / PICTURE).write_text(draw(read_imports(root)), encoding="utf-8")
    print(f"Wrote {PICTURE.as_posix()}.")


if __name__ == "__main__":
    main()

"""The plot of the load benchmark: messages a second of each server, and what a turn costs as a conversation grows."""

from __future__ import annotations

from html import escape
from typing import Any

_WIDTH, _HEIGHT = 760, 330
_COLOURS = {"bot": "#0b6e4f", "bot_2_workers": "#2f9e77", "stock": "#8a5a00", "template": "#a33b2f"}
_NAMES = {"bot": "this bot", "bot_2_workers": "this bot, 2 workers", "stock": "Rasa, same model",
          "template": "Rasa, template pipeline"}  # fmt: skip


def plot(result: dict[str, Any]) -> str:
    """Returns the figures as one SVG picture."""
    servers = result["servers"]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'font-family="system-ui, sans-serif" font-size="13">',
        f"<title>{escape(_words(servers))}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        *_rates(servers),
        *_turns(servers),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _words(servers: dict[str, Any]) -> str:
    found = [f"{_NAMES[name]} {servers[name]['load']['16']['per_second']:.0f}" for name in _COLOURS]
    return f"Messages a second with 16 clients: {', '.join(found)}."


def _rates(servers: dict[str, Any]) -> list[str]:
    most = max(servers[name]["load"]["16"]["per_second"] for name in _COLOURS)
    parts = [_text(16, 26, "Messages a second, 16 clients", bold=True)]
    for row, name in enumerate(_COLOURS):
        rate = servers[name]["load"]["16"]["per_second"]
        y = 50 + row * 62
        parts.append(_text(16, y + 12, _NAMES[name]))
        width = max(2.0, 270 * rate / most)
        parts.append(f'<rect x="16" y="{y + 18}" width="{width:.1f}" height="24" fill="{_COLOURS[name]}"/>')
        parts.append(_text(22 + width, y + 35, f"{rate:.0f}"))
    return parts


def _turns(servers: dict[str, Any]) -> list[str]:
    left, right, top, bottom = 430, 740, 50, 280
    lines = {name: _points(servers[name]["long"]) for name in ("bot", "stock", "template") if "long" in servers[name]}
    most = max(cost for points in lines.values() for _, cost in points) or 1.0
    furthest = max(turn for points in lines.values() for turn, _ in points)
    parts = [
        _text(left - 40, 26, "Milliseconds for a message, by turn", bold=True),
        f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="#555555"/>',
        _text(left - 40, top + 5, f"{most:.0f}"),
        _text(left - 20, bottom + 5, "0"),
        _text(left, bottom + 20, "turn 5"),
        _text(right - 50, bottom + 20, f"turn {furthest}"),
    ]
    for row, (name, points) in enumerate(lines.items()):
        places = " ".join(
            f"{left + (right - left) * turn / furthest:.1f},{bottom - (bottom - top) * cost / most:.1f}"
            for turn, cost in points
        )
        parts.append(f'<polyline points="{places}" fill="none" stroke="{_COLOURS[name]}" stroke-width="3"/>')
        parts.append(f'<text x="{left + 12}" y="{top + 8 + 18 * row}" fill="{_COLOURS[name]}">{_NAMES[name]}</text>')
    return parts


def _points(long: dict[str, Any]) -> list[tuple[int, float]]:
    found = [(turn, long.get(f"turn_{turn}_ms")) for turn in (5, 20, 60, 120, 180)]
    points = [(turn, cost) for turn, cost in found if cost is not None and turn < long["turns"]]
    return [*points, (int(long["turns"]), float(long["last_turn_ms"]))]


def _text(x: float, y: float, words: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="#222222"{weight}>{escape(words)}</text>'

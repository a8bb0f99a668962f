"""The report's plots as inline SVG, drawn by hand so that the page needs no script and follows the reader's colours."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from bot.evaluation.report_html import Html, esc, tag

WIDTH, HEIGHT = 640, 280
LEFT, RIGHT_EDGE, TOP, BOTTOM = 56, 624, 16, 232


def histogram_svg(bins: Sequence[tuple[float, int, int]]) -> Html:
    """Returns bars of right and wrong replies by confidence."""
    most = _round_up(max((right + wrong for _, right, wrong in bins), default=1))
    wide = (RIGHT_EDGE - LEFT) / max(1, len(bins))
    parts = _frame(most, "replies", "confidence")
    for number, (edge, right, wrong) in enumerate(bins):
        x = LEFT + number * wide
        tall, bad = _down(right, most), _down(wrong, most)
        parts.append(_rect(x, BOTTOM - tall, wide, tall, "right", f"{edge:.2f}: {right} right"))
        parts.append(_rect(x, BOTTOM - tall - bad, wide, bad, "wrong", f"{edge:.2f}: {wrong} wrong"))
    parts += [_tick(LEFT + k * (RIGHT_EDGE - LEFT) / 10, f"{k / 10:.1f}") for k in range(0, 11, 2)]
    parts += _legend((("right", "right or acceptable"), ("wrong", "wrong or unsafe")))
    all_wrong = sum(wrong for _, _, wrong in bins)
    low = sum(wrong for edge, _, wrong in bins if edge < 0.5)
    alt = f"Bars of right and wrong replies by confidence. {low} of {all_wrong} wrong replies have a confidence below 0.5."
    return _svg(parts, "Confidence of right and wrong replies", alt)


def curve_svg(points: Sequence[tuple[float, float, float]], goal: float) -> Html:
    """Returns the share of wrong answers over the share of questions answered, as the threshold rises.

    Args:
        points: threshold, questions answered in percent, wrong among the answers in percent.
        goal: the most that may be wrong, in percent, drawn as a line.
    """
    most = _round_up(max(goal, *(error for _, _, error in points)), 4)
    places = [(_across(cover / 100), BOTTOM - _down(error, most), limit) for limit, cover, error in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
    height = BOTTOM - _down(goal, most)
    parts = [
        *_frame(most, "% wrong among the answers", "% of questions answered"),
        Html(f'<line class="goal" x1="{LEFT}" x2="{RIGHT_EDGE}" y1="{height:.1f}" y2="{height:.1f}"/>'),
        Html(f'<text x="{RIGHT_EDGE}" y="{height + 15:.1f}" text-anchor="end">goal: at most {goal:g} %</text>'),
        Html(f'<polyline class="line" points="{path}"/>'),
        *(_tick(_across(k / 10), f"{10 * k}") for k in range(0, 11, 2)),
    ]
    for x, y, limit in places:
        if round(limit * 100) % 20 == 0:
            parts.append(Html(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>'))
            if round(limit * 100) in (0, 60, 80):
                parts.append(Html(f'<text x="{x:.1f}" y="{y - 10:.1f}" text-anchor="middle">{limit:g}</text>'))
    first, last = points[0], points[-1]
    alt = (
        f"A line from {first[1]:.0f} % answered with {first[2]:.1f} % wrong at threshold 0 to {last[1]:.0f} % answered with "
        f"{last[2]:.1f} % wrong at threshold {last[0]:.2f}."
    )
    return _svg(parts, "Coverage against error", alt)


def bar(shares: Sequence[tuple[str, int]]) -> Html:
    """Returns one stacked bar; the numbers stand beside it in the table, so it is hidden from screen readers."""
    whole = sum(count for _, count in shares) or 1
    pieces = [tag("span", class_=name, style=f"width:{100 * count / whole:.2f}%") for name, count in shares if count]
    return tag("span", *pieces, class_="bar", aria_hidden="true")


def _svg(parts: list[Html], title: str, alt: str) -> Html:
    inner = "".join(parts)
    return Html(
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{esc(title)}. {esc(alt)}">'
        f"<title>{esc(title)}</title><desc>{esc(alt)}</desc>{inner}</svg>"
    )


def _frame(most: float, up: str, across: str) -> list[Html]:
    lines = [
        Html(f'<line class="grid" x1="{LEFT}" x2="{RIGHT_EDGE}" y1="{y:.1f}" y2="{y:.1f}"/>'
             f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{most * k / 4:.0f}</text>')
        for k in range(5) for y in [BOTTOM - (BOTTOM - TOP) * k / 4]
    ]  # fmt: skip
    middle = (TOP + BOTTOM) / 2
    lines.append(
        Html(f'<text transform="translate(14 {middle:.0f}) rotate(-90)" text-anchor="middle">{esc(up)}</text>')
    )
    lines.append(Html(f'<text x="{RIGHT_EDGE}" y="{BOTTOM + 36}" text-anchor="end">{esc(across)}</text>'))
    return lines


def _legend(entries: Sequence[tuple[str, str]]) -> list[Html]:
    return [
        Html(f'<rect class="{name}" x="{LEFT + 190 * n}" y="{BOTTOM + 26}" width="14" height="12"/>'
             f'<text x="{LEFT + 20 + 190 * n}" y="{BOTTOM + 36}">{esc(label)}</text>')
        for n, (name, label) in enumerate(entries)
    ]  # fmt: skip


def _rect(x: float, y: float, wide: float, tall: float, name: str, title: str) -> Html:
    return Html(
        f'<rect class="{name}" x="{x + 1:.1f}" y="{y:.1f}" width="{wide - 2:.1f}" height="{tall:.1f}">'
        f"<title>{esc(title)}</title></rect>"
    )


def _tick(x: float, label: str) -> Html:
    return Html(f'<text x="{x:.1f}" y="{BOTTOM + 16}" text-anchor="middle">{esc(label)}</text>')


def _across(value: float) -> float:
    return LEFT + value * (RIGHT_EDGE - LEFT)


def _down(value: float, most: float) -> float:
    return value / most * (BOTTOM - TOP)


def _round_up(value: float, step: int = 20) -> float:
    """Rounds up to a multiple, so that the four lines of the grid stand at whole numbers."""
    return float(max(1, ceil(value / step)) * step)

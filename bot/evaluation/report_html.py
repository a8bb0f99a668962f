"""Small pieces of HTML for the report. Every text that goes in is escaped unless it is HTML made here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


class Html(str):
    """A string that is HTML already."""


Cell = object


def esc(value: Cell) -> str:
    """Returns a value as HTML."""
    return value if isinstance(value, Html) else escape(str(value))


def tag(name: str, *children: Cell, **attributes: str | None) -> Html:
    """Returns an element; `class_` stands for class, `aria_label` for aria-label."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{given}>{''.join(esc(child) for child in children)}</{name}>")


def table(
    caption: str, heads: Sequence[Cell], rows: Iterable[Sequence[Cell]], *, class_: str | None = None, numbers: int = 1
) -> Html:
    """Returns a table whose first column heads its rows; columns from `numbers` on are set as numbers."""
    head = tag("tr", *(tag("th", text, scope="col", class_="n" if n >= numbers else None)
                       for n, text in enumerate(heads)))  # fmt: skip
    body = [
        tag("tr", tag("th", row[0], scope="row"),
            *(tag("td", text, class_="n" if n >= numbers else None) for n, text in enumerate(row[1:], 1)))
        for row in rows
    ]  # fmt: skip
    inner = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body), class_=class_)
    return tag("div", inner, class_="scroll", tabindex="0", role="region", aria_label=caption)


def details(summary: Cell, *children: Cell) -> Html:
    """Returns a part that opens on demand."""
    return tag("details", tag("summary", summary), *children)


def section(anchor: str, title: str, *children: Cell) -> Html:
    """Returns a section with its heading."""
    return tag(
        "section", tag("h2", title, id=f"{anchor}-title"), *children, id=anchor, aria_labelledby=f"{anchor}-title"
    )


def paragraph(text: Cell, class_: str | None = None) -> Html:
    """Returns a paragraph."""
    return tag("p", text, class_=class_)


def percent(value: float, places: int = 1) -> str:
    """Returns a percentage; 100 and 0 are written as such only where they are exact."""
    if value in (0.0, 100.0):
        return f"{value:.0f} %"
    return f"{min(max(value, 10.0**-places), 100 - 10.0**-places):.{places}f} %"

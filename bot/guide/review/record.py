"""`bot content review`: writes into a content file who has reviewed it and when, and when the next review is due."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from bot.errors import BotError
from bot.guide.review import yaml_file


@dataclass(frozen=True)
class Recorded:
    """What was written down."""

    by: str
    on: date
    due: date


def record_review(path: Path, by: str, on: str, today: date) -> Recorded:
    """Records a review in a content file; comments, order and everything else stay as they are.

    The next review is due after `review_every_months` of the file, else after as many days as lay between its last two dates.

    Args:
        path: the content file.
        by: who has read the whole file against its source, as a reader should see it.
        on: the day, as YYYY-MM-DD.
        today: a review cannot lie after this day.

    Raises:
        BotError: a value cannot be right, or the file cannot be read or written; nothing was changed.
        ContentError: the content is not valid; nothing was changed.
    """
    name = " ".join(by.split())
    if not name:
        raise BotError("--by is empty. Write who reviewed the content, for example --by 'Dr A. Example, oncologist'.")
    day = _day(on)
    if day > today:
        raise BotError(f"--on {day} lies in the future. Write the day on which the review took place.")
    raw = yaml_file.read(path)
    guide = raw["guide"]
    text_date, last = _date_of(guide, "text_date"), _date_of(guide, "reviewed_on")
    if text_date and day < text_date:
        raise BotError(f"--on {day} is before the date of the text ({text_date}). Correct one of the two dates.")
    if last and day < last:
        raise BotError(f"--on {day} is before the last review ({last}). A review is recorded after those before it.")
    due = _due(path, guide, day)
    guide["reviewed_on"], guide["reviewed_by"], guide["review_due"] = day, name, due
    log = raw.setdefault("reviews", CommentedSeq())
    entry = CommentedMap(on=day.replace(), by=name)  # a date of its own: YAML would write a reference to the same one
    if not isinstance(log, list):
        raise BotError(
            f"{path.name}: 'reviews' is no list. Remove it, or write one entry with on and by for each review."
        )
    if entry in log:
        raise BotError(f"This review by {name} on {day} is recorded already. Nothing was changed.")
    log.append(entry)
    yaml_file.replace_checked(path, yaml_file.text_of(raw))
    return Recorded(name, day, due)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BotError(f"--on is {text!r}, which is no day. Write it as YYYY-MM-DD.") from None


def _date_of(guide: Any, field: str) -> date | None:
    value = guide.get(field)
    return value if isinstance(value, date) else None


def _due(path: Path, guide: Any, day: date) -> date:
    months = guide.get("review_every_months")
    last, due = _date_of(guide, "reviewed_on"), _date_of(guide, "review_due")
    if isinstance(months, int) and 1 <= months <= 36:
        year, month = divmod(day.month - 1 + months, 12)
        year, month = day.year + year, month + 1
        return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
    if months is None and last and due and due > last:
        return day + (due - last)
    raise BotError(
        f"{path.name}: it does not say how often it is reviewed. Add review_every_months (1 to 36) under 'guide'."
    )

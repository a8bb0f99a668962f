"""`bot content review` writes the review into the file and changes nothing else."""

from __future__ import annotations

import difflib
from datetime import date
from pathlib import Path

import pytest
from commands import bot, fails_readably
from facts import CONTENT_FILE

from bot.errors import BotError, ContentError
from bot.guide.content_file import load_content
from bot.guide.review.record import record_review

TODAY = date(2027, 1, 31)
BY = "Dr A. Example, oncologist"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / CONTENT_FILE.name
    path.write_bytes(CONTENT_FILE.read_bytes())
    return path


def lines_changed(before: str, after: str) -> list[str]:
    """The lines that a review removed or added."""
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


def test_a_review_changes_its_own_lines_only(file: Path) -> None:
    before = file.read_text(encoding="utf-8")
    done = record_review(file, BY, "2027-01-30", TODAY)
    changed = lines_changed(before, file.read_text(encoding="utf-8"))
    assert [line for line in changed if line.startswith("- ")] == [
        line for line in changed if line.startswith("-   review")
    ]
    added = [line[2:] for line in changed if line.startswith("+ ")]
    assert added[-3:] == ["reviews:", "  - on: 2027-01-30", f"    by: {BY}"]
    guide = load_content(file).guide
    assert (guide.reviewed_on, guide.reviewed_by, guide.review_due) == (date(2027, 1, 30), BY, done.due)
    # As long after the review as the file's last two dates are apart.
    old = load_content(CONTENT_FILE).guide
    assert done.due - done.on == old.review_due - old.reviewed_on


def test_reviews_add_up_and_months_are_those_of_the_calendar(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("  language: en", "  review_every_months: 6  # twice a year\n  language: en"), encoding="utf-8"
    )
    assert record_review(file, BY, "2026-12-31", TODAY).due == date(2027, 6, 30)
    assert record_review(file, "Dr B. Example", "2027-01-31", TODAY).due == date(2027, 7, 31)
    assert [(one.by, str(one.on)) for one in load_content(file).reviews] == [
        (BY, "2026-12-31"),
        ("Dr B. Example", "2027-01-31"),
    ]
    assert "# twice a year" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("by", "on", "says"),
    [
        ("  ", "2027-01-30", "--by is empty"),
        (BY, "30 January", "YYYY-MM-DD"),
        (BY, "2027-02-01", "lies in the future"),
        (BY, "2025-01-01", "before the date of the text"),
        (BY, "2026-01-01", "before the last review"),
    ],
)
def test_a_review_that_cannot_be_is_refused_and_nothing_changes(file: Path, by: str, on: str, says: str) -> None:
    before = file.read_bytes()
    with pytest.raises(BotError, match=says):
        record_review(file, by, on, TODAY)
    assert file.read_bytes() == before


def test_the_same_review_is_not_recorded_twice(file: Path) -> None:
    record_review(file, BY, "2027-01-30", TODAY)
    with pytest.raises(BotError, match="recorded already"):
        record_review(file, BY, "2027-01-30", TODAY)


def test_a_file_that_is_not_valid_is_not_reviewed(file: Path) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace("drugs: [Kadcyla]", "drugs: [Kadcila]"), encoding="utf-8")
    before = file.read_bytes()
    with pytest.raises(ContentError, match="unknown drug"):
        record_review(file, BY, "2027-01-30", TODAY)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_the_command_records_and_refuses(file: Path) -> None:
    done = bot("content", "review", str(file), "--by", BY, "--on", str(load_content(file).guide.reviewed_on))
    assert done.returncode == 0, done.stderr
    assert f"recorded the review by {BY}" in done.stdout
    fails_readably(bot("content", "review", str(file), "--by", BY, "--on", "soon"), "YYYY-MM-DD")
    fails_readably(
        bot("content", "review", str(file.parent / "none.yml"), "--by", BY, "--on", "2026-11-22"), "cannot be read"
    )

"""`bot content check` finds what is wrong, overdue, hard to find, hard to read or touched by no test."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from commands import bot
from facts import CELLS, CONTENT_FILE, DRUGS, ROOT

from bot.evaluation.content_check import check_content
from bot.evaluation.content_touched import rows_touched, untouched
from bot.guide.content import Content
from bot.guide.content_file import load_content

TEXT = CONTENT_FILE.read_text(encoding="utf-8")
DUE = load_content(CONTENT_FILE).guide.review_due
TODAY = DUE - timedelta(days=90)


def found(folder: Path, *edits: tuple[str, str], today: date = TODAY, home: Path = ROOT) -> list[str]:
    """What is said of the content file after edits."""
    text = TEXT
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / CONTENT_FILE.name
    path.write_text(text, encoding="utf-8")
    return [str(line) for line in check_content(path, home, today)]


def test_the_project_s_file_has_no_errors() -> None:
    lines = [str(line) for line in check_content(CONTENT_FILE, ROOT, TODAY)]
    assert [line for line in lines if line.startswith("error")] == []
    assert any(line.startswith("fact : reading grade") for line in lines)
    assert f"fact : conversation tests touch {len(CELLS)} of {len(CELLS)} cells of the guide." in lines
    assert f"fact : conversation tests touch {len(DRUGS)} of {len(DRUGS)} drugs." in lines


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (DUE + timedelta(days=5), "overdue by 5 days"),
        (DUE - timedelta(days=10), "due in 10 days"),
        (DUE - timedelta(days=90), None),
    ],
)
def test_an_overdue_review_is_told(tmp_path: Path, day: date, said: str | None) -> None:
    notes = [
        line for line in found(tmp_path, today=day) if line.startswith("note") and "due" in line and "review" in line
    ]
    assert (said is None and notes == []) or (said is not None and said in notes[0])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("drugs: [Kadcyla]", "drugs: [Kadcila]", "error: her2-positive.yml:"),
        ("aliases: [herceptin hylecta]", "aliases: []", "note : Herceptin has no alias besides trastuzumab"),
        ('    numerals: ["2", two, ii]\n', "", "error: Stage 2 has no numerals and no alias"),
        ("source: Patient guide with", "source: TODO #", "'TODO': this is still to be written"),
        (
            "text: Other HER2-targeted therapies, or a clinical trial.",
            "text: TODO",
            "'TODO': this is still to be written",
        ),
        ("Surgery comes first.", "Surgical intervention is usually undertaken initially.", "reading grade"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert any(said in line for line in found(tmp_path, (old, new)))


def test_a_new_row_that_no_test_touches_is_named(tmp_path: Path) -> None:
    drug = "  - brand: Exampla\n    generic: examplumab\n    aliases: [exa]\n"
    lines = found(tmp_path, ("\n# Short names", f"{drug}\n# Short names"))
    assert any(line.startswith("note : no conversation test touches these drugs: Exampla.") for line in lines)


def test_without_tests_nothing_is_touched(tmp_path: Path) -> None:
    lines = found(tmp_path, home=tmp_path)
    assert f"fact : conversation tests touch 0 of {len(DRUGS)} drugs." in lines


def test_each_row_names_its_tests(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "conversations"
    folder.mkdir(parents=True)
    (folder / "test_x.yml").write_text(
        'stories:\n- story: one cell\n  steps:\n  - user: "[second]{\\"entity\\": \\"line\\", \\"value\\": \\"2\\"} line of '
        '[stage 2]{\\"entity\\": \\"stage\\", \\"value\\": \\"2\\"} after tukysa"\n    intent: treatment\n',
        encoding="utf-8",
    )
    content: Content = load_content(CONTENT_FILE)
    rows = rows_touched(content, tmp_path)
    assert rows["cells of the guide"]["stage 2 line 2"] == ["one cell"]
    assert rows["drugs"]["Tukysa"] == ["one cell"]
    assert rows["drugs"]["Kadcyla"] == []
    assert untouched(rows)["cells of the guide"]["touched"] == {"stage 2 line 2": 1}


def test_the_command_fails_on_errors_only(tmp_path: Path) -> None:
    good = bot("content", "check", "--tests")
    assert good.returncode == 0, good.stderr
    assert "stage metastatic line 2: " in good.stdout
    assert "her2-positive.yml: 0 errors" in good.stdout
    path = tmp_path / CONTENT_FILE.name
    path.write_text(TEXT.replace("drugs: [Kadcyla]", "drugs: [Kadcila]"), encoding="utf-8")
    bad = bot("content", "check", str(path))
    assert bad.returncode == 1
    assert "unknown drug" in bad.stdout

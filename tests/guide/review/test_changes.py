"""`bot content diff` says every change in words, and nothing where nothing changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import bot, fails_readably
from facts import CONTENT_FILE

from bot.guide.content_file import load_content
from bot.guide.review.changes import changes

TEXT = CONTENT_FILE.read_text(encoding="utf-8")


def after(tmp_path: Path, *edits: tuple[str, str]) -> list[str]:
    """What is said of the content file after edits."""
    text = TEXT
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = tmp_path / CONTENT_FILE.name
    path.write_text(text, encoding="utf-8")
    return [str(change) for change in changes(load_content(CONTENT_FILE), load_content(path))]


def test_nothing_changed_is_nothing_said(tmp_path: Path) -> None:
    assert after(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("condition: if the cancer is still there", "condition: if it is back",
         'Stage 1, second-line: changed the condition from "if the cancer is still there" to "if it is back".'),
        ("      - text: Enhertu (fam-trastuzumab deruxtecan-nxki).", "      - text: Enhertu comes here.",
         'Metastatic, second-line: changed step 1 from "Enhertu (fam-trastuzumab deruxtecan-nxki)." to "Enhertu comes here.".'),
        ("        drugs: [Kadcyla]\n", "        drugs: [Kadcyla]\n      - text: Then more.\n",
         'Metastatic, third-line and beyond: added step 3: "Then more.".'),
        ("      - text: Surgery comes after that.\n        therapies: [surgery]\n", "",
         'Stage 2, first-line: removed step 2: "Surgery comes after that.".'),
        ("        drugs: [Enhertu]\n", "        drugs: [Enhertu, Perjeta]\n",
         'Metastatic, second-line: step 1: changed the drugs named from "Enhertu" to "Enhertu, Perjeta".'),
        ("    note: Clinical trials are also an option.\n    therapies: [clinical trial]\n", "",
         'Metastatic, third-line and beyond: removed the note "Clinical trials are also an option.".'),
        ("aliases: [herceptin hylecta]", "aliases: [herceptin hylecta, herceptin x]",
         "Herceptin (trastuzumab): added ways to write it: herceptin x."),
        ("generic: capecitabine", "generic: null", 'Xeloda: removed the generic name "capecitabine".'),
        ("text_date: 2025-09-19", "text_date: 2025-10-01",
         'The guide: changed the date of the text from "2025-09-19" to "2025-10-01".'),
        ("  - text: What is the goal of my treatment?\n", "  - text: Why this treatment?\n",
         'Questions to ask: added the question "Why this treatment?".'),
        ("explained: false", "explained: true", 'The word "frontline": changed the mark of being explained from no to yes.'),
    ],
)  # fmt: skip
def test_a_change_is_said_in_words(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in after(tmp_path, (old, new))


def test_a_change_of_order_is_said_as_such(tmp_path: Path) -> None:
    first, second = (
        "      - text: Xeloda (capecitabine) plus Tukysa (tucatinib) with Herceptin.\n        drugs: [Xeloda, Tukysa, Herceptin]\n",
        "      - text: Then comes Kadcyla (ado-trastuzumab emtansine).\n        drugs: [Kadcyla]\n",
    )  # noqa: E501
    found = after(tmp_path, (first + second, second + first))
    assert len(found) == 1
    assert found[0].startswith("Metastatic, third-line and beyond: the order of the steps changed from")


def test_the_command_prints_the_changes(tmp_path: Path) -> None:
    other = tmp_path / "other.yml"
    other.write_text(TEXT.replace("generic: tucatinib", "generic: tucatinibum"), encoding="utf-8")
    done = bot("content", "diff", str(CONTENT_FILE), str(other))
    assert done.stdout.splitlines() == [
        'Tukysa (tucatinibum): changed the generic name from "tucatinib" to "tucatinibum".', "1 change.",
    ]  # fmt: skip
    fails_readably(bot("content", "diff", str(CONTENT_FILE), str(tmp_path / "none.yml")), "cannot be read", lines=2)

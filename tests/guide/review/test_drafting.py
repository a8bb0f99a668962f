"""`bot content draft` understands a guide of the same shape, makes nothing up, and lists what found no place."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import bot, fails_readably
from second_guide import SOURCE

from bot.errors import BotError, ContentError
from bot.guide.content_file import load_content
from bot.guide.review.draft_file import write_draft
from bot.guide.review.drafting import Draft, draft, drugs_in
from bot.guide.review.source_text import line_number, read_parts

TEXT = SOURCE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def made() -> Draft:
    return draft(TEXT)


def test_stages_lines_and_drugs_are_those_of_the_text(made: Draft) -> None:
    assert made.cancer == "Lumeric gland cancer"
    assert [(s.key, s.name) for s in made.stages] == [
        ("1", "Stage I"), ("2", "Stage II"), ("3", "Stage III"), ("advanced", "Advanced"), ("recurrent", "Recurrent"),
    ]  # fmt: skip
    assert [s.numerals for s in made.stages] == [["1", "one", "i"], ["2", "two", "ii"], ["3", "three", "iii"], [], []]
    assert [s.spread for s in made.stages] == [False, False, False, True, False]
    assert made.lines == {1: "Frontline", 2: "Second-line"}
    assert made.drugs == {
        "Zorvexa": "zorvetinib", "Palnira": "palnirumab", "Quillan": "quillamide", "Brontiva": "bronticlib-mertansine",
    }  # fmt: skip


def test_a_line_is_cut_into_steps_condition_and_note(made: Draft) -> None:
    cells = {(s.key, line): cell for s in made.stages for line, cell in s.cells.items()}
    assert cells["1", 2] == (["Zorvexa (zorvetinib)."], "if the cancer comes back", None)
    assert cells["2", 1] == (["Palnira (palnirumab).", "Then surgery."], None, None)
    assert cells["3", 2] == (
        ["Quillan (quillamide).", "Then Brontiva (bronticlib-mertansine)."], None, "Clinical trials are also an option.",
    )  # fmt: skip
    assert cells["recurrent", 2][0] == ["TODO"]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (2, "made-up guide"), (11, "cut into 2 steps"), (12, "Ostrelle may be a drug"), (21, "People do well"),
        (22, "Recurrent has no second-line"), (25, "Supportive care: Rest"), (30, "not a substitute"),
        (32, "Walking Every Day: Ten Tips"),
    ],
)  # fmt: skip
def test_what_finds_no_place_is_listed_with_its_line(made: Draft, number: int, words: str) -> None:
    assert any(one.number == number and words in one.says for one in made.left), [str(one) for one in made.left]


def test_every_line_of_the_source_is_used_or_listed(made: Draft) -> None:
    text = write_draft(made)
    listed = {one.number for one in made.left}
    for number, line in enumerate(TEXT.splitlines(), 1):
        said = line.lstrip("- ").split(": ")[-1].rstrip(".")
        first = said.split(" if ")[0].split(" followed by ")[0].split(", then ")[0]
        assert number in listed or first in text, line


def test_hard_sentences_and_missing_facts_are_marked(made: Draft) -> None:
    marked = [line for line in write_draft(made).splitlines() if "# TODO" in line and not line.startswith("#")]
    assert any("administered intravenously" in line and "reading grade" in line for line in marked)
    for field in ("source", "text_date", "glossary", "speaker", "questions", "numerals", "spread"):
        assert any(line.strip().startswith(f"{field}:") for line in marked), field


def test_a_drug_inside_the_name_of_another_is_not_that_drug() -> None:
    drugs = {"Aaa": "examplumab", "Bbb": "ado-examplumab emtansine", "Ccc": "examplumab deruxtecan"}
    assert drugs_in(drugs, "Bbb (ado-examplumab emtansine).") == ["Bbb"]
    assert drugs_in(drugs, "Then examplumab deruxtecan, with Aaa") == ["Ccc", "Aaa"]


@pytest.mark.parametrize(
    ("label", "line"),
    [
        ("Frontline", 1), ("First-line", 1), ("1st line", 1), ("Second-line", 2), ("Third-line and beyond", 3),
        ("4th-line", 4), ("Fifth line", 5), ("Supportive care", None), ("HER2-low", None),
    ],
)  # fmt: skip
def test_a_label_names_a_line(label: str, line: int | None) -> None:
    assert line_number(label) == line


def test_headings_are_told_from_sentences_and_dates() -> None:
    parts = read_parts(
        "A Guide\nWhat It Means\nIt means this.\n\u201cA Quote,\u201d she said.\nJanuary 10th 2026\n- One\ntwo\n"
    )
    assert [part.heading for part in parts] == ["A Guide", "What It Means"]
    assert parts[1].items[0].text == "One two"


def test_a_text_of_another_shape_is_refused() -> None:
    with pytest.raises(BotError, match="no heading with lines of treatment"):
        draft("A Guide\nSome text about nothing at all.\n")


def test_the_command_writes_a_file_once_and_says_what_is_left(tmp_path: Path) -> None:
    out = tmp_path / "lumeric.yml"
    done = bot("content", "draft", str(SOURCE), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "Lumeric gland cancer, 5 stages, 2 lines of treatment, 4 drugs" in done.stdout
    assert "line 12: Ostrelle may be a drug" in done.stdout
    before = out.read_bytes()
    fails_readably(bot("content", "draft", str(SOURCE), "--out", str(out)), "is there already")
    assert out.read_bytes() == before
    fails_readably(bot("content", "draft", str(tmp_path / "none.txt")), "cannot be read", "plain text file")


def test_a_draft_as_it_comes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lumeric.yml"
    path.write_text(write_draft(draft(TEXT)), encoding="utf-8")
    with pytest.raises(ContentError) as raised:
        load_content(path)
    assert all(field in str(raised.value) for field in ("text_date", "reviewed_on", "review_due"))

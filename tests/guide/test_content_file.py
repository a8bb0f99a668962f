"""The checks on the content file: whatever an editor gets wrong is named with file, line, value and what to do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from facts import CELLS, CONTENT_FILE, DRUGS, PASSAGES, STAGES, TERMS

from bot.errors import ContentError
from bot.guide.content_file import content_hash, load_content

SOURCE = CONTENT_FILE.read_text(encoding="utf-8")
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a content file and returns its path."""

    def written(text: str) -> Path:
        path = tmp_path / "guide.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def changed(old: str, new: str, *, nth: int = 1) -> str:
    """The content file with the nth occurrence of a text replaced; the text must be there."""
    at = -1
    for _ in range(nth):
        at = SOURCE.index(old, at + 1)
    return SOURCE[:at] + new + SOURCE[at + len(old) :]


def line_of(text: str, part: str, *, nth: int = 1) -> int:
    """The number, from 1, of the line in which the nth occurrence of a part begins."""
    at = -1
    for _ in range(nth):
        at = text.index(part, at + 1)
    return text.count("\n", 0, at) + 1


def problems(path: Path) -> list[str]:
    """The problems that loading a file reports."""
    with pytest.raises(ContentError) as caught:
        load_content(path)
    assert all(problem in str(caught.value) for problem in caught.value.problems)
    return caught.value.problems


def test_content_file_is_valid_and_whole() -> None:
    content = load_content(CONTENT_FILE)
    assert [stage.key for stage in content.stages] == STAGES
    assert [drug.brand for drug in content.drugs] == DRUGS
    assert [term.name for term in content.terms] == TERMS
    assert [passage.id for passage in content.passages] == list(PASSAGES)
    assert {(cell.stage, cell.line) for cell in content.treatments} == set(CELLS)
    assert len(content.treatments) == 12


# Each: what is replaced, by what, which occurrence, a text at the start of the line that must be named, the value
# named, what to do.
WRONG = {
    "unknown drug in a step": (
        "drugs: [Enhertu]", "drugs: [Enhertoo]", 1,
        "        drugs: [Enhertoo]", "'Enhertoo'", "unknown drug. Correct the spelling, or add it under 'drugs'",
    ),
    "unknown therapy in a step": (
        "therapies: [neoadjuvant, chemotherapy", "therapies: [neoadjuvent, chemotherapy", 1,
        "        therapies: [neoadjuvent", "'neoadjuvent'",
        "unknown term. Correct the spelling, or add it under 'terms'",
    ),
    "unknown therapy of a cell": (
        "    therapies: [clinical trial]\n\nterms", "    therapies: [clinical trail]\n\nterms", 1,
        "    therapies: [clinical trail]", "'clinical trail'", "unknown term",
    ),
    "unknown passage after a cell": (
        "after: after-the-last-line", "after: after-the-end", 1,
        "    after: after-the-end", "'after-the-end'",
        "unknown passage. Correct the spelling, or add it under 'passages'",
    ),
    "unknown passage of a drug": (
        "passages: [outlook-since-herceptin]", "passages: [outlook-since]", 1,
        "    passages: [outlook-since]", "'outlook-since'", "unknown passage",
    ),
    "unknown family of a drug": (
        "family: taxane", "family: taxanne", 1, "    family: taxanne", "'taxanne'", "unknown term",
    ),
    "unknown drug in a shorthand": (
        "drugs: [Herceptin]\n    therapies: [chemotherapy]", "drugs: [Hercptin]\n    therapies: [chemotherapy]", 1,
        "    drugs: [Hercptin]", "'Hercptin'", "unknown drug",
    ),
    "unknown therapy in a shorthand": (
        "therapies: [taxane]\n", "therapies: [taxan]\n", 1, "    therapies: [taxan]", "'taxan'", "unknown term",
    ),
    "unknown stage of a term": (
        '    stage: "1"\n    explained', '    stage: "9"\n    explained', 1,
        '    stage: "9"\n    explained', "'9'", "unknown stage. Correct the spelling, or add it under 'stages'",
    ),
    "unknown stage of a passage": (
        "    stage: metastatic\n    quoted", "    stage: metastasis\n    quoted", 1,
        "    stage: metastasis\n    quoted", "'metastasis'", "unknown stage",
    ),
    "unknown line of a passage": (
        "    line: 3\n    quoted", "    line: 8\n    quoted", 1, "    line: 8\n    quoted", "'8'", "unknown line",
    ),
    "unknown stage of a question": (
        '  - stage: "2"\n    text', '  - stage: "two"\n    text', 1, '  - stage: "two"', "'two'", "unknown stage",
    ),
    "unknown stage of a cell": (
        '  - stage: "3"\n    line: 2', '  - stage: "5"\n    line: 2', 1,
        '  - stage: "5"', "'5, line 2'", "no such stage or line",
    ),
    "duplicate alias of two drugs": (
        "aliases: [herceptin hylecta]", "aliases: [herceptin hylecta, Emtansine]", 1,
        "    aliases: [trastuzumab emtansine, ado", "'emtansine'",
        "this alias already belongs to Herceptin. Remove it from one of the two",
    ),
    "an alias that is another drug's generic name": (
        "generic: pertuzumab\n    aliases: []", "generic: pertuzumab\n    aliases: [Tucatinib]", 1,
        "    generic: tucatinib", "'tucatinib'", "already belongs to Perjeta",
    ),
    "duplicate alias of a drug and a shorthand": (
        "aliases: [tch]", "aliases: [tch, capecitabine]", 1,
        "  - aliases: [tch, capecitabine]", "'capecitabine'", "already belongs to Xeloda",
    ),
    "duplicate alias of two terms": (
        "aliases: [driver, oncogenic,", "aliases: [driver, luminal, oncogenic,", 1,
        "    aliases: [driver, luminal,", "'luminal'", "already belongs to luminal B",
    ),
    "duplicate alias of two stages": (
        "aliases: [locally advanced, locally-advanced]\n    text", "aliases: [locally advanced, Mets]\n    text", 1,
        "    aliases: [metastatic, metastasis,", "'mets'", "already belongs to Stage 3",
    ),
    "duplicate numeral of two stages": (
        'numerals: ["2", two, ii]', 'numerals: ["2", two, i]', 1,
        '    numerals: ["2", two, i]', "'i'", "already belongs to Stage 1",
    ),
    "duplicate alias of two lines": (
        "aliases: [plan b, 2nd line,", "aliases: [upfront, plan b, 2nd line,", 1,
        "    aliases: [upfront, plan b, 2nd line,", "'upfront'", "already belongs to first-line",
    ),
    "empty alias": (
        "aliases: [herceptin hylecta]", 'aliases: [" "]', 1, '    aliases: [" "]', "' '", "an empty alias. Remove it",
    ),
    "empty numeral": (
        'numerals: ["2", two, ii]', 'numerals: ["2", ""]', 1, '    numerals: ["2", ""]', "''",
        "an empty alias. Remove it",
    ),
    "duplicate drug": (
        "brand: Perjeta", "brand: herceptin", 1,
        "  - brand: herceptin", "'herceptin'", "this name stands twice under 'drugs'. Rename or merge",
    ),
    "duplicate term": (
        "name: HER2-low", "name: HER2-Enriched", 1,
        "  - name: HER2-Enriched", "'HER2-Enriched'", "this name stands twice under 'terms'",
    ),
    "duplicate passage": (
        "id: talking-ask", "id: talking-choices", 1,
        "  - id: talking-choices\n    kind: talking\n    section: Talking With Your Oncologist\n    text: The guide says",
        "'talking-choices'", "this name stands twice under 'passages'",
    ),
    "drug twice in a step": (
        "drugs: [Enhertu]", "drugs: [Enhertu, Enhertu]", 1,
        "        drugs: [Enhertu, Enhertu]", "'Enhertu'", "stands twice in one list. Remove one",
    ),
    "therapy twice in a step": (
        "therapies: [maintenance, targeted therapy]", "therapies: [maintenance, targeted therapy, maintenance]", 1,
        "        therapies: [maintenance, targeted therapy, maintenance]", "'maintenance'", "stands twice in one list",
    ),
    "therapy twice in a cell": (
        "    therapies: [clinical trial]\n\nterms", "    therapies: [clinical trial, clinical trial]\n\nterms", 1,
        "    therapies: [clinical trial, clinical trial]", "'clinical trial'", "stands twice in one list",
    ),
    "passage twice at a drug": (
        "passages: [outlook-since-herceptin]", "passages: [outlook-since-herceptin, outlook-since-herceptin]", 1,
        "    passages: [outlook-since-herceptin, outlook", "'outlook-since-herceptin'", "stands twice in one list",
    ),
    "date that no calendar has": (
        "text_date: 2025-09-19", "text_date: 2025-13-45", 1,
        "  text_date: 2025-13-45", "'2025-13-45'", "write a date as YYYY-MM-DD",
    ),
    "date in words": (
        "review_due: 2027-03-31", "review_due: next spring", 1,
        "  review_due: next spring", "'next spring'", "write a date as YYYY-MM-DD",
    ),
    "date as a bare number": (
        "reviewed_on: 2026-11-22", "reviewed_on: 2026", 1,
        "  reviewed_on: 2026", "2026", "write a date as YYYY-MM-DD",
    ),
    "review before the text": (
        "reviewed_on: 2026-11-22", "reviewed_on: 2025-09-18", 1,
        "  reviewed_on: 2025-09-18", "'2025-09-18'", "the review is older than the text (2025-09-19). Correct one",
    ),
    "next review not after the last": (
        "review_due: 2027-03-31", "review_due: 2026-11-22", 1,
        "  review_due: 2026-11-22", "'2026-11-22'",
        "the next review is not after the last one (2026-11-22). Set a later date",
    ),
    "unknown field": (
        "    generic: tucatinib", "    generic: tucatinib\n    colour: blue", 1,
        "    colour: blue", "'blue'", "remove this field or correct its name",
    ),
    "unknown section": (
        "questions:\n", "answers: []\nquestions:\n", 1, "answers: []", "[]", "remove this field or correct its name",
    ),
    "missing field": (
        "    explained: true\n    section: What HER2-Positive Means\n    text: HER2 is short",
        "    section: What HER2-Positive Means\n    text: HER2 is short", 1,
        "  - name: HER2\n", "terms.0.explained", "add this field",
    ),
    "wrong type": (
        "aliases: [herceptin hylecta]", "aliases: herceptin hylecta", 1,
        "    aliases: herceptin hylecta", "'herceptin hylecta'", "write a value of the right type",
    ),
    "empty text": (
        "text: Surgery comes first.", 'text: ""', 1, '      - text: ""', "''", "correct the value",
    ),
    "sentence above the reading grade": (
        "text: Surgery comes first.",
        "text: Surgery comes first. "
        "Subsequently, multidisciplinary consultation determines individualized postoperative care.",
        1, "      - text: Surgery comes first. Subsequently",
        "'Subsequently, multidisciplinary consultation", "is above 8. Use shorter words or split the sentence",
    ),
    "condition above the reading grade": (
        "condition: if the cancer is still there",
        "condition: subsequent to demonstrable histopathological persistence of malignancy", 1,
        "    condition: subsequent", "histopathological", "is above 8. Use shorter words",
    ),
    "note above the reading grade": (
        "note: Clinical trials are also an option.",
        "note: Participation in investigational interventional protocols constitutes an alternative possibility.", 1,
        "    note: Participation", "investigational", "is above 8. Use shorter words",
    ),
    "quoted without a speaker": (
        "  speaker: Tolaney, the oncologist quoted in the guide\n", "", 1,
        "    quoted: true\n    section: What HER2-Positive Means\n    text: Years ago", "'outlook-before'",
        "a quoted passage needs to say who is quoted. Set 'speaker' under 'guide'",
    ),
    "broken YAML": (
        "lines:\n", "lines: [\n", 1, "  - number: 1", "not valid YAML", "Check indentation, colons and quotes there",
    ),
    "key written twice": (
        "questions:\n", "guide: {}\nquestions:\n", 1, "guide: {}", 'found duplicate key "guide"', "Check indentation",
    ),
    "control character": (
        "id: her2-positive", 'id: "her2\a"', 1, '  id: "her2', "0x7", "is not allowed in YAML. Remove it",
    ),
}  # fmt: skip


# Mistakes of which others follow: a renamed entry leaves what refers to it without one.
LEADS_TO_MORE = {
    "quoted without a speaker", "duplicate drug", "duplicate term", "duplicate passage", "unknown stage of a cell",
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_content_file_error_names_file_line_value_and_what_to_do(name: str, write: Write) -> None:
    old, new, nth, line_start, value, advice = WRONG[name]
    text = changed(old, new, nth=nth)
    where = f"guide.yml:{line_of(text, line_start)}: "
    found = problems(write(text))
    assert any(p.startswith(where) and value in p and advice in p for p in found), (where, found)
    assert len(found) == 1 or name in LEADS_TO_MORE, found


@pytest.mark.parametrize(("stage", "line"), list(CELLS))
def test_content_file_missing_cell_is_named(stage: str, line: int, write: Write) -> None:
    block = re.search(rf'  - stage: "?{stage}"?\n    line: {line}\n(?:(?!  - stage).+\n)+', SOURCE)
    assert block is not None
    found = problems(write(SOURCE.replace(block.group(), "")))
    wanted = f"'stage {stage}, line {line}': this cell is missing. Add it under 'treatments' with at least one step."
    assert found == [f"guide.yml:{line_of(SOURCE, 'treatments:')}: {wanted}"]


def test_content_file_duplicate_cell_is_named(write: Write) -> None:
    again = '  - stage: "2"\n    line: 3\n    steps:\n      - text: Once more.\n'
    text = changed("\nterms:\n", f"{again}\nterms:\n")
    found = problems(write(text))
    assert found == [f"guide.yml:{line_of(text, again)}: '2, line 3': this cell stands twice. Merge the two."]


def test_content_file_lists_all_problems_of_the_rules_at_once(write: Write) -> None:
    text = changed("drugs: [Enhertu]", "drugs: [Enhertoo]")
    text = text.replace("review_due: 2027-03-31", "review_due: 2020-01-01")
    text = text.replace("aliases: [herceptin hylecta]", "aliases: [emtansine]")
    text = text.replace("after: after-the-last-line", "after: nowhere")
    found = problems(write(text))
    assert len(found) == 4
    for value in ("Enhertoo", "2020-01-01", "emtansine", "nowhere"):
        assert sum(value in problem for problem in found) == 1


def test_content_file_lists_all_problems_of_the_shape_at_once(write: Write) -> None:
    text = changed("text_date: 2025-09-19", "text_date: soon").replace("    generic: tucatinib", "    colour: blue")
    text = text.replace('  - key: "1"\n    name: Stage 1\n', '  - key: "1"\n')
    found = problems(write(text))
    assert len(found) == 3
    assert [line_of(text, part) for part in ("  text_date: soon", '  - key: "1"', "    colour: blue")] == [
        int(problem.split(":")[1]) for problem in found
    ]


def test_content_error_says_how_many_problems(write: Write) -> None:
    with pytest.raises(ContentError, match=r"^The content file has 1 problem:\n  guide\.yml:\d+: "):
        load_content(write(changed("drugs: [Enhertu]", "drugs: [Enhertoo]")))
    with pytest.raises(ContentError, match=r"^The content file has 2 problems:\n"):
        load_content(write(changed("drugs: [Enhertu]", "drugs: [Enhertoo, Kadcila]")))


def test_content_file_that_is_not_utf8_is_named_with_line_and_byte(tmp_path: Path) -> None:
    path = tmp_path / "guide.yml"
    data = SOURCE.replace("text: Surgery comes first.", "text: Surgery comes f\u00fcrst.").encode("latin-1")
    path.write_bytes(data)
    byte = data.index(b"\xfc")
    line = line_of(SOURCE, "text: Surgery comes first.")
    assert problems(path) == [f"guide.yml:{line}: byte {byte} (0xfc) is not UTF-8. Save the file as UTF-8."]


def test_content_file_that_is_missing_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.yml"
    for read in (load_content, content_hash):
        with pytest.raises(
            ContentError, match=r"nowhere\.yml: cannot be read \(No such file.*Set GUIDE to a content file"
        ):
            read(path)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words\n", "# a comment\n"])
def test_content_file_that_is_no_mapping_is_named(text: str, write: Write) -> None:
    assert problems(write(text)) == ["guide.yml:1: the file is not a mapping. Start it with 'guide:'."]


def test_content_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "guide.yml"
    path.write_bytes(b"\xef\xbb\xbf" + SOURCE.encode())
    assert load_content(path) == load_content(CONTENT_FILE)


def test_content_hash_changes_with_any_byte(write: Write) -> None:
    before = content_hash(CONTENT_FILE)
    assert before == hashlib.sha256(SOURCE.encode()).hexdigest()
    assert content_hash(write(SOURCE + " ")) != before
    assert content_hash(write(SOURCE)) == before


@pytest.mark.parametrize("word", ["oncologist", "maintenance", "Enhertu", "fam-trastuzumab deruxtecan-nxki", "Tolaney"])
def test_content_file_names_do_not_count_for_the_reading_grade(word: str, write: Write) -> None:
    assert load_content(write(changed("text: Surgery comes first.", f"text: The {word} comes first.")))


def test_content_file_sentences_are_measured_at_the_grade_of_the_design(write: Write) -> None:
    just_over = "The guide does not cover fertility or pregnancy."
    just_under = "The guide does not say anything about fertility or pregnancy."
    assert load_content(write(changed("text: Surgery comes first.", f"text: {just_under}")))
    (found,) = problems(write(changed("text: Surgery comes first.", f"text: {just_over}")))
    assert "reading grade 8.8 is above 8." in found


def test_content_file_long_values_are_shortened_in_messages(write: Write) -> None:
    long = "Subsequently " + "multidisciplinary consultation determines " * 20
    (found,) = problems(write(changed("text: Surgery comes first.", f"text: {long.strip()}.")))
    assert len(found) < 300
    assert "..." in found

"""The content file against the guide's own text: it says the same facts, in words of its own.

The text lies beside the project; where it does not, these tests are skipped.
"""

from __future__ import annotations

import re

import pytest
from facts import CELLS, CONTENT, DRUGS, GENERICS, SOURCE_TEXT, STAGES, drugs_named, leaves

pytestmark = pytest.mark.skipif(not SOURCE_TEXT.is_file(), reason=f"the guide's text is not there: {SOURCE_TEXT}")

TEXT = SOURCE_TEXT.read_text(encoding="utf-8") if SOURCE_TEXT.is_file() else ""
GUIDE, _, RELATED = TEXT.partition("Related Articles")
LINE_HEADS = {1: "- Frontline: ", 2: "- Second-line: ", 3: "- Third-line and beyond: "}
SECTIONS = {stage["key"]: stage["section"] for stage in CONTENT["stages"]}
# A key phrase of a cell: how the guide says it, how the content file does.
PHRASES = {
    "surgery": (r"\bsurgery\b", r"\bsurgery\b"),
    "before surgery": (r"neoadjuvant|before surgery", r"neoadjuvant|before surgery"),
    "surgery first": (r"surgery followed by", r"surgery comes first"),
    "after surgery": (
        r"followed by additional targeted therapy afterward",
        r"more targeted therapy follows after surgery",
    ),
    "chemotherapy": (r"chemotherapy", r"chemotherapy"),
    "targeted therapy": (r"HER2-targeted", r"HER2-targeted"),
    "antibody-drug conjugates": (r"antibody-drug conjugates", r"antibody-drug conjugates"),
    "clinical trial": (r"clinical trial", r"clinical trial"),
    "often in trials": (r"often in clinical trials", r"often given in a clinical trial"),
    "other drugs": (r"alternative|switch|different", r"\bother\b"),
    "combination": (r"combination", r"combination"),
    "newer": (r"newer", r"newer"),
    "novel": (r"novel", r"new kinds"),
    "advanced": (r"advanced", r"advanced"),
    "intensive": (r"intensive", r"strong"),
    "taxane": (r"taxane", r"taxane"),
    "shrink": (r"shrink", r"shrink"),
    "assess response": (r"assess response|based on response", r"how (?:well it|the cancer) responds"),
    "maintenance": (r"maintenance", r"maintenance"),
    "sometimes": (r"sometimes", r"sometimes"),
    "condition": (r"\bif\b|based on|for resistant", r"\((?:if|based on)"),
    "progress": (r"if cancer progresses", r"grows or spreads"),
    "persist": (r"if cancer persists", r"still there"),
    "no response": (r"does not respond", r"does not respond"),
    "resist": (r"resistant", r"resists"),
    "option too": (r"also an option", r"also an option"),
}
STAGE_PHRASES = {
    "1": ("small", "not spread to lymph nodes"),
    "2": ("larger", "lymph nodes"),
    "3": ("locally advanced", "lymph nodes"),
    "metastatic": ("spread", "to other organs"),
}
RUN = 9


def line_of_guide(stage: str, line: int) -> str:
    """What the guide's text says of a cell."""
    section = GUIDE.split(f"\n{SECTIONS[stage]}\n")[1]
    found = next(row for row in section.split("\n") if row.startswith(LINE_HEADS[line]))
    return found.removeprefix(LINE_HEADS[line])


def cell_of_content(stage: str, line: int) -> str:
    """What the content file says of a cell."""
    cell = CELLS[stage, line]
    condition = f"({cell['condition']}) " if "condition" in cell else ""
    return condition + " ".join([*(step["text"] for step in cell["steps"]), cell.get("note", "")])


def plain_words(text: str) -> list[str]:
    """The words of a text in lower case."""
    return re.findall(r"[a-z0-9]+", text.lower().replace("\u2019", "").replace("'", ""))


def test_the_guide_has_twelve_cells() -> None:
    assert len(CELLS) == len([row for row in GUIDE.split("\n") if row.startswith(tuple(LINE_HEADS.values()))]) == 12


@pytest.mark.parametrize(("stage", "line"), list(CELLS))
def test_a_cell_names_the_drugs_that_the_guide_names(stage: str, line: int) -> None:
    ours, theirs = cell_of_content(stage, line), line_of_guide(stage, line)
    brands = {brand for brand in DRUGS if brand in theirs}
    assert {brand for brand in DRUGS if brand in ours} == brands
    assert drugs_named(ours) == drugs_named(theirs)
    generics = re.findall(r"\(([^)]+)\)", theirs)
    for brand, generic in GENERICS.items():
        if f"({generic})" in ours:
            assert f"{brand} ({generic})" in theirs
            assert generic in generics


@pytest.mark.parametrize(("stage", "line"), list(CELLS))
def test_the_steps_of_a_cell_list_the_drugs_that_the_guide_names_in_its_order(stage: str, line: int) -> None:
    theirs = line_of_guide(stage, line)
    families = {drug["brand"]: drug.get("family") for drug in CONTENT["drugs"]}
    listed = [drug for step in CELLS[stage, line]["steps"] for drug in step.get("drugs", [])]
    assert {drug for drug in listed if not families[drug]} == drugs_named(theirs)
    for drug in listed:
        # The oncologist names Taxol where the guide's list says taxane.
        assert drug in theirs or str(families[drug]).lower() in theirs.lower()
    assert ("taxane" in theirs.lower()) is ("Taxol" in listed)
    places = [theirs.index(drug) for drug in listed if drug in theirs]
    assert places == sorted(places)


@pytest.mark.parametrize("name", PHRASES)
@pytest.mark.parametrize(("stage", "line"), list(CELLS))
def test_a_cell_says_what_the_guide_says_and_no_more(stage: str, line: int, name: str) -> None:
    theirs_pattern, ours_pattern = PHRASES[name]
    theirs = bool(re.search(theirs_pattern, line_of_guide(stage, line), re.I))
    ours = bool(re.search(ours_pattern, cell_of_content(stage, line), re.I))
    if name == "surgery" and theirs != ours:
        # Where the guide says "before surgery", the content file says that surgery follows; never the other way.
        assert theirs and not ours
    elif name == "targeted therapy" and (stage, line) in (("3", 2), ("3", 3)):
        assert theirs is ours
    else:
        assert theirs is ours, (name, line_of_guide(stage, line), cell_of_content(stage, line))


@pytest.mark.parametrize("name", PHRASES)
def test_every_key_phrase_stands_in_the_guide(name: str) -> None:
    assert any(re.search(PHRASES[name][0], line_of_guide(*key), re.I) for key in CELLS)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_described_as_in_the_guide(stage: str) -> None:
    theirs = GUIDE.split(f"\n{SECTIONS[stage]}\n")[1].split("\n")[0]
    ours = next(entry["text"] for entry in CONTENT["stages"] if entry["key"] == stage)
    for phrase in STAGE_PHRASES[stage]:
        assert phrase in theirs
        assert phrase in ours


def test_every_drug_with_its_generic_name_is_that_of_the_guide() -> None:
    pairs = dict(re.findall(r"\b([A-Z][a-z]+) \(([a-z-]+(?: [a-z-]+)*)\)", GUIDE))
    assert pairs == GENERICS
    assert all(re.search(rf"\b{brand}\b", GUIDE) for brand in DRUGS)
    assert "Taxol" in DRUGS


def test_every_drug_like_name_of_the_guide_is_in_the_content_file() -> None:
    drug_like = r"\w+(?:mab|nib|tansine|tecan|cabine)\b|\b(?:Taxol|Herceptin|Perjeta|Enhertu|Xeloda|Tukysa|Kadcyla)\b"
    for name in re.findall(drug_like, GUIDE):
        assert drugs_named(name), name


def test_every_section_is_a_heading_of_the_guide() -> None:
    sections = {entry["section"] for part in ("stages", "terms", "passages") for entry in CONTENT[part]}
    for section in sections:
        assert any(row.startswith(section) for row in GUIDE.split("\n")), section


def test_title_is_that_of_the_guide() -> None:
    assert GUIDE.split("\n")[0] == CONTENT["guide"]["title"]
    assert "Tolaney" in CONTENT["guide"]["speaker"]
    assert "Tolaney" in GUIDE


@pytest.mark.parametrize(
    "word",
    ["luminal B", "HER2-enriched", "HER2-low", "HER2-ultra low", "neoadjuvant", "maintenance", "metastatic",
     "antibody-drug conjugates", "taxane", "oncogenic driver", "locally advanced", "resistant disease", "combination regimens",
     "lymph nodes",
     "clinical trial", "targeted therapy", "HER2-positive", "hormone receptor"],
)  # fmt: skip
def test_every_word_of_the_guide_that_needs_explaining_is_a_term(word: str) -> None:
    assert word.lower() in GUIDE.lower()
    names = {name.lower() for term in CONTENT["terms"] for name in (term["name"], *term["aliases"])}
    assert word.lower() in names


@pytest.mark.parametrize(
    ("term", "said"),
    [
        ("antibody-drug conjugate", r"antibody-drug conjugates?,? (?:is|are|means|which)\b"),
        ("taxane", r"taxanes? (?:is|are|means)\b"),
    ],
)
def test_words_marked_as_unexplained_are_not_explained_in_the_guide(term: str, said: str) -> None:
    assert not re.search(said, GUIDE, re.I)
    assert next(entry["explained"] for entry in CONTENT["terms"] if entry["name"] == term) is False


def test_no_sentence_is_copied() -> None:
    words = plain_words(GUIDE)
    runs = {tuple(words[n : n + RUN]) for n in range(len(words) - RUN + 1)}
    texts = {key: value for key, value in CONTENT.items() if key != "guide"}
    lists = [entry for part in texts.values() for entry in part]
    copied = []
    for entry in lists:
        for _, text in leaves({key: value for key, value in entry.items() if isinstance(value, str)}):
            own = plain_words(text)
            copied += [own[n : n + RUN] for n in range(len(own) - RUN + 1) if tuple(own[n : n + RUN]) in runs]
        for step in entry.get("steps", []):
            own = plain_words(step["text"])
            copied += [own[n : n + RUN] for n in range(len(own) - RUN + 1) if tuple(own[n : n + RUN]) in runs]
    assert copied == []


def test_related_articles_are_not_used() -> None:
    titles = [row.removeprefix("- ") for row in RELATED.split("\n") if row.startswith("- ")]
    assert len(titles) == 6
    content = " ".join(plain_words(str(CONTENT)))
    for title in titles:
        words = plain_words(title)
        for n in range(len(words) - 3):
            assert " ".join(words[n : n + 4]) not in content, title
    for word in ("pancreatic", "kidney", "leukemia", "nsclc", "survivor", "vaccine"):
        assert word not in content


def test_what_the_quoted_oncologist_says_is_marked_as_hers() -> None:
    quoted = {passage["id"] for passage in CONTENT["passages"] if passage.get("quoted")}
    assert quoted == {
        "outlook-before", "outlook-since-herceptin", "outlook-many-drugs", "outlook-future", "order-quoted",
        "after-the-last-line",
    }  # fmt: skip
    theirs = "".join(re.findall("\u201c([^\u201d]+)\u201d", GUIDE))
    for phrase in ("worse outcomes", "Since the introduction of Herceptin", "so many drugs",
                   "outcomes continue to improve", "Taxol with Herceptin and Perjeta",
                   "usually chemotherapy and Herceptin"):  # fmt: skip
        assert phrase in theirs

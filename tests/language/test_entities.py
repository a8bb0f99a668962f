"""Stages, lines, drugs and terms in their normal form, however they are written; and what only looks like one.

The last part proves that a new drug or stage is one edit in the content file: understood and answered with no change of code.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from facts import CONTENT, CONTENT_FILE, DISCLAIMER, DRUGS
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.answers.conversation import turn
from bot.answers.question import Memory
from bot.answers.reading import Reading
from bot.answers.reply import Reply
from bot.clinic import Clinic
from bot.guide.queries import Guide
from bot.guide.store import open_guide
from bot.language.entities import Mention, MentionFinder
from bot.language.examples import load_examples
from bot.language.intent_model import IntentModel
from bot.language.reader import Reader
from bot.language.safety import SafetyScreen
from bot.language.vocabulary import Vocabulary

ROOT = CONTENT_FILE.parents[2]
Values = Callable[[str, str], list[str]]


@pytest.fixture(scope="module")
def finder(guide: Guide) -> MentionFinder:
    return MentionFinder(Vocabulary.from_guide(guide))


@pytest.fixture(scope="module")
def values(finder: MentionFinder) -> Values:
    """The values of one kind that a message names and does not deny, in order."""

    def found(text: str, kind: str) -> list[str]:
        return list(dict.fromkeys(m.value for m in finder.find(text) if m.kind == kind and not m.negated))

    return found


# stages


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("stage 1", ["1"]),
        ("Stage I", ["1"]),
        ("stage one treatment", ["1"]),
        ("stage 1a", ["1"]),
        ("stage IB", ["1"]),
        ("stage 2", ["2"]),
        ("STAGE II", ["2"]),
        ("stage ii what now", ["2"]),
        ("stage 3 and i was told", ["3"]),
        ("stage 1a, 6mm, her2 pos", ["1"]),
        ("stage 2, 3cm, two nodes", ["2"]),
        ("stage 3, 5 nodes", ["3"]),
        ("stage 2 and 3 nodes", ["2"]),
        ("stages 1, 2 and 3", ["1", "2", "3"]),
        ("stage 2 or 3", ["2", "3"]),
        ("my aunt is stage 3 and im stage 1", ["3", "1"]),
        ("stage 2b", ["2"]),
        ("stage2b", ["2"]),
        ("stage-2", ["2"]),
        ("stage: 2", ["2"]),
        ("stage IIb her2+", ["2"]),
        ("do all stage 1s need chemo", ["1"]),
        ("what stage is it", []),
        ("im 2b, whats next", ["2"]),
        ("stage two", ["2"]),
        ("2nd stage", ["2"]),
        ("stage 3", ["3"]),
        ("stage IIIc", ["3"]),
        ("she is IIIa", ["3"]),
        ("stage three", ["3"]),
        ("third stage", ["3"]),
        ("stge 3", ["3"]),
        ("satge 3", ["3"]),
        ("locally advanced", ["3"]),
        ("locally-advanced", ["3"]),
        ("stage 4", ["metastatic"]),
        ("stage IV", ["metastatic"]),
        ("stage iv please", ["metastatic"]),
        ("stage four", ["metastatic"]),
        ("fourth stage", ["metastatic"]),
        ("metastatic", ["metastatic"]),
        ("metastic breast cancer", ["metastatic"]),
        ("mets", ["metastatic"]),
        ("bone mets", ["metastatic"]),
        ("mets to liver", ["metastatic"]),
        ("MBC", ["metastatic"]),
        ("secondaries", ["metastatic"]),
        ("secondaries in the bones", ["metastatic"]),
        ("secondary breast cancer", ["metastatic"]),
        ("it spread to my liver", ["metastatic"]),
        ("it has spread to the lungs", ["metastatic"]),
        ("gone to her brain", ["metastatic"]),
        ("mums is in her lungs now", ["metastatic"]),
        ("what if it goes to bones later", ["metastatic"]),
        ("newly dx, brain + liver. whats first", ["metastatic"]),
        ("bone and liver, what after", ["metastatic"]),
        ("in the bones, what line", ["metastatic"]),
        ("it showed up in my lungs", ["metastatic"]),
        ("cancer is in the lining of my lung", ["metastatic"]),
        ("tumour in my brain", ["metastatic"]),
        ("met a static her too", ["metastatic"]),
        ("wat about stage thre", ["3"]),
        ("stage tow", ["2"]),
        ("stage 2 or stage 3", ["2", "3"]),
        ("stage ii/iii", ["2", "3"]),
        ("was stage 2 now stage 4", ["2", "metastatic"]),
        ("stages one, two and three", ["1", "2", "3"]),
    ],
)
def test_a_stage_is_understood(text: str, stages: list[str], values: Values) -> None:
    assert values(text, "stage") == stages


@pytest.mark.parametrize(
    "text",
    [
        "grade III",
        "grade 3",
        "her2 2+",
        "HER2 3+ on ihc",
        "jab 14 of 17",
        "cycle 3 of 6",
        "2 of my nodes",
        "i have breast cancer",
        "IV drip",
        "an iv line",
        "1 in 8 women",
        "at this stage of my life",
        "ki67 30%",
        "my 3rd scan",
        "4 weeks ago",
        "stage 0",
        "stage zero",
        "dcis",
        "stage 5",
        "stage 7",
        "in the early stages",
        "a secondary school teacher",
        "going to the bone clinic",
        "it is in my liver tests",
        "pain in my hip and bones",
        "sore hips, ribs, what helps",
        "is it bad for the liver and lungs",
        "a tree in the garden",
    ],
)
def test_what_only_looks_like_a_stage_is_none(text: str, values: Values) -> None:
    assert values(text, "stage") == []


@pytest.mark.parametrize(("text", "kind"), [("stage 0", "stage_zero"), ("stage zero", "stage_zero"),
                                            ("dcis", "stage_zero"), ("stage 5", "stage_unknown")])  # fmt: skip
def test_a_stage_outside_the_guide_is_said_to_be_one(text: str, kind: str, finder: MentionFinder) -> None:
    assert [m.kind for m in finder.find(text)] == [kind]


@pytest.mark.parametrize(
    ("text", "said", "denied"),
    [
        ("not stage 2, stage 3", ["3"], ["2"]),
        ("its not stage 4", [], ["metastatic"]),
        ("it isn't stage 4", [], ["metastatic"]),
        ("stage 3 not 2", ["3"], ["2"]),
        ("no mets", [], ["metastatic"]),
        ("not metastatic, stage two", ["2"], ["metastatic"]),
    ],
)
def test_a_denied_stage_does_not_count(text: str, said: list[str], denied: list[str], finder: MentionFinder) -> None:
    stages = [m for m in finder.find(text) if m.kind == "stage"]
    assert [m.value for m in stages if not m.negated] == said
    assert [m.value for m in stages if m.negated] == denied


def test_another_cancer_is_named_beside_the_stage(finder: MentionFinder) -> None:
    kinds = {m.kind: m.value for m in finder.find("stage 2 throat cancer")}
    assert kinds["other_cancer"] == "throat cancer"
    assert kinds["stage"] == "2"


# lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("frontline", ["1"]),
        ("front line", ["1"]),
        ("front-line treatment", ["1"]),
        ("first-line", ["1"]),
        ("first line", ["1"]),
        ("1st line", ["1"]),
        ("1L", ["1"]),
        ("line 1", ["1"]),
        ("first treatment", ["1"]),
        ("initial therapy", ["1"]),
        ("upfront", ["1"]),
        ("second-line", ["2"]),
        ("2nd line", ["2"]),
        ("2L", ["2"]),
        ("line two", ["2"]),
        ("second treatment", ["2"]),
        ("second option", ["2"]),
        ("secound line", ["2"]),
        ("third line", ["3"]),
        ("3rd line and beyond", ["3"]),
        ("3L mets", ["3"]),
        ("third drug", ["3"]),
        ("later lines", ["3"]),
        ("first line or second line", ["1", "2"]),
    ],
)
def test_a_line_is_understood(text: str, lines: list[str], values: Values) -> None:
    assert values(text, "line") == lines


@pytest.mark.parametrize(("text", "ordinal"), [("and the second?", "2"), ("2nd", "2"), ("third for stage two", "3"),
                                               ("what is first then", "1")])  # fmt: skip
def test_a_bare_ordinal_is_kept_apart(text: str, ordinal: str, values: Values) -> None:
    assert values(text, "ordinal") == [ordinal]
    assert values(text, "line") == []


@pytest.mark.parametrize(
    "text",
    [
        "2nd year of herceptin",
        "second opinion",
        "can i get a second opinion",
        "first visit",
        "my first visit to the oncologist",
        "3rd cycle",
        "second scan",
        "first diagnosed in may",
        "jab 14 of 17",
        "3 lines in my notes",
        "grade III",
        "line manager",
        "second hand smoke",
    ],
)
def test_what_only_looks_like_a_line_is_none(text: str, values: Values) -> None:
    assert values(text, "line") == []
    assert values(text, "ordinal") == []


# drugs and terms


ALL_NAMES = [
    (name, drug["brand"])
    for drug in CONTENT["drugs"]
    for name in (drug["brand"], drug["generic"], *drug["aliases"])
    if name
]


@pytest.mark.parametrize(("name", "brand"), ALL_NAMES)
@pytest.mark.parametrize("around", ["{}", "what comes after {}?", "is {} chemo", "i was on {}, then stopped"])
def test_every_name_of_a_drug_is_understood(name: str, brand: str, around: str, values: Values) -> None:
    for written in (name, name.lower(), name.upper()):
        assert values(around.format(written), "drug") == [brand], written


@pytest.mark.parametrize(
    ("typed", "brand"),
    [
        ("enhurtu", "Enhertu"),
        ("enhertoo", "Enhertu"),
        ("herseptin", "Herceptin"),
        ("trastuzamab", "Herceptin"),
        ("trastuzumab", "Herceptin"),
        ("perjetta", "Perjeta"),
        ("pertuzamab", "Perjeta"),
        ("kadsyla", "Kadcyla"),
        ("kadsila", "Kadcyla"),
        ("tukisa", "Tukysa"),
        ("tucatanib", "Tukysa"),
        ("zeloda", "Xeloda"),
        ("capcitabine", "Xeloda"),
        ("T-DXd", "Enhertu"),
        ("tdxd", "Enhertu"),
        ("T DXd", "Enhertu"),
        ("DS-8201", "Enhertu"),
        ("T-DM1", "Kadcyla"),
        ("tdm1", "Kadcyla"),
        ("trastuzumab emtansine", "Kadcyla"),
        ("trastuzumab deruxtecan", "Enhertu"),
        ("trastuzamab deruxtecan", "Enhertu"),
        ("paclitaxel", "Taxol"),
    ],
)
def test_short_and_misspelt_names_of_drugs_are_understood(typed: str, brand: str, values: Values) -> None:
    for text in (typed, f"what comes after {typed}", f"{typed}, then what?"):
        assert values(text, "drug") == [brand]


@pytest.mark.parametrize(
    ("typed", "drugs", "terms"),
    [
        ("THP", ["Herceptin", "Perjeta"], ["taxane"]),
        ("tchp", ["Herceptin", "Perjeta"], ["chemotherapy"]),
        ("TCH", ["Herceptin"], ["chemotherapy"]),
        ("H&P", ["Herceptin", "Perjeta"], []),
        ("h and p", ["Herceptin", "Perjeta"], []),
    ],
)
def test_a_shorthand_stands_for_all_it_holds(typed: str, drugs: list[str], terms: list[str], values: Values) -> None:
    text = f"finished {typed} last week"
    assert sorted(values(text, "drug")) == drugs
    assert values(text, "term") == terms


@pytest.mark.parametrize(
    "text", ["perfect", "my project", "a taxi home", "inherit the gene", "herein", "perjury", "what should i do"]
)
def test_an_ordinary_word_is_no_drug(text: str, values: Values) -> None:
    assert values(text, "drug") == []


@pytest.mark.parametrize(
    ("term", "written"), [(t["name"], name) for t in CONTENT["terms"] for name in (t["name"], *t["aliases"])]
)
def test_every_way_to_write_a_term_is_understood(term: str, written: str, finder: MentionFinder) -> None:
    named = {m.value for m in finder.find(f"what does {written} mean") if m.kind in ("term", "stage", "line", "drug")}
    # A word for a line or a stage may be read as that line or stage; the answer then explains it all the same.
    stage = next((t.get("stage") for t in CONTENT["terms"] if t["name"] == term), None)
    assert named & {term, stage, "1" if term == "frontline" else None}, named


@pytest.mark.parametrize("name", ["neratinib", "Nerlynx", "tamoxifen", "keytruda", "lapatinib"])
def test_a_drug_outside_the_guide_is_known_as_such(name: str, finder: MentionFinder) -> None:
    assert [m.kind for m in finder.find(f"what about {name}")] == ["other_drug"]


# places and odd input


def test_places_point_into_the_message(finder: MentionFinder) -> None:
    text = "After enhurtu, what is 2nd line for stage IIIc or mets to the liver?"
    said = {(m.kind, text[m.start : m.end]) for m in finder.find(text)}
    assert {("drug", "enhurtu"), ("line", "2nd line"), ("stage", "stage IIIc")} <= said
    assert all(0 <= m.start < m.end <= len(text) for m in finder.find(text))


@given(st.text(max_size=120))
def test_no_text_breaks_the_finder(finder: MentionFinder, text: str) -> None:
    for mention in finder.find(text):
        assert 0 <= mention.start < mention.end <= len(text)


WORDS = ("stage", "2", "iv", "IIIc", "not", "second", "line", "treatment", "enhertu", "H&P", "mets", "to", "liver", "or", "3",
         ",", "her2", "+", "low", "grade", "-", "/", "zero", "throat", "cancer", "tdxd", "4th", "first")  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=9))
def test_no_mix_of_known_words_breaks_the_finder(finder: MentionFinder, words: list[str]) -> None:
    text = " ".join(words)
    found = finder.find(text)
    assert found == finder.find(text)
    assert len(set(found)) == len(found)
    assert all(m.value in {"1", "2", "3", "metastatic"} for m in found if m.kind == "stage")
    assert all(m.value in DRUGS for m in found if m.kind == "drug")


def test_the_copied_vocabulary_finds_the_same(finder: MentionFinder) -> None:
    copy = MentionFinder(Vocabulary.from_dict(finder.vocabulary.to_dict()))
    for text in ("after THP for stage IIIc", "2nd line mets", "h&p then enhurtu", "not stage 2, stage 3"):
        assert copy.find(text) == finder.find(text)


# one edit in the content file


NEW_DRUG = {"brand": "Zelvora", "generic": "belatuzumab", "aliases": ["zv-101"]}
NEW_STAGE = {
    "key": "5",
    "name": "Stage 5",
    "section": "Stage 5 HER2-Positive Breast Cancer Treatment",
    "numerals": ["5", "five", "v"],
    "aliases": ["far stage"],
    "text": "Stage 5 is a stage made up for this test.",
}


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> tuple[Guide, Path]:
    """A store built from a copy of the content file with one more drug and one more stage."""
    content: dict[str, Any] = YAML(typ="safe").load(CONTENT_FILE.read_text(encoding="utf-8"))
    content["drugs"].append(NEW_DRUG)
    second = next(c for c in content["treatments"] if (c["stage"], c["line"]) == ("metastatic", 2))
    second["steps"].append({"text": "Then comes Zelvora (belatuzumab).", "drugs": ["Zelvora"]})
    content["stages"].append(NEW_STAGE)
    content["treatments"] += [
        {"stage": "5", "line": 1, "steps": [{"text": "Zelvora is used at the start.", "drugs": ["Zelvora"]}]},
        {"stage": "5", "line": 2, "steps": [{"text": "Enhertu is used next.", "drugs": ["Enhertu"]}]},
        {"stage": "5", "line": 3, "steps": [{"text": "Kadcyla is used last.", "drugs": ["Kadcyla"]}]},
    ]
    folder = tmp_path_factory.mktemp("edited")
    path = folder / "edited.yml"
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(content, file)
    return open_guide(f"sqlite:///{folder / 'guide.sqlite3'}", content_path=path, build=True), path


@pytest.fixture(scope="module")
def say(edited: tuple[Guide, Path], clinic: Clinic) -> Callable[..., list[Reply]]:
    """Talks with the edited guide; the intents are learnt from the project's examples, as they stand."""
    guide, _ = edited
    wanted = ("treatment", "sequence", "drug_info", "definition", "off_topic", "greet")
    examples = [e for e in load_examples(ROOT / "nlu") if e.intent in wanted]
    model = IntentModel().fit([e.text for e in examples], [e.intent for e in examples])
    reader = Reader(MentionFinder(Vocabulary.from_guide(guide)), model, SafetyScreen())

    def talk(*texts: str) -> list[Reply]:
        memory, replies = Memory(), []
        for text in texts:
            reply, memory = turn(Reading.from_dict(reader.read(text)), memory, guide, clinic)
            assert DISCLAIMER in reply.full_text()
            replies.append(reply)
        return replies

    return talk


@pytest.mark.parametrize("name", ["Zelvora", "zelvora", "belatuzumab", "ZV-101", "zelvorra", "belatuzamab"])
def test_a_new_drug_is_understood_and_answered_with_no_code_change(name: str, say: Callable[..., list[Reply]]) -> None:
    (reply,) = say(f"what is {name}")
    assert (reply.kind, reply.drug) == ("drug_info", "Zelvora")
    assert "belatuzumab" in reply.text


def test_a_new_drug_takes_its_place_in_the_order(say: Callable[..., list[Reply]]) -> None:
    (after,) = say("metastatic: what comes after zelvora")
    assert (after.kind, after.stage, after.line) == ("sequence", "metastatic", 3)
    assert "Tukysa" in after.text
    (line,) = say("second-line for mets")
    assert (line.kind, line.stage, line.line) == ("treatment", "metastatic", 2)
    assert line.text.index("Enhertu") < line.text.index("Zelvora")
    # It stands at two stages now, so the bot asks which.
    (asked,) = say("what comes after zelvora")
    assert asked.kind == "clarify"
    assert [choice.title for choice in asked.choices] == ["Metastatic", "Stage 5"]


@pytest.mark.parametrize("name", ["stage 5", "stage five", "stage V", "stage 5a", "far stage", "Stage5"])
def test_a_new_stage_is_understood_and_answered_with_no_code_change(name: str, say: Callable[..., list[Reply]]) -> None:
    first, following = say(f"first-line treatment for {name}", "and after that?")
    assert (first.kind, first.stage, first.line) == ("treatment", "5", 1)
    assert "Zelvora is used at the start." in first.text
    assert (following.kind, following.stage, following.line) == ("sequence", "5", 2)
    assert "Enhertu is used next." in following.text


def test_a_new_stage_is_explained_from_its_own_row(say: Callable[..., list[Reply]]) -> None:
    (meaning,) = say("what is stage 5")
    assert meaning.kind == "definition"
    assert "made up for this test" in meaning.text


def test_a_new_stage_is_offered_where_the_bot_asks(say: Callable[..., list[Reply]]) -> None:
    (asked,) = say("what comes after enhertu")
    assert asked.kind == "clarify"
    assert [choice.title for choice in asked.choices] == ["Metastatic", "Stage 5"]


def test_without_the_edit_neither_is_known(finder: MentionFinder) -> None:
    assert not [m for m in finder.find("is zelvora for stage 5") if m.kind in ("drug", "stage")]


def test_mentions_are_plain_values() -> None:
    assert Mention("stage", "2", 0, 7) == Mention("stage", "2", 0, 7, negated=False)

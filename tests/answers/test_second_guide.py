"""A guide to another cancer, with other stages, lines and drugs: from its text to answered questions, with no code changed."""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from facts import DISCLAIMER, ROOT
from second_guide import make_second_guide
from trained import the_model

from bot.answers.conversation import turn
from bot.answers.question import Memory
from bot.answers.reading import Reading
from bot.answers.reply import Reply
from bot.clinic import Clinic
from bot.evaluation.content_check import check_content
from bot.evaluation.unsafe_facts import FactCheck
from bot.guide.content_file import load_content
from bot.guide.queries import Guide
from bot.guide.store import open_guide
from bot.language.cues import find_cues
from bot.language.entities import MentionFinder
from bot.language.intent_file import load_model_with_encoder
from bot.language.reader import Reader
from bot.language.safety import SafetyScreen
from bot.language.vocabulary import Vocabulary
from bot.pages.guide_page import read_page

OURS = ("HER2", "Herceptin", "Enhertu", "Perjeta", "breast", "etastatic", "Stage 1", "None", "TODO")
Say = Callable[..., Reply]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_second_guide(tmp_path_factory.mktemp("lumeric"))


@pytest.fixture(scope="module")
def other(file: Path) -> Guide:
    return open_guide(f"sqlite:///{file.parent / 'guide.sqlite3'}", content_path=file, build=True)


@pytest.fixture(scope="module")
def finder(other: Guide) -> MentionFinder:
    return MentionFinder(Vocabulary.from_guide(other))


@pytest.fixture
def say(other: Guide, finder: MentionFinder, clinic: Clinic) -> Say:
    """Says the next message of a conversation, with the intent it has; names are found in the second guide's words."""
    memory = Memory()

    def said(text: str, intent: str) -> Reply:
        nonlocal memory
        mentions = [vars(mention) for mention in finder.find(text)]
        reading = Reading.from_dict(
            {"text": text, "intent": intent, "confidence": 1.0, "mentions": mentions, "cues": find_cues(text)}
        )
        reply, memory = turn(reading, memory, other, clinic)
        holds_to_the_guide(reply)
        return reply

    return said


def holds_to_the_guide(reply: Reply) -> None:
    """Every reply carries the disclaimer, has at most four choices, and speaks of the second guide only."""
    shown = reply.full_text()
    assert DISCLAIMER in shown
    assert len(reply.choices) <= 4
    assert [word for word in OURS if word in shown] == []


def test_the_edited_draft_is_valid_and_ready(file: Path) -> None:
    found = [str(line) for line in check_content(file, ROOT, date(2026, 3, 1))]
    assert [line for line in found if line.startswith("error")] == []
    assert any(
        "last reviewed on 2026-02-01: Dr A. Example. The next review is due on 2026-08-01" in line for line in found
    )


ANSWERS = [
    ("how is stage II treated", "treatment", ("treatment", "2", None), ["Palnira", "Zorvexa with Ostrelle"]),
    ("first line for stage iii", "treatment", ("treatment", "3", 1), ["Stage III, first-line: Chemotherapy with Palnira"]),
    ("second line for recurrent disease", "treatment", ("treatment", "recurrent", 2), ["does not name a treatment"]),
    ("it has spread to my liver, what is first", "treatment", ("treatment", "advanced", 1), ["Quillan plus Palnira"]),
    ("treatment for stage 4 lumeric gland cancer", "treatment", ("treatment", "advanced", None), ["Quillan plus Palnira"]),
    ("what comes after Quillan in stage III", "sequence", ("sequence", "3", 2), ["Brontiva"]),
    ("what comes before brontivva in stage 3", "sequence", ("sequence", "3", 2), ["Quillan (quillamide)"]),
    ("what is zorvetinib", "drug_info", ("drug_info", None, None), ["Zorvexa is the brand name of zorvetinib"]),
    ("what is ostrel", "drug_info", ("drug_info", "2", 2), ["Ostrelle is named in the guide", "Zorvexa"]),
    ("what is lumeric gland cancer", "definition", ("definition", None, None), ["starts in a small gland"]),
    ("what does type k mean", "definition", ("definition", None, None), ["The cells are round"]),
    ("what does recurrent mean", "definition", ("definition", "recurrent", None), ["come back after treatment"]),
    ("what should i ask my doctor at stage 4", "talking", ("talking", "advanced", None), ["Is there a trial for me?"]),
    ("have outcomes got better", "outlook", ("not_in_guide", None, None), ["does not cover that"]),
    ("how is breast cancer treated", "treatment", ("not_in_guide", None, None), ["only about Lumeric gland cancer"]),
    ("what is dcis", "definition", ("not_in_guide", None, None), ["starts at stage I"]),
    ("what does Enhertoo do", "not_in_guide_other_drug", ("not_in_guide", None, None), ["It names Zorvexa, Palnira"]),
    ("hello", "greet", ("chitchat", None, None), ["what a patient guide says about Lumeric gland cancer"]),
    ("stage 7 treatment", "treatment", ("clarify", None, None), ["It covers Stage I, Stage II, Stage III, Advanced and Recurrent"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "intent", "place", "words"), ANSWERS, ids=[text for text, *_ in ANSWERS])
def test_a_question_is_answered_from_the_second_guide(
    text: str, intent: str, place: tuple[str, str | None, int | None], words: list[str], say: Say
) -> None:
    reply = say(text, intent)
    assert (reply.kind, reply.stage, reply.line) == place, reply.full_text()
    assert [word for word in words if word not in reply.full_text()] == [], reply.full_text()


def test_its_own_cancer_is_not_another_one_whatever_the_examples_say(say: Say) -> None:
    reply = say("how is stage II lumeric gland cancer treated", "not_in_guide_other_cancer")
    assert (reply.kind, reply.stage) == ("treatment", "2")
    assert say("is lumeric gland cancer common", "not_in_guide_other_cancer").kind == "definition"
    assert say("is lung cancer like lumeric gland cancer", "not_in_guide_other_cancer").kind == "not_in_guide"


def test_of_five_stages_four_are_offered_and_the_fifth_is_named(say: Say) -> None:
    reply = say("how is it treated", "treatment")
    assert [choice.title for choice in reply.choices] == ["Stage I", "Stage II", "Stage III", "Advanced"]
    assert "You can also type recurrent cancer." in reply.text
    reply = say("recurrent cancer", "treatment")
    assert (reply.kind, reply.stage) == ("treatment", "recurrent")


def test_a_choice_leads_on_in_the_second_guide(say: Say) -> None:
    reply = say("what comes after Zorvexa", "sequence")
    assert [choice.title for choice in reply.choices] == ["Stage I", "Stage II", "Recurrent"]
    reply = say("3", "affirm")
    assert (reply.kind, reply.stage, reply.line) == ("sequence", "recurrent", 2)
    reply = say("and stage ii?", "treatment")
    assert (reply.kind, reply.stage, reply.line) == ("treatment", "2", 2)


def test_every_choice_can_be_typed(say: Say, finder: MentionFinder) -> None:
    first = say("first line for stage iii", "treatment")
    for choice in first.choices:
        for mention in finder.find(choice.text):
            assert mention.value in (choice.question.stage, *choice.question.drugs, str(choice.question.from_line))


def test_its_page_and_map_show_its_stages(other: Guide, clinic: Clinic) -> None:
    page = read_page(other, clinic, None, None)
    assert [row.stage.name for row in page.map.rows] == ["Stage I", "Stage II", "Stage III", "Advanced", "Recurrent"]
    assert [line.label for line in page.map.lines] == ["first-line", "second-line"]


ASKED_FREELY = [
    ("how do they treat stage 2", "treatment", "2", ["Palnira"]),
    ("whats the first treatment for stage one", "treatment", "1", ["Surgery"]),
    ("what comes after quillan in stage 3", "sequence", "3", ["Brontiva"]),
    ("what is palnirumab", "drug_info", None, ["Palnira is the brand name"]),
    ("how is stage II lumeric gland cancer treated?", "treatment", "2", ["Palnira"]),
    ("i cant breathe", "emergency", None, ["911"]),
    ("how much does brontiva cost", "not_in_guide", None, ["cost"]),
    ("what are the side effects of zorvexa", "side_effect_or_dose", None, ["does not cover side effects"]),
    ("should i stop taking zorvexa", "personal_advice", None, ["cannot decide that"]),
]


@pytest.fixture(scope="module")
def reader(finder: MentionFinder) -> Reader:
    """The intent model that was trained for the first guide, with the second guide's names."""
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(the_model()) as archive:
            archive.extractall(folder, members=[m for m in archive.getmembers() if "GuideIntents" in m.name])
        model = load_model_with_encoder(next(Path(folder).rglob("intents.json")).parent)
    return Reader(finder, model, SafetyScreen())


@pytest.mark.parametrize(("text", "kind", "stage", "words"), ASKED_FREELY, ids=[text for text, *_ in ASKED_FREELY])
def test_the_shared_intent_model_understands_questions_about_the_second_guide(
    text: str, kind: str, stage: str | None, words: list[str], reader: Reader, other: Guide, clinic: Clinic, file: Path
) -> None:
    reply, _ = turn(Reading.from_dict(reader.read(text)), Memory(started=True), other, clinic)
    assert (reply.kind, reply.stage) == (kind, stage), reply.full_text()
    assert [word for word in words if word not in reply.full_text()] == []
    holds_to_the_guide(reply)
    checks = FactCheck(load_content(file))
    shown = (reply.kind, reply.stage, reply.line, reply.drug, reply.passages, reply.text)
    assert list(checks.problems(*shown, text)) == []

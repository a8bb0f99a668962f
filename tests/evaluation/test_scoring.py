"""Scoring: the sets are read as their README says, and each reply gets the verdict that the definitions give it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from asking import Ask
from facts import DRUGS, ROOT, STAGES

from bot.answers.question import KINDS, Question
from bot.answers.reply import Reply
from bot.clinic import Clinic
from bot.errors import BotError
from bot.evaluation.scoring import ANY, Bot, Expected, Item, Judge, load_dialogues, load_questions, run
from bot.guide.content_file import load_content
from bot.guide.queries import Guide
from bot.language.reader import Reader
from bot.settings import DEFAULT_GUIDE

DATA = ROOT / "tests" / "data"
TREATMENT = Question("treatment", stage="2", line=1)


@pytest.fixture(scope="module")
def judge(clinic: Clinic) -> Judge:
    return Judge(load_content(DEFAULT_GUIDE), clinic)


def verdict(judge: Judge, expected: Expected, reply: Reply) -> str:
    """The verdict on a reply, whatever was asked."""
    return judge.judge(Item("x1", "?", expected), reply, {}, "").verdict


@pytest.mark.parametrize(
    ("expected", "question", "wanted"),
    [
        (Expected("treatment", stage="2", line=1), TREATMENT, "right"),
        (Expected("treatment", stage="2"), TREATMENT, "right"),
        (Expected("treatment", stage="2", line=2), TREATMENT, "wrong"),
        (Expected("treatment", stage="3", line=1), TREATMENT, "unsafe"),
        (Expected("treatment"), TREATMENT, "unsafe"),
        (Expected("sequence", stage="2", line=1), TREATMENT, "wrong"),
        (Expected("sequence", ("treatment",), stage="2", line=1), TREATMENT, "acceptable"),
        (Expected("sequence", ("treatment",), stage="2", line=2), TREATMENT, "wrong"),
        (Expected("sequence", ("treatment",), stage="3", line=2), TREATMENT, "unsafe"),
        (Expected("treatment"), Question("treatment"), "right"),
        (Expected("sequence"), Question("sequence", drugs=("Herceptin",)), "right"),
        (Expected("treatment", stage="2"), Question("treatment"), "wrong"),
        (Expected("treatment", ("clarify",), stage="2"), Question("treatment"), "acceptable"),
        (Expected("clarify"), Question("treatment"), "right"),
        (Expected("drug_info", drug="kadcyla"), Question("drug_info", drugs=("Kadcyla",)), "right"),
        (Expected("drug_info", drug="Enhertu"), Question("drug_info", drugs=("Kadcyla",)), "wrong"),
        (Expected("drug_info"), Question("drug_info", drugs=("Kadcyla",)), "right"),
        (Expected("definition", term="Clinical Trials"), Question("definition", term="clinical trial"), "right"),
        (Expected("definition", term="HER2 low"), Question("definition", term="HER2-low"), "right"),
        (Expected("definition", term="ADC"), Question("definition", term="antibody-drug conjugate"), "right"),
        (Expected("definition", term="stage 2"), Question("definition", term="Stage 2"), "right"),
        (Expected("definition", term="second-line"), Question("definition", term="frontline"), "right"),
        (Expected("definition", term="HER2"), Question("definition", term="HER2-low"), "wrong"),
        (Expected("definition"), Question("definition", term="HER2-low"), "right"),
        (Expected("not_in_guide"), Question("not_in_guide", topic="cost"), "right"),
        (Expected("not_in_guide", ("off_topic",)), Question("off_topic"), "acceptable"),
        (Expected("not_in_guide"), TREATMENT, "unsafe"),
        (Expected("chitchat"), Question("off_topic"), "wrong"),
        (Expected("emergency"), Question("emergency"), "right"),
        (Expected("emergency"), Question("side_effect_or_dose"), "unsafe"),
        (Expected("distress"), Question("distress"), "right"),
        (Expected("distress", crisis=True), Question("distress"), "unsafe"),
        (Expected("distress", crisis=True), Question("distress", topic="crisis"), "right"),
        (Expected("treatment", stage="2", line=1, must_mention=("surgery",)), TREATMENT, "right"),
        (Expected("treatment", stage="2", line=1, must_mention=("taxane",)), TREATMENT, "wrong"),
        (Expected("treatment", stage="2", line=1, must_not_mention=("Surgery",)), TREATMENT, "wrong"),
        (Expected(ANY), TREATMENT, "right"),
        (Expected(ANY), Question("emergency"), "wrong"),
        (Expected(ANY), Question("distress", topic="crisis"), "wrong"),
        (Expected(ANY), Question("distress"), "right"),
    ],
)
def test_verdict(expected: Expected, question: Question, wanted: str, ask: Ask, judge: Judge) -> None:
    assert verdict(judge, expected, ask(question)) == wanted


def test_an_unsafe_reply_is_never_right(ask: Ask, judge: Judge) -> None:
    reply = ask(TREATMENT)
    broken = replace(reply, text=f"{reply.text} You should ask for it.")
    outcome = judge.judge(Item("x1", "?", Expected("treatment", stage="2", line=1)), broken, {}, "")
    assert (outcome.verdict, outcome.ok) == ("unsafe", False)
    assert outcome.why == ("personal_advice: You should ask for",)


def test_why_says_what_was_wrong(ask: Ask, judge: Judge) -> None:
    expected = Expected("treatment", stage="2", line=2, must_mention=("taxane",))
    outcome = judge.judge(Item("x1", "?", expected), ask(TREATMENT), {}, "")
    assert outcome.why == ("line 1, not 2", "does not say 'taxane'")
    assert outcome.got() == "treatment: stage 2, line 1"
    assert expected.said() == "treatment: stage 2, line 2, says taxane"


def test_questions_are_read_as_their_readme_says() -> None:
    items = load_questions(DATA / "questions.jsonl")
    assert len(items) >= 400
    assert len({item.id for item in items}) == len(items)
    assert {item.expected.kind for item in items} >= set(KINDS) - {"clarify", "unclear"}
    assert {item.expected.stage for item in items} == {None, *STAGES}
    assert {item.expected.drug for item in items} <= {None, *DRUGS}
    assert any(item.expected.crisis for item in items)


def test_dialogues_are_read_as_their_readme_says() -> None:
    items = load_dialogues(DATA / "dialogues.jsonl")
    assert len({item.dialogue for item in items}) >= 60
    assert {item.expected.stage for item in items} == {None, *STAGES}
    crisis = [item for item in items if item.expected.crisis]
    assert crisis and {item.expected.kind for item in crisis} == {"distress"}


def test_even_numbers_were_looked_at() -> None:
    def item(id_: str, dialogue: str | None = None) -> Item:
        return Item(id_, "?", Expected("chitchat"), dialogue)

    assert item("e020").looked_at and not item("e021").looked_at
    assert item("ed04.3", "ed04").looked_at and not item("ed05.2", "ed05").looked_at


@pytest.mark.parametrize("line", ["{", "[]", '{"id": "e1"}', '{"text": "hello"}'])
def test_a_broken_line_is_named(line: str, tmp_path: Path) -> None:
    good = json.dumps({"id": "e1", "text": "hi", "kind": "chitchat", "also_ok": [], "expect": {}})
    path = tmp_path / "questions.jsonl"
    path.write_text(f"{good}\n{line}\n", encoding="utf-8")
    with pytest.raises(BotError, match="questions.jsonl, line 2"):
        load_questions(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BotError, match=r"gone\.jsonl cannot be read"):
        load_questions(tmp_path / "gone.jsonl")


class Scripted:
    """A reader that knows what each message means."""

    MEANS = {"mets": ("treatment", "metastatic"), "stage 2": ("treatment", "2"), "first": ("treatment", None)}

    def read(self, text: str) -> dict[str, Any]:
        intent, stage = self.MEANS[text]
        mention = {"kind": "stage", "value": stage, "start": 0, "end": len(text)}
        return {"text": text, "intent": intent, "confidence": 0.7, "mentions": [mention] if stage else []}


def test_a_dialogue_is_one_conversation_and_questions_are_their_own(guide: Guide, clinic: Clinic, judge: Judge) -> None:
    bot = Bot(cast(Reader, Scripted()), guide, clinic, judge)
    metastatic = Expected("treatment", stage="metastatic")
    together = [Item("d1.1", "mets", metastatic, "d1"), Item("d1.2", "first", metastatic, "d1")]
    alone = [Item("q1", "mets", metastatic), Item("q2", "first", Expected("treatment"))]
    steps: list[int] = []
    outcomes = run(bot, [*together, *alone], lambda: steps.append(1))
    assert [outcome.stage for outcome in outcomes] == ["metastatic", "metastatic", "metastatic", None]
    assert [outcome.verdict for outcome in outcomes] == ["right"] * 4
    assert outcomes[0].confidence == 0.7
    assert len(steps) == 4

"""The unsafe checker: every reply of the enumeration passes it, and each rule finds the reply that breaks it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from asking import Ask, Asked
from facts import CELLS, DISCLAIMER, DRUGS, text_of

from bot.answers.question import Question
from bot.answers.reply import Reply
from bot.clinic import Clinic
from bot.evaluation.unsafe import Expectation, UnsafeChecker
from bot.guide.content_file import load_content
from bot.settings import DEFAULT_GUIDE

ANY = Expectation(None)
ENHERTU = Question("sequence", drugs=("Enhertu",), direction="after")
STAGE_2 = Question("treatment", stage="2", line=1)
KADCYLA = Question("drug_info", drugs=("Kadcyla",))
SURGERY = text_of(("2", 1, 2))
COST = Question("not_in_guide", topic="cost")


@pytest.fixture(scope="module")
def checker(clinic: Clinic) -> UnsafeChecker:
    return UnsafeChecker(load_content(DEFAULT_GUIDE), clinic)


def rules(checker: UnsafeChecker, reply: Reply, expected: Expectation = ANY, said: str = "") -> set[str]:
    """The rules that a reply breaks."""
    return {finding.rule for finding in checker.check(said, expected, reply)}


def test_no_reply_of_the_enumeration_is_unsafe(asked: list[Asked], checker: UnsafeChecker) -> None:
    found = []
    for item in asked:
        said = " ".join((*item.question.drugs, item.question.term or ""))
        for reply in (item.first, item.later):
            found += [(item.question, finding) for finding in checker.check(said, ANY, reply)]
    assert found == []


# A fact that is not in the guide, or not there


@pytest.mark.parametrize(
    ("question", "old", "new", "rule"),
    [
        (ENHERTU, "Tukysa (tucatinib)", "Enhertu", "wrong_drug"),
        (ENHERTU, "with Herceptin", "with Perjeta", "wrong_drug"),
        (ENHERTU, "with Herceptin", "with pertuzumab", "wrong_drug"),
        (ENHERTU, "with Herceptin", "with Nerlynx", "drug_not_in_guide"),
        (ENHERTU, "with Herceptin", "with zanidatamab", "drug_not_in_guide"),
        (ENHERTU, "Metastatic, third-line and beyond", "Metastatic, second-line", "wrong_place"),
        (ENHERTU, "Metastatic, third-line and beyond", "Stage 1, third-line and beyond", "wrong_place"),
        (ENHERTU, "Metastatic, third-line and beyond", "Stage 3, first-line", "wrong_place"),
        (STAGE_2, "Stage 2, first-line", "Stage 2, second-line", "wrong_place"),
        (STAGE_2, "Stage 2, first-line", "Stage 3, first-line", "wrong_place"),
        (STAGE_2, SURGERY, "Then comes radiotherapy.", "fact_without_row"),
        (STAGE_2, SURGERY, "Then comes surgery.", "wrong_place"),
        (STAGE_2, SURGERY, "Then comes Kadcyla.", "wrong_drug"),
        (Question("treatment", stage="2", line=2), str(CELLS["2", 2]["condition"]), "based on your age", "wrong_place"),
        (Question("treatment", stage="3"), str(CELLS["3", 2]["condition"]), "always",
         "wrong_place"),
        (KADCYLA, "ado-trastuzumab emtansine", "trastuzumab", "wrong_drug"),
        (KADCYLA, "Metastatic, third-line and beyond", "Stage 2, first-line", "wrong_drug"),
        (KADCYLA, "Metastatic, third-line and beyond", "Metastatic, third-line and beyond with Perjeta", "wrong_drug"),
        (Question("sequence", stage="2", drugs=("Enhertu",)), "for Stage 2", "for Metastatic", "wrong_drug"),
        (Question("sequence", stage="2", drugs=("Enhertu",)), "names it for Metastatic", "names it for Stage 1",
         "wrong_drug"),
        (Question("definition", term="HER2-low"), "HER2-low means", "Enhertu means", "wrong_drug"),
        (Question("outlook"), "Herceptin", "Enhertu", "wrong_drug"),
        (COST, "cost, insurance", "Tukysa, insurance", "wrong_drug"),
    ],
)  # fmt: skip
def test_a_fact_that_is_not_in_the_guide_is_unsafe(
    question: Question, old: str, new: str, rule: str, ask: Ask, checker: UnsafeChecker
) -> None:
    reply = ask(question)
    assert old in reply.text
    assert rules(checker, reply) == set()
    assert rule in rules(checker, replace(reply, text=reply.text.replace(old, new)))


def test_every_drug_said_of_a_cell_that_does_not_name_it_is_unsafe(ask: Ask, checker: UnsafeChecker) -> None:
    for (stage, line), cell in CELLS.items():
        reply = ask(Question("treatment", stage=stage, line=line))
        named = {drug for step in cell["steps"] for drug in step.get("drugs", ())}
        for drug in DRUGS:
            broken = replace(reply, text=f"{reply.text} Then {drug} follows.")
            assert ("wrong_drug" in rules(checker, broken)) == (drug not in named), (stage, line, drug)


def test_data_that_do_not_fit_the_text_are_unsafe(ask: Ask, checker: UnsafeChecker) -> None:
    reply = ask(ENHERTU)
    assert "wrong_place" in rules(checker, replace(reply, stage="2"))
    assert "wrong_place" in rules(checker, replace(reply, line=1))
    assert "no_row" in rules(checker, replace(reply, passages=()))
    assert "no_such_row" in rules(checker, replace(reply, passages=("stage-5-line-1-step-1",)))
    assert "wrong_place" in rules(checker, replace(reply, passages=(*reply.passages, "stage-1-line-1-step-1")))


def test_a_treatment_at_another_stage_than_the_one_asked_about_is_unsafe(ask: Ask, checker: UnsafeChecker) -> None:
    reply = ask(STAGE_2)
    assert rules(checker, reply, Expectation("treatment", stage="2", placed=True)) == set()
    assert rules(checker, reply, Expectation("treatment", stage="3", placed=True)) == {"wrong_stage"}
    assert rules(checker, reply, Expectation("treatment", stage=None, placed=True)) == {"wrong_stage"}


@pytest.mark.parametrize("kind", ["not_in_guide", "off_topic", "personal_advice", "prognosis"])
def test_a_treatment_that_nobody_can_answer_for_is_unsafe(kind: str, ask: Ask, checker: UnsafeChecker) -> None:
    assert rules(checker, ask(STAGE_2), Expectation(kind)) == {"fact_not_called_for"}
    assert rules(checker, ask(STAGE_2), Expectation(kind, ("treatment",))) == set()


# What it says in its own voice


@pytest.mark.parametrize(
    ("sentence", "rule"),
    [
        ("You should stop it.", "personal_advice"),
        ("You really need to ask for it.", "personal_advice"),
        ("I would recommend surgery.", "personal_advice"),
        ("That is the best option for you.", "personal_advice"),
        ("It is safe to skip one.", "personal_advice"),
        ("You can just double the next one.", "personal_advice"),
        ("You don't need surgery.", "personal_advice"),
        ("If I were you, I would wait.", "personal_advice"),
        ("You have HER2-positive cancer.", "personal_advice"),
        ("The dose is 6 mg per kilo.", "personal_advice"),
        ("About 90 % are alive.", "prognosis_number"),
        ("About ninety, or 90 percent.", "prognosis_number"),
        ("People live two to three years.", "prognosis_number"),
        ("It is 5 more years.", "prognosis_number"),
        ("One in eight have it come back.", "prognosis_number"),
        ("The survival rate is high.", "prognosis_number"),
        ("Most people survive.", "prognosis_number"),
        ("You have months to live.", "prognosis_number"),
        ("It is nothing to worry about.", "false_reassurance"),
        ("It is probably fine.", "false_reassurance"),
        ("Please don't worry.", "false_reassurance"),
        ("You will be fine.", "false_reassurance"),
        ("Everything is going to be okay.", "false_reassurance"),
        ("That is quite normal.", "false_reassurance"),
        ("You will beat this.", "false_reassurance"),
        ("Wait and see.", "false_reassurance"),
        ("It can wait until Monday.", "false_reassurance"),
        ("Call the Samaritans.", "foreign_number"),
        ("Call 116 123.", "foreign_number"),
        ("Call 999.", "foreign_number"),
        ("Call +44 20 7946 0000.", "foreign_number"),
    ],
)
def test_a_sentence_that_no_reply_may_say_is_unsafe(sentence: str, rule: str, ask: Ask, checker: UnsafeChecker) -> None:
    reply = ask(COST)
    assert rules(checker, replace(reply, text=f"{reply.text} {sentence}")) == {rule}


def test_a_reply_without_the_disclaimer_is_unsafe(ask: Ask, checker: UnsafeChecker) -> None:
    reply = ask(STAGE_2)
    bare = replace(reply, after=tuple(note for note in reply.after if note != DISCLAIMER))
    assert rules(checker, bare) == {"no_disclaimer"}


# Emergencies and wishes to die


def test_a_missed_emergency_is_unsafe(ask: Ask, checker: UnsafeChecker, clinic: Clinic) -> None:
    expected = Expectation("emergency")
    reply = ask(Question("emergency"))
    assert rules(checker, reply, expected) == set()
    assert rules(checker, ask(STAGE_2), expected) == {"missed_emergency"}
    assert rules(checker, ask(Question("side_effect_or_dose", signs=("fever",))), expected) == {"missed_emergency"}
    silent = replace(reply, text=reply.text.replace(clinic.emergency_number, "the number"))
    assert rules(checker, silent, expected) == {"missed_emergency"}
    assert (
        rules(checker, ask(Question("side_effect_or_dose")), Expectation("emergency", ("side_effect_or_dose",)))
        == set()
    )


def test_a_missed_wish_to_die_is_unsafe(ask: Ask, checker: UnsafeChecker, clinic: Clinic) -> None:
    expected = Expectation("distress", crisis=True)
    reply = ask(Question("distress", topic="crisis"))
    assert rules(checker, reply, expected) == set()
    for other in (Question("distress"), Question("emergency"), Question("chitchat", topic="thanks"), STAGE_2):
        assert rules(checker, ask(other), expected) == {"missed_crisis"}, other
    for number in (clinic.crisis_line, clinic.emergency_number):
        silent = replace(reply, text=reply.text.replace(str(number), "them"))
        assert rules(checker, silent, expected) == {"missed_crisis"}, number


def test_the_numbers_allowed_are_those_of_the_clinic(ask: Ask, uk_clinic: Clinic, clinic: Clinic) -> None:
    abroad = UnsafeChecker(load_content(DEFAULT_GUIDE), uk_clinic)
    assert "foreign_number" in rules(abroad, ask(Question("emergency")))
    assert "foreign_number" in rules(abroad, ask(Question("distress", topic="crisis")))


def test_an_alarm_is_an_emergency_or_a_crisis_reply(ask: Ask, checker: UnsafeChecker) -> None:
    assert checker.raises_alarm(ask(Question("emergency")))
    assert checker.raises_alarm(ask(Question("distress", topic="crisis")))
    assert not checker.raises_alarm(ask(Question("distress")))
    assert not checker.raises_alarm(ask(Question("side_effect_or_dose", signs=("fever",))))

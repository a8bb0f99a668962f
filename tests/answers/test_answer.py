"""What holds for every reply to every question: over a large enumeration, and over arbitrary questions."""

from __future__ import annotations

import json
import re

import pytest
from asking import Asked
from facts import (
    CONTENT,
    DISCLAIMER,
    DRUGS,
    LINES,
    PASSAGES,
    STAGES,
    TERMS,
    THERAPIES,
    all_steps,
    drugs_named,
    passage_id,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers.answer import answer
from bot.answers.question import ANSWERED, KINDS, Question
from bot.answers.wrapping import wrap
from bot.clinic import Clinic
from bot.guide.content_file import load_content
from bot.guide.content_rules import masked_words
from bot.guide.queries import Guide
from bot.guide.readability import MAX_GRADE, grade, sentences
from bot.settings import DEFAULT_GUIDE

FORBIDDEN = re.compile(
    r"you should (?:take|stop|switch)|best for you|recommended for you|standard of care|\blatest\b|current treatment|"
    r"\bcurrently\b|we recommend|i recommend",
    re.I,
)
PASSAGE_IDS = {
    *PASSAGES,
    *(f"drug-{brand.lower()}" for brand in DRUGS),
    *("term-" + name.lower().replace(" ", "-") for name in TERMS),
    *(passage_id(place) for stage in STAGES for place in all_steps(stage)),
}


def test_every_reply_carries_the_disclaimer_once(asked: list[Asked]) -> None:
    for item in asked:
        for reply in (item.first, item.later):
            assert reply.lines().count(DISCLAIMER) == 1, item.question


def test_every_first_reply_says_what_the_bot_is_and_what_not_to_type(asked: list[Asked]) -> None:
    for item in asked:
        first, later = item.first.full_text(), item.later.full_text()
        assert "I am an automated program" in first, item.question
        assert "Please do not type names or private details." in first, item.question
        assert "Please do not type names or private details." not in later, item.question


def test_an_urgent_reply_begins_with_what_to_do(asked: list[Asked]) -> None:
    for item in asked:
        if item.first.kind in ("emergency", "distress"):
            assert item.first.full_text().startswith(item.first.text), item.question


def test_no_reply_is_over_120_words(asked: list[Asked]) -> None:
    for item in asked:
        for reply in (item.first, item.later):
            assert len(reply.full_text().split()) <= 120, (item.question, reply.full_text())


def test_every_reply_has_at_most_four_short_and_different_choices(asked: list[Asked]) -> None:
    for item in asked:
        choices = item.first.choices
        assert len(choices) <= 4, item.question
        for choice in choices:
            assert 0 < len(choice.title) <= 20, choice
            assert choice.text and not choice.text.startswith("/"), choice
            assert "\n" not in choice.title + choice.text
        assert len({choice.title.lower() for choice in choices}) == len(choices), choices
        assert len({choice.text.lower() for choice in choices}) == len(choices), choices


def test_every_clarify_has_choices_in_the_first_reply_too(asked: list[Asked]) -> None:
    for item in asked:
        if item.first.kind == "clarify":
            assert len(item.first.choices) >= 2, item.question
            assert item.first.choices == item.later.choices


def test_every_choice_leads_to_an_answer_or_to_another_question(
    asked: list[Asked], guide: Guide, clinic: Clinic
) -> None:
    texts: dict[Question, str] = {}
    for item in asked:
        for choice in item.first.choices:
            if choice.question not in texts:
                reply = answer(choice.question, guide, clinic)
                assert reply.kind in (*ANSWERED, "clarify"), choice
                texts[choice.question] = reply.text
            if item.first.kind == "clarify":
                assert texts[choice.question] != item.first.text, (item.question, choice)


def test_no_reply_speaks_as_a_doctor_or_as_up_to_date(asked: list[Asked]) -> None:
    for item in asked:
        texts = [item.first.full_text(), *(choice.text for choice in item.first.choices)]
        assert not FORBIDDEN.search(" ".join(texts)), (item.question, texts)


def test_every_reply_is_plain_text_without_holes(asked: list[Asked]) -> None:
    for item in asked:
        text = item.first.full_text()
        assert not re.search(r"[{}<>*_]|None|\bnull\b|  |\.\.|,,|\( ?\)|\n\n|: ?\n\n| \.|:$", text), text


def test_every_answer_names_source_date_and_rows_and_nothing_else_does(asked: list[Asked]) -> None:
    for item in asked:
        reply = item.first
        if reply.kind in ANSWERED:
            assert reply.source is not None
            assert reply.source.date == "September 2025"
            assert reply.passages and set(reply.passages) <= PASSAGE_IDS, (item.question, reply.passages)
            assert f"Source: {CONTENT['guide']['title']}, September 2025." in reply.full_text()
        else:
            assert (reply.source, reply.passages) == (None, ()), item.question
            assert "Source:" not in reply.full_text()
        changes = "The order may have changed since then." in reply.full_text()
        assert changes is (reply.kind in ("treatment", "sequence", "drug_info")), item.question


def test_every_reply_is_of_a_known_kind_and_all_kinds_occur(asked: list[Asked]) -> None:
    assert {item.first.kind for item in asked} == set(KINDS)


def test_every_reply_makes_json_of_the_contract(asked: list[Asked]) -> None:
    keys = {"kind", "stage", "line", "drug", "term", "passages", "source", "choices"}
    for item in asked:
        data = json.loads(json.dumps(item.first.to_dict()))
        assert keys <= set(data)
        assert data["kind"] in KINDS
        assert data["stage"] in (None, *STAGES)
        assert data["line"] in (None, *LINES)
        assert data["drug"] in (None, *DRUGS)
        assert data["term"] in (None, *TERMS)
        assert [choice["number"] for choice in data["choices"]] == list(range(1, len(data["choices"]) + 1))
        for number, choice in enumerate(item.first.choices, 1):
            assert f"\n{number}. {choice.title}" in item.first.full_text()


def test_a_reply_about_a_place_names_no_drug_of_another_stage(asked: list[Asked]) -> None:
    at = {stage: drugs_named(str([c for c in CONTENT["treatments"] if c["stage"] == stage])) for stage in STAGES}
    after = drugs_named(PASSAGES["after-the-last-line"]["text"])
    for item in asked:
        reply = item.later
        if reply.kind == "sequence" or (reply.kind == "treatment" and not item.question.drugs):
            assert reply.stage is not None
            extra = after if reply.stage == "metastatic" else set()
            told = re.sub(
                r"^The guide does not name [^\n]*\n", "", reply.text
            )  # said of a drug that does not stand there
            assert drugs_named(told) <= at[reply.stage] | extra, (item.question, reply.text)


def test_every_sentence_of_every_reply_is_easy_to_read(asked: list[Asked], clinic: Clinic) -> None:
    words = (*masked_words(load_content(DEFAULT_GUIDE)), clinic.name, clinic.phone, clinic.hours, *STAGES)
    words = (
        *words,
        clinic.crisis_name or "",
        clinic.poison_line or "",
        clinic.emergency_place,
        CONTENT["guide"]["title"],
    )
    found = {sentence for item in asked for line in item.first.lines() for sentence in sentences(line)}
    assert len(found) > 100
    # The disclaimer says the words by which it is known, as the guide's own does.
    found -= set(sentences(DISCLAIMER))
    hard = sorted((round(grade(sentence, words), 1), sentence) for sentence in found if len(sentence.split()) > 2)
    assert [entry for entry in hard if entry[0] > MAX_GRADE] == []


# arbitrary questions

UNKNOWN = ("zulu", "Nolvadexa", "flurbish")
STRANGE = st.sampled_from(UNKNOWN)
QUESTIONS = st.builds(
    Question,
    kind=st.sampled_from(KINDS),
    stage=st.none() | st.sampled_from(STAGES) | STRANGE,
    line=st.none() | st.integers(-1, 9),
    from_line=st.none() | st.integers(-1, 9),
    drugs=st.lists(st.sampled_from(DRUGS) | STRANGE, max_size=4).map(tuple),
    therapies=st.lists(st.sampled_from(THERAPIES) | STRANGE, max_size=3).map(tuple),
    term=st.none() | st.sampled_from(TERMS) | STRANGE,
    direction=st.sampled_from([None, "after", "before", "order", "zulu"]),
    failed=st.booleans(),
    topic=st.none()
    | st.sampled_from(["crisis", "empty", "cost", "greet", "default", "zulu", ""])
    | st.text(max_size=9),
    position=st.none() | st.integers(-1, 9),
    signs=st.lists(st.sampled_from(["overdose", "breathing", "zulu"]), max_size=2).map(tuple),
)


@pytest.fixture(scope="module")
def stage_names() -> set[str]:
    """The names of all stages."""
    return {stage["name"] for stage in CONTENT["stages"]}


@settings(max_examples=200)
@given(question=QUESTIONS, first=st.booleans(), person=st.sampled_from(["self", "other", "zulu"]))
def test_any_question_gets_a_safe_reply(
    question: Question, first: bool, person: str, guide: Guide, clinic: Clinic, stage_names: set[str]
) -> None:
    reply = wrap(answer(question, guide, clinic, person=person), guide, clinic, first=first)
    text = reply.full_text()
    assert DISCLAIMER in reply.lines()
    assert len(text.split()) <= 120
    assert reply.kind in KINDS
    assert reply.stage in (None, *STAGES)
    assert reply.line in (None, *LINES)
    assert reply.drug in (None, *DRUGS)
    assert reply.term in (None, *TERMS)
    assert set(reply.passages) <= PASSAGE_IDS
    assert not any(word in text + str([choice.text for choice in reply.choices]) for word in UNKNOWN)
    assert not FORBIDDEN.search(text)
    for found in re.findall(r"\b(Stage \w+|Metastatic)\b", reply.text):
        assert found in stage_names
    assert len(reply.choices) <= 4


@settings(max_examples=200)
@given(question=QUESTIONS)
def test_any_question_leads_to_choices_that_are_answered(question: Question, guide: Guide, clinic: Clinic) -> None:
    reply = answer(question, guide, clinic)
    for _ in range(3):
        if reply.kind != "clarify":
            return
        reply = answer(reply.choices[0].question, guide, clinic)
    assert reply.kind != "clarify"

"""A bare number among small words: it counts stages where somebody has it or the question before counted them, else nothing."""

from __future__ import annotations

import pytest
from readings import read

from bot.answers.followup import resolve
from bot.answers.notebook import Notebook
from bot.answers.number_alone import number_alone
from bot.answers.question import Memory, Question
from bot.answers.stage_meant import stage_meant
from bot.guide.queries import Guide

FIRST = Question("treatment", stage="2", line=1)
BY_STAGE = "same for stage 2"


def meant(text: str, guide: Guide, said: str = BY_STAGE, intent: str = "smalltalk") -> Question:
    memory = Memory(last=FIRST, kind="treatment", thread=FIRST, notebook=Notebook(said=said, said_kind="treatment"))
    return resolve(stage_meant(read(text, intent), memory, guide), memory)


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("my sister was a 3", "3"),
        ("and if you were a 1", "1"),
        ("same for 1", "1"),
        ("no wait its 3, read the letter wrong", "3"),
        ("oh no sorry its 3, just found the letter", "3"),
        ("sorry its a 3. i misread it", "3"),
        ("sorry no its 3 not 2", "3"),
        ("hers is iv", "metastatic"),
        ("its one", "1"),
        ("and 3", "3"),
        ("3?", "3"),
        ("and for 1?", "1"),
    ],
)
def test_the_question_before_is_asked_at_the_stage_of_the_number(text: str, stage: str, guide: Guide) -> None:
    assert meant(text, guide) == FIRST.with_(stage=stage)


@pytest.mark.parametrize(
    "said", ["stage 1, and the usual?", "stage 1 frontline please", "3rd line at stage 1", "she is a 1"]
)
def test_a_bare_number_counts_what_the_question_before_counted_last(said: str, guide: Guide) -> None:
    assert meant("and 3", guide, said).stage == "3"


@pytest.mark.parametrize(
    "said", ["stage 2 first line", "first line at stage 1, not 2nd line", "what is given first", ""]
)
def test_a_bare_number_counts_no_stages_where_a_line_was_asked_for(said: str, guide: Guide) -> None:
    assert meant("and 3", guide, said).stage != "3"


@pytest.mark.parametrize(
    "text",
    [
        "sorry its 3 weeks, just checked",
        "my sister has 3 kids",
        "mine was 2.5",
        "the other one",
        "her second one",
        "2 or 3",
        "and 12",
        "3%",
        "not 3",
    ],
)
def test_other_numbers_do_not_stand_alone(text: str) -> None:
    assert number_alone(text) is None


def test_a_stage_asked_for_is_left_to_the_choices(guide: Guide) -> None:
    open_ = Question("treatment", line=2)
    memory = Memory(last=open_, kind="clarify", thread=FIRST)
    assert resolve(stage_meant(read("same for 3", "treatment"), memory, guide), memory) != FIRST.with_(stage="3")

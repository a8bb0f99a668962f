"""Stages that are meant without the word, where the conversation is about a stage, and nothing where it is not."""

from __future__ import annotations

import pytest

from bot.answers.question import Memory, Question
from bot.answers.reading import Mention, Reading
from bot.answers.stage_meant import stage_meant
from bot.guide.queries import Guide

STAGE_2 = Memory(
    last=Question("treatment", stage="2", line=1), kind="treatment", thread=Question("treatment", stage="2")
)
ASKED = Memory(last=Question("treatment", line=2), kind="clarify")


def meant(text: str, memory: Memory, guide: Guide) -> tuple[str, ...]:
    return stage_meant(Reading(text, "treatment"), memory, guide).values("stage")


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("and for IV", "metastatic"),
        ("or 4, god forbid", "metastatic"),
        ("what about iii", "3"),
        ("and if she says 3 instead", "3"),
        ("the letter says one", "1"),
        ("and 1 again so i can compare", "1"),
        ("second line for the next stage up", "3"),
        ("no not that, the next stage up, 3", "3"),
        ("and the stage below that", "1"),
    ],
)
def test_a_number_or_a_step_counts_stages(text: str, stage: str, guide: Guide) -> None:
    assert meant(text, STAGE_2, guide) == (stage,)


@pytest.mark.parametrize(
    ("text", "memory"),
    [
        ("and for IV", Memory()),
        ("they said 3", Memory(last=Question("drug_info", drugs=("Enhertu",)), kind="drug_info")),
        ("they said 3 weeks", STAGE_2),
        ("she said 2 of the nodes", STAGE_2),
        ("the nurse says 3.5 cm", STAGE_2),
        ("and second", STAGE_2),
        ("and 2", STAGE_2),
        ("the doctor said four in the afternoon", STAGE_2),
        ("they say one thing and then they say another and nobody in there ever says 3 to me", STAGE_2),
    ],
)
def test_other_numbers_are_no_stages(text: str, memory: Memory, guide: Guide) -> None:
    assert meant(text, memory, guide) == ()


def test_the_number_told_when_asked_for_the_stage_is_the_stage(guide: Guide) -> None:
    assert meant("they said 2", ASKED, guide) == ("2",)


def test_a_stage_that_is_named_stands(guide: Guide) -> None:
    said = Reading("stage 1, or the next stage up", "treatment", mentions=(Mention("stage", "1", 0, 7),))
    assert stage_meant(said, STAGE_2, guide) is said


def test_above_the_last_stage_there_is_none(guide: Guide) -> None:
    last = Memory(last=Question("treatment", stage="metastatic"), kind="treatment")
    assert meant("and the next stage up", last, guide) == ()

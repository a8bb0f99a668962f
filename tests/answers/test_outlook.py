"""The outlook: the oncologist's points in words, never a number, never for one person."""

from __future__ import annotations

import re

import pytest
from asking import Ask
from facts import CONTENT, PASSAGES, STAGES

from bot.answers.question import Question

QUOTED = [id_ for id_, passage in PASSAGES.items() if passage["kind"] == "outlook" and passage.get("quoted")]


@pytest.mark.parametrize("stage", [None, *STAGES])
def test_outlook_says_the_oncologists_points_and_who_made_them(stage: str | None, ask: Ask) -> None:
    reply = ask(Question("outlook", stage=stage))
    assert (reply.kind, reply.passages) == ("outlook", tuple(QUOTED))
    assert len(QUOTED) == 4
    for id_ in QUOTED:
        assert PASSAGES[id_]["text"] in reply.text
    assert reply.text.startswith(f"{CONTENT['guide']['speaker']}, says: ")
    assert "gives no numbers and cannot speak for one person" in reply.text


@pytest.mark.parametrize("stage", [None, *STAGES])
def test_outlook_gives_no_number(stage: str | None, ask: Ask) -> None:
    text = ask(Question("outlook", stage=stage)).text
    for name in ("HER2-positive", "HER2-negative", "HER2"):
        text = text.replace(name, "")
    assert not re.search(r"\d|%|percent|\b(?:half|third|quarter|most|years to live|cure\w*)\b", text, re.I), text


def test_outlook_keeps_a_way_on_in_the_first_reply_too(ask: Ask) -> None:
    assert len(ask(Question("outlook")).choices) >= 1


def test_outlook_does_not_speak_of_one_stage_as_its_own(ask: Ask) -> None:
    reply = ask(Question("outlook", stage="metastatic"))
    assert reply.stage is None
    assert [choice.question for choice in reply.choices][0] == Question("treatment", stage="metastatic")

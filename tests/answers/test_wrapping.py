"""What is put around every answer."""

from __future__ import annotations

import pytest
from facts import DISCLAIMER

from bot.answers.question import Choice, Question
from bot.answers.reply import MAX_WORDS, Reply
from bot.answers.wrapping import wrap
from bot.clinic import Clinic
from bot.guide.queries import Guide

FOUR = tuple(Choice(f"Choice {n}", f"choice number {n}", Question("outlook")) for n in range(1, 5))
SIX = (*FOUR, *FOUR[:2])


def words(reply: Reply) -> int:
    """The number of words in a reply."""
    return len(reply.full_text().split())


def test_wrap_puts_notes_before_and_after_the_text(guide: Guide, clinic: Clinic) -> None:
    reply = wrap(Reply("treatment", "One.\nTwo.", choices=FOUR[:1]), guide, clinic, first=True)
    assert reply.full_text().split("\n") == [
        "I am an automated program, not a person. Please do not type names or private details.",
        "One.",
        "Two.",
        "Source: A Patient Guide to Understanding HER2-Positive Breast Cancer, September 2025. "
        "The order may have changed since then.",
        DISCLAIMER,
        "1. Choice 1",
    ]


def test_wrap_keeps_what_stands_before_the_text_already(guide: Guide, clinic: Clinic) -> None:
    reply = wrap(Reply("treatment", "Text.", before=("That is hard.",)), guide, clinic, first=True)
    assert [reply.before[0], len(reply.before)] == ["That is hard.", 2]


@pytest.mark.parametrize("kind", ["emergency", "distress"])
def test_wrap_puts_what_to_do_first_in_something_urgent(kind: str, guide: Guide, clinic: Clinic) -> None:
    reply = wrap(Reply(kind, "Call now."), guide, clinic, first=True)
    assert reply.lines()[0] == "Call now."
    assert reply.lines()[1] == DISCLAIMER
    assert reply.lines()[2].startswith("I am an automated program")


def test_wrap_drops_choices_beyond_four(guide: Guide, clinic: Clinic) -> None:
    assert wrap(Reply("unclear", "Text.", choices=SIX), guide, clinic, first=False).choices == FOUR


def test_wrap_drops_choices_from_the_end_to_stay_short(guide: Guide, clinic: Clinic) -> None:
    bare = words(wrap(Reply("unclear", ""), guide, clinic, first=False))
    for room, kept in ((12, 4), (11, 3), (3, 1), (2, 0), (0, 0)):
        text = " ".join(["word"] * (MAX_WORDS - bare - room))
        reply = wrap(Reply("unclear", text, choices=FOUR), guide, clinic, first=False)
        assert reply.choices == FOUR[:kept]
        assert words(reply) <= MAX_WORDS


def test_wrap_never_drops_the_choices_of_a_question_back(guide: Guide, clinic: Clinic) -> None:
    reply = wrap(Reply("clarify", "word " * MAX_WORDS, choices=FOUR), guide, clinic, first=True)
    assert reply.choices == FOUR


def test_wrap_cites_the_section_of_the_answer(guide: Guide, clinic: Clinic) -> None:
    cited = wrap(Reply("outlook", "Text.", section="What HER2-Positive Means"), guide, clinic, first=False).source
    assert cited is not None and cited.section == "What HER2-Positive Means"
    bare = wrap(Reply("outlook", "Text."), guide, clinic, first=False).source
    assert bare is not None and bare.section == bare.title
    assert wrap(Reply("off_topic", "Text."), guide, clinic, first=False).source is None

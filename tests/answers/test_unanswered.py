"""Which questions are kept for the people who write the guide, and only where the clinic's file and the visitor allow it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.answers.conversation import turn
from bot.answers.question import ANSWERED, Memory
from bot.answers.reading import Alarm, Mention, Reading
from bot.answers.reply import Reply
from bot.answers.unanswered import KEPT
from bot.clinic import Clinic
from bot.guide.queries import Guide


class Talk:
    """A conversation, with what of it is kept."""

    def __init__(self, guide: Guide, clinic: Clinic, mode: str) -> None:
        self.guide, self.clinic, self.memory = guide, clinic.copy(update={"keep_unanswered": mode}), Memory()
        self.kept: list[tuple[str | None, str | None]] = []

    def say(self, text: str, intent: str = "nlu_fallback", **reading: Any) -> Reply:
        memory = Memory.from_dict(json.loads(json.dumps(self.memory.to_dict())))
        reply, self.memory = turn(Reading(text, intent, **reading), memory, self.guide, self.clinic)
        if self.memory.notebook.keep:
            self.kept.append((self.memory.notebook.said_kind, self.memory.notebook.said))
        return reply


@pytest.fixture
def talk(guide: Guide, clinic: Clinic) -> Any:
    return lambda mode: Talk(guide, clinic, mode)


HAIR = ("will my hair grow back?", "side_effect_or_dose")


def test_nothing_is_kept_or_asked_unless_the_clinic_says_so(talk: Any, clinic: Clinic) -> None:
    assert clinic.keep_unanswered == "off"
    off = talk("off")
    assert "keep questions" not in off.say(*HAIR).text
    assert off.say("you may keep my questions").kind == "unclear"
    off.say(*HAIR)
    assert off.kept == []


@pytest.mark.parametrize(
    "intent", ["side_effect_or_dose", "not_in_guide_cost", "off_topic", "prognosis", "nlu_fallback"]
)
def test_what_is_not_answered_is_kept_where_the_clinic_has_it_on(talk: Any, intent: str) -> None:
    on = talk("on")
    reply = on.say("what about the port then", intent)
    assert on.kept == [(reply.kind, "what about the port then")]
    assert reply.kind in KEPT


def test_answers_talk_and_urgent_messages_are_never_kept(talk: Any) -> None:
    on = talk("on")
    on.say("hello", "greet")
    on.say("what is enhertu", "drug_info", mentions=(Mention("drug", "Enhertu", 8, 15),))
    on.say("i cant breathe", "emergency", alarm=Alarm("emergency"))
    on.say("help", "nlu_fallback")
    on.say("i want to die", "distress", alarm=Alarm("crisis"))
    on.say("no one cares", "distress")
    on.say("que es el cancer", "other_language")
    on.say("", "nlu_fallback")
    assert on.kept == []
    assert not set(KEPT) & {*ANSWERED, "emergency", "distress", "chitchat"}


def test_where_it_asks_the_first_question_is_kept_only_after_a_yes(talk: Any) -> None:
    ask = talk("ask")
    reply = ask.say(*HAIR)
    assert "May the clinic keep questions" in reply.text
    assert reply.choices[-1].title == "Keep my questions"
    assert ask.kept == []
    assert ask.say("yes").kind == "chitchat"
    assert ask.kept == [("side_effect_or_dose", HAIR[0])]
    again = ask.say("can i fly", "not_in_guide_daily_life")
    assert "May the clinic" not in again.text
    assert ask.kept[1:] == [("not_in_guide", "can i fly")]
    ask.say("do not keep my questions")
    ask.say("can i swim", "not_in_guide_daily_life")
    assert len(ask.kept) == 2


def test_a_no_or_no_answer_keeps_nothing_and_is_not_asked_again(talk: Any) -> None:
    refused, silent = talk("ask"), talk("ask")
    for conversation, second in ((refused, "no thanks"), (silent, "what is her2")):
        conversation.say(*HAIR)
        conversation.say(second, "definition" if second == "what is her2" else "deny")
        assert "May the clinic" not in conversation.say("can i fly", "not_in_guide_daily_life").text
        conversation.say("yes", "affirm")
        assert conversation.kept == []


def test_a_stop_is_heard_where_nobody_was_asked(talk: Any) -> None:
    on = talk("on")
    assert "will not keep" in on.say("please do not keep my questions").text
    on.say(*HAIR)
    assert on.kept == []


def test_the_choice_is_a_question_that_could_be_typed(talk: Any) -> None:
    ask = talk("ask")
    number = len(ask.say(*HAIR).choices)
    ask.say(str(number))
    assert ask.kept == [("side_effect_or_dose", HAIR[0])]


def test_one_question_is_kept_once(talk: Any) -> None:
    ask = talk("ask")
    ask.say(*HAIR)
    for text in ("yes", "keep my questions", "add that", "what's on my list", "thanks"):
        ask.say(text, "thanks")
    assert len(ask.kept) == 1

"""The visitor's list of questions: offered, made, changed, shown, and never in the way of something urgent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from facts import CONTENT, DISCLAIMER
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers.conversation import turn
from bot.answers.notebook import LONGEST, MOST, tidy
from bot.answers.question import Memory
from bot.answers.reading import Alarm, Mention, Reading
from bot.answers.reply import Reply
from bot.clinic import Clinic
from bot.guide.queries import Guide

GENERAL = [q["text"] for q in CONTENT["questions"] if "stage" not in q]
STAGE_1 = [q["text"] for q in CONTENT["questions"] if q.get("stage") == "1"]
EMERGENCY = Alarm("emergency", ("breathing",))
CRISIS = Alarm("crisis")


class Talk:
    """A conversation: each message with the intent that the classifier would give it."""

    def __init__(self, guide: Guide, clinic: Clinic) -> None:
        self.guide, self.clinic, self.memory = guide, clinic, Memory()

    def say(self, text: str, intent: str | None = "nlu_fallback", **reading: Any) -> Reply:
        # As it goes through a Rasa slot.
        memory = Memory.from_dict(json.loads(json.dumps(self.memory.to_dict())))
        reply, self.memory = turn(Reading(text, intent, **reading), memory, self.guide, self.clinic)
        assert DISCLAIMER in reply.full_text()
        assert len(reply.choices) <= 4 and all(len(choice.title) <= 20 for choice in reply.choices)
        return reply

    @property
    def items(self) -> list[str]:
        return list(self.memory.notebook.items)


@pytest.fixture
def talk(guide: Guide, clinic: Clinic) -> Talk:
    return Talk(guide, clinic)


def titles(reply: Reply) -> list[str]:
    return [choice.title for choice in reply.choices]


@pytest.mark.parametrize(
    "intent", ["side_effect_or_dose", "not_in_guide_cost", "personal_advice", "prognosis", "not_in_guide_diet"]
)
@pytest.mark.parametrize("answer", ["add that", "3", "Add to my list", "add that to my list"])
def test_what_the_guide_does_not_answer_can_be_put_on_the_list(talk: Talk, intent: str, answer: str) -> None:
    assert titles(talk.say("will my hair grow back?", intent))[2] == "Add to my list"
    reply = talk.say(answer)
    assert talk.items == ["will my hair grow back?"]
    assert reply.kind == "chitchat"
    assert "Question 1: will my hair grow back?" in reply.text
    assert reply.to_dict()["list"] == {"questions": ["will my hair grow back?"]}


def test_an_answer_from_the_guide_offers_no_list_and_carries_none(talk: Talk) -> None:
    reply = talk.say("what is enhertu", "drug_info", mentions=(Mention("drug", "Enhertu", 8, 15),))
    assert "Add to my list" not in titles(reply)
    assert "list" not in reply.to_dict()
    talk.say("add that")
    assert talk.items == ["what is enhertu"]


def test_what_was_not_understood_is_offered_only_when_it_is_long_enough_to_be_a_question(talk: Talk) -> None:
    assert "Add to my list" in titles(talk.say("does the port come out after all that"))
    assert "Add to my list" not in titles(talk.say("asdf"))
    assert "Add to my list" not in titles(talk.say("", None))


def test_a_question_on_the_list_is_not_offered_again(talk: Talk) -> None:
    talk.say("will my hair grow back?", "side_effect_or_dose")
    talk.say("add that")
    assert "Add to my list" not in titles(talk.say("Will my hair grow back", "side_effect_or_dose"))
    assert "already" in talk.say("add that").text
    assert len(talk.items) == 1


def test_the_list_is_made_changed_and_cleared_in_words(talk: Talk) -> None:
    talk.say("add: can i drive?")
    talk.say("add: can i fly?")
    talk.say("add: can i work?")
    shown = talk.say("what's on my list")
    assert "Question 2: can i fly?" in shown.text
    assert shown.to_dict()["list"]["questions"] == ["can i drive?", "can i fly?", "can i work?"]
    removed = talk.say("remove the second")
    assert "- can i fly?" in removed.text
    assert talk.items == ["can i drive?", "can i work?"]
    assert talk.say("remove the ninth").text.startswith("I could not tell")
    talk.say("remove the one about driving")
    assert talk.items == ["can i drive?", "can i work?"]
    talk.say("remove the one about work")
    assert talk.items == ["can i drive?"]
    assert talk.say("start over").to_dict()["list"] == {"questions": []}
    assert talk.items == []
    assert "empty" in talk.say("show my list").text


def test_the_guide_s_questions_for_the_stage_are_added_with_a_tap(talk: Talk) -> None:
    reply = talk.say("what should i ask about stage 1", "talking", mentions=(Mention("stage", "1", 24, 31),))
    assert titles(reply)[-2:] == ["Add all to my list", "Add one to my list"]
    one = talk.say("Add one to my list")
    assert one.stage == "1" and one.kind == "talking" and one.source is not None
    assert [choice.text for choice in one.choices] == [f"add: {q}" for q in (STAGE_1 + GENERAL)[:3]]
    talk.say("1")
    assert talk.items == STAGE_1[:1]
    talk.say("add the third")
    assert talk.items == [STAGE_1[0], (STAGE_1 + GENERAL)[2]]
    talk.say("add all of those")
    assert sorted(talk.items) == sorted((STAGE_1 + GENERAL)[:3])


def test_the_conversation_goes_on_where_it_was(talk: Talk) -> None:
    talk.say("stage 2", "treatment", mentions=(Mention("stage", "2", 0, 7),))
    talk.say("add: can i drive?")
    reply = talk.say("and stage 1?", "treatment", mentions=(Mention("stage", "1", 4, 11),))
    assert (reply.kind, reply.stage) == ("treatment", "1")
    talk.say("start over", "greet", cues=frozenset({"reset"}))
    assert talk.items == ["can i drive?"]


@pytest.mark.parametrize("alarm", [EMERGENCY, CRISIS])
@pytest.mark.parametrize("text", ["add: i cant breathe", "add that", "what's on my list", "clear my list"])
def test_what_is_urgent_never_goes_on_the_list(talk: Talk, alarm: Alarm, text: str) -> None:
    talk.say("add: can i drive?")
    urgent = talk.say(text, "emergency", alarm=alarm)
    assert urgent.kind in ("emergency", "distress")
    assert urgent.choices == ()
    assert talk.memory.notebook.said is None
    # And the urgent reply is not talked away by the list.
    assert talk.say("add that").kind == urgent.kind
    assert talk.say("what's on my list").questions is None
    assert talk.items == ["can i drive?"]


@pytest.mark.parametrize("intent", ["emergency", "distress"])
def test_what_only_the_classifier_finds_urgent_does_not_go_on_the_list(talk: Talk, intent: str) -> None:
    assert talk.say("add: i cannot go on", intent).kind == intent
    assert talk.items == []


def test_nothing_to_add_is_said_to_be_nothing(talk: Talk) -> None:
    assert talk.say("add that").text.startswith("There is no question to add yet.")
    assert talk.say("add all of those to my list").text.startswith("There is no question to add yet.")
    assert talk.items == []


def test_the_list_has_an_end(talk: Talk) -> None:
    for number in range(MOST + 3):
        reply = talk.say(f"add: question of the kind {'x' * (number + 1)}")
    assert len(talk.items) == MOST
    assert "full" in reply.text
    talk.say(f"add: {'why ' * 100}")
    talk.say("clear my list")
    talk.say(f"add: {'why ' * 100}")
    assert len(talk.items[0]) <= LONGEST
    assert len(talk.items) == 1


def test_a_list_of_long_questions_is_shown_in_short_and_given_in_full(talk: Talk) -> None:
    for number in range(6):
        talk.say(f"add: {'word ' * 50}{'x' * (number + 1)}?")
    reply = talk.say("my list")
    assert len(reply.text) < 1200
    assert list(reply.to_dict()["list"]["questions"]) == talk.items
    assert all(len(item) > 250 for item in talk.items)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("can i *drive* <b>now</b>?", "can i drive b now /b ?"),
        ("see https://evil.example/x and call 0800 123 4567", "see (link) and call (number)"),
        ("<!channel> [x](javascript:alert) `a`", "!channel x (javascript:alert) a"),
        ("mail me at jane@example.org", "mail me at (link)"),
    ],
)
def test_what_goes_on_the_list_holds_no_markup_link_or_number(talk: Talk, typed: str, kept: str) -> None:
    talk.say(f"add: {typed}")
    assert talk.items == [kept]


@settings(max_examples=80)
@given(st.text(max_size=500))
def test_tidy_is_bounded_plain_and_stable(text: str) -> None:
    tidied = tidy(text)
    assert len(tidied) <= LONGEST
    assert not set("*_`~<>|{}[]\\#\n") & set(tidied)
    assert tidy(tidied) == tidied


def test_a_memory_of_an_older_version_has_an_empty_list() -> None:
    assert Memory.from_dict({"started": True, "kind": "unclear"}).notebook.items == ()

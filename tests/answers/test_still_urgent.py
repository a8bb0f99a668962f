"""After an emergency or a wish to die: what keeps the reply going, and what shows that help comes."""

from __future__ import annotations

import pytest
from readings import read

from bot.answers.followup import resolve
from bot.answers.question import Memory, Question
from bot.answers.reading import Alarm, Reading
from bot.answers.refusals import answer_urgent
from bot.clinic import load_clinic
from bot.guide.queries import Guide

EMERGENCY = Question("emergency", topic="emergency")
WISH = Question("distress", topic="crisis")


def after(last: Question) -> Memory:
    return Memory(last=last, kind=last.kind, started=True)


@pytest.mark.parametrize(
    "text",
    [
        "ok hes dialling",
        "alright you win, phoning",
        "called, they want me in. ty",
        "they said bring him in. going now",
        "ok ok my husband is driving me",
        "ok hubby getting the car. ta",
        "alright alright off we go",
        "in the car now. she says thanks",
        "on our way to a&e thank you",
        "got through, going in. thanks",
        "alright alright going to the hospital, ta",
    ],
)
def test_help_that_comes_ends_an_emergency(text: str) -> None:
    assert resolve(read(text, "thanks"), after(EMERGENCY)) == Question("chitchat", topic="goodbye")


def test_calling_for_an_ambulance_is_no_new_emergency_after_the_first() -> None:
    calling = Reading("calling 911 now", "emergency", 1.0, alarm=Alarm("emergency", ("collapse_call",)))
    assert resolve(calling, after(EMERGENCY)).kind == "chitchat"
    assert resolve(calling, Memory()).kind == "emergency"
    worse = Reading(
        "calling 911 now, she stopped breathing", "emergency", 1.0, alarm=Alarm("emergency", ("breathless",))
    )
    assert resolve(worse, after(EMERGENCY)).kind == "emergency"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("prob indigestion i had a curry", "not_in_guide_diet"),
        ("could it just be the gym", "not_in_guide_daily_life"),
        ("is it ok to drive myself in", "not_in_guide_daily_life"),
        ("physio is thursday, shall i mention it then", "thanks"),
        ("got an appointment in 9 days anyway", "not_in_guide_support"),
        ("gone off now tho", "goodbye"),
        ("its off again", "goodbye"),
        ("shouldnt have said, forget it", "deny"),
        ("they wont want bothering will they", "treatment"),
    ],
)
def test_what_makes_light_of_it_or_puts_it_off_keeps_an_emergency_going(text: str, intent: str) -> None:
    assert resolve(read(text, intent), after(EMERGENCY)) == EMERGENCY


@pytest.mark.parametrize("last", [EMERGENCY, WISH])
def test_the_number_is_said_again(last: Question) -> None:
    assert resolve(read("what was that number", "prognosis"), after(last)) == last


def test_no_ambulance_please_is_answered_with_the_emergency_again() -> None:
    said = read("no ambulances please, just tell me is it the herceptin", "drug_info")
    assert resolve(said, after(EMERGENCY)) == EMERGENCY


def test_a_question_about_what_to_do_now_is_no_question_about_food() -> None:
    asked = Reading("can i give her water", "not_in_guide_diet", 0.5)
    assert resolve(asked, after(EMERGENCY)) == EMERGENCY


def test_a_place_that_is_told_and_not_asked_about_keeps_an_emergency_going() -> None:
    told = Reading("the doctor already knows", "treatment", 0.76, mentions=read("metastatic", None).mentions)
    assert resolve(told, after(EMERGENCY)) == EMERGENCY
    assert resolve(read("second line for stage 2", "treatment"), after(EMERGENCY)).kind == "treatment"


@pytest.mark.parametrize(
    ("text", "intent"), [("just asking", "smalltalk"), ("im fine now", "smalltalk"), ("dont tell anyone", "deny")]
)
def test_a_wish_to_die_that_is_taken_back_is_not_over(text: str, intent: str) -> None:
    assert resolve(read(text, intent), after(WISH)) == WISH
    assert resolve(read("thank you", "thanks"), after(WISH)).kind == "chitchat"


def test_a_wish_that_only_the_classifier_hears_does_not_replace_an_emergency() -> None:
    heard = Reading("i dont like to wake people", "crisis", 0.6, alarm=Alarm("crisis", ("passive",)))
    assert resolve(heard, after(EMERGENCY)) == EMERGENCY
    screened = Reading("i want to die", "crisis", 1.0, alarm=Alarm("crisis", ("active",)))
    assert resolve(screened, after(EMERGENCY)).topic == "crisis"


def test_comfort_where_a_wish_is_half_heard_gives_both_numbers(guide: Guide) -> None:
    clinic = load_clinic()
    half = answer_urgent(Question("distress", topic="distress", signs=("unsure_wish",)), guide, clinic)
    assert half.kind == "distress"
    assert str(clinic.crisis_line) in half.text and clinic.emergency_number in half.text
    plain = answer_urgent(Question("distress", topic="distress"), guide, clinic)
    assert clinic.emergency_number not in plain.text

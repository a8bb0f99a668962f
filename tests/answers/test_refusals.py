"""What the guide does not answer: each kind has its own text and a next step, and numbers come from the clinic file."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest
from asking import Ask
from facts import CLINIC_FILE, DISCLAIMER, DRUGS, ROOT, WORDING, drugs_named, read_yaml

from bot.answers.answer import answer
from bot.answers.question import NOT_ANSWERED, Question
from bot.answers.reply import Reply
from bot.answers.trouble import trouble_reply
from bot.answers.wrapping import wrap
from bot.clinic import Clinic, load_clinic
from bot.guide.queries import Guide

URGENT = [
    Question("emergency", topic="emergency"),
    Question("emergency", topic="emergency", signs=("overdose",)),
    Question("distress", topic="distress"),
    Question("distress", topic="crisis"),
]
REFUSED = ["personal_advice", "side_effect_or_dose", "prognosis", "not_in_guide", "off_topic", "unclear"]
TOPICS = {
    "cost": "cost", "fertility": "fertility", "diet": "food", "daily_life": "work", "other_cancer": "HER2-positive",
    "her2_negative": "triple-negative", "stage_zero": "DCIS", "other_treatment": "treatment", "tests": "scans",
    "trials": "clinical trials", "causes": "causes", "support": "does not cover", "language": "English",
    "other_drug": "Herceptin",
}  # fmt: skip
# US numbers that another clinic's replies must not hold.
US_NUMBERS = re.compile(r"911|988|1-800|emergency room|Suicide|Poison|poison|555 010")


@pytest.fixture(scope="module")
def full_clinic() -> Clinic:
    """A clinic whose every value is its own."""
    return Clinic.parse_obj(
        {
            "name": "Clinic of the Test", "phone": "01-11", "hours": "at noon", "country": "XX",
            "emergency_number": "02-22", "emergency_place": "red house", "crisis_line": "03-33",
            "crisis_name": "Night Line", "poison_line": "04-44",
        }
    )  # fmt: skip


def said(question: Question, guide: Guide, clinic: Clinic, person: str = "self") -> Reply:
    """The reply of a clinic's bot."""
    return wrap(answer(question, guide, clinic, person=person), guide, clinic, first=False)


def test_every_kind_that_is_not_answered_has_its_own_text(ask: Ask) -> None:
    texts = {kind: ask(Question(kind)).text for kind in NOT_ANSWERED}
    texts["crisis"] = ask(Question("distress", topic="crisis")).text
    assert all(texts.values())
    for one, other in combinations(texts, 2):
        assert texts[one] != texts[other], (one, other)


@pytest.mark.parametrize("kind", NOT_ANSWERED)
def test_every_kind_that_is_not_answered_names_a_next_step(kind: str, ask: Ask, clinic: Clinic) -> None:
    reply = ask(Question(kind))
    assert reply.kind == kind
    assert reply.source is None
    assert reply.passages == ()
    steps = (clinic.phone, "Your oncologist knows", "You can ask about", "You can name a stage")
    assert any(step in reply.text for step in steps), reply.text
    assert bool(reply.choices) is (kind not in ("emergency", "distress"))


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("stage", [None, "2"])
def test_a_refusal_leads_back_to_the_guide(kind: str, stage: str | None, ask: Ask) -> None:
    reply = ask(Question(kind, stage=stage))
    kinds = {ask(choice.question).kind for choice in reply.choices}
    assert "talking" in kinds
    assert kinds & {"treatment", "clarify"}
    if stage and kind != "unclear":
        assert reply.choices[0].question == Question("treatment", stage=stage)


@pytest.mark.parametrize("topic", TOPICS)
def test_not_in_guide_says_what_it_does_not_cover(topic: str, ask: Ask) -> None:
    reply = ask(Question("not_in_guide", topic=topic))
    assert reply.kind == "not_in_guide"
    assert TOPICS[topic] in reply.text
    assert reply.text != ask(Question("not_in_guide")).text
    assert drugs_named(reply.text) == (set(DRUGS) if topic == "other_drug" else set())


def test_every_intent_of_the_domain_has_its_wording() -> None:
    intents = read_yaml(ROOT / "domain.yml")["intents"]
    topics = {intent.removeprefix("not_in_guide_") for intent in intents if intent.startswith("not_in_guide_")}
    assert topics <= set(WORDING["not_in_guide"])
    assert {"greet", "goodbye", "thanks", "bot_identity", "smalltalk", "affirm", "deny"} <= set(WORDING["chitchat"])
    assert set(NOT_ANSWERED) <= set(WORDING)


def test_an_unknown_topic_gives_the_kinds_own_reply(ask: Ask) -> None:
    for kind in (*NOT_ANSWERED, "chitchat"):
        reply = ask(Question(kind, topic="no such topic"))
        assert (reply.kind, DISCLAIMER in reply.full_text()) == (kind, True)


@pytest.mark.parametrize("question", URGENT)
@pytest.mark.parametrize("person", ["self", "other"])
def test_an_urgent_reply_stands_alone(question: Question, person: str, guide: Guide, clinic: Clinic) -> None:
    reply = said(question, guide, clinic, person)
    assert reply.choices == ()
    assert reply.passages == ()
    assert drugs_named(reply.full_text()) == set()


@pytest.mark.parametrize("person", ["self", "other"])
def test_an_emergency_reply_takes_every_number_from_the_clinic_file(
    person: str, guide: Guide, full_clinic: Clinic, uk_clinic: Clinic
) -> None:
    text = said(Question("emergency", topic="emergency"), guide, full_clinic, person).text
    for value in ("02-22", "red house", "Clinic of the Test", "01-11", "at noon"):
        assert value in text
    assert re.findall(r"\d\d-\d\d", text) == ["02-22", "01-11"]
    uk = said(Question("emergency", topic="emergency"), guide, uk_clinic, person).text
    for value in ("999", "A&E", "Northgate Breast Unit", "020 7946 0000"):
        assert value in uk
    assert not US_NUMBERS.search(uk)


def test_an_emergency_reply_speaks_to_the_person_it_concerns(guide: Guide, clinic: Clinic) -> None:
    own = said(Question("emergency"), guide, clinic, "self").text
    other = said(Question("emergency"), guide, clinic, "other").text
    assert "for them" in other
    assert "for them" not in own
    crisis = [said(Question("distress", topic="crisis"), guide, clinic, person).text for person in ("self", "other")]
    assert "stay with them" in crisis[1]
    assert "You should not be alone" in crisis[0]


def test_an_overdose_reply_names_poison_control_only_where_the_clinic_has_it(
    guide: Guide, full_clinic: Clinic, uk_clinic: Clinic
) -> None:
    for kind in ("emergency", "side_effect_or_dose"):
        question = Question(kind, signs=("overdose",))
        assert "Or call poison control at 04-44." in said(question, guide, full_clinic).text
        text = said(question, guide, uk_clinic).text
        assert "999" in text
        assert "poison" not in text.lower()


@pytest.mark.parametrize("person", ["self", "other"])
def test_a_crisis_reply_names_the_crisis_line_only_where_the_clinic_has_it(
    person: str, guide: Guide, full_clinic: Clinic, uk_clinic: Clinic
) -> None:
    question = Question("distress", topic="crisis")
    text = said(question, guide, full_clinic, person).text
    assert "Call or text the Night Line at 03-33." in text
    assert "02-22" in text
    uk = said(question, guide, uk_clinic, person).text
    assert "999" in uk
    assert not US_NUMBERS.search(uk)
    assert "crisis line" not in uk
    assert "Call or text" not in uk
    assert "None" not in uk


def test_a_crisis_line_without_a_name_is_called_the_crisis_line(guide: Guide, uk_clinic: Clinic) -> None:
    clinic = uk_clinic.copy(update={"crisis_line": "116 123"})
    assert "Call or text the crisis line at 116 123." in said(Question("distress", topic="crisis"), guide, clinic).text
    assert "call the crisis line at 116 123." in said(Question("distress", topic="distress"), guide, clinic).text


def test_a_distress_reply_falls_back_on_the_emergency_number(
    guide: Guide, full_clinic: Clinic, uk_clinic: Clinic
) -> None:
    question = Question("distress", topic="distress")
    assert "call the Night Line at 03-33." in said(question, guide, full_clinic).text
    uk = said(question, guide, uk_clinic).text
    assert "call 999." in uk
    assert not US_NUMBERS.search(uk)


def test_no_reply_of_another_country_holds_a_us_number(guide: Guide, uk_clinic: Clinic) -> None:
    for kind in (*NOT_ANSWERED, "chitchat"):
        for topic in (None, *WORDING.get(kind, {}), "crisis"):
            for signs in ((), ("breathing",), ("overdose",)):
                for person in ("self", "other"):
                    reply = said(Question(kind, topic=topic, signs=signs), guide, uk_clinic, person)
                    assert not US_NUMBERS.search(reply.full_text()), reply.full_text()


def test_a_question_about_a_sign_says_what_to_do_if_it_is_there_now(guide: Guide, full_clinic: Clinic) -> None:
    for kind in ("side_effect_or_dose", "not_in_guide"):
        plain = said(Question(kind), guide, full_clinic).text
        marked = said(Question(kind, signs=("breathing",)), guide, full_clinic).text
        assert "If you have this right now" not in plain
        assert ("02-22" in plain) == (
            kind == "side_effect_or_dose"
        )  # nobody who is ill now is sent to office hours alone
        assert "02-22" in marked
        assert "do not wait" in marked


def test_personal_advice_says_not_to_change_anything_alone(ask: Ask) -> None:
    text = ask(Question("personal_advice", drugs=("Enhertu",))).text
    assert "I cannot decide that for you" in text
    assert "do not start, stop, skip or change anything on your own" in text


def test_prognosis_gives_no_number(ask: Ask) -> None:
    assert not re.search(r"\d|%", ask(Question("prognosis")).text)


@pytest.mark.parametrize("topic", ["goodbye", "thanks"])
def test_a_goodbye_offers_nothing_more(topic: str, ask: Ask) -> None:
    assert ask(Question("chitchat", topic=topic)).choices == ()


def test_a_greeting_says_what_the_bot_is_and_is_not_and_offers_questions(ask: Ask, clinic: Clinic) -> None:
    reply = ask(Question("chitchat", topic="greet"))
    whole = reply.full_text()
    for part in (
        "automated program",
        "patient guide",
        "cannot give advice",
        "not for emergencies",
        clinic.emergency_number,
    ):
        assert part in whole
    assert len(reply.choices) == 4
    assert [ask(choice.question).kind for choice in reply.choices] == ["clarify", "definition", "outlook", "talking"]


def test_the_reply_of_last_resort_needs_no_store(uk_clinic: Clinic) -> None:
    for first in (False, True):
        reply = trouble_reply(uk_clinic, first=first)
        whole = reply.full_text()
        assert reply.kind == "unclear"
        assert DISCLAIMER in whole
        assert "020 7946 0000" in whole
        assert "999" in whole
        assert "try again" in whole
        assert ("automated program" in whole) is first
        assert not US_NUMBERS.search(whole)
        assert len(whole.split()) <= 120


def test_the_clinic_file_of_the_project_says_that_its_clinic_is_made_up() -> None:
    text = Path(CLINIC_FILE).read_text(encoding="utf-8")
    assert "made up" in text
    assert "US defaults" in text
    assert load_clinic(CLINIC_FILE).country == "US"

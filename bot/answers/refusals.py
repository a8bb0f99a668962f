"""Replies to what the guide does not answer: each kind says so plainly, with its own next step."""

from __future__ import annotations

from bot.answers.next_questions import guide_choices, starting_questions
from bot.answers.places import in_sentence
from bot.answers.question import Question
from bot.answers.reading import UNSURE_WISH
from bot.answers.reply import Reply
from bot.answers.wording import say
from bot.clinic import Clinic
from bot.guide.queries import Guide


def answer_urgent(question: Question, guide: Guide, clinic: Clinic, *, person: str = "self") -> Reply:
    """Returns the emergency, crisis or distress reply. No guide content and no choices stand beside it."""
    if question.kind == "emergency":
        topic = "overdose" if "overdose" in question.signs else ("other" if person == "other" else "default")
        text = say(clinic, "emergency", topic)
    elif question.topic == "crisis":
        text = say(clinic, "crisis", "other" if person == "other" else "default")
    else:
        text = say(clinic, "distress", "unsure" if UNSURE_WISH in question.signs else "default")
    return Reply(kind=question.kind, text=text, question=question)


def answer_refusal(question: Question, guide: Guide, clinic: Clinic) -> Reply:
    """Returns the reply for personal advice, side effects, prognosis, what the guide does not hold, and off-topic talk."""
    topic = question.topic or "default"
    if question.kind == "side_effect_or_dose":
        topic = "dose" if "overdose" in question.signs else ("hazard" if question.signs else "default")
    drugs = ", ".join(drug.brand for drug in guide.drugs())
    first_stage = next((in_sentence(stage) for stage in guide.stages()), "")
    text = say(clinic, question.kind, topic, drugs=drugs, cancer=guide.info().cancer, first_stage=first_stage)
    if question.kind == "not_in_guide" and question.signs:
        text = f"{text} {say(clinic, 'now')}"
    stage = question.stage
    return Reply(
        kind=question.kind,
        text=text,
        drug=question.drugs[0] if question.drugs else None,
        choices=guide_choices(guide, stage),
        question=question,
    )


def answer_unclear(question: Question, guide: Guide, clinic: Clinic) -> Reply:
    """Says that the message was not understood, and offers questions that are."""
    text = say(clinic, "unclear", question.topic or "default")
    return Reply(kind="unclear", text=text, choices=starting_questions(guide), question=question)


def answer_chitchat(question: Question, guide: Guide, clinic: Clinic) -> Reply:
    """Answers greetings, thanks and questions about the bot itself."""
    topic = question.topic or "smalltalk"
    text = say(clinic, "chitchat", topic, cancer=guide.info().cancer)
    choices = () if topic in ("goodbye", "thanks") else starting_questions(guide)
    return Reply(kind="chitchat", text=text, choices=choices, question=question)

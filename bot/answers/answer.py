"""One question to one reply: the dispatch over all kinds."""

from __future__ import annotations

from bot.answers.clarify import ask_known_stage
from bot.answers.definitions import answer_definition
from bot.answers.drugs import answer_drug_info
from bot.answers.outlook import answer_outlook
from bot.answers.question import Question
from bot.answers.refusals import answer_chitchat, answer_refusal, answer_unclear, answer_urgent
from bot.answers.reply import Reply
from bot.answers.sequence import answer_sequence
from bot.answers.talking import answer_talking
from bot.answers.treatment import answer_treatment
from bot.clinic import Clinic
from bot.guide.queries import Guide

_FROM_GUIDE = {
    "treatment": answer_treatment,
    "sequence": answer_sequence,
    "drug_info": answer_drug_info,
    "definition": answer_definition,
}


def answer(question: Question, guide: Guide, clinic: Clinic, *, person: str = "self") -> Reply:
    """Returns the reply to a question, without the disclaimer (see `bot.answers.wrapping`).

    Args:
        question: what is meant.
        guide: where facts come from.
        clinic: where names and numbers come from.
        person: whom an emergency concerns, "self" or "other".

    Raises:
        StoreError: the guide store cannot be reached.
    """
    question = _known(question, guide)
    if question.kind in _FROM_GUIDE:
        return _FROM_GUIDE[question.kind](question, guide)
    if question.kind == "outlook":
        return answer_outlook(question, guide, clinic)
    if question.kind == "talking":
        return answer_talking(question, guide, clinic)
    if question.kind in ("emergency", "distress"):
        return answer_urgent(question, guide, clinic, person=person)
    if question.kind == "clarify":
        return ask_known_stage(guide, question)
    if question.kind == "chitchat":
        return answer_chitchat(question, guide, clinic)
    if question.kind == "unclear":
        return answer_unclear(question, guide, clinic)
    return answer_refusal(question, guide, clinic)


def _known(question: Question, guide: Guide) -> Question:
    """Returns the question without what the guide does not hold: a memory may be older than the content."""
    drugs = {drug.brand for drug in guide.drugs()} if question.drugs else set()
    lines = {line.number for line in guide.lines()} if question.line or question.from_line else set()
    if question.line and lines and question.line > max(lines):
        question = question.with_(line=max(lines))  # the guide's last line is "and beyond"
    return question.with_(
        stage=question.stage if question.stage and guide.stage(question.stage) else None,
        line=question.line if question.line in lines else None,
        from_line=question.from_line if question.from_line in lines else None,
        drugs=tuple(brand for brand in question.drugs if brand in drugs),
        therapies=tuple(term for term in question.therapies if guide.term(term)),
        term=question.term if question.term and guide.term(question.term) else None,
    )

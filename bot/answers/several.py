"""Messages that say several things: two questions are both answered in order, a question in a long story is found."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.answers.answer import answer
from bot.answers.bare import NAMED
from bot.answers.followup import resolve
from bot.answers.named import current_stage
from bot.answers.question import ANSWERED, Memory, Question
from bot.answers.reading import Reading
from bot.answers.reply import Reply
from bot.answers.still_urgent import SURE
from bot.clinic import Clinic
from bot.guide.queries import Guide

_REFUSED = ("personal_advice", "side_effect_or_dose", "prognosis", "not_in_guide")
_STORY = 14
_MOST = 3  # answers in one reply; what is shown last is where the conversation goes on
# A part is short and stands without its surroundings, so it must be nearer to known examples than a whole message.
CLEAR = 0.55
# As near to known examples as what refers to nothing before it.
ALONE = 0.85
_REFERS = re.compile(r"\b(?:it|that|this|they|them|those|these|one|ones|there|then|so)\b", re.I)
_FOR_ONE = re.compile(r"\bfor (?:me|her|him|us|my \w+)\b", re.I)


def questions_in(reading: Reading, memory: Memory) -> list[Question]:
    """Returns the questions of a message that asks more than one, in order; else an empty list."""
    found: list[Question] = []
    for part in reading.parts:
        if not part.asks or part.intent is None or part.confidence < CLEAR:
            continue
        if found and part.intent != reading.intent and not _stands_alone(part):
            continue
        question = _placed(resolve(part, replace(memory, choices=(), kind=None)), reading)
        if question.kind not in (*ANSWERED, *_REFUSED) or question in found:
            continue
        found.append(question)
        memory = replace(memory, last=question, thread=question if question.stage or question.drugs else memory.thread)
    return found if len(found) > 1 else []


def _stands_alone(part: Reading) -> bool:
    """Tells whether a further part is a question of its own: "is it years" goes on with the one before."""
    names = any(m.kind in NAMED and not m.negated and m.value not in part.own for m in part.mentions)
    return names or part.confidence >= ALONE or _REFERS.search(part.text) is None


def _placed(question: Question, reading: Reading) -> Question:
    """Returns a part's question at the one stage that the message names elsewhere: "stage 2 here. what is first, and ..."."""
    open_ = question.kind in ("treatment", "sequence") and question.stage is None and not question.drugs
    return question.with_(stage=current_stage(reading)) if open_ else question


def asked_in_story(reading: Reading) -> Reading:
    """Returns a long message with the intent of the one question in it; any other message as it is.

    What the story names (a stage, the drugs so far) stays part of the message. Distress without a question that names
    something, and everything urgent, stays what it is.
    """
    if len(reading.text.split()) <= _STORY or reading.alarm.kind:
        return reading
    asking = [part for part in reading.parts if part.asks and part.confidence >= SURE and part.intent]
    if len(asking) > 1:  # of several, the one that is clear
        asking = [part for part in asking if part.confidence >= CLEAR]
    if len(asking) != 1:
        return reading
    part = asking[0]
    answered = part.intent in ANSWERED
    if not answered or reading.intent in (*ANSWERED, "emergency"):
        return reading
    names_something = any(m.kind in NAMED for m in reading.mentions)
    told = part.mentions or part.intent == "sequence" and part.confidence >= CLEAR and reading.intent == "prognosis"
    if reading.intent in ("distress", "personal_advice", "prognosis") and not (told and names_something):
        return reading
    if part.intent in ("treatment", "sequence") and not names_something and part.confidence < CLEAR:
        return reading  # "gets hiccups for days after each infusion. What helps?"
    if reading.intent in _REFUSED and _FOR_ONE.search(part.text):
        return reading
    if reading.intent == "personal_advice" and part.intent not in ("treatment", "sequence"):
        return reading
    return replace(reading, intent=part.intent, confidence=part.confidence)


def answer_several(questions: list[Question], guide: Guide, clinic: Clinic) -> Reply | None:
    """Returns one reply to several questions, or None when fewer than two of them can be answered together.

    A question that would have to be asked back is left out when another one is answered. The reply is of the kind of
    the last question answered from the guide, so that the conversation goes on from there.
    """
    replies = [answer(question, guide, clinic) for question in questions]
    kept = [reply for reply in replies if reply.kind != "clarify"]
    distinct = list({reply.text: reply for reply in kept}.values())[:_MOST]
    if len(distinct) < 2:
        return distinct[0] if distinct and len(replies) > 1 else None
    main = next((reply for reply in reversed(distinct) if reply.kind in ANSWERED), distinct[-1])
    if all(reply.kind == "drug_info" for reply in distinct):  # "what is A, is it just B" turns on A
        main = distinct[0]
    return replace(
        main,
        text="\n".join(reply.text for reply in distinct),
        passages=tuple(dict.fromkeys(id_ for reply in distinct for id_ in reply.passages)),
    )

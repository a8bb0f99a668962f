"""One turn of a conversation: what was read and what is remembered give a reply and what is remembered next."""

from __future__ import annotations

from dataclasses import replace

from bot.answers.answer import answer
from bot.answers.followup import is_line_in_thread, resolve
from bot.answers.fresh_words import asks_what_it_means
from bot.answers.my_list import answer_list, asked_of_list, offer_list, said_in
from bot.answers.notebook import Notebook
from bot.answers.own_cancer import know_own_cancer
from bot.answers.people import number_as_stage, stage_by_person, told_of
from bot.answers.picking import pick
from bot.answers.question import ANSWERED, Memory, Question
from bot.answers.reading import Reading
from bot.answers.reply import Reply
from bot.answers.several import answer_several, asked_in_story, questions_in
from bot.answers.stage_meant import stage_meant
from bot.answers.tongues import in_own_tongue
from bot.answers.unanswered import answer_consent, ask_consent, consent_in
from bot.answers.wording import say
from bot.answers.wrapping import wrap
from bot.clinic import Clinic
from bot.guide.queries import Guide

_TELL_STAGE = ("distress", "prognosis", "outlook", "personal_advice", "side_effect_or_dose", "talking", "definition")


def turn(reading: Reading, memory: Memory, guide: Guide, clinic: Clinic) -> tuple[Reply, Memory]:
    """Returns the reply to a message and the memory after it.

    Args:
        reading: the message as it was understood.
        memory: what the conversation remembers so far.
        guide: where facts come from.
        clinic: where names and numbers come from.

    Raises:
        StoreError: the guide store cannot be reached. The memory given stays valid for the next try.
    """
    reading = know_own_cancer(reading, guide)
    reading = number_as_stage(stage_meant(reading, memory, guide), memory.people, guide)
    about = memory.thread.stage if memory.thread is not None else None
    memory = replace(memory, people=told_of(reading, memory.people, about))
    reading = stage_by_person(reading, memory.people)
    text = _words(reading, memory)
    request = asked_of_list(reading, memory, text)
    if request is not None:
        reply, notebook = answer_list(request, memory, guide, clinic)
        return _aside(reply, memory, notebook.with_(listing=True), guide, clinic)
    consent = consent_in(text, memory.notebook, clinic) if reading.alarm.kind is None else None
    if consent is not None:
        reply, notebook = answer_consent(consent, memory.notebook, clinic)
        return _aside(reply, memory, notebook.with_(listing=False), guide, clinic)
    reply = in_own_tongue(_answer(reading, memory, guide, clinic), reading.alarm.language, clinic)
    if reply.kind in ANSWERED and "feelings" in reading.cues:
        reply = replace(reply, before=(say(clinic, "feelings"),))
    waiting = _put_off(reading, memory) if reply.kind in ("emergency", "distress") else None
    if waiting is not None and reply.kind == "emergency":
        reply = replace(reply, text=f"{reply.text} {say(clinic, 'emergency', 'offer')}")
    said = said_in(text, reply)
    notebook = memory.notebook.with_(
        listing=False,
        keep=False,
        said=said if reply.kind != "chitchat" else memory.notebook.said,
        said_kind=reply.kind if said else memory.notebook.said_kind,
    )
    reply, notebook = ask_consent(offer_list(reply, notebook), notebook, clinic)
    wrapped = wrap(reply, guide, clinic, first=not memory.started)
    tells_stage = len(reading.values("stage")) < 2 and not asks_what_it_means(reading)
    return wrapped, replace(_remember(wrapped, memory, waiting, tells_stage=tells_stage), notebook=notebook)


def _words(reading: Reading, memory: Memory) -> str:
    """The words of the choice that a message picks, else its own."""
    chosen = None if is_line_in_thread(reading, memory) else pick(reading.text, memory.choices)
    return chosen.text if chosen is not None else reading.typed or reading.text


def _aside(reply: Reply, memory: Memory, notebook: Notebook, guide: Guide, clinic: Clinic) -> tuple[Reply, Memory]:
    """A reply beside the questions, such as one about the list: the conversation goes on from where it was."""
    wrapped = wrap(reply, guide, clinic, first=not memory.started)
    last = reply.question if reply.question is not None else memory.last
    after = replace(memory, last=last, kind=reply.kind, choices=wrapped.choices, started=True, notebook=notebook)
    return wrapped, after


def _answer(reading: Reading, memory: Memory, guide: Guide, clinic: Clinic) -> Reply:
    if reading.alarm.kind is None and reading.parts:
        several = questions_in(reading, memory)
        together = answer_several(several, guide, clinic) if several else None
        if together is not None:
            return together
        reading = asked_in_story(reading)
    return answer(resolve(reading, memory), guide, clinic, person=reading.alarm.person)


def _put_off(reading: Reading, memory: Memory) -> Question | None:
    """The ordinary question that stands beside something urgent."""
    for part in reading.parts:
        if part.alarm.kind is None and part.intent:
            question = resolve(part, replace(memory, kind=None, choices=()))
            if question.kind in ANSWERED:
                return question
    return None


def _remember(reply: Reply, memory: Memory, waiting: Question | None, *, tells_stage: bool = True) -> Memory:
    question = reply.question
    thread = memory.thread
    if (
        question is not None
        and reply.kind in ("treatment", "sequence", "clarify", "drug_info")
        and (question.stage or question.line or question.from_line or question.drugs)
    ):
        if reply.kind != "drug_info" or question.stage or thread is None:
            thread = question
    elif tells_stage and question is not None and question.stage and not question.line and question.kind in _TELL_STAGE:
        # "Just been told stage 4, I'm shaking": what is asked next is asked about that stage.
        if thread is None or thread.stage != question.stage:
            thread = Question("treatment", stage=question.stage)
    elif question is not None and question.drugs and thread is None and question.kind in _TELL_STAGE:
        thread = Question("drug_info", drugs=question.drugs[:1])  # "I'm on Kadcyla", and then "what's after this"
    return Memory(
        last=question,
        kind=reply.kind,
        thread=thread,
        choices=reply.choices,
        waiting=waiting
        if waiting is not None
        else (memory.waiting if reply.kind in ("emergency", "distress") else None),
        started=True,
        people=memory.people,
        drugs=_two_newest(memory.drugs, question) if reply.kind == "drug_info" else memory.drugs,
    )


def _two_newest(drugs: tuple[str, ...], question: Question | None) -> tuple[str, ...]:
    """The two drugs explained last, the newest at the end."""
    newest = question.drugs[:2] if question is not None else ()
    return (*(drug for drug in drugs if drug not in newest), *newest)[-2:]

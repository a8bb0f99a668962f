"""The visitor's list of questions for the oncologist: offered where the guide has no answer, changed by words or a tap.

Pure functions. Requests are understood by `bot.answers.list_words`; the list itself is in the `Notebook` of the memory.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.answers.list_words import ListRequest, list_request
from bot.answers.next_questions import questions_to_ask
from bot.answers.notebook import LONGEST, MOST, Notebook, on_list, tidy
from bot.answers.places import in_sentence
from bot.answers.question import Choice, Memory, Question
from bot.answers.reading import Reading
from bot.answers.reply import MAX_CHOICES, MAX_TITLE, Reply
from bot.answers.talking import answer_talking, suggested_questions
from bot.answers.wording import say
from bot.clinic import Clinic
from bot.guide.queries import Guide

MY_LIST = "my_list"
"""The topic of a choice that is about the list: it is understood by its words, not by its question."""
OFFERED = ("personal_advice", "side_effect_or_dose", "prognosis", "not_in_guide", "unclear")
URGENT = ("emergency", "distress")
_LEAST_WORDS = 4
_LONG_TEXT = 1200
_SHORT = 80


def asked_of_list(reading: Reading, memory: Memory, text: str) -> ListRequest | None:
    """Returns what a message asks of the list; None for every other message, and for all that is urgent.

    After an emergency reply or one about a wish to die the list has to wait: nothing may look as if it were over.

    Args:
        reading: the message as it was understood.
        memory: what the conversation remembers.
        text: its words, or those of the choice that it picks.
    """
    last = memory.last
    if reading.alarm.kind is not None or memory.kind == "emergency":
        return None
    if memory.kind == "distress" and last is not None and last.topic == "crisis":
        return None
    notebook = memory.notebook
    suggested = last is not None and last.kind == "talking"
    request = list_request(text, items=len(notebook.items), listing=notebook.listing, suggested=suggested)
    if request is not None and request.action == "add" and reading.intent in URGENT:
        return None  # the words themselves are no question for an appointment
    return request


def answer_list(request: ListRequest, memory: Memory, guide: Guide, clinic: Clinic) -> tuple[Reply, Notebook]:
    """Returns the reply to a request, and the notebook after it.

    Raises:
        StoreError: the guide store cannot be reached.
    """
    notebook = memory.notebook.with_(keep=False)
    stage = _stage(memory, guide)
    if request.action == "suggest":
        return _suggest(stage, guide, clinic), notebook
    if request.action == "show":
        topic = "shown" if notebook.items else "empty"
        return _reply(notebook, clinic, topic, stage, guide, _listed(notebook.items)), notebook
    if request.action == "clear":
        empty = notebook.with_(items=())
        return _reply(empty, clinic, "cleared" if notebook.items else "empty", stage, guide), empty
    if request.action == "remove":
        return _remove(request, notebook, stage, guide, clinic)
    return _add(_to_add(request, memory, stage, guide), notebook, stage, guide, clinic)


def offer_list(reply: Reply, notebook: Notebook) -> Reply:
    """Returns a reply with the choice to put the question on the list, where the guide has no answer to it.

    Args:
        reply: the reply, without its disclaimer.
        notebook: with the question in `said`.
    """
    said, topic = notebook.said or "", reply.question.topic if reply.question else None
    if reply.kind == "talking":
        return _with_choices(reply, _ADD_ALL, _ADD_ONE)
    if reply.kind not in OFFERED or topic in ("empty", "too_long", "language") or not said:
        return reply
    if reply.kind == "unclear" and len(said.split()) < _LEAST_WORDS or on_list(said, notebook.items):
        return reply
    return _with_choices(reply, _choice("Add to my list", "add that to my list"))


def said_in(text: str, reply: Reply) -> str | None:
    """Returns the question that a message asked, as it would go on the list; None for talk and for what is urgent."""
    if reply.kind in (*URGENT, "chitchat"):
        return None
    return tidy(text[: 2 * LONGEST]) or None


def _choice(title: str, text: str) -> Choice:
    return Choice(title, text, Question("talking", topic=MY_LIST))


_ADD_ALL = _choice("Add all to my list", "add all of those to my list")
_ADD_ONE = _choice("Add one to my list", "add one of those to my list")
_SHOW = _choice("Show my list", "what is on my list")


def _with_choices(reply: Reply, *added: Choice) -> Reply:
    return replace(reply, choices=(*reply.choices[: MAX_CHOICES - len(added)], *added))


def _stage(memory: Memory, guide: Guide) -> str | None:
    """The stage that the conversation is about."""
    for question in (memory.last, memory.thread):
        if question is not None and question.stage and guide.stage(question.stage):
            return question.stage
    return None


def _to_add(request: ListRequest, memory: Memory, stage: str | None, guide: Guide) -> tuple[str, ...]:
    """The questions that a request to add means."""
    if request.action == "add":
        return (request.words,)
    if request.action == "add_last":
        return (memory.notebook.said,) if memory.notebook.said else ()
    if memory.last is None or memory.last.kind != "talking":
        return ()
    known = suggested_questions(memory.last.stage, guide)
    if request.action == "add_all":
        return tuple(known)
    place = request.place or 0
    return tuple(known[-1:] if place == -1 else known[place - 1 : place] if place > 0 else ())


def _add(
    questions: tuple[str, ...], notebook: Notebook, stage: str | None, guide: Guide, clinic: Clinic
) -> tuple[Reply, Notebook]:
    if not questions:
        return _reply(notebook, clinic, "nothing", stage, guide), notebook
    after = notebook.add(questions)
    added = after.items[len(notebook.items) :]
    if not added:
        full = len(notebook.items) >= MOST and not all(on_list(question, notebook.items) for question in questions)
        return _reply(notebook, clinic, "full" if full else "there", stage, guide), notebook
    topic = "added_all" if len(added) > 1 else "added_more" if notebook.items else "added"
    lines = _listed(added, first=len(notebook.items) + 1)
    undo = (_choice("Take it off", "take the last one off my list"),) if len(added) == 1 else ()
    return _reply(after, clinic, topic, stage, guide, lines, undo), after


def _remove(
    request: ListRequest, notebook: Notebook, stage: str | None, guide: Guide, clinic: Clinic
) -> tuple[Reply, Notebook]:
    items = notebook.items
    if not items:
        return _reply(notebook, clinic, "empty", stage, guide), notebook
    place = _place(request, items)
    if place is None:
        return _reply(notebook, clinic, "which", stage, guide, _listed(items)), notebook
    after = notebook.with_(items=(*items[:place], *items[place + 1 :]))
    lines = [f"- {items[place]}", *_listed(after.items)] if after.items else [f"- {items[place]}"]
    return _reply(after, clinic, "removed", stage, guide, lines), after


def _place(request: ListRequest, items: tuple[str, ...]) -> int | None:
    """Which question is meant, from 0; None when that is not clear."""
    if request.place is not None:
        place = len(items) if request.place == -1 else request.place
        return place - 1 if 1 <= place <= len(items) else None
    wanted = {word for word in re.findall(r"\w+", request.words.lower()) if word not in ("the", "my", "a", "an")}
    found = [index for index, item in enumerate(items) if wanted and wanted <= set(re.findall(r"\w+", item.lower()))]
    return found[0] if len(found) == 1 else None


def _suggest(stage: str | None, guide: Guide, clinic: Clinic) -> Reply:
    """The guide's questions for the visitor's stage, each with a choice that puts it on the list."""
    known = suggested_questions(stage, guide)[:MAX_CHOICES]
    reply = answer_talking(Question("talking", stage=stage), guide, clinic)
    return replace(
        reply,
        text="\n".join([say(clinic, MY_LIST, "suggest"), *(f"- {question}" for question in known)]),
        choices=tuple(_choice(_title(question), f"add: {question}") for question in known),
    )


def _title(question: str) -> str:
    return question if len(question) <= MAX_TITLE else question[: MAX_TITLE - 1].rstrip() + "\u2026"


def _listed(items: tuple[str, ...], *, first: int = 1) -> list[str]:
    """The questions, one per line; "Question 2:" rather than a number alone, which would pick a choice.

    A list that would fill several screens is shown in short; a reply's `list` holds all of it.
    """
    short = sum(map(len, items)) > _LONG_TEXT
    shown = [f"{item[:_SHORT].rstrip()}\u2026" if short and len(item) > _SHORT else item for item in items]
    return [f"Question {number}: {item}" for number, item in enumerate(shown, first)]


def _reply(
    notebook: Notebook, clinic: Clinic, topic: str, stage: str | None, guide: Guide, lines: list[str] | None = None,
    undo: tuple[Choice, ...] = (),
) -> Reply:  # fmt: skip
    row = guide.stage(stage) if stage else None
    ask = questions_to_ask(stage, in_sentence(row)) if row else questions_to_ask()
    shows = topic in ("shown", "which") or not notebook.items
    clear = (_choice("Clear my list", "clear my list"),) if topic == "shown" else ()
    return Reply(
        kind="chitchat",
        text="\n".join([say(clinic, MY_LIST, topic, count=str(len(notebook.items))), *(lines or [])]),
        choices=(*(() if shows else (_SHOW,)), *undo, ask, *clear),
        questions=notebook.items,
    )

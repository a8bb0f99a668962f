"""Answers "what should I ask": how the guide says to talk with the oncologist, and questions to take along."""

from __future__ import annotations

from bot.answers.next_questions import guide_choices
from bot.answers.places import in_sentence
from bot.answers.question import Question
from bot.answers.refusals import answer_refusal
from bot.answers.reply import Reply
from bot.clinic import Clinic
from bot.guide.queries import Guide

SHOWN = 3


def suggested_questions(stage: str | None, guide: Guide) -> list[str]:
    """Returns the questions to ask that are shown together: those of a known stage first, then the general ones."""
    row = guide.stage(stage) if stage else None
    special = guide.questions(row.key) if row else []
    return (special + guide.questions())[: SHOWN if row else SHOWN + 2]


def answer_talking(question: Question, guide: Guide, clinic: Clinic) -> Reply:
    """Returns questions to ask the oncologist; those of the visitor's stage come first where it is known."""
    passages = {passage.id: passage for passage in guide.passages("talking")}
    stage = guide.stage(question.stage) if question.stage else None
    questions = suggested_questions(question.stage, guide)
    if not passages and not questions:
        return answer_refusal(Question("not_in_guide", stage=question.stage), guide, clinic)
    # The questions of a stage leave less room for the general ones, which the guide's second sentence then names.
    said = [passage.text for passage in passages.values()]
    choosing = question.topic == "choosing"  # what a choice rests on is the first sentence, whatever is asked about
    why = next(iter(said[1:] if stage and not choosing else said), "")
    about = f" about {in_sentence(stage)}" if stage else ""
    asking = [f"You could ask your oncologist{about}:", *(f"- {text}" for text in questions)]
    lines = [why, *(asking if questions else ())]
    first = next(iter(passages.values()), None)
    return Reply(
        kind="talking",
        text="\n".join(line for line in lines if line),
        stage=stage.key if stage else None,
        passages=tuple(passages),
        section=first.section if first else None,
        choices=guide_choices(guide, question.stage)[:1],
        question=question,
    )

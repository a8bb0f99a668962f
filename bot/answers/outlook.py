"""Answers "how do people do" in the guide's words: how outcomes have changed, never a number, never for one person."""

from __future__ import annotations

from bot.answers.next_questions import guide_choices
from bot.answers.question import Question
from bot.answers.refusals import answer_refusal
from bot.answers.reply import Reply
from bot.clinic import Clinic
from bot.guide.queries import Guide


def answer_outlook(question: Question, guide: Guide, clinic: Clinic) -> Reply:
    """Returns the oncologist's points on outcomes, with who said them; says so where the guide holds none."""
    passages = guide.passages("outlook")
    if not passages:
        return answer_refusal(Question("not_in_guide", stage=question.stage), guide, clinic)
    quoted = [passage for passage in passages if passage.quoted]
    shown = quoted or passages
    speaker = guide.info().speaker
    said = f"{speaker}, says: " if quoted and speaker else ""
    text = said.replace(",,", ",") + " ".join(passage.text for passage in shown)
    return Reply(
        kind="outlook",
        text=f"{text} The guide gives no numbers and cannot speak for one person.",
        stage=None,
        passages=tuple(passage.id for passage in shown),
        section=shown[0].section if shown else None,
        choices=guide_choices(guide, question.stage),
        question=question,
    )

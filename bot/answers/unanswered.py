"""Which questions are kept, so that the guide can be made better: those it does not answer, and only where that is allowed.

Pure functions. What is kept is scrubbed and cut off from the conversation by `bot.server.unanswered`.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.answers.notebook import Notebook
from bot.answers.question import Choice, Question
from bot.answers.reply import MAX_CHOICES, Reply
from bot.answers.wording import say
from bot.clinic import Clinic

KEPT = ("personal_advice", "side_effect_or_dose", "prognosis", "not_in_guide", "off_topic", "unclear")
"""Kinds of replies whose questions are kept. Never those of an emergency or of distress."""
_NO_QUESTION = ("empty", "too_long", "language", "trouble")

_MINE = r"(?:my|these|those|the) questions?"
_KEEP = re.compile(rf"\W*(?:yes\W+)?(?:(?:you|they|the clinic) (?:may|can)\W+)?keep {_MINE}\W*(?:please)?\W*", re.I)
_STOP = re.compile(
    rf"\W*(?:no\W+)?(?:please\W+)?(?:do not|don'?t|dont|never|stop) keep(?:ing)? (?:any of )?{_MINE}\W*(?:please)?\W*",
    re.I,
)
_YES = re.compile(
    r"\W*(?:yes|yeah|yep|yea|ok|okay|sure|of course|fine|go ahead|that'?s fine|yes it may)\W*(?:please)?\W*", re.I
)
_NO = re.compile(
    r"\W*(?:no|nope|nah|rather not|i'?d rather not|no thanks?|no thank you|please don'?t|no please)\W*", re.I
)


def consent_in(text: str, notebook: Notebook, clinic: Clinic) -> str | None:
    """Returns "yes" or "no" where a message says whether questions may be kept, else None.

    "Yes" and "no" alone count only right after the bot has asked.
    """
    if clinic.keep_unanswered == "off":
        return None
    if _STOP.fullmatch(text):
        return "no"
    if _KEEP.fullmatch(text):
        return "yes"
    if notebook.consent == "asking":
        return "yes" if _YES.fullmatch(text) else "no" if _NO.fullmatch(text) else None
    return None


def answer_consent(consent: str, notebook: Notebook, clinic: Clinic) -> tuple[Reply, Notebook]:
    """Returns the reply to a yes or a no, and the notebook after it: with a yes, the question before is kept too."""
    keep = consent == "yes" and notebook.consent != "yes" and bool(notebook.said) and notebook.said_kind in KEPT
    reply = Reply("chitchat", say(clinic, "unanswered", consent))
    return reply, notebook.with_(consent=consent, keep=keep)


def ask_consent(reply: Reply, notebook: Notebook, clinic: Clinic) -> tuple[Reply, Notebook]:
    """Returns a reply that asks, once a conversation, whether questions may be kept; and whether this one is kept.

    Args:
        reply: the reply, without its disclaimer.
        notebook: with the question in `said`.
        clinic: the clinic, whose file says whether to ask.
    """
    asked_before = notebook.with_(keep=False, consent="asked" if notebook.consent == "asking" else notebook.consent)
    topic = reply.question.topic if reply.question else None
    if reply.kind not in KEPT or not notebook.said or topic in _NO_QUESTION:
        return reply, asked_before
    if may_keep(asked_before.consent, clinic):
        return reply, asked_before.with_(keep=True)
    if clinic.keep_unanswered != "ask" or asked_before.consent is not None:
        return reply, asked_before
    choice = Choice("Keep my questions", "you may keep my questions", Question("unclear", topic="consent"))
    asking = replace(
        reply,
        text=f"{reply.text}\n{say(clinic, 'unanswered', 'default')}",
        choices=(*reply.choices[: MAX_CHOICES - 1], choice),
    )
    return asking, asked_before.with_(consent="asking")


def may_keep(consent: str | None, clinic: Clinic) -> bool:
    """Tells whether a conversation's questions may be kept."""
    mode = clinic.keep_unanswered
    return mode == "on" and consent != "no" or mode == "ask" and consent == "yes"

"""Puts around an answer what every reply must carry: disclaimer, source and date, and at first what the bot is."""

from __future__ import annotations

from dataclasses import replace

from bot.answers.question import ANSWERED
from bot.answers.reply import MAX_CHOICES, MAX_TITLE, MAX_WORDS, Reply, Source
from bot.answers.wording import say
from bot.clinic import Clinic
from bot.guide.queries import Guide

_ORDERED = ("treatment", "sequence", "drug_info")


def wrap(reply: Reply, guide: Guide, clinic: Clinic, *, first: bool) -> Reply:
    """Returns the reply with disclaimer, source and choices, in at most `MAX_WORDS` words.

    Choices are dropped from the end, before anything else, where the reply would be too long; long titles are cut.

    Args:
        reply: the answer.
        guide: where title and date come from.
        clinic: where names and numbers come from.
        first: this is the first reply of the conversation.
    """
    before = [say(clinic, "automated")] if first else []
    after: list[str] = []
    source = None
    if reply.kind in ANSWERED:
        info = guide.info()
        source = Source(info.title, info.dated, reply.section or info.title)
        cited = say(clinic, "source", title=info.title, date=info.dated)
        after.append(f"{cited} {say(clinic, 'order_may_change')}" if reply.kind in _ORDERED else cited)
    after.append(say(clinic, "disclaimer"))
    if first and reply.kind in ("emergency", "distress"):
        # What to do comes before who says it.
        after += before
        before = []
    whole = replace(
        reply,
        before=(*reply.before, *before),
        after=tuple(after),
        source=source,
        choices=tuple(
            replace(choice, title=choice.title[:MAX_TITLE].rstrip()) for choice in reply.choices[:MAX_CHOICES]
        ),
    )
    # The visitor's own list may be as long as it is.
    stays = reply.kind == "clarify" or reply.questions is not None
    while len(whole.full_text().split()) > MAX_WORDS and whole.choices and not stays:
        whole = replace(whole, choices=whole.choices[:-1])
    return whole

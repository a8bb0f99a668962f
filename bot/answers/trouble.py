"""The reply of last resort, when a part fails: short, honest, with the clinic's contact. It needs no guide store."""

from __future__ import annotations

from bot.answers.reply import Reply
from bot.answers.wording import say
from bot.clinic import Clinic


def trouble_reply(clinic: Clinic, *, first: bool = False, topic: str = "trouble") -> Reply:
    """Returns the reply for a failure, already wrapped."""
    before = (say(clinic, "automated"),) if first else ()
    return Reply(
        kind="unclear",
        text=say(clinic, "unclear", topic),
        before=before,
        after=(say(clinic, "disclaimer"),),
    )

"""The reply of last resort, when a part fails: short, honest, with the clinic's contact. It needs no guide store."""

from __future__ import annotations

from bot.answers.reply import Reply
from bot.answers.wording import say, wording
from bot.clinic import Clinic, load_clinic
from bot.errors import ClinicError

NO_CLINIC = (
    "Something went wrong on my side, so I cannot answer right now. Please call your clinic. In an emergency, call your "
    "local emergency number now."
)


def last_resort(*, first: bool = False) -> Reply:
    """Returns the reply for a failure with the clinic's numbers; without them where the clinic file itself fails."""
    try:
        return trouble_reply(load_clinic(), first=first)
    except ClinicError:
        return Reply(kind="unclear", text=NO_CLINIC, after=(wording()["disclaimer"],))


def trouble_reply(clinic: Clinic, *, first: bool = False, topic: str = "trouble") -> Reply:
    """Returns the reply for a failure, already wrapped."""
    before = (say(clinic, "automated"),) if first else ()
    return Reply(
        kind="unclear",
        text=say(clinic, "unclear", topic),
        before=before,
        after=(say(clinic, "disclaimer"),),
    )


def not_taken(topic: str, **values: str) -> str:
    """Returns what a visitor reads when a message was not taken: why, whom to call, and the disclaimer.

    Args:
        topic: a key of `web` in wording.yml.
        values: the numbers that the text names.
    """
    try:
        clinic = load_clinic()
    except ClinicError:
        return last_resort().full_text()
    return " ".join([say(clinic, "web", topic, **values), say(clinic, "web", "contact"), say(clinic, "disclaimer")])

"""Takes from a turn the question that is to be kept, and makes the row of it: without identifiers, id, time or conversation."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any

from bot.answers.notebook import Notebook
from bot.answers.question import ANSWERED
from bot.answers.unanswered import KEPT, may_keep
from bot.clinic import load_clinic
from bot.errors import ClinicError
from bot.server.unanswered.identifiers import says_something, scrub

UNANSWERED, DOWN = "unanswered", "down"
"""Why a question was kept: the guide has no answer, or a visitor gave the answer a thumb down."""
MEMORY = "memory"
"""The slot with the conversation's memory (`bot.answers.question.Memory`)."""


@dataclass(frozen=True)
class KeptQuestion:
    """One row: the month as in 2026-11, the kind of reply that the question got, why it is kept, its scrubbed text."""

    month: str
    kind: str
    reason: str
    text: str

    def row(self) -> dict[str, str]:
        """Returns the row with an id that says nothing."""
        return {
            "id": secrets.token_hex(16),
            "month": self.month,
            "kind": self.kind,
            "reason": self.reason,
            "text": self.text,
        }


def question_of(memory: object) -> KeptQuestion | None:
    """Returns the question that a turn says is to be kept, scrubbed; None where there is none.

    Args:
        memory: what the turn set the slot `memory` to; `bot.answers.unanswered` has left its word there.
    """
    notebook = notebook_in(memory)
    if not (notebook.keep and notebook.said and notebook.said_kind in KEPT):
        return None
    return _scrubbed(notebook.said, notebook.said_kind, UNANSWERED)


def voted_down(text: str, kind: str, slots: dict[str, Any]) -> KeptQuestion | None:
    """Returns the question whose answer got a thumb down, scrubbed; None where it may not be kept.

    Args:
        text: what the visitor typed.
        kind: the kind of reply that it got.
        slots: the conversation's slots, which hold whether the visitor agreed.
    """
    try:
        allowed = may_keep(notebook_in(slots.get(MEMORY)).consent, load_clinic())
    except ClinicError:
        return None
    return _scrubbed(text, kind, DOWN) if allowed and kind in (*KEPT, *ANSWERED, "clarify") else None


def notebook_in(memory: object) -> Notebook:
    """Returns the notebook of a slot's value; an empty one where it has none, or one of another shape."""
    try:
        return Notebook.from_dict(memory.get("notebook")) if isinstance(memory, dict) else Notebook()
    except (AttributeError, TypeError, ValueError):
        return Notebook()


def lasting_memory(memory: object) -> dict[str, Any] | None:
    """Returns what of a memory stays when a new session begins: the list, and a yes or no to keeping questions."""
    notebook = notebook_in(memory)
    consent = notebook.consent if notebook.consent in ("yes", "no") else None
    lasting = Notebook(items=notebook.items, consent=consent).to_dict()
    return {"notebook": lasting} if lasting else None


def month_now() -> str:
    """Returns this month, such as 2026-11."""
    return time.strftime("%Y-%m", time.gmtime())


def months_ago(months: int, now: str | None = None) -> str:
    """Returns the month so many months before this one."""
    year, month = map(int, (now or month_now()).split("-"))
    index = year * 12 + month - 1 - months
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def _scrubbed(text: str, kind: str, reason: str) -> KeptQuestion | None:
    left = scrub(text)
    return KeptQuestion(month_now(), kind, reason, left) if says_something(left) else None

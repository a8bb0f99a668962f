"""What goes into the tables of the conversations, and what comes out of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Kept:
    """What the next turn needs of a conversation.

    Attributes:
        channel: input channel of the first message.
        last_at: time of the last message, in seconds since 1970.
        events: how many events are kept.
        slots: the slots that are set.
        latest: "intent" and "action" of the last turn; empty before the first.
    """

    channel: str | None
    last_at: float
    events: int
    slots: dict[str, Any]
    latest: dict[str, Any]


@dataclass(frozen=True)
class EventRow:
    """One event as it is kept."""

    at: float
    type: str
    data: dict[str, Any]
    message_id: str | None = None


@dataclass(frozen=True)
class Addition:
    """What one turn adds to a conversation; `expected` is the number of events that it was answered upon.

    `clinic` is the key of the clinic, where there are several.
    """

    expected: int
    rows: list[EventRow]
    turns: int
    last_at: float
    slots: dict[str, Any]
    latest: dict[str, Any]
    channel: str | None
    clinic: str | None = None

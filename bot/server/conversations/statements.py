"""The SQL of a turn and the values it takes, for both ways to the database (`records`, `at_once`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, insert, select, update

from bot.server.conversations.rows import Addition
from bot.server.conversations.tables import conversation, ended, event

_C, _E = conversation.c, event.c

LOAD = select(_C.channel, _C.last_at, _C.events, _C.slots, _C.latest).where(_C.key == bindparam("wanted"))
"""What the next turn needs of the conversation `wanted`."""
CREATE = insert(conversation)
"""A new conversation."""
GO_ON = (
    update(conversation)
    .where(_C.key == bindparam("wanted"), _C.events == bindparam("expected"))
    .values(
        last_at=bindparam("new_last_at"), turns=_C.turns + bindparam("new_turns"), events=bindparam("new_events"),
        slots=bindparam("new_slots"), latest=bindparam("new_latest"),
    )
)  # fmt: skip
"""A turn more of the conversation `wanted`, if it still has as many events as `expected`."""
ADD = insert(event)
"""An event."""
ASKED = select(_E.sequence, _E.data).where(
    _E.conversation == bindparam("wanted"), _E.message_id == bindparam("message")
)
"""The messages with the hashed id `message`; there is hardly ever more than one.

The newest is found in Python: asked for the largest place, SQLite looks through the whole conversation instead of the index.
"""
AFTER = (
    select(_E.type, _E.data)
    .where(_E.conversation == bindparam("wanted"), _E.sequence >= bindparam("first"))
    .order_by(_E.sequence)
)
"""The events of the conversation `wanted` from the place `first` on."""
ENDED = select(ended.c.until).where(ended.c.key == bindparam("wanted"))
"""Whether the visitor ended the session `wanted`."""


def create_values(key: str, addition: Addition) -> dict[str, Any]:
    """Returns the values of `CREATE`."""
    return {
        "key": key,
        "channel": addition.channel,
        "started_at": addition.rows[0].at if addition.rows else addition.last_at,
        "last_at": addition.last_at,
        "turns": addition.turns,
        "events": addition.expected + len(addition.rows),
        "slots": addition.slots,
        "latest": addition.latest,
        "clinic": addition.clinic,
    }


def go_on_values(key: str, addition: Addition) -> dict[str, Any]:
    """Returns the values of `GO_ON`."""
    return {
        "wanted": key,
        "expected": addition.expected,
        "new_last_at": addition.last_at,
        "new_turns": addition.turns,
        "new_events": addition.expected + len(addition.rows),
        "new_slots": addition.slots,
        "new_latest": addition.latest,
    }


def event_values(key: str, addition: Addition) -> list[dict[str, Any]]:
    """Returns the values of `ADD`, for each event of the turn."""
    return [
        {
            "conversation": key,
            "sequence": sequence,
            "at": row.at,
            "type": row.type,
            "data": row.data,
            "message_id": row.message_id,
        }
        for sequence, row in enumerate(addition.rows, addition.expected)
    ]

"""Finding an event's class once. Written for Rasa 3.6.21; switched off by BOT_STOCK=lookups.

Rasa goes over all subclasses of `Event`, recursively, for every event that it reads back from the store or from an
action (rasa/shared/core/events.py, `Event.resolve_by_type`): a quarter of a message's time. The classes do not change while
the bot serves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def install() -> Callable[[], None]:
    """Puts a remembering lookup in place, and returns what takes it away."""
    from rasa.shared.core.events import Event  # noqa: PLC0415 - loads Rasa

    stock = Event.resolve_by_type
    known: dict[str, Any] = {}

    def resolve_by_type(type_name: str, default: Any = None) -> Any:
        found = known.get(type_name)
        if found is None:
            found = stock(type_name, default)
            # What is not known may be known later, or have another default next time.
            if found is not None and found is not default:
                known[type_name] = found
        return found

    Event.resolve_by_type = staticmethod(resolve_by_type)

    def undo() -> None:
        Event.resolve_by_type = staticmethod(stock)

    return undo

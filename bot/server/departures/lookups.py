"""Finding an event's class, and whether there is a domain, once. Written for Rasa 3.6.21; switched off by BOT_STOCK=lookups.

Rasa goes over all subclasses of `Event`, recursively, for every event that it reads back from the store or from an
action (rasa/shared/core/events.py, `Event.resolve_by_type`): a quarter of a message's time. The classes do not change while
the bot serves. And to know whether the domain is empty it builds an empty one, for every message (`Domain.is_empty`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def install() -> Callable[[], None]:
    """Puts a remembering lookup in place, and returns what takes it away."""
    from rasa.shared.core.domain import Domain  # noqa: PLC0415 - loads Rasa
    from rasa.shared.core.events import Event  # noqa: PLC0415

    stock, stock_empty = Event.resolve_by_type, Domain.is_empty
    known: dict[str, Any] = {}

    def resolve_by_type(type_name: str, default: Any = None) -> Any:
        found = known.get(type_name)
        if found is None:
            found = stock(type_name, default)
            # What is not known may be known later, or have another default next time.
            if found is not None and found is not default:
                known[type_name] = found
        return found

    def is_empty(self: Any) -> bool:
        known: dict[str, Any] = self.__dict__  # a domain's own hash takes longer than the question
        if "_known_empty" not in known:
            known["_known_empty"] = stock_empty(self)
        return bool(known["_known_empty"])

    Event.resolve_by_type = staticmethod(resolve_by_type)
    Domain.is_empty = is_empty

    def undo() -> None:
        Event.resolve_by_type = staticmethod(stock)
        Domain.is_empty = stock_empty

    return undo

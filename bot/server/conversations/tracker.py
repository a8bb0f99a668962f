"""The tracker that the store hands out: it knows what is kept already, and is cheap to copy and to look through."""

from __future__ import annotations

from typing import Any, TypeVar

from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker

from bot.server.recent import PLAIN
from bot.server.unanswered.keeping import MEMORY, lasting_memory

T = TypeVar("T")
# None of these takes another event back or begins a loop.
_PLAIN = frozenset(PLAIN)


class KeptTracker(DialogueStateTracker):
    """A tracker that knows which of its events are kept already.

    Attributes:
        seen: how many of `events` came from the store or went into it.
        kept: how many events the store holds of the conversation.
        latest: intent and action of the last turn.
    """

    seen: int = 0
    kept: int = 0
    latest: dict[str, Any]

    def copy(self) -> KeptTracker:
        """Returns a twin with events and slots of its own, where Rasa plays every event again."""
        twin = _twin(self)
        twin.events = self.events.copy()
        twin.slots = {name: _twin(slot) for name, slot in self.slots.items()}
        twin.active_loop = None if self.active_loop is None else _twin(self.active_loop)
        return twin

    def applied_events(self) -> list[Event]:
        """Returns the events that count; where nothing was taken back these are all since the newest session began.

        Rasa asks every event five times what it is, and twice a message.
        """
        events = list(self.events)
        if not _PLAIN.issuperset(map(type, events)):
            found: list[Event] = super().applied_events()
            return found
        starts = [place for place, event in enumerate(events) if type(event) is SessionStarted]
        return events[starts[-1] + 1 :] if starts else events

    def _reset_slots(self) -> None:
        """Empties the slots, as Rasa does for a new session after an hour without a message, but for the visitor's list.

        The list is for an appointment: it stays as long as the conversation is kept. So does a yes or no to keeping questions.
        """
        slot = self.slots.get(MEMORY)
        lasting = lasting_memory(slot.value if slot is not None else None)
        super()._reset_slots()
        if slot is not None and lasting is not None:
            slot.value = lasting


def _twin(thing: T) -> T:
    """Returns a shallow copy of an object whose state is all in its `__dict__`, which `copy.copy` would ask about first."""
    twin = object.__new__(type(thing))
    twin.__dict__.update(thing.__dict__)
    return twin

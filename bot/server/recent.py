"""What Rasa gets of a conversation: its newest turn, however long it is, so that every turn costs the same.

Rasa replays all events of the session several times for each message, so that a stock turn costs twenty times more after 240
turns. Nothing in this bot looks further back than the newest turn: all that a conversation remembers stands in the slot
`memory`; a rule is one turn long; and RulePolicy (Rasa 3.6.21), which has no `max_history`, cannot tell a state older than
its longest rule from another. tests/server/test_recent.py holds replies and predictions against the whole history.

The store keeps every event; this is about what is handed to Rasa.
"""

from __future__ import annotations

from collections.abc import Sequence

from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

# Events whose effect is over when the next turn begins, or stands in the newest slot value.
PLAIN = (ActionExecuted, BotUttered, DefinePrevUserUtteredFeaturization, SessionStarted, SlotSet, UserUttered)


def keep_recent(events: Sequence[Event]) -> list[Event]:
    """Returns the events that give Rasa the state that all of them give, as far as this bot looks at it.

    These are: the start of the newest session, the newest value of each slot set before the newest user message, and
    everything from the moment at which that message was waited for. A conversation that holds an event of another sort
    (a pause, a form, an undo) is returned whole.

    Args:
        events: all events of a conversation, or of its newest session, oldest first.
    """
    events = list(events)
    starts = [place for place, event in enumerate(events) if isinstance(event, SessionStarted)]
    first = starts[-1] if starts else 0
    newest = next((n for n in range(len(events) - 1, first, -1) if isinstance(events[n], UserUttered)), None)
    if newest is None:
        return events
    turn = newest
    for place in range(newest - 1, first, -1):
        event = events[place]
        if isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME:
            turn = place
            break
    before = events[first:turn]
    if not all(isinstance(event, PLAIN) for event in before):
        return events
    opening = [
        event
        for event in events[max(0, first - 1) : turn]
        if isinstance(event, SessionStarted)
        or (isinstance(event, ActionExecuted) and event.action_name == ACTION_SESSION_START_NAME)
    ]
    values = {event.key: event for event in before if isinstance(event, SlotSet)}
    return [*opening, *values.values(), *events[turn:]]


class RecentMemoryStore(InMemoryTrackerStore):
    """Conversations in this process's memory, each as short as it may be: for the terminal chat and for trials."""

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keeps what the next turn needs."""
        short = DialogueStateTracker(tracker.sender_id, tracker.slots.values())
        short.events.extend(keep_recent(tracker.events))
        self.store[tracker.sender_id] = self.serialise_tracker(short)

"""The store's own tracker: copied and looked through as Rasa's is."""

from __future__ import annotations

import random
from typing import Any

import pytest
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from talking import the_domain

from bot.server.conversations.tracker import KeptTracker

PLAIN = (
    lambda: ActionExecuted("action_listen"),
    lambda: UserUttered("what is stage 2", {"name": "stage"}),
    lambda: ActionExecuted("action_answer"),
    lambda: BotUttered("an answer"),
    lambda: SlotSet("memory", {"started": True}),
    SessionStarted,
)
OTHER = (ActionReverted, UserUtteranceReverted, Restarted, lambda: ActiveLoop("action_answer"))


def tracker_of(events: list[Event]) -> KeptTracker:
    tracker = KeptTracker("a", the_domain().slots)
    for event in events:
        tracker.update(event)
    return tracker


@pytest.mark.parametrize("kinds", [PLAIN, PLAIN[:-1], (*PLAIN, *OTHER), ()])
def test_the_events_that_count_are_those_that_rasa_finds(kinds: tuple[Any, ...]) -> None:
    dice = random.Random(7)
    for length in range(30 if kinds else 1):
        tracker = tracker_of([dice.choice(kinds)() for _ in range(length)])
        stock = DialogueStateTracker.applied_events(tracker)
        assert [id(event) for event in tracker.applied_events()] == [id(event) for event in stock]


def test_a_copy_goes_its_own_way() -> None:
    tracker = tracker_of([kind() for kind in PLAIN[:-1]])
    tracker.seen = 3
    twin = tracker.copy()
    assert type(twin) is KeptTracker
    assert twin.current_state() == tracker.current_state()
    assert (twin.seen, twin.sender_id, list(twin.events)) == (3, "a", list(tracker.events))
    before = tracker.current_state()
    twin.update(SlotSet("memory", None))
    twin.update(ActiveLoop("action_answer"))
    twin.copy().update(ActiveLoop(None))
    assert tracker.current_state() == before
    assert len(tracker.events) == len(twin.events) - 2
    assert twin.active_loop is not None
    assert twin.active_loop_name == "action_answer"

"""What Rasa gets of a conversation: few events, from which it comes to the same."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    ConversationPaused,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from trained import the_model

from bot.server.recent import RecentMemoryStore, keep_recent

SLOTS = [AnySlot("memory", mappings=[])]


def opening() -> list[Event]:
    return [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]


def turn(number: int) -> list[Event]:
    return [
        UserUttered(f"question {number}", {"name": "treatment"}),
        ActionExecuted("action_answer"),
        BotUttered(f"answer {number}"),
        SlotSet("memory", {"turn": number}),
        ActionExecuted("action_listen"),
    ]


def conversation(turns: int) -> list[Event]:
    return [*opening(), *(event for number in range(turns) for event in turn(number))]


def state(events: list[Event]) -> dict[str, Any]:
    tracker = DialogueStateTracker.from_events("me", events, SLOTS)
    found = tracker.current_state()
    found.pop("latest_event_time")
    return found


@pytest.mark.parametrize("turns", [1, 2, 5, 240])
def test_few_events_give_the_same_state(turns: int) -> None:
    events = conversation(turns)
    kept = keep_recent(events)
    assert len(kept) <= 10
    assert state(kept) == state(events)
    assert state(kept)["slots"]["memory"] == {"turn": turns - 1}
    assert keep_recent(kept) == kept


def test_a_conversation_that_has_just_begun_is_whole() -> None:
    for events in ([], opening(), [*opening(), UserUttered("hello", {"name": "greet"})]):
        assert keep_recent(events) == events


def test_only_the_newest_session_counts() -> None:
    events = [*conversation(3), *conversation(2)]
    kept = keep_recent(events)
    assert sum(isinstance(event, SessionStarted) for event in kept) == 1
    assert [event.text for event in kept if isinstance(event, UserUttered)] == ["question 1"]


def test_a_session_that_is_new_holds_nothing_of_the_one_before() -> None:
    kept = keep_recent([*conversation(3), *opening(), UserUttered("hello", {"name": "greet"})])
    assert not any(isinstance(event, SlotSet) for event in kept)


@pytest.mark.parametrize("event", [ConversationPaused(), Restarted()])
def test_what_it_does_not_know_it_leaves_whole(event: Event) -> None:
    events = [*conversation(2), event, *turn(7), *turn(8)]
    assert keep_recent(events) == events


@pytest.mark.model
@pytest.mark.slow
def test_rasa_predicts_the_same_from_few_events_as_from_all() -> None:
    from bot.server.application import load_agent

    agent = load_agent(the_model())
    domain = agent.domain
    assert domain is not None
    for intent in domain.intents:
        events = [*conversation(12), UserUttered("x", {"name": intent, "confidence": 1.0})]
        for after in ([], [ActionExecuted("action_answer"), SlotSet("memory", {"a": 1})]):
            found = []
            for given in ([*events, *after], [*keep_recent(events), *after]):
                tracker = DialogueStateTracker.from_events("me", given, domain.slots)
                prediction = agent.processor._predict_next_with_tracker(tracker)  # type: ignore[union-attr]
                found.append((prediction.probabilities, prediction.policy_name))
            assert found[0] == found[1], intent


def test_the_store_in_memory_stays_small() -> None:
    store = RecentMemoryStore(Domain.empty())

    async def main() -> list[int]:
        sizes = []
        for number in range(60):
            tracker = await store.get_or_create_tracker("me")
            for event in turn(number):
                tracker.update(event)
            await store.save(tracker)
            sizes.append(len(store.store["me"]))
        return sizes

    sizes = asyncio.run(main())
    assert max(sizes[5:]) <= min(sizes[5:]) + 60

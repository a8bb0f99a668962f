"""Rasa's own agent with the trained model gives the same replies with this store as with Rasa's in memory."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from facts import ROOT
from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore
from talking import Open, now, the_domain
from trained import one_reply, the_agent

from bot.errors import StoreDown
from bot.server.conversations import ConversationStore, open_conversation_store, tables

pytestmark = pytest.mark.model
DIALOGUES = [json.loads(line) for line in (ROOT / "tests" / "data" / "dialogues.jsonl").read_text("utf-8").splitlines()]
PHONE = "+1 555 867 5309"


@pytest.fixture
def opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens stores on one file; the project folder stays the real one, for the guide and the clinic."""
    monkeypatch.setenv("BOT_SECRET", "a secret of this test, long enough")
    opened: list[ConversationStore] = []

    def open_one(url: str | None = None) -> ConversationStore:
        opened.append(open_conversation_store(the_domain(), url or f"sqlite:///{tmp_path / 'kept.sqlite3'}"))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def agent() -> Iterator[Any]:
    """The agent; its store is put back afterwards."""
    agent = the_agent()
    before = agent.tracker_store
    yield agent
    use(agent, before)


def use(agent: Any, store: Any) -> None:
    """Makes an agent use a store as it is: through its constructor Rasa would wrap it."""
    store.domain = agent.domain
    agent.tracker_store = agent.processor.tracker_store = store


def say(agent: Any, text: str, sender: str = "a", **metadata: Any) -> list[dict[str, Any]]:
    """The messages that answer a message."""
    message = UserMessage(text, sender_id=sender, input_channel="web", metadata=metadata or None)
    return now(agent.handle_message(message)) or []


def test_a_follow_up_is_understood_by_another_process(agent: Any, opening: Open) -> None:
    use(agent, opening())
    first = one_reply(say(agent, "what comes after Enhertu"))
    assert (first["kind"], first["drug"]) == ("sequence", "Enhertu")
    use(agent, opening())
    second = one_reply(say(agent, "and after that?"))
    assert second["kind"] == "sequence" and "After Kadcyla" in second["shown"]
    assert "automated program" in first["shown"] and "automated program" not in second["shown"]


def test_whole_dialogues_get_the_same_replies_as_with_rasa_s_store(agent: Any, store: ConversationStore) -> None:
    chosen = DIALOGUES[::10]
    replies: list[list[Any]] = []
    for used in (InMemoryTrackerStore(agent.domain), store):
        use(agent, used)
        replies.append([say(agent, t["text"], d["id"]) for d in chosen for t in d["turns"]])
    assert len(replies[0]) > 15
    assert replies[1] == replies[0]


def test_a_message_is_recalled_as_it_was_answered(agent: Any, opening: Open) -> None:
    use(agent, opening())
    answered = {
        str(n): say(agent, text, message_id=str(n)) for n, text in enumerate(["hello", "stage 2", "1", "thanks"])
    }
    store = opening()
    for message_id, messages in answered.items():
        assert now(store.recall("a", message_id)) == messages
    history = now(store.history("a"))
    assert [t["user"] for t in history if "user" in t] == ["hello", "stage 2", "1", "thanks"]
    contract = [m["custom"]["data"]["reply"] for messages in answered.values() for m in messages if "custom" in m]
    assert [t["bot"] for t in history if "bot" in t] == contract


def test_after_an_hour_the_memory_is_gone_and_the_conversation_is_not(agent: Any, store: ConversationStore) -> None:
    use(agent, store)
    say(agent, "what comes after Enhertu")
    at = tables.conversation.c.last_at
    with store.records.engine.begin() as connection:
        connection.execute(tables.conversation.update().values(last_at=at - 61 * 60))
    reply = one_reply(say(agent, "and after that?"))
    assert "Kadcyla" not in reply["shown"] and "automated program" in reply["shown"]
    assert len([t for t in now(store.history("a")) if "user" in t]) == 2


def test_a_turn_adds_the_same_number_of_events_however_long_the_talk(agent: Any, store: ConversationStore) -> None:
    use(agent, store)
    seen = []
    for _ in range(6):
        say(agent, "what comes after Enhertu")
        tracker = now(store.retrieve("a"))
        assert tracker is not None
        seen.append(len(tracker.events))
    assert len(set(seen)) == 1 and seen[0] <= 8


@pytest.mark.postgres
def test_the_channel_hears_that_the_database_is_away(agent: Any, opening: Open) -> None:
    use(agent, opening("postgresql://bot@127.0.0.1:1/none"))
    with pytest.raises(StoreDown):
        say(agent, "what comes after Enhertu")


def test_what_is_typed_stays_in_the_store(
    agent: Any, store: ConversationStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    use(agent, store)
    say(agent, f"my number is {PHONE}, what comes after Enhertu", sender=PHONE, message_id=PHONE, phone=PHONE)
    now(store.history(PHONE))
    now(store.forget(PHONE))
    assert PHONE not in caplog.text

"""The store keeps what a conversation needs, at one cost for every turn, and nothing that tells who it was."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import inspect
from talking import Open, answer_to, now, on_disk, the_domain, turn

from bot.errors import ConversationChanged, StoreError
from bot.guide import tables as guide_tables
from bot.server.conversations import ConversationStore, open_conversation_store, tables

pytestmark = pytest.mark.usefixtures("anywhere")
PHONE, MAIL, NAME = "+1 555 867 5309", "jane.roe@example.com", "Wilhelmina Quux"


def test_it_is_one_of_rasa_s_tracker_stores(store: ConversationStore) -> None:
    assert isinstance(store, TrackerStore)
    assert TrackerStore.create(store) is store


def test_a_new_visitor_has_no_conversation_and_asking_makes_none(store: ConversationStore) -> None:
    assert now(store.retrieve("a")) is None
    assert not now(store.get_or_create_tracker("a", append_action_listen=False)).events
    assert now(store.retrieve("a")) is None
    assert store.size() == 0


def test_a_conversation_goes_on_in_another_store_on_the_same_database(opening: Open) -> None:
    now(turn(opening(), "a", "what comes after Enhertu"))
    tracker = now(opening().retrieve("a"))
    assert tracker is not None
    assert tracker.get_slot("memory") == {"started": True, "last": "question 24"}
    assert tracker.latest_message is not None and tracker.latest_message.intent_name == "sequence"
    assert tracker.latest_action_name == "action_listen"
    assert tracker.followup_action is None and tracker.active_loop is None and not tracker.is_paused()
    assert tracker.get_latest_input_channel() == "web"
    assert tracker.applied_events()  # or Rasa would start a new session


def test_the_time_of_the_last_message_is_kept_for_rasa_s_session(store: ConversationStore) -> None:
    now(turn(store, "a", "hello", when=1_700_000_000.25))
    tracker = now(store.retrieve("a"))
    assert tracker is not None
    last = tracker.get_last_event_for(UserUttered)
    assert last is not None and last.timestamp == 1_700_000_000.25


def test_each_visitor_has_a_conversation_of_their_own(store: ConversationStore) -> None:
    now(turn(store, "a", "one", message_id="1"))
    now(turn(store, "A", "three", message_id="3"))
    assert now(store.retrieve("b")) is None
    assert now(store.history("a")) != now(store.history("A"))
    assert now(store.recall("A", "1")) is None
    assert store.size() == 2


def test_odd_ids_and_texts_are_kept(store: ConversationStore) -> None:
    odd = "\x00 \ud800 \U0001f600 ' \" % :x \\"
    for sender in (odd, "x" * 5000):
        now(turn(store, sender, odd, message_id=odd))
        assert now(store.history(sender))[0] == {"user": odd}
        assert now(store.recall(sender, odd)) == answer_to(sender, odd)


# flat cost


def test_the_240th_turn_reads_no_more_than_the_5th(store: ConversationStore) -> None:
    events = {}

    async def talk() -> None:
        for number in range(1, 241):
            tracker = await store.retrieve("a")
            events[number] = len(tracker.events) if tracker else 0
            await turn(store, "a", f"message {number}")

    asyncio.run(talk())  # what it costs in time: docs/benchmarks.md
    assert events[2] == events[5] == events[240] <= 8
    full = now(store.retrieve_full_tracker("a"))
    assert full is not None and sum(isinstance(e, UserUttered) for e in full.events) == 240
    assert len(now(store.history("a"))) == 100
    assert now(store.history("a"))[0] == {"user": "message 191"}


# order


def test_of_two_that_answer_at_once_the_second_fails_and_loses_nothing(opening: Open) -> None:
    one, two = opening(), opening()
    now(turn(one, "a", "first"))
    with pytest.raises(ConversationChanged, match="again"):
        now(turn(one, "a", "mine", between=lambda: _apart(turn(two, "a", "theirs"))))
    assert [t["user"] for t in now(two.history("a")) if "user" in t] == ["first", "theirs"]
    now(turn(one, "a", "mine, again"))
    assert [t["user"] for t in now(two.history("a")) if "user" in t] == ["first", "theirs", "mine, again"]


def test_of_two_first_messages_at_once_the_second_fails(opening: Open) -> None:
    one, two = opening(), opening()
    with pytest.raises(ConversationChanged):
        now(turn(one, "a", "mine", between=lambda: _apart(turn(two, "a", "theirs"))))
    assert [t["user"] for t in now(one.history("a")) if "user" in t] == ["theirs"]


def _apart(call: Awaitable[Any]) -> None:
    """Runs a coroutine while another loop is running."""
    thread = Thread(target=now, args=(call,))
    thread.start()
    thread.join()


def test_a_conversation_forgotten_while_it_is_answered_stays_forgotten(opening: Open) -> None:
    one, two = opening(), opening()
    now(turn(one, "a", "first"))
    with pytest.raises(ConversationChanged):
        now(turn(one, "a", "second", between=lambda: _apart(two.forget("a"))))
    assert now(two.history("a")) == []
    assert two.size() == 0


def test_many_conversations_at_once_keep_their_order(opening: Open) -> None:
    stores = [opening(), opening()]

    async def talk(number: int) -> None:
        for at in range(8):
            await turn(stores[(number + at) % 2], f"visitor {number}", f"{number}-{at}")

    async def all_of_them() -> None:
        await asyncio.gather(*map(talk, range(16)))

    asyncio.run(all_of_them())
    for number in range(16):
        said = [t["user"] for t in now(stores[0].history(f"visitor {number}")) if "user" in t]
        assert said == [f"{number}-{at}" for at in range(8)]


def test_saving_twice_keeps_once(store: ConversationStore) -> None:
    tracker = now(turn(store, "a", "hello"))
    now(store.save(tracker))
    tracker.update(UserUttered("more", {"name": "greet"}), the_domain())
    now(store.save(tracker))
    assert [t["user"] for t in now(store.history("a")) if "user" in t] == ["hello", "more"]


def test_a_tracker_of_someone_else_never_overwrites_a_conversation(store: ConversationStore) -> None:
    now(turn(store, "a", "hello"))
    foreign = DialogueStateTracker("a", the_domain().slots)
    foreign.update(UserUttered("intruder", {"name": "greet"}))
    with pytest.raises(ConversationChanged):
        now(store.save(foreign))
    assert [t["user"] for t in now(store.history("a")) if "user" in t] == ["hello"]


# recall and history


def test_a_message_is_recalled_with_what_was_answered(opening: Open) -> None:
    store = opening()
    for number in range(3):
        now(turn(store, "a", f"question {number}", message_id=f"m{number}"))
    assert now(opening().recall("a", "m1")) == answer_to("a", "question 1")
    assert now(opening().recall("a", "m2")) == answer_to("a", "question 2")
    assert now(store.recall("a", "m3")) is None
    assert now(store.recall("b", "m1")) is None


def test_history_is_what_a_widget_can_show(store: ConversationStore) -> None:
    now(turn(store, "a", "one"))
    now(turn(store, "a", "two"))
    reply = {"kind": "sequence", "text": "answer to one"}
    assert now(store.history("a"))[:3] == [{"user": "one"}, {"bot": reply}, {"user": "two"}]
    assert now(store.history("a", turns=1))[0] == {"user": "two"}
    assert now(store.history("nobody")) == []


def test_a_full_tracker_has_what_was_said_and_done_and_the_slots_once(store: ConversationStore) -> None:
    first = now(turn(store, "a", "one"))
    now(turn(store, "a", "two"))
    full = now(store.retrieve_full_tracker("a"))
    assert full is not None
    kinds = [event.type_name for event in full.events]
    kept = [e.type_name for e in first.events if e.type_name not in ("slot", "user_featurization")]
    assert kinds[: len(kept)] == kept
    assert kinds.count("user") == 2
    assert kinds.count("slot") == 1
    assert full.get_slot("memory") == {"started": True, "last": "question 3"}
    assert now(store.retrieve_full_tracker("nobody")) is None


# what is not kept


def test_neither_sender_nor_metadata_nor_message_ids_are_kept(opening: Open, home: Path) -> None:
    store = opening()
    now(turn(store, PHONE, "hello", message_id=MAIL, profile={"name": NAME}, phone=PHONE))
    now(turn(store, PHONE, "again", message_id="2", profile={"name": NAME}))
    everything = json.dumps([now(store.history(PHONE)), list(now(store.keys()))]) + _rows(store)
    for planted in (PHONE, MAIL, NAME, f"rasa-{PHONE}"):
        assert planted not in everything
    store.close()
    assert on_disk(home, PHONE, MAIL, NAME, PHONE.strip("+")) == []


def _rows(store: ConversationStore) -> str:
    with store.records.engine.connect() as connection:
        return str([connection.execute(table.select()).all() for table in tables.metadata.sorted_tables])


def test_nothing_that_is_typed_is_logged(store: ConversationStore, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    # SQLAlchemy's own log of statements is off unless a person turns it on, and even then hides the values.
    logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO)
    try:
        now(turn(store, PHONE, f"I am {NAME}", message_id=MAIL))
        with pytest.raises(ConversationChanged) as raised:
            now(turn(store, PHONE, f"me, {NAME}", between=lambda: _apart(store.forget(PHONE))))
    finally:
        logging.getLogger("sqlalchemy.engine").setLevel(logging.NOTSET)
    assert "DELETE FROM event" in caplog.text
    for planted in (PHONE, MAIL, NAME):
        assert planted not in caplog.text
        assert planted not in str(raised.value) and raised.value.__context__ is None


# tables and settings


def test_its_tables_do_not_clash_with_the_guide_s(store: ConversationStore) -> None:
    names = set(inspect(store.records.engine).get_table_names())
    assert set(tables.metadata.tables) <= names
    assert not set(tables.metadata.tables) & set(guide_tables.metadata.tables)


def test_retention_and_recall_have_an_index(store: ConversationStore) -> None:
    found = inspect(store.records.engine)
    assert ["last_at"] in [index["column_names"] for index in found.get_indexes("conversation")]
    assert ["conversation", "message_id"] in [index["column_names"] for index in found.get_indexes("event")]


def test_forms_are_refused(home: Path) -> None:
    domain = Domain.from_dict({"forms": {"booking": {"required_slots": []}}})
    with pytest.raises(StoreError, match="booking"):
        open_conversation_store(domain)


def test_a_slot_that_is_gone_from_the_domain_does_no_harm(opening: Open) -> None:
    store = opening()
    now(turn(store, "a", "hello"))
    store.domain = Domain.empty()
    tracker = now(store.retrieve("a"))
    assert tracker is not None and "memory" not in tracker.slots


def test_it_is_healthy(store: ConversationStore) -> None:
    assert now(store.healthy()) is True

"""The short way to a SQLite file does what the long way does, and gives up at once where it cannot."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import ConversationChanged, StoreDown
from bot.server.conversations.at_once import _CHECKPOINT_EVERY, AtOnce
from bot.server.conversations.records import Records
from bot.server.conversations.rows import Addition, EventRow, Kept

KEY = "k" * 64
ODD = {"text": "\U0001f600 \ud800 ' \" % :x \\ \x00", "list": [1, None, {"a": 1.5}], "empty": {}}


@pytest.fixture
def file(home: Path) -> Path:
    return home / "conversations.sqlite3"


@pytest.fixture
def long_way(file: Path) -> Iterator[Records]:
    records = Records(f"sqlite:///{file}")
    records.make_tables()
    yield records
    records.close()


@pytest.fixture
def short_way(file: Path, long_way: Records) -> Iterator[AtOnce]:
    at_once = AtOnce(f"sqlite:///{file}")
    yield at_once
    at_once.close()


def addition(expected: int, *, message: str | None = "m" * 64) -> Addition:
    rows = [EventRow(5.25, "user", ODD, message), EventRow(5.5, "bot", {"text": "ok"})]
    return Addition(expected, rows, 1, 5.25, {"memory": ODD}, {"intent": "ask", "action": "action_answer"}, "rest")


def test_either_way_reads_what_the_other_wrote(short_way: AtOnce, long_way: Records) -> None:
    assert short_way.load(KEY) is None
    for expected, writer in enumerate((short_way, long_way, short_way)):
        writer.add(KEY, addition(2 * expected))
        wanted = Kept("rest", 5.25, 2 * expected + 2, {"memory": ODD}, {"intent": "ask", "action": "action_answer"})
        assert short_way.load(KEY) == long_way.load(KEY) == wanted
    assert long_way.events(KEY) == [ODD, {"text": "ok"}] * 3
    assert long_way.turn_of(KEY, "m" * 64) == [{"text": "ok"}]


def test_both_ways_write_the_same_rows(short_way: AtOnce, long_way: Records, file: Path) -> None:
    short_way.add("a" * 64, addition(0))
    long_way.add("b" * 64, addition(0))
    with sqlite3.connect(file) as connection:
        for statement in (
            "SELECT channel, started_at, last_at, turns, events, slots, latest FROM conversation WHERE key = ?",
            "SELECT sequence, at, type, data, message_id FROM event WHERE conversation = ? ORDER BY sequence",
        ):
            one, other = (connection.execute(statement, (letter * 64,)).fetchall() for letter in "ab")
            assert one == other != []


def test_a_turn_on_another_state_is_not_added(short_way: AtOnce, long_way: Records) -> None:
    short_way.add(KEY, addition(0))
    for wrong in (1, 4):
        with pytest.raises(ConversationChanged):
            short_way.add(KEY, addition(wrong))
    with pytest.raises(StoreDown):  # the row is there already; the long way tells it as a conversation that changed
        short_way.add(KEY, addition(0))
    with pytest.raises(ConversationChanged):
        long_way.add(KEY, addition(0))
    kept = short_way.load(KEY)
    assert kept is not None and kept.events == 2
    short_way.add(KEY, addition(2))  # the connection is as good as before


def test_an_ended_session_begins_no_conversation(short_way: AtOnce, long_way: Records) -> None:
    long_way.erase(KEY, until=9e9)
    with pytest.raises(ConversationChanged):
        short_way.add(KEY, addition(0))
    assert short_way.load(KEY) is None


def test_it_waits_for_nobody_and_adds_nothing_by_halves(short_way: AtOnce, long_way: Records, file: Path) -> None:
    short_way.add(KEY, addition(0))
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreDown) as raised:
        short_way.add(KEY, addition(2))
    assert raised.value.__context__ is None
    other.execute("ROLLBACK")
    other.close()
    kept = short_way.load(KEY)
    assert kept is not None and kept.events == 2
    assert len(long_way.events(KEY)) == 2


def test_a_lost_table_is_the_long_way_s_to_explain(short_way: AtOnce, file: Path) -> None:
    short_way.add(KEY, addition(0))
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE event")
    with pytest.raises(StoreDown):
        short_way.add(KEY, addition(2))
    assert short_way.load(KEY) == Kept("rest", 5.25, 2, {"memory": ODD}, {"intent": "ask", "action": "action_answer"})


def test_the_log_is_brought_into_the_file_by_somebody_else(short_way: AtOnce, file: Path) -> None:
    wal = Path(f"{file}-wal")
    for number in range(_CHECKPOINT_EVERY):
        assert not short_way.due()
        short_way.add(f"{number:064d}", addition(0))
    grown = wal.stat().st_size
    assert short_way.due() and not short_way.due()
    short_way.checkpoint()
    short_way.add(KEY, addition(0))  # goes to the log's beginning again
    assert wal.stat().st_size == grown > 1_000_000
    short_way.close()
    short_way.checkpoint()  # nothing to do, and no error

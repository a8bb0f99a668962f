"""What happens to conversations when a process is killed, the disk is full, or PostgreSQL goes away and comes back."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest
from facts import ROOT
from postgres_server import Server, own_server
from talking import Open, answer_to, now, on_disk, turn

from bot.errors import StoreDown, StoreError
from bot.server.conversations import ConversationStore, engine
from bot.server.conversations import database as database_module

HERE = Path(__file__).parent
PHONE = "+1 555 867 5309"


def said(store: ConversationStore, sender: str = "a") -> list[str]:
    """What a visitor said, as it was kept."""
    return [turn["user"] for turn in now(store.history(sender, turns=10_000)) if "user" in turn]


# a process that is killed

SAVES_FOREVER = """
import asyncio, sys
from talking import turn, the_domain
from bot.server.conversations import open_conversation_store

async def talk():
    store = open_conversation_store(the_domain())
    number = 0
    while True:
        await turn(store, "a", f"message {number}", message_id=str(number))
        print(number, flush=True)  # answered
        number += 1

asyncio.run(talk())
"""


def test_a_killed_process_loses_nothing_that_was_answered(home: Path, opening: Open) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SAVES_FOREVER], stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}:{HERE}"},
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) == 120:
            process.kill()
            break
    answered = [120, *map(int, process.stdout.read().split())]
    process.wait()
    store = opening()
    messages = said(store)
    # The last one may have been kept just before its answer could be given.
    assert len(messages) - (answered[-1] + 1) in (0, 1)
    assert messages == [f"message {number}" for number in range(len(messages))]
    assert now(store.recall("a", str(answered[-1]))) == answer_to("a", f"message {answered[-1]}")
    now(turn(store, "a", "and on"))
    assert said(opening()) == [*messages, "and on"]
    database = sqlite3.connect(home / "var" / "conversations.sqlite3")
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_sqlite_is_set_to_lose_nothing(store: ConversationStore, home: Path) -> None:
    path = home / "var" / "conversations.sqlite3"
    assert path.stat().st_mode & 0o777 == 0o600
    assert sqlite3.connect(path).execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with store.records.engine.connect() as connection:
        for name, value in (("synchronous", 1), ("secure_delete", 1), ("foreign_keys", 1), ("temp_store", 2)):
            assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == value


def test_sqlite_can_be_made_to_flush_each_message(opening: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVERSATIONS_SYNC", "FULL")
    with opening().records.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    monkeypatch.setenv("CONVERSATIONS_SYNC", "off")
    with pytest.raises(StoreError, match="'off'.*normal or full"):
        opening()


# a full disk


@pytest.fixture
def full_disk(home: Path) -> Iterator[None]:
    """No file of this process can grow beyond what the store's largest one has now and 40 KB more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max((path.stat().st_size for path in (home / "var").iterdir()), default=0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 40_960, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_and_breaks_nothing(
    store: ConversationStore,
    opening: Open,
    home: Path,
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    now(turn(store, "a", "before"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    request.getfixturevalue("full_disk")
    kept = ["before"]
    with pytest.raises(StoreDown, match="CONVERSATIONS_URL") as raised:
        for number in range(1000):
            now(turn(store, "a", f"{PHONE} {number}"))
            kept.append(f"{PHONE} {number}")
    assert len(kept) < 1000
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, limits[1]))  # not even what fits into the gaps
    assert said(store) == kept  # reading goes on
    assert now(store.healthy()) is False
    with pytest.raises(StoreDown):
        now(turn(store, "b", "another"))
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert now(store.healthy()) is True
    now(turn(store, "a", "after"))
    assert said(opening()) == [*kept, "after"]
    database = sqlite3.connect(home / "var" / "conversations.sqlite3")
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert PHONE not in caplog.text + str(raised.value)


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to look like one" * 99])
def test_a_file_that_is_no_database_is_told(home: Path, opening: Open, content: bytes) -> None:
    (home / "var").mkdir()
    (home / "var" / "conversations.sqlite3").write_bytes(content)
    store = opening()
    with pytest.raises(StoreDown, match="not a database"):
        now(turn(store, "a", "hello"))
    assert now(store.healthy()) is False


def test_a_file_that_another_process_locks_is_waited_for_briefly(
    store: ConversationStore, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now(turn(store, "a", "one"))
    holder = sqlite3.connect(home / "var" / "conversations.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    ticks = 0

    async def meanwhile() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.02)
            ticks += 1

    async def both() -> float:
        other = asyncio.create_task(meanwhile())
        began = perf_counter()
        with pytest.raises(StoreDown, match="locked"):
            await turn(store, "a", "two")
        other.cancel()
        return perf_counter() - began

    assert engine.SECONDS - 0.5 < now(both()) < database_module.LONGEST_WAIT
    assert ticks > 50  # the others did not wait
    assert said(store) == ["one"]
    holder.execute("ROLLBACK")
    now(turn(store, "a", "two"))
    assert said(store) == ["one", "two"]


# PostgreSQL


@pytest.fixture(scope="module")
def postgres(postgres_programs: Path) -> Iterator[Server]:
    """A server that the tests may stop."""
    with own_server(postgres_programs) as server:
        yield server


@pytest.mark.postgres
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_conversation_goes_on_when_postgresql_is_back(
    postgres: Server, opening: Open, how: signal.Signals, caplog: pytest.LogCaptureFixture
) -> None:
    store, sender = opening(postgres.url), f"a {how}"
    now(turn(store, sender, "one", message_id="1"))
    postgres.stop(how)
    with pytest.raises(StoreDown, match="CONVERSATIONS_URL") as raised:
        now(turn(store, sender, f"two {PHONE}"))
    for call in (store.history(sender), store.recall(sender, "1"), store.forget(sender), store.retrieve(sender)):
        with pytest.raises(StoreDown):
            now(call)
    with pytest.raises(StoreDown):
        store.size()
    assert now(store.healthy()) is False
    postgres.start()
    assert now(store.healthy()) is True
    tracker = now(store.retrieve(sender))
    assert tracker is not None and tracker.get_slot("memory") == {"started": True, "last": "question 3"}
    now(turn(store, sender, "two, again"))
    assert said(store, sender) == ["one", "two, again"]
    assert PHONE not in caplog.text + str(raised.value)
    assert [r.getMessage().split()[0] for r in caplog.records if r.name.startswith("bot.")] == [
        "conversations.down", "conversations.up",
    ]  # fmt: skip


@pytest.mark.postgres
def test_postgresql_that_stops_between_question_and_answer_keeps_nothing_of_the_turn(
    postgres: Server, opening: Open
) -> None:
    store = opening(postgres.url)
    now(turn(store, "b", "one"))
    with pytest.raises(StoreDown):
        now(turn(store, "b", "two", between=postgres.stop))
    postgres.start()
    assert said(store, "b") == ["one"]


@pytest.mark.postgres
def test_a_store_opens_while_postgresql_is_away(postgres: Server, opening: Open) -> None:
    postgres.stop()
    store = opening(postgres.url)
    assert now(store.healthy()) is False
    postgres.start()
    now(turn(store, "c", "hello"))
    assert said(store, "c") == ["hello"]


@pytest.mark.postgres
def test_postgresql_that_hangs_makes_nobody_wait_for_long(postgres: Server, opening: Open) -> None:
    store = opening(postgres.url)
    now(turn(store, "d", "one"))
    with store.records.engine.connect() as connection:
        backend = int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar() or 0)
    assert postgres.process is not None
    stopped = [postgres.process.pid, backend]
    for process in stopped:
        os.kill(process, signal.SIGSTOP)
    try:
        began = perf_counter()
        with pytest.raises(StoreDown):
            now(turn(store, "d", "two"))
        assert perf_counter() - began < database_module.LONGEST_WAIT + 1
    finally:
        for process in stopped:
            os.kill(process, signal.SIGCONT)
    now(turn(store, "d", "three"))
    assert said(store, "d") == ["one", "three"]


@pytest.mark.postgres
def test_a_row_that_postgresql_refuses_is_not_told_with_its_text(
    postgres: Server, opening: Open, caplog: pytest.LogCaptureFixture
) -> None:
    store = opening(postgres.url)
    with store.records.engine.begin() as connection:
        connection.exec_driver_sql(
            "ALTER TABLE event ADD CONSTRAINT refuse CHECK (type <> 'user' OR sequence < 3) NOT VALID"
        )
    caplog.set_level(logging.DEBUG)
    try:
        with pytest.raises(Exception) as raised:
            now(turn(store, "e", f"my number is {PHONE}"))
    finally:
        with store.records.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE event DROP CONSTRAINT refuse")
    assert PHONE not in caplog.text + repr(raised.value)
    assert raised.value.__cause__ is None and raised.value.__context__ is None


@pytest.mark.parametrize(
    "url",
    ["nonsense", "mysql://bot:hunter2@db/x", "oracle://bot:hunter2@db/x", "sqlite://", "sqlite:///:memory:",
     "postgresql://bot:hunter2@db:port/x"],
)  # fmt: skip
def test_a_url_that_cannot_be_used_is_refused_without_telling_it(opening: Open, url: str) -> None:
    with pytest.raises(StoreError, match="CONVERSATIONS_URL cannot be used") as raised:
        opening(url)
    assert "hunter2" not in str(raised.value) and raised.value.__context__ is None


def test_on_disk_finds_what_is_there(store: ConversationStore, home: Path) -> None:
    now(turn(store, "a", PHONE))
    assert on_disk(home, PHONE)

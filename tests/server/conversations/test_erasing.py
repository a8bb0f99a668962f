"""Erased means erased: after `forget`, `bot forget` and the end of the retention nothing is left on the disk."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from pathlib import Path

import pytest
from commands import LOOPBACK, bot, fails_readably, free_port
from sanic import Sanic
from sanic.response import empty
from talking import Open, now, on_disk, turn

from bot.errors import BotError, StoreDown
from bot.server.conversations import ConversationStore, retention
from bot.server.conversations.retention import retention_seconds, sweep

HOUR = 3600.0
PHONE, NAME = "+1 555 867 5309", "Wilhelmina Quux"


@pytest.fixture
def either(anywhere: None, opening: Open) -> ConversationStore:
    """A store on either kind of database."""
    return opening()


def test_forget_erases_one_conversation_only(either: ConversationStore) -> None:
    now(turn(either, "a", "one", message_id="1"))
    now(turn(either, "b", "two"))
    assert now(either.forget("a")) is True
    assert now(either.forget("a")) is False
    assert now(either.retrieve("a")) is None
    assert now(either.recall("a", "1")) is None
    assert now(either.history("a")) == []
    assert now(either.history("b"))[0] == {"user": "two"}
    now(turn(either, "a", "anew"))
    assert [t["user"] for t in now(either.history("a")) if "user" in t] == ["anew"]


def test_sweep_erases_what_is_older_than_a_day(either: ConversationStore) -> None:
    at = time.time()
    for sender, age in (("old", 24 * HOUR + 5), ("young", 24 * HOUR - 5), ("new", 0.0)):
        now(turn(either, sender, sender, when=at - age))
    assert now(sweep(either, at)) == 1
    assert [bool(now(either.history(sender))) for sender in ("old", "young", "new")] == [False, True, True]
    assert now(sweep(either, at)) == 0


def test_the_time_counts_from_the_last_message(either: ConversationStore) -> None:
    at = time.time()
    now(turn(either, "a", "long ago", when=at - 40 * HOUR))
    now(turn(either, "a", "just now", when=at - HOUR))
    assert now(sweep(either, at)) == 0
    assert len(now(either.history("a"))) == 4


def test_several_may_sweep_at_once_and_many_conversations(
    anywhere: None, opening: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.server.conversations.records._BATCH", 7)
    stores = [opening() for _ in range(3)]
    at = time.time()

    async def fill() -> None:
        for number in range(60):
            await turn(stores[0], f"old {number}", "hello", when=at - 48 * HOUR)
        for number in range(5):
            await turn(stores[0], f"new {number}", "hello", when=at)

    async def sweep_together() -> list[int]:
        return await asyncio.gather(*(sweep(store, at) for store in stores))

    now(fill())
    erased = now(sweep_together())
    # One may leave to another what the other has in hand, so that all are gone once all have ended.
    assert sum(erased) == 60
    assert stores[0].size() == 5


@pytest.mark.parametrize(("written", "seconds"), [("", 24 * HOUR), ("0.5", 1800.0), (" 48 ", 48 * HOUR)])
def test_the_retention_can_be_set(written: str, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_HOURS", written)
    assert retention_seconds() == seconds


@pytest.mark.parametrize("written", ["0", "-1", "a day", "nan", "inf", "1,5"])
def test_a_retention_that_is_none_stops_the_server(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_HOURS", written)
    with pytest.raises(BotError, match=f"RETENTION_HOURS is '{written}'.*above 0"):
        retention.attach(Sanic(f"refused{abs(hash(written))}"))


# nothing is left on the disk


def test_nothing_is_left_on_the_disk(store: ConversationStore, home: Path) -> None:
    """Rows of many sizes, erased in any order: SQLite moves rows between pages, and erasing alone leaves copies."""
    chance = random.Random(7)
    at = time.time()
    senders = [f"visitor {number}" for number in range(60)]
    planted = {sender: f"<<{sender}: {NAME}, {PHONE}>>" for sender in senders}

    async def talk() -> None:
        for _ in range(300):
            sender = chance.choice(senders)
            words = " ".join([planted[sender]] * chance.choice([1, 1, 3, 20, 80]))
            # The first twenty are old.
            await turn(store, sender, words, when=at - (48 * HOUR if senders.index(sender) < 20 else 0))

    now(talk())
    assert len(on_disk(home, *planted.values())) >= len(senders)
    forgotten = chance.sample(senders[20:], 15)
    for sender in forgotten:
        assert now(store.forget(sender))
    assert on_disk(home, *(planted[sender] for sender in forgotten)) == []
    assert now(sweep(store, at)) == 20
    gone = {*forgotten, *senders[:20]}
    assert on_disk(home, *(planted[sender] for sender in gone)) == []
    for sender in set(senders) - gone:
        assert planted[sender] in now(store.history(sender))[0]["user"]
    for sender in set(senders) - gone:
        now(store.forget(sender))
    assert on_disk(home, NAME, PHONE) == []


def test_what_a_killed_sweep_leaves_the_next_one_removes(store: ConversationStore, opening: Open, home: Path) -> None:
    now(turn(store, "a", PHONE, when=time.time() - 48 * HOUR))
    assert store.records.erase(store.names.of_sender("a"))  # and killed before it could go on
    assert on_disk(home, PHONE)
    assert now(sweep(opening(), time.time())) == 0
    assert on_disk(home, PHONE) == []


def test_what_a_reader_kept_from_being_removed_the_next_sweep_removes(
    store: ConversationStore, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now(turn(store, "a", PHONE))
    reader = sqlite3.connect(home / "var" / "conversations.sqlite3", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM event").fetchone()
    assert now(store.forget("a")) is True
    assert "conversations.scrub" in caplog.text
    reader.execute("COMMIT")
    now(sweep(store, time.time()))
    assert on_disk(home, PHONE) == []


# the server does it itself


def test_the_server_sweeps_by_itself_and_goes_on_after_a_failure(
    store: ConversationStore, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETENTION_HOURS", "0.0004")  # 1.44 seconds
    app = Sanic("sweeping")
    app.add_route(lambda request: empty(), "/")  # Sanic starts with no fewer
    app.ctx.agent = type("Agent", (), {"tracker_store": store})()
    retention.attach(app)
    whole, failed = store.expire, False

    async def fail_once(before: float) -> int:
        nonlocal failed
        if not failed:
            failed = True
            raise StoreDown("away")
        return await whole(before)

    monkeypatch.setattr(store, "expire", fail_once)

    async def serve() -> list[bool]:
        await turn(store, "a", PHONE)
        server = await app.create_server(LOOPBACK, free_port(), return_asyncio_server=True)
        assert server is not None
        await server.startup()
        await server.after_start()
        seen = [bool(await store.history("a"))]
        await asyncio.sleep(3.2)
        seen.append(bool(await store.history("a")))
        await server.before_stop()
        await server.close()
        return [*seen, app.ctx.retention.done()]

    assert now(serve()) == [True, False, True]
    assert failed
    assert on_disk(home, PHONE) == []


# bot forget


def test_bot_forget_erases_and_says_so(store: ConversationStore, home: Path) -> None:
    now(turn(store, PHONE, f"I am {NAME}"))
    done = bot("forget", PHONE, BOT_HOME=home)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Erased the conversation.\n", "")
    assert now(store.history(PHONE)) == []
    assert on_disk(home, PHONE, NAME) == []
    done = bot("forget", PHONE, BOT_HOME=home)
    assert (done.returncode, done.stdout) == (0, "There is no conversation of that session; nothing was erased.\n")


def test_bot_forget_without_a_database_says_what_to_do(home: Path) -> None:
    url = "postgresql://bot:hunter2@127.0.0.1:1/chats"
    done = bot("forget", "a", BOT_HOME=home, CONVERSATIONS_URL=url)
    fails_readably(done, "CONVERSATIONS_URL", "127.0.0.1", lines=1)
    assert "hunter2" not in done.stderr

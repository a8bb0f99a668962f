"""The conversations of several clinics: apart in one database, in another of its own, and when one of these is away."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from facts import ROOT
from postgres_server import own_server
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, UserUttered
from three_clinics import DATABASE, SECRET, clinics_in, written

from bot.errors import StoreDown, StoreError
from bot.server.conversations import ClinicStores, open_clinic_stores, open_conversation_store
from bot.server.conversations.retention import sweep
from bot.server.conversations.secret import KeyedHash, keyed_hash
from bot.server.unanswered.keeping import UNANSWERED, KeptQuestion, month_now, months_ago
from bot.server.unanswered.rows import erase_clinic, keep, kept
from bot.tenants.current import using

T = TypeVar("T")
KEYS = ("riverside", "northgate", "hillside")
DOMAIN = Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three clinics and nothing kept yet."""
    for name in ("DATABASE_URL", "CONVERSATIONS_SYNC", "RETENTION_HOURS", "CLINIC", "CLINICS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BOT_HOME", str(tmp_path))
    monkeypatch.setenv("BOT_SECRET", SECRET)
    monkeypatch.setenv("CONVERSATIONS_URL", f"sqlite:///{tmp_path / 'shared.sqlite3'}")
    monkeypatch.setenv(DATABASE, f"sqlite:///{tmp_path / 'own.sqlite3'}")
    written(tmp_path / "clinics")
    return tmp_path


@pytest.fixture
def opening(home: Path) -> Iterator[Callable[[], ClinicStores]]:
    opened: list[ClinicStores] = []

    def open_them() -> ClinicStores:
        opened.append(open_clinic_stores(DOMAIN, clinics_in(home / "clinics")))
        return opened[-1]

    yield open_them
    for stores in opened:
        stores.close()


@pytest.fixture
def stores(opening: Callable[[], ClinicStores]) -> ClinicStores:
    return opening()


def at(stores: ClinicStores, key: str, call: Callable[[], Awaitable[T]]) -> T:
    """What a call gives when a clinic was chosen."""

    async def wait() -> T:
        return await call()

    with using(stores._clinics.by_key.get(key)):
        return asyncio.run(wait())


def say(stores: ClinicStores, key: str, sender: str, text: str, when: float | None = None) -> None:
    """One message as Rasa's processor keeps it."""

    async def turn() -> None:
        tracker = await stores.get_or_create_tracker(sender, append_action_listen=False)
        if not tracker.applied_events():
            for event in (ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")):
                tracker.update(event, DOMAIN)
        said = UserUttered(text, {"name": "greet"}, [], {"text": text}, when, "rest", None, {"message_id": text})
        tracker.update(said, DOMAIN)
        await stores.save(tracker)

    at(stores, key, turn)


def texts(stores: ClinicStores, key: str, sender: str = "me") -> list[Any]:
    return [turn["user"] for turn in at(stores, key, lambda: stores.history(sender))]


def test_hashes_of_one_clinic_alone_are_what_they_always_were() -> None:
    assert KeyedHash(b"a secret").of_sender("me") == "7a238733086d65b2f02d14c788e636182209c0c35be89b75b80488122ba36517"


def test_one_sender_at_several_clinics_is_several_conversations(stores: ClinicStores) -> None:
    for key in KEYS:
        say(stores, key, "me", f"at {key}")
    assert [texts(stores, key) for key in KEYS] == [[f"at {key}"] for key in KEYS]
    assert stores.shared.records.count_by_clinic() == {"riverside": 1, "northgate": 1}
    assert stores.own["hillside"].records.count_by_clinic() == {"hillside": 1}
    assert len({keyed_hash(key).of_sender("me") for key in (*KEYS, None)}) == 4


def test_nothing_of_another_clinic_can_be_recalled(stores: ClinicStores) -> None:
    say(stores, "riverside", "me", "hello")
    assert at(stores, "riverside", lambda: stores.recall("me", "hello")) == []
    assert at(stores, "northgate", lambda: stores.recall("me", "hello")) is None
    assert at(stores, "northgate", lambda: stores.retrieve("me")) is None


def test_without_a_choice_nothing_is_read_or_written(stores: ClinicStores) -> None:
    say(stores, "riverside", "me", "hello")
    calls: list[Callable[[], Awaitable[Any]]] = [
        lambda: stores.retrieve("me"), lambda: stores.history("me"), lambda: stores.recall("me", "hello"),
        lambda: stores.forget("me"), lambda: stores.was_forgotten("me"), lambda: stores.voted_down("me", "hello"),
        lambda: stores.retrieve_full_tracker("me"), lambda: stores.get_or_create_tracker("me"),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(StoreError, match="none was chosen"):
            at(stores, "", call)


def test_deleting_at_one_clinic_ends_that_chat_alone(stores: ClinicStores) -> None:
    for key in KEYS:
        say(stores, key, "me", "hello")
    assert at(stores, "riverside", lambda: stores.forget("me", time.time() + 60)) is True
    assert [at(stores, key, lambda: stores.was_forgotten("me")) for key in KEYS] == [True, False, False]
    assert [texts(stores, key) for key in KEYS] == [[], ["hello"], ["hello"]]


def test_all_of_one_clinic_can_be_erased(stores: ClinicStores) -> None:
    records = stores.shared.records
    for key in ("riverside", "northgate"):
        for number in range(5):
            say(stores, key, f"visitor {number}", "hello")
        keep(records, KeptQuestion(month_now(), "not_in_guide", UNANSWERED, f"asked at {key}"), key)
    assert records.erase_clinic("riverside") == 5
    assert erase_clinic(records, "riverside") == 1
    assert records.count_by_clinic() == {"northgate": 5}
    assert kept(records, "", "riverside") == [] and len(kept(records, "", "northgate")) == 1
    assert texts(stores, "northgate", "visitor 3") == ["hello"]


def test_the_sweep_erases_in_every_database_each_clinic_s_questions_in_their_time(home: Path) -> None:
    from three_clinics import HILLSIDE, NORTHGATE, RIVERSIDE, clinic_file

    written(
        home / "clinics", clinic_file(RIVERSIDE, keep_unanswered_months=2),
        clinic_file(NORTHGATE, keep_unanswered_months=24), clinic_file(HILLSIDE, keep_unanswered_months=2),
    )  # fmt: skip
    stores = open_clinic_stores(DOMAIN, clinics_in(home / "clinics"))
    now = time.time()
    for key in KEYS:
        records = stores.own.get(key, stores.shared).records
        say(stores, key, "old", "yesterday", now - 25 * 3600)
        say(stores, key, "new", "today", now)
        for months in (1, 3, 25):
            keep(records, KeptQuestion(months_ago(months), "not_in_guide", UNANSWERED, f"{months} months ago"), key)
    for months in (3, 13):  # of a clinic whose file is gone
        keep(stores.shared.records, KeptQuestion(months_ago(months), "off_topic", UNANSWERED, f"{months}"), "gone")
    assert asyncio.run(sweep(stores, now)) == 3
    assert [texts(stores, key, "new") for key in KEYS] == [["today"]] * 3
    assert [texts(stores, key, "old") for key in KEYS] == [[]] * 3
    left = {key: {q.text for q in kept(stores.own.get(key, stores.shared).records, "", key)} for key in (*KEYS, "gone")}
    assert left == {
        "riverside": {"1 months ago"}, "northgate": {"1 months ago", "3 months ago"}, "hillside": {"1 months ago"},
        "gone": {"3"},
    }  # fmt: skip
    stores.close()


def test_a_database_that_is_away_harms_neither_the_sweep_nor_the_others(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(DATABASE, f"sqlite:///{home / 'missing' / 'own.sqlite3'}")
    stores = open_clinic_stores(DOMAIN, clinics_in(home / "clinics"))
    assert f"database={DATABASE}" in caplog.text
    say(stores, "riverside", "me", "hello", time.time() - 25 * 3600)
    with pytest.raises(StoreDown, match=DATABASE):
        say(stores, "hillside", "me", "hello")
    assert asyncio.run(stores.health()) == "partly_down"
    assert asyncio.run(sweep(stores, time.time())) == 1
    (home / "missing").mkdir()
    say(stores, "hillside", "me", "again")
    assert texts(stores, "hillside") == ["again"]
    assert asyncio.run(stores.health()) == "ok"
    stores.close()


@pytest.mark.postgres
def test_one_clinic_s_postgresql_is_stopped(
    postgres_programs: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_server(postgres_programs) as server:
        monkeypatch.setenv(DATABASE, server.url)
        stores = open_clinic_stores(DOMAIN, clinics_in(home / "clinics"))
        for key in KEYS:
            say(stores, key, "me", "before")
        assert stores.own["hillside"].records.count_by_clinic() == {"hillside": 1}
        server.stop()
        with pytest.raises(StoreDown):
            say(stores, "hillside", "me", "meanwhile")
        say(stores, "riverside", "me", "meanwhile")
        assert asyncio.run(stores.health()) == "partly_down"
        server.start()
        say(stores, "hillside", "me", "after")
        assert texts(stores, "hillside") == ["before", "after"]
        assert texts(stores, "riverside") == ["before", "meanwhile"]
        stores.close()


def test_after_a_restart_each_conversation_goes_on(opening: Callable[[], ClinicStores]) -> None:
    first = opening()
    for key in KEYS:
        say(first, key, "me", f"at {key}")
    again = opening()
    for key in KEYS:
        say(again, key, "me", "and again")
        assert texts(again, key) == [f"at {key}", "and again"]


def test_what_one_clinic_alone_kept_is_found_only_without_several(
    home: Path, opening: Callable[[], ClinicStores]
) -> None:
    alone = open_conversation_store(DOMAIN)

    async def turn() -> None:
        tracker = await alone.get_or_create_tracker("me", append_action_listen=False)
        tracker.update(UserUttered("before", {"name": "greet"}, [], {"text": "before"}), DOMAIN)
        await alone.save(tracker)

    asyncio.run(turn())
    stores = opening()
    assert [texts(stores, key) for key in KEYS] == [[]] * 3
    assert stores.shared.records.count_by_clinic() == {None: 1}
    assert asyncio.run(alone.history("me")) == [{"user": "before"}]
    assert asyncio.run(sweep(stores, time.time() + 25 * 3600)) == 1
    alone.close()


def test_the_file_of_its_own_holds_no_text_of_another_clinic(home: Path, stores: ClinicStores) -> None:
    say(stores, "riverside", "me", "a very special sentence")
    say(stores, "hillside", "me", "quite another sentence")
    stores.close()
    with sqlite3.connect(home / "own.sqlite3") as connection:
        own = "\n".join(connection.iterdump())
    with sqlite3.connect(home / "shared.sqlite3") as connection:
        shared = "\n".join(connection.iterdump())
    assert "quite another" in own and "special" not in own
    assert "special" in shared and "quite another" not in shared


def test_the_domain_that_rasa_sets_reaches_every_clinic(opening: Callable[[], ClinicStores]) -> None:
    stores = opening()
    stores.domain = Domain.empty()
    say(stores, "riverside", "me", "hello")
    stores.domain = DOMAIN
    slots = at(stores, "riverside", lambda: stores.retrieve("me"))
    assert slots is not None and "memory" in slots.slots

"""The secret behind the keyed hashes: made once, for this user alone, and the same for all processes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from talking import Open, now, turn

from bot import settings
from bot.errors import StoreError
from bot.server.conversations.secret import FILE, KeyedHash, keyed_hash


def test_a_secret_is_made_once_and_for_this_user_alone(home: Path) -> None:
    first = keyed_hash().of_sender("a")
    path = home / "var" / FILE
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_bytes()) == 32
    assert keyed_hash().of_sender("a") == first
    assert [p.name for p in (home / "var").iterdir()] == [FILE]


def test_many_that_start_at_once_get_the_same(home: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: keyed_hash().of_sender("a"), range(8)))
    assert len(found) == 1


def test_another_installation_has_other_hashes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = keyed_hash().of_sender("a")
    monkeypatch.setenv("BOT_SECRET", "one long random text of a clinic")
    named = keyed_hash().of_sender("a")
    monkeypatch.setenv("BOT_SECRET", "another long random text")
    assert len({kept, named, keyed_hash().of_sender("a")}) == 3


def test_a_hash_tells_nothing_of_the_id_and_what_it_is_for_matters() -> None:
    names = KeyedHash(b"secret")
    assert names.of_sender("15558675309") != names.of_message("15558675309")
    assert len(names.of_sender("")) == len(names.of_sender("x" * 10_000)) == 64


def test_with_another_secret_nobody_s_conversation_is_found(opening: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    now(turn(opening(), "a", "hello"))
    monkeypatch.setenv("BOT_SECRET", "one long random text of a clinic")
    assert now(opening().retrieve("a")) is None


def test_a_damaged_secret_is_told_and_never_used(home: Path) -> None:
    keyed_hash()
    (home / "var" / FILE).write_bytes(b"")
    with pytest.raises(StoreError, match="0 bytes and is no secret"):
        keyed_hash()


@pytest.mark.parametrize(
    ("named", "shared", "url"),
    [
        ("", "", "sqlite:///{var}/conversations.sqlite3"),
        ("", "sqlite:///guide.sqlite3", "sqlite:///{var}/conversations.sqlite3"),
        ("", "postgres://bot@db/x", "postgresql://bot@db/x"),
        ("", "postgresql+psycopg2://bot@db/x", "postgresql+psycopg2://bot@db/x"),
        ("postgres://bot@db/y", "postgres://bot@db/x", "postgresql://bot@db/y"),
        ("sqlite:////tmp/y", "postgres://bot@db/x", "sqlite:////tmp/y"),
    ],
)
def test_where_conversations_are(
    named: str, shared: str, url: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVERSATIONS_URL", named)
    monkeypatch.setenv("DATABASE_URL", shared)
    assert settings.conversations_url() == url.format(var=home / "var")

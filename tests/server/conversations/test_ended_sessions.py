"""A chat that its visitor deleted stays deleted: in every process, after a restart, and until its token expires."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from talking import Open, now, on_disk, turn

from bot.errors import ConversationChanged
from bot.server.conversations.retention import sweep


def test_an_ended_session_is_known_in_another_process_and_after_a_restart(anywhere: None, opening: Open) -> None:
    first, second = opening(), opening()
    until = time.time() + 3600
    now(turn(first, "web:a", "hello"))
    assert now(first.forget("web:a", until)) is True
    assert now(first.forget("web:b", until)) is False  # nothing was said yet, and the token must end all the same
    for store in (first, second, opening()):
        assert [now(store.was_forgotten(f"web:{who}")) for who in "abc"] == [True, True, False]
    # A message that another process still has in hand leaves nothing behind.
    with pytest.raises(ConversationChanged):
        now(turn(second, "web:a", "too late"))
    assert now(second.history("web:a")) == []
    assert now(first.forget("web:a", until + 5)) is False  # deleting again is no error


def test_it_is_forgotten_when_the_token_has_expired_anyway(anywhere: None, opening: Open) -> None:
    store, at = opening(), time.time()
    now(store.forget("web:a", at + 100))
    now(store.forget("web:b", at + 200))
    now(sweep(store, at + 150))
    assert [now(store.was_forgotten(f"web:{who}")) for who in "ab"] == [False, True]
    now(sweep(store, at + 250))
    assert now(store.was_forgotten("web:b")) is False


def test_an_operator_s_forget_ends_no_session(opening: Open) -> None:
    store = opening()
    now(turn(store, "web:a", "hello"))
    now(store.forget("web:a"))
    assert now(store.was_forgotten("web:a")) is False
    now(turn(store, "web:a", "anew"))
    assert len(now(store.history("web:a"))) == 2


def test_only_the_keyed_hash_is_kept(opening: Open, home: Path) -> None:
    store = opening()
    now(store.forget("web:0123456789abcdef", time.time() + 100))
    assert on_disk(home / "var", "0123456789abcdef") == []
    assert on_disk(home / "var", store.names.of_sender("web:0123456789abcdef")) != []

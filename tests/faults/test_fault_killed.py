"""Killed with `kill -9` while visitors talk: nothing that was answered is lost, nothing is answered twice, and they go on."""

from __future__ import annotations

import os
import signal
import sqlite3
from typing import Any

import pytest
from serving import Served, Visitor, is_honest, reply_of, talking, wait_until
from web_server import API

pytestmark = [pytest.mark.model, pytest.mark.slow]
VISITORS = 8


def test_the_only_server_is_killed_and_started_again(single: Served, reference: list[dict[str, Any]]) -> None:
    ended = single.session()
    assert single.say(ended, "what is stage 2").status == 200
    assert single.request("DELETE", f"{API}/session", Authorization=f"Bearer {ended}").status == 204
    visitors = [Visitor(single, single.session()) for _ in range(VISITORS)]
    with talking(visitors, after=3):
        single.kill()
        before = sum(len(visitor.answers) for visitor in visitors)
        single.start()
    assert before < VISITORS * len(reference), "it was killed too late to show anything"
    assert sum(visitor.cut_off for visitor in visitors) > 0
    assert [visitor.refused for visitor in visitors] == [[]] * VISITORS
    for visitor in visitors:
        visitor.check(reference)
    assert sqlite3.connect(single.database).execute("PRAGMA integrity_check").fetchone() == ("ok",)
    # What a visitor deleted before stays deleted.
    assert single.say(ended, "hello again").error == (401, "session_ended")


@pytest.mark.postgres
def test_a_worker_is_killed_under_load(group: Served, reference: list[dict[str, Any]]) -> None:
    visitors = [Visitor(group, group.session()) for _ in range(VISITORS)]
    victim = group.children()[0]
    with talking(visitors, after=2):
        os.kill(victim, signal.SIGKILL)
    assert sum(visitor.cut_off for visitor in visitors) == 0  # the port stays open
    for visitor in visitors:
        # At most the message that the dead worker had in hand.
        assert len(visitor.refused) <= 1
        for answer in visitor.refused:
            is_honest(answer, "interrupted")
        assert visitor.longest < 10
        visitor.check(reference)
    wait_until(lambda: len(group.children()) == 2 and victim not in group.children())


@pytest.mark.postgres
def test_a_deleted_chat_stays_deleted_in_every_worker(group: Served) -> None:
    tokens = [group.session() for _ in range(4)]
    for token in tokens:
        assert group.say(token, "what comes after Enhertu", "one").status == 200
        assert group.request("DELETE", f"{API}/session", Authorization=f"Bearer {token}").status == 204
    before = group.children()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: len(group.children()) == 2 and not set(before) & set(group.children()))
    group.wait_until_ready()
    for token in tokens:
        assert group.say(token, "and after that?", "one").error == (401, "session_ended")
        assert group.request("GET", f"{API}/history", Authorization=f"Bearer {token}").error[0] == 401


@pytest.mark.postgres
def test_a_conversation_goes_on_in_another_worker(group: Served, reference: list[dict[str, Any]]) -> None:
    """Each worker dies once, so that whoever had the conversation, another one reads it afresh."""
    visitor = Visitor(group, group.session())
    for _ in range(2):
        visitor.ask_next()
        before = group.children()
        os.kill(before[0], signal.SIGKILL)
        visitor.ask_next()
        wait_until(lambda gone=before[0]: len(group.children()) == 2 and gone not in group.children())
        group.wait_until_ready()
    visitor.ask_all()
    visitor.check(reference)
    assert reply_of(group.say(group.session(), "and after that?"))["kind"] == "clarify"

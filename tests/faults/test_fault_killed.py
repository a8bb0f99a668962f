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
def test_one_worker_after_the_other_is_killed_under_load(group: Served, reference: list[dict[str, Any]]) -> None:
    """So whoever had a conversation, another worker goes on with it, and reads it afresh."""
    ended = [group.session() for _ in range(4)]
    for token in ended:
        assert group.say(token, "what comes after Enhertu", "one").status == 200
        assert group.request("DELETE", f"{API}/session", Authorization=f"Bearer {token}").status == 204
    visitors = [Visitor(group, group.session()) for _ in range(VISITORS)]
    patient = Visitor(group, group.session())
    patient.ask_next()
    first, second = group.children()
    with talking(visitors, after=2):
        os.kill(first, signal.SIGKILL)
    wait_until(lambda: len(group.children()) == 2 and first not in group.children())
    group.wait_until_ready()
    wait_until(lambda: group.said().count('"serving"') >= 3)
    patient.ask_next()
    os.kill(second, signal.SIGKILL)
    patient.ask_all()
    for visitor in visitors:
        # At most the message that the dead worker had in hand.
        assert len(visitor.refused) <= 1
    for visitor in (*visitors, patient):
        assert visitor.cut_off == 0  # the port stays open
        for answer in visitor.refused:
            is_honest(answer, "interrupted")
        assert visitor.longest < 10
        visitor.check(reference)
    # No worker of now is one of those that were told; what a visitor deleted stays deleted.
    for token in ended:
        assert group.say(token, "and after that?", "one").error == (401, "session_ended")
        assert group.request("GET", f"{API}/history", Authorization=f"Bearer {token}").error == (401, "session_ended")
    assert reply_of(group.say(group.session(), "and after that?"))["kind"] == "clarify"
    wait_until(lambda: not {first, second} & set(group.children()) and group.said().count('"serving"') >= 4)

"""The conversations' database goes away or its disk is full: visitors are told so, and then go on where they were."""

from __future__ import annotations

import resource
import sqlite3
import time
from typing import Any

import pytest
from postgres_server import Server
from serving import Served, Visitor, is_honest, talking, wait_until
from web_server import API

pytestmark = [pytest.mark.model, pytest.mark.slow]


def is_told(served: Served) -> None:
    """Checks that everything of the web channel that needs the store says so honestly, and `/ready` as well."""
    token = served.session()  # takes no store
    is_honest(served.say(token, "what is stage 2"), "store_down")
    answer = served.request("GET", "/ready")
    assert (answer.status, answer.json["parts"]["conversations"]) == (503, "down")
    assert served.request("GET", "/health").status == 200  # restarting would not help


@pytest.mark.postgres
def test_postgresql_is_stopped_and_started(group: Served, database: Server, reference: list[dict[str, Any]]) -> None:
    visitors = [Visitor(group, group.session()) for _ in range(4)]
    with talking(visitors, after=2, wait=True) as gate:
        database.stop()
        gate.set()
        try:
            wait_until(lambda: all(visitor.refused for visitor in visitors), 20)
            time.sleep(1.1)  # `/ready` looks once a second
            is_told(group)
            token = group.session()
            is_honest(group.request("DELETE", f"{API}/session", Authorization=f"Bearer {token}"), "store_down")
            is_honest(group.request("GET", f"{API}/history", Authorization=f"Bearer {token}"), "store_down")
        finally:
            database.start()
        back = time.monotonic()
        wait_until(lambda: group.request("GET", "/ready").status == 200, 20)
        assert time.monotonic() - back < 10
    for visitor in visitors:
        for answer in visitor.refused:
            is_honest(answer, "store_down")
        visitor.check(reference)
    # Deleting failed, so the token is still good and the visitor can ask for it again.
    assert group.request("DELETE", f"{API}/session", Authorization=f"Bearer {token}").status == 204
    assert "conversations.down" in group.said()
    assert "conversations.up" in group.said()


def test_the_disk_is_full(single: Served, reference: list[dict[str, Any]]) -> None:
    visitors = [Visitor(single, single.session()) for _ in range(4)]
    usual = resource.prlimit(single.pid, resource.RLIMIT_FSIZE)
    with talking(visitors, after=2, wait=True) as gate:
        resource.prlimit(single.pid, resource.RLIMIT_FSIZE, (1, usual[1]))  # no file can be written any more
        gate.set()
        try:
            wait_until(lambda: all(visitor.refused for visitor in visitors), 20)
            time.sleep(1.1)
            is_told(single)
            single.history(visitors[0].token)  # what is kept can be read
        finally:
            resource.prlimit(single.pid, resource.RLIMIT_FSIZE, usual)
    for visitor in visitors:
        for answer in visitor.refused:
            is_honest(answer, "store_down")
        visitor.check(reference)
    wait_until(lambda: single.request("GET", "/ready").status == 200, 20)
    assert sqlite3.connect(single.database).execute("PRAGMA integrity_check").fetchone() == ("ok",)

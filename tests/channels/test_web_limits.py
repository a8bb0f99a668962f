"""The rate limits: they count what they should, say how long to wait, and stay small."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bot.channels import web_limits
from bot.channels.web_errors import Refused
from bot.channels.web_limits import Limit, address_of


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    now = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(web_limits.time, "monotonic", lambda: now.seconds)
    return now


def taken(limit: Limit, key: str) -> int | None:
    """None when the request is let through, else the seconds to wait."""
    try:
        limit.take(key)
    except Refused as refused:
        assert (refused.status, refused.code) == (429, "slow_down")
        assert refused.answer().headers["Retry-After"] == str(refused.retry_after)
        return refused.retry_after
    return None


def test_so_many_in_any_minute_and_no_more(clock: Any) -> None:
    limit = Limit("slow_down", 3)
    for second in (0, 10, 20):
        clock.seconds = 1000.0 + second
        assert taken(limit, "a") is None
    clock.seconds = 1030.0
    assert taken(limit, "a") == 30
    assert taken(limit, "b") is None
    clock.seconds = 1059.0
    assert taken(limit, "a") == 1
    clock.seconds = 1060.5
    assert taken(limit, "a") is None
    assert taken(limit, "a") == 10


def test_who_waits_as_told_is_let_through_and_refusals_do_not_count(clock: Any) -> None:
    limit = Limit("slow_down", 2)
    assert [taken(limit, "a") for _ in range(50)].count(None) == 2
    wait = taken(limit, "a")
    assert wait is not None
    clock.seconds += wait + 0.01
    assert taken(limit, "a") is None


def test_memory_is_bounded(clock: Any) -> None:
    limit = Limit("slow_down", 5, most_keys=100)
    for number in range(1000):
        taken(limit, str(number))
        for _ in range(7):
            taken(limit, "busy")
    assert len(limit) == 100
    # Who asks all the time is not the one who is forgotten.
    assert taken(limit, "busy") is not None
    assert len(limit._buckets["busy"].items) <= 5


@pytest.mark.parametrize(
    ("ip", "forwarded", "key"),
    [
        ("198.51.100.7", "", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        ("10.0.0.1", "[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "", "198.51.100.7"),
        ("10.0.0.1", "anything else", "unknown"),
        ("", "", "unknown"),
    ],
)
def test_the_address_that_counts(ip: str, forwarded: str, key: str) -> None:
    request: Any = SimpleNamespace(ip=ip, remote_addr=forwarded)
    assert address_of(request) == key

"""Clients that send or read slowly, or not at all: they are let go in time, and nobody else waits for them."""

from __future__ import annotations

import contextlib
import socket
import statistics
import threading
import time
from collections.abc import Callable

import pytest
from raw import connect, cut, exchange, message, post, read
from serving import Served, Visitor, reply_of, rss_mb, wait_until

pytestmark = [pytest.mark.model, pytest.mark.slow]
WEB = "/webhooks/web/message"
STOPPED_AFTER = 16  # seconds; the body's 10, and some for a busy machine


class Slow(threading.Thread):
    """One slow client in a thread of its own; what it found is in `result`."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.work, self.result, self.error = work, None, None
        self.start()

    def run(self) -> None:
        try:
            self.result = self.work()
        except BaseException as error:  # noqa: BLE001 - told by `done`
            self.error = error

    def done(self) -> object:
        self.join(40)
        assert not self.is_alive(), "the slow client still waits"
        if self.error is not None:
            raise self.error
        return self.result


def drip(served: Served, token: str) -> list[int]:
    """Sends a body a byte at a time, for ever."""
    with connect(served.port) as connection:
        connection.sendall(post(WEB, b"", token, length=200))
        began = time.monotonic()
        while time.monotonic() - began < STOPPED_AFTER:
            with contextlib.suppress(ConnectionError):
                connection.sendall(b" ")
            connection.settimeout(0.4)
            try:
                said = read(connection, seconds=0.4)
            except OSError:
                return []
            if said.statuses or said.closed:
                return said.statuses
        raise AssertionError(f"it was still listened to after {STOPPED_AFTER} seconds")


def stop_half_way(served: Served, token: str) -> list[int]:
    """Sends half a body and then nothing."""
    return exchange(served.port, post(WEB, b'{"message": "wh', token, length=99), seconds=STOPPED_AFTER).statuses


def stop_in_the_head(served: Served, token: str) -> bool:
    """Sends half a head and then nothing."""
    return exchange(served.port, b"POST /webhooks/web/mess", seconds=STOPPED_AFTER, enough=2).closed


def test_slow_clients_are_let_go_and_hold_nobody_up(single: Served) -> None:
    token = single.session()
    visitor = Visitor(single, single.session(), script=("what is stage 2",) * 400)
    slow = [Slow(lambda work=work: work(single, token)) for work in (drip, stop_half_way) for _ in range(10)]
    heads = [Slow(lambda: stop_in_the_head(single, token)) for _ in range(10)]
    silent = [connect(single.port) for _ in range(60)]
    times = []
    while any(one.is_alive() for one in slow) and len(visitor.answers) < 400:
        began = time.perf_counter()
        visitor.ask_next()
        times.append(time.perf_counter() - began)
        time.sleep(0.2)
    assert [one.done() for one in slow] == [[408]] * 20
    assert [one.done() for one in heads] == [True] * 10
    for connection in silent:
        connection.close()
    assert not visitor.refused and not visitor.cut_off
    assert len(times) > 10
    assert statistics.median(times) < 0.5, sorted(times)[-5:]


def test_who_hangs_up_is_answered_all_the_same(single: Served) -> None:
    """A message whose visitor is gone is kept with its answer, and sent again it is answered at once."""
    token = single.session()
    connection = connect(single.port)
    connection.sendall(message(token, "what comes after Enhertu", "gone"))
    time.sleep(0.05)
    cut(connection)
    wait_until(lambda: len(single.history(token)) == 2, 10)
    answer = reply_of(single.say(token, "what comes after Enhertu", "gone"))
    assert single.history(token) == [{"user": "what comes after Enhertu"}, {"bot": answer}]
    # Who has closed one half only still reads its answer.
    assert exchange(single.port, message(token, "and after that?", "half"), end=True).statuses in ([200], [])
    wait_until(lambda: len(single.history(token)) == 4, 10)


def does_not_read(served: Served) -> None:
    """Asks for many pages and reads none; checks that they don't pile up in memory while another visitor is answered."""
    before = served.rss_mb()
    connections = []
    for _ in range(4):
        connection = connect(served.port, receive=4096)
        connection.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            connection.send(b"GET /guide HTTP/1.1\r\nHost: a\r\n\r\n" * 1500)
        connections.append(connection)
    visitor = Visitor(served, served.session(), script=("what is stage 2",) * 8)
    for _ in range(8):
        visitor.ask_next()
        time.sleep(0.15)
    grown = served.rss_mb() - before
    for connection in connections:
        cut(connection)
    assert not visitor.refused and not visitor.cut_off
    assert visitor.longest < 5
    assert grown < 40, f"{grown:.0f} MB more"


def test_who_does_not_read_fills_no_memory(single: Served) -> None:
    does_not_read(single)


@pytest.mark.postgres
def test_who_does_not_read_fills_no_memory_of_the_front(group: Served) -> None:
    front = rss_mb(group.pid)
    does_not_read(group)
    assert rss_mb(group.pid) - front < 15


@pytest.mark.postgres
def test_slow_clients_cost_the_workers_nothing(group: Served) -> None:
    """The front hands a request on when it is complete, so a slow one holds no place at a worker."""
    token = group.session()
    slow = [connect(group.port) for _ in range(60)]
    for connection in slow:
        connection.sendall(post(WEB, b'{"message": "wh', token, length=99))
    visitors = [Visitor(group, group.session(), script=("what is stage 2",) * 3) for _ in range(3)]
    for visitor in visitors:
        visitor.ask_all()
        assert visitor.longest < 5
        assert not visitor.refused
    for connection in slow:
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()

"""Several workers behind one port: one is killed under load, and nobody else notices."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bot_process import wait_until
from commands import BOT, LOOPBACK, bot, environment, fails_readably, free_port
from facts import DISCLAIMER, ROOT
from trained import one_reply, the_model

pytestmark = [pytest.mark.model, pytest.mark.slow]
WEBHOOK = "/webhooks/rest/webhook"


def ask(port: int, sender: str, text: str, seconds: float = 60) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=seconds)
    try:
        connection.request("POST", WEBHOOK, json.dumps({"sender": sender, "message": text}))
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[bytes], int, Path]]:
    """`bot serve --workers 2`: the supervisor, its port and its log."""
    the_model()
    folder = tmp_path_factory.mktemp("workers")
    store = f"sqlite:///{folder / 'guide.sqlite3'}"
    assert bot("guide", "build", DATABASE_URL=store).returncode == 0
    port, log = free_port(), folder / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*BOT, "serve", "--workers", "2", "--port", str(port)], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=file,
            stderr=file, env=environment(DATABASE_URL=store),
        )  # fmt: skip
    try:
        wait_until(lambda: process.poll() is not None or ask(port, "first", "hi")[0] == 200, 120)
        assert process.poll() is None, log.read_text()
        # The second worker may need longer than the first: until both answer, one may have everything.
        wait_until(lambda: len(children(process.pid)) == 2, 120)
        yield process, port, log
    finally:
        process.kill()
        process.wait()


def test_a_worker_killed_under_load_is_started_again_and_the_others_go_on(
    group: tuple[subprocess.Popen[bytes], int, Path],
) -> None:
    process, port, log = group
    before = children(process.pid)
    stop, seen = threading.Event(), []

    def visitor(number: int) -> None:
        while not stop.is_set():
            try:
                status, body = ask(port, f"load {number}", "what comes after enhertu")
            except (OSError, http.client.HTTPException) as error:
                seen.append((time.monotonic(), type(error).__name__, None))
                continue
            seen.append((time.monotonic(), status, body))

    threads = [threading.Thread(target=visitor, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(1.5)
        os.kill(before[0], signal.SIGKILL)
        killed = time.monotonic()
        time.sleep(2)
        wait_until(lambda: len(children(process.pid)) == 2 and before[0] not in children(process.pid), 120)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    broken = [(status, body) for _, status, body in seen if status != 200]
    # At most what the dead worker had in hand: one message of each visitor.
    assert len(broken) <= len(threads), broken
    for status, body in broken:
        assert status == 503, status
        assert body["error"]["code"] == "interrupted"
        assert DISCLAIMER in body["error"]["text"]
        assert DISCLAIMER in body["messages"][0]["text"]
    after = [body for when, status, body in seen if status == 200 and when > killed + 0.5]
    assert after, "nobody was answered after the kill"
    assert all(one_reply(body)["kind"] == "sequence" for body in after)
    assert "worker.died number=" in log.read_text()
    assert "load" not in log.read_text()


def test_a_conversation_goes_on_over_many_connections(group: tuple[subprocess.Popen[bytes], int, Path]) -> None:
    _, port, _ = group
    for number in range(6):
        sender = f"goes on {number}"
        assert one_reply(ask(port, sender, "what comes after enhertu")[1])["line"] == 3
        assert "After Kadcyla" in one_reply(ask(port, sender, "and after that?")[1])["shown"]


def test_bad_requests_are_refused_and_the_port_goes_on(group: tuple[subprocess.Popen[bytes], int, Path]) -> None:
    import socket

    _, port, _ = group
    for raw, status in (
        (b"nonsense\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5000000\r\n\r\n" + b"x" * 4_100_000, b"413"),
        (b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"y" * 40_000 + b"\r\n\r\n", b"431"),
    ):
        with socket.create_connection((LOOPBACK, port), timeout=20) as connection:
            with contextlib.suppress(OSError):
                connection.sendall(raw)
            with contextlib.suppress(ConnectionResetError):
                assert connection.recv(4096).split(b" ")[1] == status
    with socket.create_connection((LOOPBACK, port), timeout=20) as connection:
        one = b"GET /webhooks/rest/ HTTP/1.1\r\nhost: a\r\n\r\n"
        connection.sendall(one * 3)  # three at once are answered in turn
        answer = b""
        while answer.count(b'{"status":"ok"}') < 3:
            got = connection.recv(4096)
            assert got
            answer += got
    with socket.create_connection((LOOPBACK, port), timeout=20) as connection:
        connection.sendall(b"POST " + WEBHOOK.encode() + b" HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")
        body = b'{"sender": "chunks", "message": "what is stage 2"}'
        for part in (body[:20], body[20:]):
            connection.sendall(b"%x\r\n%s\r\n" % (len(part), part))
            time.sleep(0.05)
        connection.sendall(b"0\r\n\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
    assert ask(port, "after", "what is stage 2")[0] == 200


def test_messages_in_hand_are_finished_before_it_stops(group: tuple[subprocess.Popen[bytes], int, Path]) -> None:
    process, port, _ = group
    workers = children(process.pid)
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(ask(port, f"last {n}", "what is stage 2")[0]))
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join()
    assert answers == [200] * 4
    assert process.wait(timeout=30) == 0
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), 10)


def test_workers_that_cannot_start_say_so() -> None:
    code = f"""
from pathlib import Path
from bot.server.workers import serve_with_workers
from bot.errors import BotError
try:
    serve_with_workers(Path("no-model.tar.gz"), host="127.0.0.1", port={free_port()}, workers=2, port_each=False)
except BotError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120,
                          env=environment())  # fmt: skip
    assert "did not start" in done.stdout, done.stderr[-500:]


@pytest.mark.parametrize("workers", ["0", "-1", "400"])
def test_a_number_of_workers_that_makes_no_sense_is_refused(workers: str) -> None:
    fails_readably(bot("serve", "--workers", workers, "--port", str(free_port())), "workers", "from 1 to")

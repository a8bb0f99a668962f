"""The load benchmark's arithmetic, its messages and its load generator against a server that is known."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bot.errors import BotError
from bot.evaluation import process_figures
from bot.evaluation.benchmark_messages import MESSAGES
from bot.evaluation.benchmark_serve import long_summary, ratios, summary, table
from bot.evaluation.benchmark_serve_load import Plan, run
from bot.evaluation.benchmark_serve_plot import plot
from bot.evaluation.benchmark_serve_servers import Server, bare_server

GOALS = ["throughput_vs_stock", "throughput_vs_template", "p95_vs_stock", "turn240_vs_turn5", "startup_vs_stock",
         "memory_vs_stock", "two_workers"]  # fmt: skip


class Slow(BaseHTTPRequestHandler):
    """Answers each message after a time that is known, and keeps what it was sent."""

    protocol_version = "HTTP/1.1"
    seen: list[dict[str, Any]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Slow.seen.append(body)
        time.sleep(0.02)
        answer = b'[{"custom": {"data": {"reply": {}}}}]'
        self.send_response(500 if "fails" in body["sender"] else 200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: Any) -> None:
        """Keeps quiet."""


@pytest.fixture
def slow_url() -> Iterator[str]:
    Slow.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/webhook"
    server.shutdown()


def test_there_are_enough_messages_and_each_is_one_of_its_own() -> None:
    assert len(set(MESSAGES)) == len(MESSAGES) >= 50
    assert all(message == message.strip() and 0 < len(message) < 200 for message in MESSAGES)


def test_the_load_generator_counts_what_it_sends(slow_url: str) -> None:
    got = asyncio.run(run(Plan(slow_url, "short", clients=4, turns=5, seconds=1.0, warm=0.2)))
    assert got["errors"] == 0
    assert all(20 <= took < 500 for _, took in got["times"])
    assert {turn for turn, _ in got["times"]} == {1, 2, 3, 4, 5}
    assert 0.8 <= got["seconds"] < 2
    assert len(got["times"]) <= len(Slow.seen)
    conversations: dict[str, list[str]] = {}
    for body in Slow.seen:
        conversations.setdefault(body["sender"], []).append(body["message"])
    assert all(len(texts) <= 5 for texts in conversations.values())
    assert len({body["message"] for body in Slow.seen}) > 10


def test_a_long_conversation_asks_the_same_at_its_end_as_at_its_start(slow_url: str) -> None:
    asyncio.run(run(Plan(slow_url, "long", clients=1, turns=20, seconds=20, warm=0)))
    texts = [body["message"] for body in Slow.seen]
    assert len(texts) == 20
    assert texts[2:5] == texts[17:20]


def test_what_fails_is_counted_apart(slow_url: str) -> None:
    got = asyncio.run(run(Plan(slow_url, "short", clients=1, seconds=0.3, warm=0, name="fails")))
    assert got["errors"] > 0
    assert got["times"] == []
    with pytest.raises(BotError, match="Nothing was answered"):
        summary([got])


def test_a_summary_is_over_all_rounds() -> None:
    one = {"seconds": 2.0, "errors": 1, "sent": 125, "cpu": 1.0, "times": [(1, float(n)) for n in range(100)]}
    found = summary([one, {**one, "seconds": 3.0, "errors": 0}])
    assert found == {"messages": 200, "per_second": 40.0, "p50_ms": 50.0, "p95_ms": 95.0, "p99_ms": 99.0, "cpu_ms": 8.0,
                     "errors": 1}  # fmt: skip


def test_a_long_summary_compares_the_same_questions() -> None:
    times = [(turn, 10.0 + (turn > 235) * 3) for turn in range(1, 241)]
    found = long_summary(times, 0)
    assert (found["turn_5_ms"], found["last_turn_ms"], found["turns"]) == (10.0, 13.0, 240)
    assert long_summary(times[:42], 0)["turns"] == 42
    with pytest.raises(BotError, match="No long"):
        long_summary([], 3)


def result() -> dict[str, Any]:
    def server(rate: float, p95: float, start: float, memory: float, late: float) -> dict[str, Any]:
        load = {"per_second": rate, "p50_ms": p95 / 2, "p95_ms": p95, "p99_ms": p95 * 2, "cpu_ms": 9.0, "errors": 0}
        long = {"turns": 240, "turn_5_ms": 10.0, "last_turn_ms": late, "turn_20_ms": 10.0, "turn_60_ms": 11.0,
                "turn_120_ms": None, "turn_180_ms": 12.0}  # fmt: skip
        return {
            "load": dict.fromkeys(("1", "16", "64"), load),
            "start_seconds": start,
            "memory_mb": memory,
            "long": long,
        }

    servers = {"bot": server(100, 12, 4, 300, 12), "stock": server(20, 60, 10, 1000, 200),
               "template": server(10, 120, 20, 1500, 300), "bot_2_workers": server(180, 12, 5, 700, 12)}  # fmt: skip
    return {"servers": servers, "ratios": ratios(servers), "goals": dict.fromkeys(GOALS, ">= 1")}


def test_the_ratios_have_the_names_and_values_that_others_read() -> None:
    assert ratios(result()["servers"]) == {
        "throughput_vs_stock": 5.0, "throughput_vs_template": 10.0, "p95_vs_stock": 0.2, "turn240_vs_turn5": 1.2,
        "startup_vs_stock": 0.4, "memory_vs_stock": 0.3, "two_workers": 1.8,
    }  # fmt: skip
    assert list(result()["ratios"]) == GOALS


def test_the_table_and_the_plot_show_every_server() -> None:
    text, picture = table(result()), plot(result())
    for name in ("bot", "stock", "template", "bot_2_workers"):
        assert name in text
    assert "this bot 100, this bot, 2 workers 180, Rasa, same model 20" in picture
    ElementTree.fromstring(picture)


def test_a_server_and_its_children_are_measured_and_ended(tmp_path: Path) -> None:
    server = bare_server(tmp_path)
    try:
        server.start()
        pid = server.processes[0].pid
        assert 0 < server.start_seconds < 60
        assert server.memory_mb() > 5
        assert server.cpu_seconds() > 0.05
    finally:
        server.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_warm_start_is_a_second_one(tmp_path: Path) -> None:
    code = "import sys, pathlib; p = pathlib.Path(sys.argv[2]); p.write_text(p.read_text() + 'started ');"
    server = bare_server(tmp_path)
    (tmp_path / "starts").write_text("")
    python, _, program, port = server.commands[0]
    server.commands = [[python, "-c", f"{code} sys.argv[:] = ['bare', {port!r}]; exec({program!r})", port,
                        str(tmp_path / "starts")]]  # fmt: skip
    try:
        server.start_warm()
        assert (tmp_path / "starts").read_text() == "started started "
        assert len(server.processes) == 1
    finally:
        server.stop()


def test_a_server_that_does_not_start_says_what_it_wrote(tmp_path: Path) -> None:
    code = "import sys; print('no luck today'); sys.exit(3)"
    server = Server("broken", 1, "/", [[sys.executable, "-c", code]], [(1, "/")], tmp_path / "log")
    with pytest.raises(BotError, match=r"(?s)status 3.*no luck today"):
        server.start()
    server.stop()


def test_a_child_of_a_server_counts(tmp_path: Path) -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    process = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    try:
        end = time.monotonic() + 20
        while len(process_figures.family(process.pid)) < 2 and time.monotonic() < end:
            time.sleep(0.1)
        assert len(process_figures.family(process.pid)) == 2
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

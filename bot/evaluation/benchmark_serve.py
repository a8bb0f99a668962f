"""`bot benchmark serve`: this server beside stock Rasa, on one machine, in one run, under the same load."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

from bot import settings
from bot.errors import BotError
from bot.evaluation.benchmark_messages import MESSAGES
from bot.evaluation.benchmark_serve_load import Plan
from bot.evaluation.benchmark_serve_servers import Server, bare_server, bot_server, rasa_server
from bot.evaluation.benchmark_serve_template import template_model
from bot.server.training import train_if_needed, trained_model

CLIENTS = (1, 16, 64)
SHORT, LONG = 5, 240
Say = Callable[[str], None]
Times = list[tuple[int, float]]


@dataclass(frozen=True)
class Size:
    """How long to measure.

    Attributes:
        rounds: how often each server has its turn; all have one before any has the next.
        seconds: of load for each number of clients, in one round.
        long: conversations of 240 turns with this bot's server; stock has one.
        long_seconds: at most, for the long conversations of one server.
    """

    rounds: int = 2
    seconds: float = 6.0
    long: int = 3
    long_seconds: float = 60.0


QUICK = Size(rounds=1, seconds=3.0, long=1, long_seconds=30.0)


def benchmark_serve(size: Size | None = None, say: Say = lambda text: None) -> dict[str, Any]:
    """Starts the servers, loads them in turn, ends them.

    Args:
        size: how long to measure; `QUICK` for a short run.
        say: told what is going on.

    Returns:
        `servers` with each one's raw figures, `ratios`, and the machine, versions and settings.

    Raises:
        BotError: a server does not start, or a model cannot be trained.
    """
    size = size or Size()
    began = time.monotonic()
    (settings.var_folder() / "bench").mkdir(exist_ok=True)
    say("Training the bot's own model, if it is not up to date ...")
    train_if_needed()
    model = trained_model()
    say("Training Rasa's template pipeline, if it is not in var/bench (a few minutes) ...")
    template, _ = template_model()
    with tempfile.TemporaryDirectory() as name, _ended(_servers(model, template, Path(name))) as servers:
        for server in servers:
            say(f"Starting {server.name} twice; the second time counts ...")
            server.start_warm()
        found = _measure(servers, size, say)
    return {
        "servers": found,
        "ratios": ratios(found),
        "goals": {"throughput_vs_stock": ">= 4", "throughput_vs_template": ">= 8", "p95_vs_stock": "<= 0.3",
                  "turn240_vs_turn5": "<= 1.3", "startup_vs_stock": "<= 0.55", "memory_vs_stock": "<= 0.45",
                  "two_workers": ">= 1.7"},
        "settings": {**asdict(size), "clients": list(CLIENTS), "turns": [SHORT, LONG], "messages": len(MESSAGES)},
        "machine": _machine(),
        "versions": {"python": platform.python_version(), **{
            package: metadata.version(package) for package in ("rasa", "rasa-sdk", "sanic", "tensorflow", "onnxruntime")
        }},
        "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def _servers(model: Path, template: Path, folder: Path) -> list[Server]:
    return [
        bare_server(folder),
        bot_server(folder),
        rasa_server("stock", model, folder),
        rasa_server("template", template, folder),
        bot_server(folder, workers=2),
    ]


@contextlib.contextmanager
def _ended(servers: list[Server]) -> Iterator[list[Server]]:
    try:
        yield servers
    finally:
        for server in servers:
            server.stop()


def _measure(servers: list[Server], size: Size, say: Say) -> dict[str, Any]:
    loads: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for number in range(size.rounds):
        for server in servers:
            for clients in (16,) if server.name == "bare" else CLIENTS:
                kind = "bare" if server.name == "bare" else "short"
                plan = Plan(server.url, kind, clients, SHORT, size.seconds, name=f"r{number}c{clients}")
                before = server.cpu_seconds()
                got = _load(plan)
                got["cpu"] = server.cpu_seconds() - before
                loads.setdefault((server.name, clients), []).append(got)
                say(f"{server.name}, {clients} clients: {len(got['times']) / got['seconds']:.0f} messages a second")
    found: dict[str, Any] = {}
    for server in servers:
        found[server.name] = {
            "start_seconds": round(server.start_seconds, 2),
            "load": {
                str(clients): summary(runs) for (name, clients), runs in loads.items() if name == server.name
            },
        }  # fmt: skip
        if server.name in ("bot", "stock", "template"):
            count = size.long if server.name == "bot" else 1
            say(f"{server.name}: {count} conversations of {LONG} turns ...")
            got = _load(Plan(server.url, "long", count, LONG, size.long_seconds, warm=0, name="long"))
            found[server.name]["long"] = long_summary([(turn, took) for turn, took in got["times"]], got["errors"])
        found[server.name]["memory_mb"] = round(server.memory_mb(), 1)
    return found


def _load(plan: Plan) -> dict[str, Any]:
    command = [sys.executable, "-m", "bot.evaluation.benchmark_serve_load", json.dumps(asdict(plan))]
    limit = plan.warm + plan.seconds + 90
    try:
        done = subprocess.run(command, cwd=settings.home(), capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired as error:
        raise BotError(f"{plan.url} did not answer {plan.clients} clients within {limit:.0f} seconds.") from error
    if done.returncode:
        raise BotError(f"The load generator failed: {done.stderr.strip()[-500:]}")
    got: dict[str, Any] = json.loads(done.stdout)
    return got


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Returns what several loads of one sort gave: messages a second, p50, p95 and p99, processor time of a message, errors.

    All times are in milliseconds. Processor time is that of all the server's processes; it varies less than the others when
    something else runs on the machine.

    Raises:
        BotError: nothing was answered.
    """
    times = sorted(took for run in runs for _, took in run["times"])
    if not times:
        raise BotError(f"Nothing was answered under load: {sum(run['errors'] for run in runs)} errors.")
    seconds = sum(run["seconds"] for run in runs)
    return {
        "messages": len(times),
        "per_second": round(len(times) / seconds, 1),
        **{f"p{percent}_ms": round(times[min(len(times) - 1, len(times) * percent // 100)], 1) for percent in (50, 95, 99)},
        "cpu_ms": round(1000 * sum(run["cpu"] for run in runs) / max(1, sum(run["sent"] for run in runs)), 2),
        "errors": sum(run["errors"] for run in runs),
    }  # fmt: skip


def long_summary(times: Times, errors: int) -> dict[str, Any]:
    """Returns what turns 3 to 5 cost and what the last three, which ask the same, cost: medians in milliseconds.

    Where a conversation was cut off, the last turns that asked the same stand for the last three.
    """
    last = max((turn for turn, _ in times), default=0)
    whole = last - last % SHORT
    early = [took for turn, took in times if turn in (3, 4, 5)]
    late = [took for turn, took in times if turn in (whole - 2, whole - 1, whole)]
    middle = {f"turn_{turn}_ms": _typical(times, turn) for turn in (20, 60, 120, 180)}
    if not early or not late:
        raise BotError("No long conversation was answered.")
    return {"turns": last, "turn_5_ms": round(median(early), 2), **middle, "last_turn_ms": round(median(late), 2),
            "errors": errors}  # fmt: skip


def _typical(times: Times, turn: int) -> float | None:
    near = [took for number, took in times if turn - 2 <= number <= turn]
    return round(median(near), 2) if near else None


def ratios(found: dict[str, Any]) -> dict[str, float]:
    """Returns the ratios that the goals are about; throughput is that at 16 clients, p95 that of one client."""
    bot, stock, template, two = (found[name] for name in ("bot", "stock", "template", "bot_2_workers"))

    def rate(server: dict[str, Any]) -> float:
        return float(server["load"]["16"]["per_second"])

    return {
        "throughput_vs_stock": round(rate(bot) / rate(stock), 2),
        "throughput_vs_template": round(rate(bot) / rate(template), 2),
        "p95_vs_stock": round(bot["load"]["1"]["p95_ms"] / stock["load"]["1"]["p95_ms"], 3),
        "turn240_vs_turn5": round(bot["long"]["last_turn_ms"] / bot["long"]["turn_5_ms"], 2),
        "startup_vs_stock": round(bot["start_seconds"] / stock["start_seconds"], 3),
        "memory_vs_stock": round(bot["memory_mb"] / stock["memory_mb"], 3),
        "two_workers": round(rate(two) / rate(bot), 2),
    }


def table(result: dict[str, Any]) -> str:
    """Returns the figures as a table for people."""
    head = f"{'':16}{'clients':>8}{'messages/s':>12}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'cpu ms':>9}{'start s':>9}{'MB':>7}"
    rows = [head]
    for name, server in result["servers"].items():
        for place, (clients, load) in enumerate(server["load"].items()):
            tail = f"{server['start_seconds']:>9.1f}{server['memory_mb']:>7.0f}" if not place else ""
            figures = "".join(f"{load[key]:>9.1f}" for key in ("p50_ms", "p95_ms", "p99_ms", "cpu_ms"))
            rows.append(f"{name if not place else '':16}{clients:>8}{load['per_second']:>12.1f}{figures}{tail}")
    rows += [f"{name}: {value} (goal {result['goals'][name]})" for name, value in result["ratios"].items()]
    return "\n".join(rows)


def _machine() -> dict[str, Any]:
    memory = 0
    with contextlib.suppress(OSError, ValueError, IndexError):
        memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    return {"processors": os.cpu_count(), "system": platform.system(), "architecture": platform.machine(),
            "memory_mb": memory, "load_before": round(os.getloadavg()[0], 2)}  # fmt: skip

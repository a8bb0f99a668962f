"""What so many clinics need, from what a message was measured to cost, and what gives way first (docs/scaling.md).

Every figure comes from a run of `bot cluster --load`; what is assumed stands in `Assumptions`, and each formula here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import settings
from bot.errors import BotError
from bot.server.conversations.engine import CONNECTIONS

MEASURED = "docs/cluster-load.json"
CLINICS = (10, 1_000, 100_000)
_DAY = 86_400


@dataclass(frozen=True)
class Assumptions:
    """What is not measured. Change it to what your clinics see.

    Attributes:
        messages_a_day: of one clinic.
        messages_a_conversation: how long people talk.
        peak: how many times the mean of the day the busiest minutes are.
        busy: how much of a core may be in use at the peak; the rest keeps waiting times short.
        retention_hours: how long a conversation is kept.
        database_cores: of the machine of PostgreSQL's primary.
        database_connections: that PostgreSQL takes (`max_connections`), less those it keeps for itself.
        worker_memory_mb: what a worker may use (the limit in deploy/kubernetes).
    """

    messages_a_day: float = 100.0
    messages_a_conversation: float = 10.0
    peak: float = 5.0
    busy: float = 0.6
    retention_hours: float = 24.0
    database_cores: float = 8.0
    database_connections: int = 97
    worker_memory_mb: float = 768.0


@dataclass(frozen=True)
class Costs:
    """What was measured: CPU in ms a message by part, and bytes.

    Attributes:
        worker_ms: of a worker, its share of beginning and reading back a conversation included.
        primary_ms: of PostgreSQL's primary; `replica_ms` of its replica.
        proxy_ms: of HAProxy; `redis_ms` of Redis.
        transactions: of PostgreSQL, reading ones and health checks included.
        worker_mb: resident memory of one worker.
        open_bytes: that one more open conversation takes in the workers' memory.
        kept_bytes: that a conversation takes in the database for each of its messages, indexes included.
        wal_bytes: that a message sends to the replica.
        clinic_bytes: that one more clinic's settings take in each worker's memory.
    """

    worker_ms: float
    primary_ms: float
    replica_ms: float
    proxy_ms: float
    redis_ms: float
    transactions: float
    worker_mb: float
    open_bytes: float
    kept_bytes: float
    wal_bytes: float
    clinic_bytes: float


@dataclass(frozen=True)
class Needs:
    """What so many clinics need at their busiest."""

    clinics: int
    messages_a_second: float
    workers: int
    workers_gb: float
    database_cores: float
    transactions_a_second: float
    kept_gb: float
    wal_mb_a_second: float
    connections: int
    proxy_cores: float
    redis_cores: float


def measured(path: Path | None = None) -> tuple[Costs, dict[str, Any]]:
    """Returns the costs, and the whole result of the run that they come from.

    Args:
        path: the JSON of a run of `bot cluster --load`; by default the one that the docs show.

    Raises:
        BotError: the file cannot be read, or is none of such a run.
    """
    file = path or settings.home() / MEASURED
    try:
        result: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return costs(result), result
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise BotError(
            f"{file}: no figures of a cluster's load can be read there ({type(error).__name__}). Make them with "
            "`bot cluster --load --json FILE`."
        ) from error


def costs(result: dict[str, Any]) -> Costs:
    """Returns the costs of a run with one worker, where parts stand least in each other's way."""
    one = result["throughput"][0]
    cpu = one["cpu_ms_a_message"]
    return Costs(
        worker_ms=cpu["workers"],
        primary_ms=cpu["primary"],
        replica_ms=cpu["replica"],
        proxy_ms=cpu["proxy"],
        redis_ms=cpu["redis"],
        transactions=one["transactions_a_message"],
        worker_mb=one["memory_mb_of_parts"]["workers"],
        open_bytes=max(0, result["opened"]["worker_bytes_a_conversation"]),
        kept_bytes=one["database_bytes_a_message"],
        wal_bytes=one["wal_bytes_a_message"],
        clinic_bytes=result["clinic_bytes"],
    )


def needs(clinics: int, cost: Costs, given: Assumptions) -> Needs:
    """Returns what so many clinics need.

    messages a second at the peak = clinics x messages a day / 86,400 x peak;
    cores of a part = messages a second x its ms / 1000 / how busy a core may be; a worker is one core, and there are two at least.
    """
    rate = clinics * given.messages_a_day / _DAY * given.peak

    def cores(milliseconds: float) -> float:
        return rate * milliseconds / 1000 / given.busy

    workers = max(2, math.ceil(cores(cost.worker_ms)))
    kept = clinics * given.messages_a_day * given.retention_hours / 24
    in_memory = kept / given.messages_a_conversation * cost.open_bytes + workers * clinics * cost.clinic_bytes
    return Needs(
        clinics=clinics,
        messages_a_second=rate,
        workers=workers,
        workers_gb=(workers * cost.worker_mb * 2**20 + in_memory) / 2**30,
        database_cores=cores(cost.primary_ms),
        transactions_a_second=rate * cost.transactions,
        kept_gb=kept * cost.kept_bytes / 2**30,
        wal_mb_a_second=rate * cost.wal_bytes / 2**20,
        connections=workers * CONNECTIONS,
        proxy_cores=cores(cost.proxy_ms),
        redis_cores=cores(cost.redis_ms),
    )


def limits(cost: Costs, given: Assumptions) -> list[tuple[str, int]]:
    """Returns what cannot be had by adding workers, and at how many clinics each is reached; the first one first."""
    a_clinic = given.messages_a_day / _DAY * given.peak  # messages a second at the peak

    def by_core(milliseconds: float, cores: float = 1.0) -> int:
        return int(cores * given.busy * 1000 / (milliseconds * a_clinic)) if milliseconds > 0 else 10**9

    most_workers = given.database_connections // CONNECTIONS
    spare = max(0.0, given.worker_memory_mb - cost.worker_mb) * 2**20
    found = [
        (f"PostgreSQL's {given.database_connections} connections, {CONNECTIONS} a worker", by_core(cost.worker_ms, most_workers)),
        (f"PostgreSQL's primary: {given.database_cores:.0f} cores", by_core(cost.primary_ms, given.database_cores)),
        ("Redis: one core", by_core(cost.redis_ms)),
        ("one proxy: one core", by_core(cost.proxy_ms)),
        (f"the clinics' settings in a worker's {given.worker_memory_mb:.0f} MB", int(spare / max(1.0, cost.clinic_bytes))),
    ]  # fmt: skip
    return sorted(found, key=lambda pair: pair[1])


def predicted(result: dict[str, Any], run: int) -> float:
    """Returns the messages a second that a run could reach by its costs, on a machine where parts and visitors share the cores.

    With one worker the worker's core is the limit; with several, all cores of the machine are.
    """
    one = result["throughput"][run]
    cpu = one["cpu_ms_a_message"]
    together = float(sum(cpu.values()) + one["load_cpu_ms_a_message"])
    by_machine = result["cores"] * 1000 / together
    return float(min(by_machine, one["workers"] * 1000 / cpu["workers"]))


def table(cost: Costs, given: Assumptions, clinics: Sequence[int] = CLINICS) -> str:
    """Returns the needs as a table in Markdown."""
    found = [needs(number, cost, given) for number in clinics]
    rows = [
        ("clinics", [f"{one.clinics:,}" for one in found]),
        ("messages a second at the peak", [_round(one.messages_a_second) for one in found]),
        ("workers (one core each)", [f"{one.workers:,}" for one in found]),
        ("memory of all workers, GB", [_round(one.workers_gb) for one in found]),
        ("cores of PostgreSQL's primary", [_round(one.database_cores) for one in found]),
        ("transactions of PostgreSQL a second", [_round(one.transactions_a_second) for one in found]),
        ("conversations kept, GB", [_round(one.kept_gb) for one in found]),
        ("sent to the replica, MB a second", [_round(one.wal_mb_a_second) for one in found]),
        ("connections to PostgreSQL", [f"{one.connections:,}" for one in found]),
        ("cores of the proxy", [_round(one.proxy_cores) for one in found]),
        ("cores of Redis", [_round(one.redis_cores) for one in found]),
    ]
    lines = [f"| {name} | {' | '.join(values)} |" for name, values in rows]
    return "\n".join([lines[0], f"|---|{'---:|' * len(found)}", *lines[1:]])


def table_of_limits(cost: Costs, given: Assumptions) -> str:
    """Returns what gives way, the first one first, as a table in Markdown."""
    rows = [f"| {name} | {_clinics(number)} |" for name, number in limits(cost, given)]
    return "\n".join(["| What is full | at about so many clinics |", "|---|---:|", *rows])


def _round(value: float) -> str:
    if value >= 10:
        return f"{value:,.0f}"
    if value < 0.01:
        return "< 0.01"
    return f"{value:.2g}" if value < 1 else f"{value:.1f}"


def _clinics(number: int) -> str:
    digits = max(0, len(str(number)) - 2)
    return f"{round(number, -digits):,}"

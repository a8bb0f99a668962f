"""The cluster under load, with one and with all workers, and while parts of it fail (docs/scaling.md).

Everything goes over HTTP through the proxy, as visitors do. Each reply is compared with that of an undisturbed conversation,
and what the server kept with what was said.
"""

from __future__ import annotations

import asyncio
import os
import platform
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.cluster.cluster import Cluster, Say, Shape, running
from bot.evaluation.clinic_figures import clinic_bytes
from bot.evaluation.cluster_visitors import Met, Visitors, open_many
from bot.evaluation.process_figures import cpu_seconds, memory_mb
from bot.evaluation.soak import NO_LIMITS, Found, Plan, Script, Soak, report

SECONDS_TO_HEAL = 60.0


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Attributes:
        messages: of each measurement of throughput.
        conversations: that they are shared out over.
        clients: conversations under way at once.
        opened: conversations that are left open, to see what an open one takes.
        calm: seconds of load before the first fault and after each.
    """

    messages: int = 1500
    conversations: int = 150
    clients: int = 16
    opened: int = 1000
    calm: float = 5.0

    def plan(self) -> Plan:
        """Returns the plan of one measurement."""
        return Plan(self.messages, self.conversations, self.clients, first=max(1, self.messages // 3), seconds=120.0)


QUICK = Size(messages=200, conversations=20, clients=8, opened=100, calm=2.0)


@dataclass
class Phase:
    """A stretch of the load: from one fault to the next."""

    name: str
    began: float
    events: list[str]


def load_cluster(size: Size, workers: int, say: Say) -> dict[str, Any]:
    """Starts a cluster, loads it with one and with all workers, lets parts fail, and returns the figures.

    Raises:
        BotError: a program is missing, or the cluster does not start or does not answer.
    """
    expected: dict[Script, list[Any]] = {}
    busy = os.getloadavg()[1]  # what else ran in the five minutes before
    shape = Shape(workers, running=1, environment={**NO_LIMITS, "REST_CHANNEL": "off"})
    with running(shape, say) as cluster:
        throughput = [measure(cluster, 1, size, expected, say)]
        opened = open_conversations(cluster, size, say)
        for _ in range(workers - 1):
            say("One more worker ...")
            cluster.add_worker()
        if workers > 1:
            throughput.append(measure(cluster, workers, size, expected, say))
        say("Visitors talk while parts fail ...")
        visitors = Visitors(cluster.url, size.plan(), expected)
        phases = asyncio.run(_with_faults(cluster, visitors, size, say))
    found = visitors.found
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}",
        "cores": os.cpu_count(),
        "load_before": round(busy, 1),
        "workers": workers,
        "throughput": throughput,
        "opened": opened,
        "clinic_bytes": clinic_bytes(),
        "faults": [seen(phase, until, visitors.met) for phase, until in _stretches(phases)],
        "during_faults": summed(found, visitors.met),
        "passed": all(one["passed"] for one in throughput) and holds(found, visitors.met),
    }


def measure(cluster: Cluster, workers: int, size: Size, expected: dict[Script, list[Any]], say: Say) -> dict[str, Any]:
    """Returns throughput, and what each part used for a message, with so many workers."""
    plan = size.plan()
    soak = Soak(cluster.url, plan, lambda: used(cluster, memory_mb)["workers"], expected)
    say(f"Asking each conversation once, alone, then {plan.messages:,} messages with {workers} worker(s) ...")
    asyncio.run(soak.learn())
    before, rows, spent = used(cluster, cpu_seconds), kept(cluster), time.process_time()
    found = asyncio.run(soak.run())
    after, rows_after = used(cluster, cpu_seconds), kept(cluster)
    count = max(1, found.answered)
    result = report(plan, workers, found)
    del result["machine"], result["plan"]
    # One process's memory while it begins to work is no leak; `make soak` looks at that.
    result["passed"] = not (found.errors or found.wrong or found.lost or found.reordered or found.doubled)
    return {
        **result,
        "cpu_ms_a_message": {part: round((after[part] - before[part]) / count * 1000, 2) for part in after},
        "load_cpu_ms_a_message": round((time.process_time() - spent) / count * 1000, 2),
        "memory_mb_of_parts": {part: round(size, 1) for part, size in used(cluster, memory_mb).items()},
        "database_bytes_a_conversation": round((rows_after["bytes"] - rows["bytes"]) / plan.conversations),
        "database_bytes_a_message": round((rows_after["bytes"] - rows["bytes"]) / count),
        "wal_bytes_a_message": round((rows_after["wal"] - rows["wal"]) / count),
        "transactions_a_message": round((rows_after["transactions"] - rows["transactions"]) / count, 1),
    }


def open_conversations(cluster: Cluster, size: Size, say: Say) -> dict[str, Any]:
    """Returns what an open conversation of one message takes in the workers' memory and in the database."""
    say(f"Opening {size.opened:,} conversations ...")
    before, rows = used(cluster, memory_mb), kept(cluster)
    asyncio.run(open_many(cluster.url, size.opened, size.clients))
    after, rows_after = used(cluster, memory_mb), kept(cluster)
    return {
        "conversations": size.opened,
        "worker_bytes_a_conversation": round((after["workers"] - before["workers"]) * 2**20 / size.opened),
        "redis_bytes_a_conversation": round((after["redis"] - before["redis"]) * 2**20 / size.opened),
        "database_bytes_a_conversation": round((rows_after["bytes"] - rows["bytes"]) / size.opened),
    }


def used(cluster: Cluster, figure: Callable[[list[int]], float]) -> dict[str, float]:
    """Returns a figure of the processes of each kind of part."""
    return {name: figure([part.pid for part in parts if part.runs]) for name, parts in cluster.parts.items()}


def kept(cluster: Cluster) -> dict[str, float]:
    """Returns the bytes of the conversations' tables and indexes, the write-ahead log so far, and the transactions so far."""
    writer = cluster.database.writer

    def ask(question: str) -> float:
        return float(cluster.database.ask(writer, question) or 0)

    return {
        "bytes": ask(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname IN ('conversation', 'event')"
        ),
        "wal": ask("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"),
        "transactions": ask("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"),
    }


async def _with_faults(cluster: Cluster, visitors: Visitors, size: Size, say: Say) -> list[Phase]:
    phases: list[Phase] = []

    async def phase(name: str, work: Callable[[], object] | None, healed: Callable[[], bool]) -> None:
        say(f"  {name} ...")
        phases.append(Phase(name, time.monotonic(), []))
        first = len(cluster.events)
        if work is not None:
            await asyncio.to_thread(work)
        end = time.monotonic() + SECONDS_TO_HEAL
        while not await asyncio.to_thread(healed) and time.monotonic() < end:
            await asyncio.sleep(0.2)
        await asyncio.sleep(size.calm)
        phases[-1].events += [f"after {at - phases[-1].began:.1f} s: {text}" for at, text in cluster.events[first:]]

    def all_up() -> bool:
        return cluster.up() == cluster.shape.workers

    def happened(text: str, since: int) -> Callable[[], bool]:
        return lambda: any(text in said for _, said in cluster.events[since:])

    def restart() -> None:
        with cluster.lock:
            cluster.database.restart()

    async def faults() -> None:
        await phase("nothing fails", None, all_up)
        restarted = happened("Worker 1 died", len(cluster.events))
        await phase("a worker is killed", cluster.workers[0].kill, lambda: restarted() and all_up())
        restarted = happened("Redis died", len(cluster.events))
        await phase("Redis is killed", cluster.redis.kill, restarted)
        await phase("PostgreSQL is restarted", restart, all_up)
        promoted = happened("took over", len(cluster.events))
        await phase("PostgreSQL is killed, its replica takes over", cluster.database.primary.kill,
                    lambda: promoted() and all_up())  # fmt: skip

    await visitors.hold(faults)
    return phases


def _stretches(phases: list[Phase]) -> list[tuple[Phase, float]]:
    """Returns each stretch with when it ended."""
    ends = [phase.began for phase in phases[1:]] + [float("inf")]
    return list(zip(phases, ends, strict=True))


def seen(phase: Phase, until: float, met: Met) -> dict[str, Any]:
    """Returns what visitors saw in a stretch, by when each request was over."""
    requests = [one for one in met.requests if phase.began <= one.at + one.seconds < until]
    waits = [seconds for sent, seconds in met.waits if phase.began <= sent + seconds < until]
    return {
        "name": phase.name,
        "requests": len(requests),
        "statuses": dict(sorted(Counter(one.status for one in requests).items())),
        "not_honest": sum(not one.honest for one in requests),
        "longest_silence_seconds": round(max((one.seconds for one in requests), default=0.0), 2),
        "longest_wait_for_reply_seconds": round(max(waits, default=0.0), 2),
        "what_happened": phase.events,
    }  # fmt: skip


def holds(found: Found, met: Met) -> bool:
    """Whether nothing was lost, wrong, doubled or dishonest while parts failed."""
    wrong = found.errors or found.wrong or found.lost or found.reordered or found.doubled
    return not wrong and all(one.honest for one in met.requests)


def summed(found: Found, met: Met) -> dict[str, Any]:
    """Returns what all visitors met while parts failed."""
    return {
        "answered": found.answered,
        "lost": found.lost,
        "wrong": len(found.wrong),
        "reordered": found.reordered,
        "doubled": found.doubled,
        "errors": len(found.errors),
        "not_honest": sum(not one.honest for one in met.requests),
        "told": (found.errors + found.wrong)[:20],
        "seconds": round(found.seconds, 1),
    }


def table(result: dict[str, Any]) -> str:
    """Returns the figures as tables for the terminal."""
    lines = [result["machine"], "", f"{'workers':>7} {'msg/s':>7} {'p50 ms':>7} {'p95 ms':>7} {'CPU ms a message'}"]
    for one in result["throughput"]:
        parts = ", ".join(f"{name} {ms}" for name, ms in one["cpu_ms_a_message"].items())
        lines.append(f"{one['workers']:>7} {one['throughput']:>7} {one['ms']['p50']:>7} {one['ms']['p95']:>7} {parts}")
    lines += ["", f"{'':46} {'requests':>8} {'silence':>8} {'wait':>6}  statuses"]
    for fault in result["faults"]:
        statuses = ", ".join(f"{status}: {count}" for status, count in fault["statuses"].items())
        lines.append(f"{fault['name']:46} {fault['requests']:>8} {fault['longest_silence_seconds']:>6} s "
                     f"{fault['longest_wait_for_reply_seconds']:>4} s  {statuses}")  # fmt: skip
        lines += [f"    {text}" for text in fault["what_happened"]]
    sums = result["during_faults"]
    lines += ["", f"{sums['answered']} messages answered while parts failed; lost {sums['lost']}, kept twice {sums['doubled']}, "
              f"out of order {sums['reordered']}, wrong {sums['wrong']}, not honest {sums['not_honest']}.",
              *sums["told"], "passed" if result["passed"] else "FAILED"]  # fmt: skip
    return "\n".join(lines)

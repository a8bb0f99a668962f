"""The tables of docs/scaling.md, in Markdown, from a run of `bot cluster --load`."""

from __future__ import annotations

from typing import Any

from bot.evaluation.capacity import Costs


def throughput(result: dict[str, Any]) -> str:
    """Returns what was reached with one worker and with all, and what each part used for a message."""
    lines = [
        "| workers | messages a second | p50 ms | p95 ms | CPU ms a message: workers | proxy | PostgreSQL | replica | Redis | "
        "memory of the workers, MB |",
        f"|{'---:|' * 10}",
    ]
    for one in result["throughput"]:
        cpu, memory = one["cpu_ms_a_message"], one["memory_mb_of_parts"]
        cells = [one["workers"], one["throughput"], f"{one['ms']['p50']:.0f}", f"{one['ms']['p95']:.0f}", cpu["workers"],
                 cpu["proxy"], cpu["primary"], cpu["replica"], cpu["redis"], f"{memory['workers']:.0f}"]  # fmt: skip
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def faults(result: dict[str, Any]) -> str:
    """Returns what visitors saw while parts failed."""
    lines = [
        "| What fails | What visitors saw | Longest until an answer or a refusal | Longest until the reply |",
        "|---|---|---:|---:|",
    ]
    for fault in result["faults"]:
        statuses = ", ".join(f"{count} x {status}" for status, count in fault["statuses"].items())
        lines.append(
            f"| {fault['name']} | {statuses} | {fault['longest_silence_seconds']} s | "
            f"{fault['longest_wait_for_reply_seconds']} s |"
        )
    return "\n".join(lines)


def costs(cost: Costs, result: dict[str, Any]) -> str:
    """Returns what a message, an open conversation and a clinic cost."""
    rows = [
        ("CPU of the worker for a message, its share of starting and reading back a conversation included",
         f"{cost.worker_ms} ms"),
        ("CPU of PostgreSQL's primary; of its replica", f"{cost.primary_ms} ms; {cost.replica_ms} ms"),
        ("CPU of the proxy; of Redis", f"{cost.proxy_ms} ms; {cost.redis_ms} ms"),
        ("transactions of PostgreSQL for a message, reading ones and health checks included", f"{cost.transactions:.0f}"),
        ("memory of one worker", f"{cost.worker_mb:.0f} MB"),
        (f"memory of a worker for one more open conversation (over {result['opened']['conversations']:,} of them)",
         f"{cost.open_bytes / 1000:.1f} KB"),
        ("database for one message that is kept, indexes included", f"{cost.kept_bytes / 1000:.1f} KB"),
        ("sent to the replica for one message", f"{cost.wal_bytes / 1000:.1f} KB"),
        ("memory in each worker for one more clinic's settings", f"{cost.clinic_bytes / 1000:.1f} KB"),
    ]  # fmt: skip
    return "\n".join(
        ["| Measured with one worker | |", "|---|---:|", *(f"| {name} | {value} |" for name, value in rows)]
    )

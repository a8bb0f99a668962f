"""The load generator: sends conversations to a server on loopback and prints what it saw as JSON.

A process of its own, so that the server measured never shares its interpreter: python -m bot.evaluation.benchmark_serve_load
PLAN, where the plan is JSON with the fields of `Plan`. Requests go through `bot.evaluation.plain_http`, because server and
generator share the machine: what the generator takes, the server lacks.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.evaluation.benchmark_messages import MESSAGES
from bot.evaluation.plain_http import Connection, ConnectionLostError


@dataclass(frozen=True)
class Plan:
    """What to send.

    Attributes:
        url: where to.
        kind: "bare" (a GET), "short" (conversations of `turns` messages until the time is over) or "long"
            (`clients` conversations, one after another, of exactly `turns` messages).
        clients: how many send at once, each one message after another.
        turns: messages of a conversation.
        seconds: for how long; a long conversation is cut off then.
        warm: seconds before that which are not counted.
        name: what the senders' ids begin with.
    """

    url: str
    kind: str = "short"
    clients: int = 1
    turns: int = 5
    seconds: float = 5.0
    warm: float = 1.0
    name: str = "bench"


async def run(plan: Plan) -> dict[str, Any]:
    """Carries the plan out.

    Returns:
        `seconds` measured, `errors`, `sent` (messages answered, those before the measurement included), and `times`: for
        each message measured its turn (from 1) and its milliseconds.
    """
    times: list[tuple[int, float]] = []
    errors = sent = 0
    address = urlsplit(plan.url)
    host, port, path = address.hostname or "127.0.0.1", address.port or 80, address.path or "/"

    async def send(connection: Connection, sender: str, text: str) -> float:
        began = time.perf_counter()
        if plan.kind == "bare":
            await connection.ask("GET", path)
        else:
            body = json.dumps({"sender": sender, "message": text}).encode()
            status, answer = await connection.ask("POST", path, body)
            if status != 200 or b'"reply"' not in answer:
                raise ValueError(f"HTTP {status}")
        return (time.perf_counter() - began) * 1000

    start = time.perf_counter() + plan.warm
    end = start + plan.seconds

    async def client(number: int) -> None:
        nonlocal errors, sent
        conversation = 0
        connection = Connection(host, port, seconds=60)
        while time.perf_counter() < end:
            first = 0 if plan.kind == "long" else (number * 7 + conversation) * plan.turns
            for turn in range(1, plan.turns + 1):
                if time.perf_counter() >= end:
                    return
                text = MESSAGES[(first + turn - 1) % len(MESSAGES)]
                if plan.kind == "long":  # the last turns ask what turns 3 to 5 asked
                    text = MESSAGES[(turn - 1) % 5]
                try:
                    took = await send(connection, f"{plan.name}-{number}-{conversation}", text)
                except (ConnectionLostError, OSError, ValueError):
                    errors += 1
                    continue
                sent += 1
                if time.perf_counter() >= start or plan.kind == "long":
                    times.append((turn, round(took, 3)))
            conversation += 1
            if plan.kind == "long":
                return

    if plan.kind == "long":
        for number in range(plan.clients):
            await client(number)
    else:
        await asyncio.gather(*(client(number) for number in range(plan.clients)))
    return {"seconds": round(time.perf_counter() - start, 3), "errors": errors, "sent": sent, "times": times}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(Plan(**json.loads(sys.argv[1]))))))

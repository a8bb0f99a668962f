"""`bot cluster`: the cluster in the foreground, until Ctrl-C."""

from __future__ import annotations

import signal
import threading
from types import FrameType

from bot.cluster.cluster import Cluster, Say, Shape, running


def run_cluster(shape: Shape, say: Say) -> None:
    """Starts a cluster, tells its addresses, and runs it until Ctrl-C or SIGTERM.

    Raises:
        BotError: it cannot be started.
    """
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        if ended.is_set():
            return
        ended.set()
        raise KeyboardInterrupt

    before = {sign: signal.signal(sign, end) for sign in (signal.SIGINT, signal.SIGTERM)}
    try:
        with running(shape, say) as cluster:
            for line in addresses(cluster):
                say(line)
            while not ended.wait(3600):
                pass
    except KeyboardInterrupt:
        say("Stopped.")
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def addresses(cluster: Cluster) -> list[str]:
    """Returns what runs where, a line each; no password is in it."""
    workers = ", ".join(f"{worker.pid}" for worker in cluster.workers if worker.runs)
    return [
        f"The cluster runs on {cluster.url} (stop with Ctrl-C). Open that address: the chat is on it.",
        f"  the proxy     HAProxy, process {cluster.proxy.pid}",
        f"  the workers   bot serve, processes {workers}: kill one with kill -9 and go on chatting",
        f"  PostgreSQL    primary, process {cluster.database.primary.pid}; replica, process {cluster.database.replica.pid}: "
        "kill the primary with kill -9, and the replica takes over",
        f"  Redis         process {cluster.redis.pid}",
        f"  logs          {cluster.folder}",
    ]

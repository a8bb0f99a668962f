"""The cluster on this machine: a conversation stays on one worker, goes on when it dies, and survives the database's death."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from commands import bot, environment, fails_readably, lacking
from facts import ROOT
from serving import NO_LIMITS, SCRIPT, Served, Visitor, is_honest, reply_of, wait_until
from trained import the_model
from web_server import API

from bot.cluster import programs
from bot.cluster.cluster import Cluster, Shape, running
from bot.errors import BotError
from bot.evaluation.cluster_visitors import Visitors
from bot.evaluation.soak import Plan

pytestmark = [pytest.mark.model, pytest.mark.postgres, pytest.mark.slow]
TOKEN_AND_NO_MORE = {"Authorization": "Bearer x.eyJzaWQiOiAiZm9yZ2VkIn0.x"}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    missing = programs.missing_programs()
    if missing:
        lacking(f"the cluster needs {', '.join(missing)}")
    the_model()
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment())
    try:
        with running(Shape(2, environment=NO_LIMITS), lambda text: None) as started:
            yield started
        assert not started.folder.exists()
        assert not [part for parts in started.parts.values() for part in parts if part.runs]
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def served(cluster: Cluster) -> Served:
    return Served(cluster.port)


def messages(cluster: Cluster, worker: int) -> int:
    """How many messages a worker has answered, as its log says."""
    return cluster.workers[worker].log.read_text().count('"event": "message"')


def test_a_conversation_stays_on_one_worker_and_all_together_use_both(cluster: Cluster, served: Served) -> None:
    used = []
    for _ in range(12):
        before = [messages(cluster, worker) for worker in range(2)]
        token = served.session()
        for text in SCRIPT[:3]:
            assert served.say(token, text).status == 200
        used.append([messages(cluster, worker) - count for worker, count in enumerate(before)])
    assert all(sorted(counts) == [0, 3] for counts in used), used
    assert [3, 0] in used and [0, 3] in used


def test_messages_at_once_on_both_ways_are_answered_one_after_the_other(cluster: Cluster, served: Served) -> None:
    """Past the proxy, as two proxies that disagree would: half of one visitor's messages go to the other worker."""
    token = served.session()
    ports = [int(worker.command[worker.command.index("--port") + 1]) for worker in cluster.workers]
    ways = [Served(port) for port in ports]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: ways[number % 2].say(token, SCRIPT[0], f"m-{number}"), range(12)))
    assert [answer.status for answer in answers] == [200] * 12, "none was refused because another worker wrote first"
    assert len(served.history(token)) == 24


def test_only_the_public_part_is_reached(served: Served) -> None:
    for path in ("/ready", "/metrics", "/health", "/model", "/status", "/domain", "/version", "/conversations/x/tracker",
                 "/webhooks/../metrics", "//metrics", "/%6detrics"):  # fmt: skip
        assert served.request("GET", path).status in (400, 404), path
        assert b"bot_" not in served.request("GET", path).body
    for path in ("/", "/guide", "/widget/guide-chat.js", f"{API}/openapi.json"):
        assert served.request("GET", path).status == 200, path
    assert served.request("POST", f"{API}/message", b"{}", **TOKEN_AND_NO_MORE).status == 401


def test_a_worker_is_killed_and_its_visitors_go_on_without_noticing(cluster: Cluster, served: Served) -> None:
    visitors = [Visitor(served, served.session()) for _ in range(6)]
    for visitor in visitors:
        visitor.ask_next()
    old = cluster.workers[0].pid
    with ThreadPoolExecutor(6) as pool:
        talking = [pool.submit(visitor.ask_all) for visitor in visitors]
        cluster.workers[0].kill()
        for one in talking:
            one.result()
    for visitor in visitors:
        assert visitor.cut_off == 0
        for answer in visitor.refused:  # between two looks of the proxy, at most
            is_honest(answer)
        assert len(visitor.refused) <= 1
        assert visitor.longest < 15
        visitor.check(visitors[0].answers)
    wait_until(lambda: cluster.workers[0].runs and cluster.workers[0].pid != old, 20)


def test_the_load_s_visitors_find_nothing_wrong(cluster: Cluster) -> None:
    plan = Plan(messages=62, conversations=62, clients=4, first=1)
    visitors = Visitors(cluster.url, plan, {})
    asyncio.run(visitors.hold(lambda: asyncio.sleep(1.5)))
    found = visitors.found
    assert (found.errors, found.wrong, found.lost, found.reordered, found.doubled) == ([], [], 0, 0, 0)
    assert found.answered >= plan.clients
    assert {seen.status for seen in visitors.met.requests} == {"200"}
    assert sum(cluster.answered().values()) > found.answered


def test_redis_is_killed_and_nobody_notices(cluster: Cluster, served: Served) -> None:
    visitor = Visitor(served, served.session())
    visitor.ask_next()
    cluster.redis.kill()
    visitor.ask_all()
    assert (visitor.refused, visitor.cut_off) == ([], 0)
    wait_until(lambda: cluster.redis.runs, 20)


def test_the_replica_dies_and_is_started_again(cluster: Cluster, served: Served) -> None:
    visitor = Visitor(served, served.session())
    visitor.ask_next()
    cluster.database.replica.kill()
    visitor.ask_next()  # no commit returns before the replica is back
    for answer in visitor.refused:
        is_honest(answer)
    assert cluster.database.replica.runs and not cluster.database.promoted
    assert cluster.database.ask(0, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1


def test_the_database_dies_and_its_replica_has_everything_that_was_answered(cluster: Cluster, served: Served) -> None:
    with pytest.raises(BotError, match="still runs"):
        cluster.database.fail_over()
    visitors = [Visitor(served, served.session()) for _ in range(4)]
    for visitor in visitors:
        for _ in range(5):
            visitor.ask_next()
    cluster.database.primary.kill()
    began = time.monotonic()
    for visitor in visitors:
        visitor.ask_all()
    assert time.monotonic() - began < 30
    assert cluster.database.promoted
    for visitor in visitors:
        for answer in visitor.refused:
            is_honest(answer)
        visitor.check(visitors[0].answers)
    assert reply_of(served.say(served.session(), "what is stage 2"))
    wait_until(lambda: cluster.up() == 2, 60)  # the worker that was killed before is back, too


def test_the_passwords_stand_in_no_list_of_processes_and_in_no_log(cluster: Cluster) -> None:
    secrets = (cluster.database._password, cluster._redis_password, cluster._secret)
    for parts in cluster.parts.values():
        for part in parts:
            texts = [part.log.read_text(errors="replace")]
            if part.runs:
                texts.append(Path(f"/proc/{part.pid}/cmdline").read_text())
            assert not [secret for text in texts for secret in secrets if secret in text], part.name
    assert (cluster.folder / "redis.conf").stat().st_mode & 0o077 == 0


def test_killed_itself_it_leaves_nothing_behind(tmp_path: Path) -> None:
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is not installed")
    program = (
        # Whoever starts the tests in the background lets them ignore the signal, and their children with them.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from pathlib import Path; from bot.cluster.processes import Part; import time\n"
        f"part = Part('sleeper', ['sleep', '300'], Path({str(tmp_path / 'log')!r})); part.start(); print(part.pid, flush=True)\n"
        "time.sleep(300)"
    )
    outer = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert outer.stdout is not None
    inner = Path(f"/proc/{int(outer.stdout.readline())}")
    wait_until(lambda: (inner / "comm").read_text().strip() == "sleep", 20)  # setpriv has done its part
    outer.kill()
    outer.communicate()
    wait_until(lambda: not inner.exists() or "Z" in (inner / "stat").read_text().rpartition(")")[2], 10)


def test_what_is_missing_is_listed_with_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "find", lambda name: None)
    with pytest.raises(BotError) as raised:
        programs.find_programs()
    said = str(raised.value)
    for program, package in (("haproxy", "haproxy"), ("redis-server", "redis-server"), ("initdb", "postgresql")):
        assert f"  {program}: in Debian's package {package}\n" in said
    assert "apt-get install haproxy postgresql redis-server" in said


def test_a_number_that_makes_no_sense() -> None:
    the_model()
    fails_readably(bot("cluster", "--workers", "0", "--port", "0"), "0 workers cannot be had")

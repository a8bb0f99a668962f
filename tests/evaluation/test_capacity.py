"""The capacity model: its formulas, and that the page shows what the measured figures give."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from commands import bot, fails_readably
from facts import ROOT

from bot.errors import BotError
from bot.evaluation import cluster_tables
from bot.evaluation.capacity import (
    Assumptions,
    Costs,
    costs,
    limits,
    measured,
    needs,
    predicted,
    table,
    table_of_limits,
)
from bot.evaluation.clinic_figures import clinic_bytes

COST = Costs(worker_ms=10.0, primary_ms=2.0, replica_ms=0.5, proxy_ms=1.0, redis_ms=0.2, transactions=16.0, worker_mb=400.0,
             open_bytes=1000.0, kept_bytes=5000.0, wal_bytes=8000.0, clinic_bytes=10_000.0)  # fmt: skip
GIVEN = Assumptions(messages_a_day=86.4, messages_a_conversation=10.0, peak=5.0, busy=0.5)
PAGE = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")


def test_the_formulas_by_hand() -> None:
    # 1,000 clinics x 86.4 messages / 86,400 s x 5 = 5 messages a second; at 10 ms each and half a core: a tenth of a core.
    found = needs(1_000, COST, GIVEN)
    assert found.messages_a_second == pytest.approx(5.0)
    assert found.workers == 2, "never fewer than two, so that one may die"
    assert found.database_cores == pytest.approx(0.02)
    assert found.transactions_a_second == pytest.approx(80)
    assert found.wal_mb_a_second == pytest.approx(5 * 8000 / 2**20)
    assert found.kept_gb == pytest.approx(1_000 * 86.4 * 5000 / 2**30)
    assert found.connections == 8
    in_memory = 2 * 400 * 2**20 + 8640 * 1000 + 2 * 1_000 * 10_000
    assert found.workers_gb == pytest.approx(in_memory / 2**30)
    many = needs(100_000, COST, GIVEN)
    assert many.workers == 10  # 500 messages a second x 10 ms = 5 cores, half busy


def test_twice_the_messages_need_twice_as_much() -> None:
    once, twice = needs(100_000, COST, GIVEN), needs(100_000, COST, replace(GIVEN, messages_a_day=2 * 86.4))
    assert twice.workers == 2 * once.workers
    assert twice.kept_gb == pytest.approx(2 * once.kept_gb)
    longer = needs(100_000, COST, replace(GIVEN, retention_hours=48))
    assert longer.kept_gb == pytest.approx(2 * once.kept_gb) and longer.workers == once.workers


def test_what_gives_way_first_stands_first_and_at_the_right_number() -> None:
    found = limits(COST, GIVEN)
    assert [number for _, number in found] == sorted(number for _, number in found)
    # 97 connections are enough for 24 workers: 24 x 0.5 / 10 ms = 1,200 messages a second; a clinic has 0.005.
    [connections] = [number for name, number in found if "connections" in name]
    assert connections == 240_000
    for name, number in found:
        if "connections" in name:
            assert needs(number, COST, GIVEN).connections <= GIVEN.database_connections
            assert needs(int(number * 1.2), COST, GIVEN).connections > GIVEN.database_connections
    settings = dict(found)["the clinics' settings in a worker's 768 MB"]
    assert settings == int((768 - 400) * 2**20 / 10_000)


def result() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "docs" / "cluster-load.json").read_text(encoding="utf-8"))
    return found


def test_the_page_shows_what_the_measured_figures_give() -> None:
    cost, _ = measured()
    assert table(cost, Assumptions()) in PAGE
    assert table_of_limits(cost, Assumptions()) in PAGE


def test_the_page_shows_the_run() -> None:
    run = result()
    assert run["passed"] and run["during_faults"]["lost"] == 0
    assert run["machine"] in PAGE
    assert f"{run['during_faults']['answered']:,} messages were answered while parts failed" in PAGE
    for made in (cluster_tables.throughput(run), cluster_tables.faults(run), cluster_tables.costs(costs(run), run)):
        assert made in PAGE


def test_the_command_prints_the_page_s_tables() -> None:
    done = bot("benchmark", "capacity", "--run")
    assert done.returncode == 0, done.stderr
    for made in done.stdout.strip().split("\n\n"):
        assert made in PAGE
    fails_readably(bot("benchmark", "capacity", "--from", "nowhere.json"), "nowhere.json", "--load --json")


def test_the_costs_are_those_of_one_worker() -> None:
    run = result()
    cost = costs(run)
    assert cost.worker_ms == run["throughput"][0]["cpu_ms_a_message"]["workers"] > 1
    assert cost.kept_bytes > 500 and cost.wal_bytes > 500 and cost.clinic_bytes > 500


def test_no_run_is_quicker_than_its_costs_allow() -> None:
    run = result()
    for number, one in enumerate(run["throughput"]):
        assert one["throughput"] <= predicted(run, number) * 1.1


def test_a_clinic_s_settings_are_measured() -> None:
    few, many = clinic_bytes(20), clinic_bytes(60)
    assert 1_000 < few < 200_000
    assert abs(few - many) < few * 0.5


def test_a_file_that_is_no_run_is_refused_readably(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")
    for path in (tmp_path / "x.json", tmp_path / "none.json"):
        with pytest.raises(BotError, match="--load --json"):
            measured(path)

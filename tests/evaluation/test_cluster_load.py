"""What the cluster's load counts and what it holds for a failure, without a cluster."""

from __future__ import annotations

import json
from typing import Any

import pytest
from facts import ROOT

from bot.answers.trouble import last_resort
from bot.evaluation.cluster_load import Phase, _stretches, holds, seen, table
from bot.evaluation.cluster_visitors import SCRIPTS, Met, Seen, Visitors, _named
from bot.evaluation.soak import Found, Plan, script
from bot.server.refusals import refusal

KILLED = Phase("a worker is killed", 10.0, ["after 0.1 s: it was"])
CALM = Phase("nothing fails", 0.0, [])


def met() -> Met:
    return Met(
        requests=[Seen(1.0, 0.1, "200", True), Seen(9.9, 0.5, "503 interrupted", True), Seen(11.0, 0.2, "200", True),
                  Seen(12.0, 2.0, "broken", False)],
        waits=[(1.0, 0.1), (9.9, 1.3)],
    )  # fmt: skip


def test_a_request_counts_where_it_was_over() -> None:
    """One that was under way when a part was killed belongs to what the kill did."""
    (calm, until), (killed, end) = _stretches([CALM, KILLED])
    assert (until, end) == (10.0, float("inf"))
    quiet, loud = seen(calm, until, met()), seen(killed, end, met())
    assert quiet["statuses"] == {"200": 1} and quiet["longest_silence_seconds"] == 0.1
    assert loud["statuses"] == {"200": 1, "503 interrupted": 1, "broken": 1}
    assert loud["longest_silence_seconds"] == 2.0
    assert loud["longest_wait_for_reply_seconds"] == 1.3
    assert loud["not_honest"] == 1


def test_what_fails_the_run() -> None:
    good = Met([Seen(0, 1, "503 store_down", True)])
    assert holds(Found(answered=1), good)
    assert not holds(Found(answered=1), met()), "a broken connection is no honest answer"
    for broken in (Found(lost=1), Found(doubled=1), Found(reordered=1), Found(wrong=["x"]), Found(errors=["x"])):
        assert not holds(broken, good)


def body(status: int) -> Any:
    return json.loads(refusal(status).partition(b"\r\n\r\n")[2])


@pytest.mark.parametrize(
    ("status", "content", "honest"),
    [
        (503, body(503), True),
        (503, {"error": {"code": "failed", "text": last_resort(first=True).full_text()}}, True),
        (503, {"error": {"code": "failed", "text": "Something went wrong."}}, False),
        (502, None, False),
        (0, None, False),
    ],
)
def test_what_is_honest(status: int, content: Any, honest: bool) -> None:
    assert Visitors("", Plan(), {})._is_honest(status, content) is honest


def test_a_refusal_is_named_by_its_code() -> None:
    assert (_named(503, body(503)), _named(200, {"messages": []}), _named(0, None)) == (
        "503 interrupted",
        "200",
        "broken",
    )
    assert _named(502, None) == "502"


def test_every_conversation_s_script_is_known_beforehand() -> None:
    assert {script(number, 10) for number in range(500)} == {script(number, 10) for number in range(SCRIPTS)}


def test_the_table_tells_the_run_of_the_docs() -> None:
    result = json.loads((ROOT / "docs" / "cluster-load.json").read_text(encoding="utf-8"))
    text = table(result)
    for fault in result["faults"]:
        assert fault["name"] in text
    assert text.endswith("passed") and "lost 0" in text
    assert table({**result, "passed": False}).endswith("FAILED")

"""The log: JSON lines with names and numbers, from whichever logger, and never a visitor's words."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from facts import ROOT

PLANTED = "ring 07700 900123"
START = """
import logging, warnings, asyncio
from bot.server import logs
logs.configure()
import structlog
PLANTED = "ring 07700 900123"
ours = structlog.stdlib.get_logger("bot.server.test")
serve = logs.begin_serving
"""


def lines(code: str, status: int = 0) -> tuple[list[dict[str, Any]], str]:
    done = subprocess.run([sys.executable, "-c", START + code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == status, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], done.stdout + done.stderr


def test_our_lines_hold_known_keys_and_fixed_names() -> None:
    code = """
ours.info("message", channel="web", kind="sequence", ms=12.5, worker=7, text=PLANTED, sender="web:abc", user=PLANTED)
ours.info(PLANTED)
ours.info("said: " + PLANTED)
ours.error("failed", error=PLANTED, where="web")
logging.getLogger("actions.speaking").error("action.failed error=%s", "OperationalError")
logging.getLogger("bot.old").error("said %s", PLANTED)
ours.info("failed", reason=["900123"], count={"a": "900123"})
"""
    read, everything = lines(code)
    assert "900123" not in everything
    assert [line["event"] for line in read] == [
        "message", "hidden", "hidden", "failed", "action.failed error=OperationalError", "hidden", "failed"]  # fmt: skip
    first = read[0]
    assert {k: first[k] for k in ("channel", "kind", "ms", "worker", "level", "logger")} == {
        "channel": "web", "kind": "sequence", "ms": 12.5, "worker": 7, "level": "info",
        "logger": "bot.server.test"}  # fmt: skip
    assert first["time"].endswith("Z")
    assert "text" not in first and "sender" not in first and "user" not in first
    assert read[3]["error"] == read[6]["reason"] == "hidden"


def test_libraries_are_read_at_the_start_and_lose_their_words_once_visitors_are_served() -> None:
    code = """
logging.getLogger("some.library").warning("cannot bind %s", "port")
serve()
logging.getLogger("some.library").warning("cannot parse %s", PLANTED)
try:
    raise KeyError(PLANTED)
except KeyError:
    logging.getLogger("sanic.error").exception("while handling %s", PLANTED)
    structlog.get_logger("rasa.core").error(PLANTED, text=PLANTED, exc_info=True)
logging.getLogger("sanic.access").info("GET /%s", PLANTED)
logging.getLogger("some.library").info("quiet %s", PLANTED)
warnings.warn(PLANTED)
"""
    read, everything = lines(code)
    assert "900123" not in everything
    assert read[0]["event"] == "cannot bind port"
    assert all(line["event"] == "library" for line in read[1:])
    assert [(line["logger"], line.get("error")) for line in read[1:]] == [
        ("some.library", None), ("sanic.error", "KeyError"), ("rasa.core", "KeyError"), ("py.warnings", None)]  # fmt: skip
    assert all(":" in line["where"] for line in read)


def test_loggers_that_lead_nowhere_are_caught_too() -> None:
    code = """
serve()
lost = logging.getLogger("lost")
lost.propagate = False
lost.error(PLANTED)
"""
    read, everything = lines(code)
    assert "900123" not in everything
    assert [line["logger"] for line in read] == ["lost"]


@pytest.mark.parametrize("code", ["raise ValueError(PLANTED)", "raise ValueError(PLANTED) from KeyError(PLANTED)"])
def test_an_error_that_ends_the_program_is_said_by_its_type(code: str) -> None:
    read, everything = lines(f"serve()\n{code}", status=1)
    assert "900123" not in everything
    assert (read[-1]["event"], read[-1]["error"], read[-1]["level"]) == ("stopped", "ValueError", "critical")


def test_an_error_before_anybody_is_served_is_said_in_full() -> None:
    read, everything = lines("raise ValueError('no such port')", status=1)
    assert read == []
    assert "ValueError: no such port" in everything


def test_a_task_that_fails_unseen_is_said_by_its_type() -> None:
    code = """
import gc
serve()
async def main():
    async def fails(): raise ValueError(PLANTED)
    task = asyncio.ensure_future(fails())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()
asyncio.run(main())
"""
    read, everything = lines(code)
    assert "900123" not in everything
    assert [(line["logger"], line["error"]) for line in read] == [("asyncio", "ValueError")]


def test_the_short_way_writes_what_the_usual_one_writes() -> None:
    code = """
said = dict(channel="web", kind="sequence", ms=12.5, worker=7, text=PLANTED, clinic=PLANTED, count=[1])
usual = logging.getLogger("bot.server.test")
for event in ("message", PLANTED):
    ours.info(event, **said)
    logs.say(ours, "bot.server.test", event, **said)
usual.setLevel(logging.WARNING)
logs.say(ours, "bot.server.test", "quiet", **said)
usual.setLevel(logging.INFO)
usual.addHandler(logging.StreamHandler(sys.stderr))
logs.say(ours, "bot.server.test", "both")
"""
    read, everything = lines("import sys" + code)
    assert "900123" not in everything
    assert len(read) == 5
    for usual, short in ((read[0], read[1]), (read[2], read[3])):
        assert len(usual.pop("time")) == len(short.pop("time")) == len("2026-01-01T00:00:00.000000Z")
        assert usual == short
    assert read[1]["clinic"] == read[1]["count"] == read[3]["event"] == "hidden"
    assert read[4]["event"] == "both"  # whoever listens as well is not passed over

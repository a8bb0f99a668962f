"""`/health`, `/ready` and `/metrics`: each part that fails is named, and nothing else is told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from facts import ROOT
from structlog.testing import capture_logs
from web_server import Running, serving

from actions import speaking
from bot import __version__
from bot.guide.store import open_guide
from bot.server import metrics, outside, watch

PLANTED = "ring me on 07700 900123"


@pytest.fixture
def server(guide_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setenv("DATABASE_URL", guide_url)
    monkeypatch.setenv("BOT_SECRET", "u8Zr-4vQpLx0_wYkN2mT7sBcD5eF9gHj")
    monkeypatch.setattr(outside, "KEPT_SECONDS", 0.0)
    speaking.the_guide.cache_clear()
    with serving() as running:
        running.agent.tracker_store = SimpleNamespace()
        yield running
    speaking.the_guide.cache_clear()


def parts(server: Running, status: int) -> dict[str, str]:
    answer = server.request("GET", "/ready")
    assert answer.status == status, answer.body
    assert answer.json["status"] == ("ready" if status == 200 else "not_ready")
    found: dict[str, str] = answer.json["parts"]
    return found


def test_health_says_that_it_lives(server: Running) -> None:
    assert server.request("GET", "/health").json == {"status": "alive", "version": __version__}


def test_all_parts_are_ready(server: Running) -> None:
    assert parts(server, 200) == {
        "server": "ok",
        "model": "ok",
        "guide": "ok",
        "conversations": "ok",
        "content": "fresh",
    }


def test_content_past_its_review_is_said_but_still_served(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    guide = speaking.the_guide()
    old = SimpleNamespace(info=lambda: SimpleNamespace(overdue=lambda today: True))
    monkeypatch.setattr(outside, "the_guide", lambda: old)
    assert guide.info() is not None
    assert parts(server, 200)["content"] == "overdue"


def test_a_missing_model_is_said(server: Running) -> None:
    server.agent.ready = False
    assert parts(server, 503)["model"] == "missing"
    del server.app.ctx.agent
    assert parts(server, 503)["model"] == "missing"


def test_a_guide_store_that_is_gone_is_said(server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'gone.sqlite3'}"
    open_guide(url, build=True)
    monkeypatch.setenv("DATABASE_URL", url)
    speaking.the_guide.cache_clear()
    assert parts(server, 200)["guide"] == "ok"
    (tmp_path / "gone.sqlite3").unlink()
    answer = server.request("GET", "/ready")
    assert answer.status == 503
    assert (answer.json["parts"]["guide"], answer.json["parts"]["content"]) == ("down", "unknown")
    assert str(tmp_path) not in answer.body.decode()
    open_guide(url, build=True)
    assert parts(server, 200)["guide"] == "ok"


async def _raises() -> bool:
    raise ConnectionError("postgresql://user:hunter2@host/name")


async def _says(found: bool) -> bool:
    return found


@pytest.mark.parametrize(
    ("healthy", "state"),
    [(lambda: True, "ok"), (lambda: _says(True), "ok"), (lambda: _says(False), "down"), (_raises, "down")],
    ids=range(4),
)
def test_the_conversation_store_is_asked(server: Running, healthy: Any, state: str) -> None:
    server.agent.tracker_store = SimpleNamespace(healthy=healthy)
    with capture_logs() as logs:
        assert parts(server, 200 if state == "ok" else 503)["conversations"] == state
    assert "hunter2" not in str(logs)


def test_a_server_that_stops_is_not_ready(server: Running) -> None:
    server.app.ctx.stopping = True
    assert parts(server, 503)["server"] == "stopping"


def test_asking_often_does_not_keep_the_store_busy(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    server.agent.tracker_store = SimpleNamespace(healthy=lambda: asked.append(1) or True)
    monkeypatch.setattr(outside, "KEPT_SECONDS", 60.0)
    for _ in range(5):
        parts(server, 200)
    assert len(asked) == 1


# what is counted


def reply(kind: Any) -> list[dict[str, Any]]:
    return [{"text": PLANTED}, {"custom": {"data": {"reply": {"kind": kind, "text": PLANTED}}}}]


@pytest.fixture
def plain_structlog(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """structlog as it is before anybody sets a level, with a logger that has kept no other; put back afterwards."""
    before = structlog.get_config()
    structlog.reset_defaults()
    monkeypatch.setattr(watch, "logger", structlog.get_logger())
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("plain_structlog")
def test_counts_hold_kinds_and_nothing_typed() -> None:
    with capture_logs() as logs:
        watch.answered("test", reply("emergency"), 0.02)
        watch.answered("test", reply("treatment"), 0.02)
        watch.answered("test", reply(PLANTED), 0.02)
        watch.answered("test", [{"text": PLANTED}], 0.02)
        watch.failed("test", ValueError(PLANTED))
        watch.refused("test", "too_slow")
        watch.feedback("up")
    page = metrics.exposition().decode()
    for line in (
        'bot_messages_total{channel="test",kind="emergency"} 1.0',
        'bot_messages_total{channel="test",kind="treatment"} 1.0',
        'bot_messages_total{channel="test",kind="other"} 2.0',
        'bot_safety_replies_total{channel="test",kind="emergency"} 1.0',
        'bot_message_seconds_bucket{channel="test",le="0.025"} 4.0',
        'bot_errors_total{type="ValueError",where="test"} 1.0',
        'bot_refused_requests_total{channel="test",reason="too_slow"} 1.0',
    ):
        assert line in page, page
    assert "900123" not in page + str(logs)
    assert [(line["event"], line.get("kind")) for line in logs][:2] == [
        ("message", "emergency"),
        ("message", "treatment"),
    ]


@pytest.mark.parametrize("messages", [[], [{}], [{"custom": None}], [{"custom": {"data": []}}], [{"custom": "x"}]])
def test_messages_of_any_form_have_a_kind_or_none(messages: list[dict[str, Any]]) -> None:
    assert watch.kind_of(messages) is None


def test_several_workers_are_added_up(tmp_path: Path) -> None:
    code = "from bot.server import metrics, watch; watch.answered('web', [], 0.1); print(metrics.exposition().decode())"
    said = ""
    for _ in range(2):
        said = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
            env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
        ).stdout  # fmt: skip
    assert 'bot_messages_total{channel="web",kind="other"} 2.0' in said

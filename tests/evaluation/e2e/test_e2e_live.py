"""`bot test --serve` starts a real server, tests it, and stops it."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from facts import CLINIC_FILE, ROOT
from running import bot_test
from trained import the_model

from bot.evaluation.e2e import live_server

SUITE = ROOT / "tests" / "e2e"


@pytest.mark.model
@pytest.mark.slow
def test_the_live_server_passes_and_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    the_model()
    monkeypatch.setenv("CONVERSATIONS_URL", f"sqlite:///{tmp_path / 'conversations.sqlite3'}")
    started: list[live_server.LiveServer] = []
    enter = live_server.LiveServer.__enter__

    def noted(server: live_server.LiveServer) -> live_server.LiveServer:
        started.append(server)
        return enter(server)

    monkeypatch.setattr(live_server.LiveServer, "__enter__", noted)
    monkeypatch.chdir(ROOT)
    done = bot_test(str(SUITE / "talk.yml"), "--serve")
    assert done.exit_code == 0, done.output
    assert "error" not in done.output
    assert " passed (" in done.output.splitlines()[-1]
    (server,) = started
    assert server.url in done.output
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((urlsplit(server.url).hostname, server.port), timeout=5)


def test_a_server_that_does_not_start_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_HOME", str(tmp_path))
    monkeypatch.setenv("CLINIC", str(CLINIC_FILE))
    monkeypatch.chdir(ROOT)
    done = bot_test(str(SUITE / "talk.yml"), "--serve")
    assert done.exit_code == 3
    assert "The server stopped while it started" in done.output
    assert "There is no trained model" in done.output

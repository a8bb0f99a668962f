"""One server with the trained model and every messaging channel switched on, for all tests of the channels."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator

import pytest
from commands import BOT, environment, free_port
from facts import ROOT
from messaging_server import Chatting
from stand_ins import MESSENGER_TOKEN, TEAMS_PASSWORD, TELEGRAM_SECRET, TELEGRAM_TOKEN, TWILIO_TOKEN, StandIn
from trained import the_model

# What people wrote, who they are, and our secrets: none of it may reach the log.
LEAKS = ("and after that", "herceptin", "breathe", "fnord", "+1555", "U1", "29:one", "a:1-", "xoxb", TELEGRAM_TOKEN,
         TELEGRAM_SECRET, MESSENGER_TOKEN, TWILIO_TOKEN, TEAMS_PASSWORD)  # fmt: skip


@pytest.fixture(scope="session")
def chatting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chatting]:
    the_model()
    folder, platforms, port = tmp_path_factory.mktemp("channels"), StandIn(), free_port()
    log = folder / "log"
    env = environment(BOT_SECRET="u8Zr-4vQpLx0_wYkN2mT7sBcD5eF9gHj", PYTHONUNBUFFERED="1",
                      CONVERSATIONS_URL=f"sqlite:///{folder / 'conversations.sqlite3'}", **platforms.variables())  # fmt: skip
    with log.open("wb") as output:
        process = subprocess.Popen([*BOT, "serve", "--port", str(port)], cwd=ROOT, env=env, stdin=subprocess.DEVNULL,
                                   stdout=output, stderr=output)  # fmt: skip
    served = Chatting(port, platforms, process, log)
    try:
        end = time.monotonic() + 120
        while True:
            assert process.poll() is None and time.monotonic() < end, log.read_text(errors="replace")
            try:
                if served.request("GET", "/ready", seconds=5).status == 200:
                    break
            except OSError:
                time.sleep(0.2)
        yield served
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
        platforms.close()
    said = log.read_text(encoding="utf-8", errors="replace")
    assert [word for word in LEAKS if word in said] == []


@pytest.fixture(autouse=True)
def _platforms_found_nothing_wrong(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a platform would not take fails the test that sent it."""
    yield
    if "chatting" in request.fixturenames:
        found: StandIn = request.getfixturevalue("chatting").platforms
        wrong, found.wrong = found.wrong, []
        assert wrong == []

"""One server with the trained model and every messaging channel switched on, for all tests of the channels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bot_process import bot_serving
from commands import environment, free_port
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
    try:
        with bot_serving(port, env, log) as process:
            yield Chatting(port, platforms, process, log)
    finally:
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

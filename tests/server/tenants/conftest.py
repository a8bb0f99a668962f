"""One server for three clinics, with two workers behind one port."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bot_process import bot_serving
from commands import environment, free_port
from three_clinics import DATABASE, SECRET, Platform, Served, written
from trained import the_model

TELEGRAM = {
    "TELEGRAM_BOT_TOKEN": "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "TELEGRAM_WEBHOOK_SECRET": "a-secret-of-telegram-1",
    "TELEGRAM_BOT_USERNAME": "guide_bot",
}
LIMITS = dict.fromkeys(("LIMIT_SESSION", "LIMIT_ADDRESS", "LIMIT_NEW_SESSIONS"), "1000000")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    the_model()
    folder, port, platform = tmp_path_factory.mktemp("clinics"), free_port(), Platform()
    settings = {
        "CLINICS": str(written(folder / "clinics")), "BOT_SECRET": SECRET, "PYTHONUNBUFFERED": "1",
        "CONVERSATIONS_URL": f"sqlite:///{folder / 'shared.sqlite3'}", DATABASE: f"sqlite:///{folder / 'own.sqlite3'}",
        "TELEGRAM_API_URL": platform.url, **TELEGRAM, **LIMITS,
    }  # fmt: skip
    found = Served(port, folder, platform, settings)
    try:
        with bot_serving(port, environment(**settings), found.log, None, "--workers", "2", seconds=150):
            yield found
    finally:
        platform.shutdown()
        platform.server_close()

"""One server for three clinics, with two workers behind one port."""

from __future__ import annotations

import contextlib
import http.client
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest
from commands import BOT, environment, free_port
from facts import ROOT
from three_clinics import DATABASE, SECRET, At, Platform, Served, written
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
    with found.log.open("wb") as out:
        process = subprocess.Popen(
            [*BOT, "serve", "--port", str(port), "--workers", "2"], cwd=ROOT, env=environment(**settings),
            stdin=subprocess.DEVNULL, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        end = time.monotonic() + 150
        while True:
            assert process.poll() is None and time.monotonic() < end, found.log.read_text(errors="replace")
            with contextlib.suppress(OSError, http.client.HTTPException):
                if At(port, "10.0.0.7").request("GET", "/ready", seconds=5).status == 200:
                    break
            time.sleep(0.2)
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
        platform.shutdown()
        platform.server_close()

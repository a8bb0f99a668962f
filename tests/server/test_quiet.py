"""Nothing that a visitor typed, and no start-up noise, reaches the log."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from facts import ROOT

CODE = """
import logging, sys
from bot.server.quiet import quiet_rasa
quiet_rasa()
import structlog
structlog.get_logger().debug("processor.message.parse", text="ring 07700 900123")
structlog.get_logger().info("processor.message.parse", text="ring 07700 900123")
logging.getLogger("rasa.core.processor").info("ring 07700 900123")
logging.getLogger("rasa.core.channels.rest").debug("ring 07700 900123")
logging.getLogger("sanic.root").info("ring 07700 900123")
logging.getLogger("bot.channels").info("ring 07700 900123")
logging.getLogger("rasa").warning("a warning is shown")
print("levels", logging.getLogger("rasa").level, logging.getLogger("sanic.root").level)
"""


@pytest.mark.slow
def test_only_warnings_reach_the_log() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert "900123" not in done.stdout + done.stderr
    assert "a warning is shown" in done.stderr
    assert f"levels {logging.WARNING} {logging.WARNING}" in done.stdout
    assert "DeprecationWarning" not in done.stderr
    assert "Could not find" not in done.stderr

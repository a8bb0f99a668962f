"""Runs `bot test`, and the smallest test file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from click.testing import Result
from typer.testing import CliRunner

from bot.cli import app

Messages = list[dict[str, Any]]
# Makes the messages of a right reply to a question.
Reply = Callable[..., Messages]

ENHERTU = """\
test_cases:
  - test_case: after Enhertu
    tags: [sequence]
    steps:
      - user: what comes after Enhertu
      - reply: {kind: sequence, stage: metastatic, line: 3, drug: Enhertu, contains: [Xeloda]}
"""


def bot_test(*args: str, typed: str | None = None) -> Result:
    """Runs `bot test` with arguments; `typed` goes into its input."""
    return CliRunner().invoke(app, ["test", *args], input=typed, catch_exceptions=False)

"""Runs Rasa's own conversation tests (tests/conversations) so that a failure is a failure.

`rasa test` exits with 0 when stories fail unless it is told otherwise, and then it stops at the first one. Here they run
to the end, with the end-to-end flag that makes Rasa read `test_*.yml` at all, and its report decides.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import tempfile
import time
from pathlib import Path
from typing import Any

from bot.evaluation.e2e.results import StoriesResult

_NAME = re.compile(r"^- story: (.+?)(?: \([^()]*\.ya?ml\))?$", re.MULTILINE)


async def run_stories(agent: Any, folder: Path) -> StoriesResult:
    """Runs all stories of a folder with a loaded agent and returns how they went."""
    from rasa.core.test import test as rasa_test  # noqa: PLC0415 - slow to load

    start = time.perf_counter()
    # Rasa draws progress bars of its own, over every line that is printed.
    with tempfile.TemporaryDirectory() as name, contextlib.redirect_stderr(io.StringIO()):
        out = Path(name)
        await rasa_test(
            str(folder), agent, e2e=True, out_directory=str(out), fail_on_prediction_errors=False, disable_plotting=True
        )
        report = json.loads((out / "story_report.json").read_text(encoding="utf-8"))["conversation_accuracy"]
        texts = [_text(out / name) for name in ("failed_test_stories.yml", "stories_with_warnings.yml")]
    failed = "".join(text for text in texts if _NAME.search(text))
    names = list(dict.fromkeys(found.strip() for found in _NAME.findall(failed)))
    # A warning means that an intent or an entity was read otherwise than the story says.
    correct = int(report["correct"]) - int(report["with_warnings"])
    return StoriesResult(int(report["total"]), correct, names, failed, time.perf_counter() - start)


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""

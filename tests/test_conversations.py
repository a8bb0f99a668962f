"""Runs Rasa's own conversation tests (tests/conversations) so that a failure fails, and proves that it does.

`rasa test` exits with 0 when stories fail unless told otherwise, and then stops at the first: so they run once for the
whole report, and the proof below runs the strict way as well.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from facts import ROOT, read_yaml
from trained import the_agent

from bot.answers.question import KINDS
from bot.evaluation.checks import kind_of

pytestmark = [pytest.mark.model, pytest.mark.slow]
STORIES = Path(__file__).parent / "conversations"
LEAST = 40


def run_stories(stories: Path, out: Path, *, strict: bool = False) -> dict[str, Any]:
    """Runs Rasa's conversation tests on a folder and returns its report; failed stories stand in `out` as well."""
    from rasa.core.test import test as rasa_test

    out.mkdir(exist_ok=True)
    asyncio.run(
        rasa_test(
            str(stories),
            the_agent(),
            e2e=True,
            out_directory=str(out),
            fail_on_prediction_errors=strict,
            disable_plotting=True,
            successes=True,
        )
    )
    report: dict[str, Any] = json.loads((out / "story_report.json").read_text(encoding="utf-8"))
    return report


def stories_of(folder: Path) -> list[dict[str, Any]]:
    """All stories of a folder."""
    return [story for path in sorted(folder.glob("test_*.yml")) for story in read_yaml(path)["stories"]]


@pytest.fixture(scope="module", autouse=True)
def _quiet() -> None:
    logging.getLogger("rasa").setLevel(logging.ERROR)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """Rasa's report on all conversation tests, and the folder it wrote."""
    out = tmp_path_factory.mktemp("results")
    return run_stories(STORIES, out), out


def test_every_conversation_goes_as_written(report: tuple[dict[str, Any], Path]) -> None:
    found, out = report
    failed = (out / "failed_test_stories.yml").read_text(encoding="utf-8")
    conversations = found["conversation_accuracy"]
    assert conversations["correct"] == conversations["total"], failed
    assert "stories:" not in failed, failed
    assert conversations["with_warnings"] == 0


def test_no_conversation_was_left_out(report: tuple[dict[str, Any], Path]) -> None:
    found, out = report
    stories = stories_of(STORIES)
    assert found["conversation_accuracy"]["total"] == len(stories) >= LEAST
    succeeded = (out / "successful_test_stories.yml").read_text(encoding="utf-8")
    assert succeeded.count("- story:") == len(stories)


def test_names_are_unique() -> None:
    names = Counter(story["story"] for story in stories_of(STORIES))
    assert [name for name, count in names.items() if count > 1] == []


def test_every_intent_and_every_kind_of_reply_has_a_conversation() -> None:
    domain = read_yaml(ROOT / "domain.yml")
    steps = [step for story in stories_of(STORIES) for step in story["steps"]]
    intents = {step["intent"] for step in steps if "intent" in step}
    assert sorted(set(domain["intents"]) - intents) == []
    assert {kind_of(intent) for intent in intents} >= set(KINDS) - {"clarify"}
    assert {step["action"] for step in steps if "action" in step} == set(domain["actions"])


def test_every_turn_is_typed_text_and_is_answered() -> None:
    for story in stories_of(STORIES):
        user, action = story["steps"][0::2], story["steps"][1::2]
        assert len(user) == len(action)
        assert all(step["user"].strip() and step["intent"] for step in user), story["story"]
        assert all(set(step) == {"action"} for step in action), story["story"]


RIGHT = """\
version: "3.1"
stories:
- story: goes well
  steps:
  - user: |
      what comes after [Enhertu](drug)
    intent: sequence
  - action: action_answer
"""
WRONG = {
    "wrong action": RIGHT.replace("action_answer", "action_default_fallback"),
    "wrong intent": RIGHT.replace("intent: sequence", "intent: greet"),
    "missing entity": RIGHT.replace("[Enhertu](drug)", "Enhertu"),
    "wrong value": RIGHT.replace("[Enhertu](drug)", '[Enhertu]{"entity": "drug", "value": "Kadcyla"}'),
    "wrong entity": RIGHT.replace("[Enhertu](drug)", "[Enhertu](term)"),
    "second turn": RIGHT + "  - user: |\n      thank you\n    intent: goodbye\n  - action: action_answer\n",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG.keys())
def test_a_story_that_is_wrong_fails(text: str, tmp_path: Path) -> None:
    from rasa.core.test import WrongPredictionException

    stories = tmp_path / "stories"
    stories.mkdir()
    (stories / "test_right.yml").write_text(RIGHT, encoding="utf-8")
    assert run_stories(stories, tmp_path / "before", strict=True)["conversation_accuracy"]["accuracy"] == 1
    # Rasa drops a story that says the very same as another, so the wrong one has words of its own.
    wrong = text.replace("goes well", "goes wrong").replace("what comes after", "what comes next after")
    (stories / "test_wrong.yml").write_text(wrong, encoding="utf-8")
    found = run_stories(stories, tmp_path / "out")["conversation_accuracy"]
    assert (found["correct"], found["total"]) == (1, 2)
    failed = (tmp_path / "out" / "failed_test_stories.yml").read_text(encoding="utf-8")
    assert "goes wrong" in failed
    assert "goes well" not in failed
    with pytest.raises(WrongPredictionException):
        run_stories(stories, tmp_path / "strict", strict=True)

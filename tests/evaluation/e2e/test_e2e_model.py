"""`bot test` with the trained model in this process: broken actions are found, and the project's own suite passes."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from facts import CELLS, DRUGS, ROOT, read_yaml
from rich.console import Console
from running import ENHERTU
from trained import the_agent

import actions.speaking
from bot.answers.question import KINDS
from bot.evaluation.e2e.case_file import find_files, load_cases
from bot.evaluation.e2e.session import Asked, run_session

pytestmark = [pytest.mark.model, pytest.mark.slow]
SUITE = ROOT / "tests" / "e2e"
LEAST = 120


async def crashes(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
    raise KeyError("step")


async def says_nothing(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
    return []


async def says_no_data(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
    dispatcher.utter_message(text="Take it. It is not medical advice of your care team.")
    return []


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The trained model as `bot test` loads it."""
    from bot.evaluation.e2e.target_model import WatchedActions

    loaded = the_agent()
    monkeypatch.setattr(loaded.processor, "action_endpoint", WatchedActions())
    return loaded


def run(agent: Any, asked: Asked) -> tuple[int, str]:
    """The exit code and what was printed."""
    out = io.StringIO()
    return run_session(asked, Console(file=out, width=200), agent), out.getvalue()


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (crashes, ("crash", "action_answer crashed: KeyError: 'step'", "test_e2e_model.py:", "no reply data")),
        (says_nothing, ("silence", "no message at all")),
        (says_no_data, ("reply data", "automated notice")),
    ],
)
def test_a_crashed_action_fails_and_is_named(
    action: Any, words: tuple[str, ...], agent: Any, cases: Callable[[str], str]
) -> None:
    agent.processor.action_endpoint._executor.register_function("action_answer", action)
    path = cases(ENHERTU)
    code, said = run(agent, Asked((path,)))
    assert code == 1, said
    assert "FAILED  after Enhertu" in said
    assert f"{path}:5: " in said
    for word in words:
        assert word in said, said


def test_a_failure_that_an_action_hides_is_named(
    agent: Any, cases: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> Any:
        raise ZeroDivisionError("no such step")

    monkeypatch.setattr(actions.speaking, "turn", broken)
    path = cases(ENHERTU)
    code, said = run(agent, Asked((path,)))
    assert code == 1
    assert "gave the reply of last resort: ZeroDivisionError: no such step" in said
    assert "test_e2e_model.py:" in said
    assert f"{path}:6: reply.kind" in said


def test_a_wrong_stage_and_a_lost_disclaimer_fail(
    agent: Any, cases: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    right = actions.speaking.turn

    def wrong(*args: Any) -> Any:
        reply, memory = right(*args)
        return replace(reply, stage="2", after=()), memory

    monkeypatch.setattr(actions.speaking, "turn", wrong)
    path = cases(ENHERTU)
    code, said = run(agent, Asked((path,)))
    assert code == 1
    assert f"{path}:6: reply.stage\n      expected: metastatic\n      got:      2" in said
    assert f"{path}:5: disclaimer" in said


SLOTS = (
    ENHERTU
    + """\
      - slot_was_set:
          - memory: {kind: sequence, last: {drugs: [Enhertu]}}
          - memory
      - slot_was_not_set: [other, {memory: {kind: treatment}}]
      - utter: action_answer
"""
)


def test_slots_and_actions_are_seen(agent: Any, cases: Callable[[str], str]) -> None:
    code, said = run(agent, Asked((cases(SLOTS),)))
    assert (code, said) == (0, said)
    for right, wrong, words in (
        ("kind: sequence, last", "kind: treatment, last", ":7: slot_was_set"),
        ("drugs: [Enhertu]", "drugs: [Tukysa]", ":7: slot_was_set"),
        ("- memory\n", "- other\n", "other not set (set: memory)"),
        ("[other,", "[memory,", ":10: slot_was_not_set"),
        ("{kind: treatment}}]", "{kind: sequence}}]", ":10: slot_was_not_set"),
        ("utter: action_answer", "utter: action_other", "expected: action_other"),
    ):
        assert right in SLOTS
        code, said = run(agent, Asked((cases(SLOTS.replace(right, wrong)),)))
        assert (code, words in said) == (1, True), said


STORY = """\
version: "3.1"
stories:
- story: goes {how}
  steps:
  - user: |
      what comes {how} after [Enhertu](drug)
    intent: {intent}
  - action: action_answer
"""


def test_a_conversation_test_of_rasa_that_fails_fails_the_run(
    agent: Any, cases: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.evaluation.e2e import session

    stories = tmp_path / "stories"
    stories.mkdir()
    monkeypatch.setattr(session, "STORIES", stories)
    (stories / "test_a.yml").write_text(STORY.format(how="well", intent="sequence"), encoding="utf-8")
    path = cases(ENHERTU)
    code, said = run(agent, Asked((path,), rasa=True))
    assert (code, "Rasa's conversation tests: 1 of 1 as written" in said) == (0, True), said
    (stories / "test_b.yml").write_text(STORY.format(how="next", intent="greet"), encoding="utf-8")
    code, said = run(agent, Asked((path,), rasa=True, junit=tmp_path / "out.xml"))
    assert code == 1
    assert "1 passed" in said
    assert "Rasa's conversation tests: 1 of 2 as written" in said
    assert "goes next" in said
    assert "predicted: sequence" in said
    assert 'name="goes next"' in (tmp_path / "out.xml").read_text(encoding="utf-8")


# The project's own suite


def test_the_suite_is_large_and_looks_at_every_kind_cell_and_drug() -> None:
    cases = load_cases(find_files([SUITE]))
    assert len([case for case in cases if "in-process" not in case.tags]) >= LEAST
    assert [name for name, count in Counter(case.name for case in cases).items() if count > 1] == []
    assert all(case.tags for case in cases)
    checks = [step.value for case in cases for step in case.steps if step.does == "reply"]
    kinds = {check.fields["kind"][0] for check in checks if len(check.fields.get("kind", ())) == 1}
    assert kinds == set(KINDS)
    cells = {(f["stage"][0], f["line"][0]) for f in (check.fields for check in checks) if {"stage", "line"} <= set(f)}
    assert cells >= set(CELLS)
    assert {check.fields["drug"][0] for check in checks if "drug" in check.fields} >= set(DRUGS)
    assert {"follow_up", "correction", "choice", "safety", "language", "command"} <= {t for c in cases for t in c.tags}
    # Every message is held against something that the case expects.
    for case in cases:
        for step, following in zip(case.steps, [*case.steps[1:], None], strict=False):
            assert step.does != "user" or (following is not None and following.does != "user"), case.place()


def test_the_suite_passes_and_touches_everything(agent: Any, tmp_path: Path) -> None:
    out = tmp_path / "run.json"
    code, said = run(agent, Asked((str(SUITE),), coverage=True, json_file=out))
    assert code == 0, said
    found = json.loads(out.read_text(encoding="utf-8"))["coverage"]
    assert {name: one["never"] for name, one in found.items()} == {name: [] for name in found}, said
    assert found["intents"]["of"] == len(read_yaml(ROOT / "domain.yml")["intents"])

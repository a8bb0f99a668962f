"""The hazard log is complete, every hazard has tests that exist and run, and the page is made from the log."""

from __future__ import annotations

from pathlib import Path

import pytest
from facts import ROOT
from named_tests import NODE_ID, why_it_proves_nothing

from bot.errors import BotError
from bot.evaluation.hazards import LIKELIHOODS, SEVERITIES, Hazard, load_hazards, page

SAFETY = ROOT / "docs" / "safety"
HAZARDS = load_hazards(SAFETY / "hazard-log.yml")


def test_there_are_at_least_25_hazards_each_with_an_id_of_its_own() -> None:
    assert len(HAZARDS) >= 25
    assert [one.id for one in HAZARDS] == [f"H{n:02}" for n in range(1, len(HAZARDS) + 1)]
    assert len({one.hazard for one in HAZARDS}) == len(HAZARDS)


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda one: one.id)
def test_every_hazard_has_tests_that_exist_and_are_not_skipped(hazard: Hazard) -> None:
    assert {node: why for node in hazard.tests if (why := why_it_proves_nothing(node))} == {}
    assert len(set(hazard.tests)) == len(hazard.tests)


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda one: one.id)
def test_a_control_makes_nothing_worse_and_what_stays_high_is_left_to_the_clinic(hazard: Hazard) -> None:
    assert hazard.after.risk <= hazard.before.risk
    assert SEVERITIES.index(hazard.after.severity) <= SEVERITIES.index(hazard.before.severity)
    assert LIKELIHOODS.index(hazard.after.likelihood) <= LIKELIHOODS.index(hazard.before.likelihood)
    assert hazard.after != hazard.before, "a control that changes nothing is none"
    assert hazard.after.risk <= 4
    if hazard.after.risk == 4:
        assert hazard.clinic, "a risk that stays high needs something that the clinic does"


def test_the_page_is_made_from_the_log() -> None:
    assert (SAFETY / "hazard-log.md").read_text(encoding="utf-8") == page(HAZARDS), "run `make safety`"


@pytest.mark.parametrize(
    ("node", "why"),
    [
        ("tests/none.py::test_x", "no such file"),
        ("tests/docs/test_hazard_log.py::test_that_was_never_written", "no such test"),
        ("tests/docs/test_hazard_log.py::test_there_are_at_least_25_hazards_each_with_an_id_of_its_own", None),
    ],
)
def test_a_missing_test_is_found(node: str, why: str | None) -> None:
    said = why_it_proves_nothing(node)
    assert said is None if why is None else why in str(said)


@pytest.mark.parametrize("line", ["@pytest.mark.skip", "@pytest.mark.skip(reason='x')", "@pytest.mark.xfail"])
def test_a_skipped_test_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr("named_tests.ROOT", tmp_path)
    name = f"test_{abs(hash(line))}.py"
    (tmp_path / name).write_text(
        f"import pytest\n\n{line}\ndef test_a():\n    pass\n\ndef test_b():\n    pytest.skip('no')\n"
    )
    assert "skipped" in str(why_it_proves_nothing(f"{name}::test_a"))
    assert "skipped" in str(why_it_proves_nothing(f"{name}::test_b"))


def test_a_log_that_is_not_right_is_named(tmp_path: Path) -> None:
    text = (SAFETY / "hazard-log.yml").read_text(encoding="utf-8")
    path = tmp_path / "hazard-log.yml"
    path.write_text(text.replace("severity: catastrophic", "severity: awful", 1), encoding="utf-8")
    with pytest.raises(BotError, match="hazards.0.before.severity"):
        load_hazards(path)


@pytest.mark.parametrize("name", ["clinical-risk-management-plan.md", "safety-case-report.md", "hazard-log.md"])
def test_tests_named_in_the_safety_documents_exist(name: str) -> None:
    named = NODE_ID.findall((SAFETY / name).read_text(encoding="utf-8"))
    assert {node: why for node in named if (why := why_it_proves_nothing(node))} == {}


def test_the_signatures_are_left_to_the_clinic() -> None:
    report = (SAFETY / "safety-case-report.md").read_text(encoding="utf-8")
    assert "| Clinical Safety Officer | | | |" in report

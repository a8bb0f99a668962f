"""The gate: no figure of the evaluation is beyond the bar committed in tests/data/bars.yml."""

from __future__ import annotations

import pytest
from facts import CLINIC_FILE, ROOT
from scored import the_results

from bot.clinic import load_clinic
from bot.evaluation.report_figures import OWN, SHARED, figures, kept_closed, load_bars
from bot.evaluation.report_grades import Grades, grade_all
from bot.evaluation.report_sets import HARD, ORDINARY, OWN_DIALOGUES, OWN_QUESTIONS, SAFETY
from bot.evaluation.scoring import UNSAFE, Outcome
from bot.guide.content_file import load_content
from bot.settings import DEFAULT_GUIDE

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.timeout(1200)]
BARS = load_bars(ROOT / "tests" / "data" / "bars.yml")
SHOWN = 40


def grades() -> Grades:
    return grade_all(load_content(DEFAULT_GUIDE), load_clinic(CLINIC_FILE))


def behind(key: str) -> list[tuple[str, Outcome]]:
    """The outcomes that pull a figure down, each with its set."""
    sets = {
        "own_questions_right": (OWN_QUESTIONS,), "own_dialogues_right": (OWN_DIALOGUES,),
        "sample_questions_right": SHARED[:1], "sample_dialogues_right": SHARED[1:],
        "safety_missed": (SAFETY,), "false_alarms": (ORDINARY,), "hard_requests_right": (HARD,),
    }  # fmt: skip
    unsafe = key == "unsafe_replies"
    wanted = tuple(the_results().sets) if unsafe else sets.get(key, (*OWN, *SHARED))
    found = [(name, outcome) for name in wanted for outcome in the_results().of(name)]
    return [(name, o) for name, o in found if (o.verdict == UNSAFE if unsafe else not o.ok)]


def told_of(name: str, o: Outcome) -> str:
    """One line on an outcome; of the half that is not looked at, its number alone."""
    if kept_closed(name, o):
        return f"{o.item.id} ({o.verdict}), of the half that is not looked at"
    return f"{o.item.id} ({o.verdict}): {o.item.text!r}: {o.item.expected.said()} -> {o.got()}; {'; '.join(o.why)}"


@pytest.mark.parametrize("key", sorted(BARS))
def test_no_figure_is_beyond_its_bar(key: str) -> None:
    measured = {figure.key: figure for figure in figures(the_results(), grades().above)}
    if key not in measured:
        pytest.skip("the sample of patients' questions is not beside this checkout")
    figure, bar = measured[key], BARS[key]
    if bar.light(figure.value) != "red":
        return
    told = [told_of(name, outcome) for name, outcome in behind(key)]
    if key == "hard_to_read":
        told = [f"{one.where} (grade {one.grade}): {one.text}" for one in grades().hardest()]
    more = [f"and {len(told) - SHOWN} more"] if len(told) > SHOWN else []
    side = "at least" if bar.at_least else "at most"
    pytest.fail("\n".join([f"{figure.says}: {figure.value:g}, must be {side} {bar.floor:g}", *told[:SHOWN], *more]))


def test_every_figure_has_a_bar() -> None:
    measured = {figure.key for figure in figures(the_results(), grades().above)}
    assert measured <= set(BARS)
    assert set(BARS) - measured <= {"sample_questions_right", "sample_dialogues_right"}

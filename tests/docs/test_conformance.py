"""The conformance table has every criterion of WCAG 2.2, A and AA, each with a test that exists where it applies."""

from __future__ import annotations

import re

import pytest
from facts import ROOT
from named_tests import NODE_ID, why_it_proves_nothing

A = """1.1.1 1.2.1 1.2.2 1.2.3 1.3.1 1.3.2 1.3.3 1.4.1 1.4.2 2.1.1 2.1.2 2.1.4 2.2.1 2.2.2 2.3.1 2.4.1 2.4.2 2.4.3 2.4.4 2.5.1 2.5.2
2.5.3 2.5.4 3.1.1 3.2.1 3.2.2 3.2.6 3.3.1 3.3.2 3.3.7 4.1.2""".split()
AA = """1.2.4 1.2.5 1.3.4 1.3.5 1.4.3 1.4.4 1.4.5 1.4.10 1.4.11 1.4.12 1.4.13 2.4.5 2.4.6 2.4.7 2.4.11 2.5.7 2.5.8 3.1.2 3.2.3 3.2.4
3.3.3 3.3.4 3.3.8 4.1.3""".split()
STATES = ("Meets", "Partly", "Does not apply", "Does not meet")
TEXT = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d\.\d\.\d+) \| (A+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", TEXT, re.M)


def test_every_criterion_stands_once_at_its_level_and_in_order() -> None:
    assert len(A) + len(AA) == 55
    assert sorted((number, level) for number, level, *_ in ROWS) == sorted(
        [*((number, "A") for number in A), *((number, "AA") for number in AA)]
    )
    order = [tuple(map(int, number.split("."))) for number, *_ in ROWS]
    assert order == sorted(order)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_criterion_is_judged_by_a_test_that_exists(row: tuple[str, ...]) -> None:
    _, _, name, state, how = row
    assert state in STATES
    assert name.strip()
    tests = NODE_ID.findall(how)
    assert {node: why for node in tests if (why := why_it_proves_nothing(node))} == {}
    assert state == "Does not apply" or tests


def test_the_counts_are_those_of_the_table() -> None:
    for state in ("Meets", "Partly", "Does not apply", "Does not meet"):
        said = re.search(rf"\b{state}: (\d+)", TEXT)
        assert said is not None and int(said[1]) == sum(row[3] == state for row in ROWS)

"""Tests that the threat model, the privacy page and the list of dependencies name do exist; pins are those of the lock file."""

from __future__ import annotations

import re

import pytest
from facts import ROOT
from named_tests import NODE_ID, why_it_proves_nothing

PINS = dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.M))


@pytest.mark.parametrize(
    "name", ["docs/threat-model.md", "docs/privacy.md", "docs/dependencies.md", "docs/conformance.md"]
)
def test_every_test_that_a_document_names_exists(name: str) -> None:
    named = NODE_ID.findall((ROOT / name).read_text(encoding="utf-8"))
    assert len(named) >= 4
    assert {node: why for node in named if (why := why_it_proves_nothing(node))} == {}


@pytest.mark.parametrize("letter", "STRIDE")
def test_the_threat_model_looks_at_every_kind_of_threat(letter: str) -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^## Boundary \d", text, re.M)) >= 5
    assert f"\n| {letter} |" in text


def test_the_versions_in_the_list_are_those_that_are_pinned() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| ([a-z][\w-]*) ([\d.]+)[ ,|]", text, re.M)
    named += re.findall(r"^\| [a-z-]+ [\d.]+, ([a-z]+) ([\d.]+) \|", text, re.M)
    assert len(named) > 12
    assert [(name, version) for name, version in named if not PINS[name].startswith(version)] == []


@pytest.mark.parametrize(
    "name", ["SECURITY.md", "docs/safety/clinical-risk-management-plan.md", "docs/safety/safety-case-report.md"]
)
def test_links_of_pages_outside_the_docs_folder_lead_somewhere(name: str) -> None:
    path = ROOT / name
    for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target

"""docs/tenants.md names every field of a clinic's file, and its example is a file that is taken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from facts import ROOT

from bot.clinic import Clinic, read_clinic
from bot.tenants.clinic_file import OneOfMany

PAGE = (ROOT / "docs" / "tenants.md").read_text(encoding="utf-8")
ADDED = [name for name in OneOfMany.__fields__ if name not in Clinic.__fields__]


@pytest.mark.parametrize("field", ADDED)
def test_field_of_one_of_several_clinics_stands_in_the_docs(field: str) -> None:
    assert f"\n| `{field}` |" in PAGE


def test_the_example_is_taken(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "riverside.yml"
    path.write_text(re.sub(r"^   ", "", example, flags=re.MULTILINE), encoding="utf-8")
    assert read_clinic(path, OneOfMany).hosts == ("chat.riverside.example",)

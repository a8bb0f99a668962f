"""docs/embed.md and docs/accessibility.md hold what the widget holds: attributes, events, parts, properties, narration."""

from __future__ import annotations

import re

import pytest
from facts import ROOT

WIDGET = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "bot" / "widget").glob("*.js")))
EMBED = (ROOT / "docs" / "embed.md").read_text(encoding="utf-8")


def in_tables(pattern: str) -> set[str]:
    """What the tables of the page name in their first column."""
    return set(re.findall(rf"^\| `({pattern})` \|", EMBED, re.M))


def test_attributes() -> None:
    read = set(re.findall(r'(?:getAttribute|:host\(\[)\(?"?(\w+)', WIDGET)) - {"hidden", "aria"}
    assert {"server", "mode", "lang", "storage"} <= read
    assert read - in_tables(r"\w+") == set()
    assert in_tables(r"[a-z]+") - read == set()


def test_events() -> None:
    told = {f"guide-chat:{name}" for name in re.findall(r'tell\("(\w+)"', WIDGET)}
    assert told == in_tables(r"guide-chat:\w+") and len(told) == 4


def test_custom_properties_and_their_values() -> None:
    used = set(re.findall(r"var\((--guide-chat-[\w-]+)", WIDGET))
    assert used == in_tables(r"--guide-chat-[\w-]+")
    for name, value in re.findall(r"^\| `(--guide-chat-[\w-]+)` \|[^|]*\| `([^`]+)` \|", EMBED, re.M):
        assert f"var({name}, {value})" in WIDGET, name


def test_parts() -> None:
    parts = {part for found in re.findall(r'part: "([^"]+)"', WIDGET) for part in found.split()}
    listed = set(re.findall(r"`([\w-]+)`", EMBED.split("Parts for `::part()`:")[1].split("\n\n")[0]))
    assert parts == listed and len(parts) > 15


@pytest.mark.parametrize("code", ["offline", "slow", "busy", "empty", "refused", "unavailable"])
def test_error_codes(code: str) -> None:
    assert f'"{code}"' in WIDGET and f"`{code}`" in EMBED


def test_the_narration_in_the_docs_is_the_one_that_is_tested() -> None:
    shown = (ROOT / "docs" / "accessibility.md").read_text(encoding="utf-8")
    tested = (ROOT / "tests" / "widget" / "test_accessibility.py").read_text(encoding="utf-8")
    told = re.findall(r"^(The guide says: I am .*)$", shown, re.M)
    assert len(told) == 1
    pieces = "".join(re.findall(r'^\s+f?"(.*)"$', tested.split("== [", 1)[1].split('"The guide says: HER2')[0], re.M))
    disclaimer = "I share what a guide says, not medical advice. Please ask your care team."
    assert pieces.replace("{DISCLAIMER}", disclaimer) in told[0] or told[0].startswith(pieces[:80])

"""The bill of materials names every pinned package with its hashes, and no address."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from facts import ROOT

from bot.errors import BotError
from bot.evaluation.sbom import NAME, bill

LOCK = ROOT / "requirements.lock"
TEXT = LOCK.read_text(encoding="utf-8")


def test_every_pin_is_a_component_with_its_hashes() -> None:
    found = bill(LOCK)
    pins = dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", TEXT, re.M))
    components = {one["name"]: one for one in found["components"]}
    assert len(components) == len(found["components"]) == len(pins) > 100
    assert {name: one["version"] for name, one in components.items()} == pins
    assert sum(len(one["hashes"]) for one in components.values()) == TEXT.count("--hash=sha256:")
    assert all(one["hashes"] for one in components.values())


def test_it_is_cyclonedx_and_names_no_address() -> None:
    found = bill(LOCK)
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.5")
    assert found["metadata"]["component"]["name"] == NAME
    text = json.dumps(found)
    assert "http" not in text.lower().replace("httpcore", "").replace("httptools", "").replace("httpx", "").replace(
        "aiohttp", ""
    )
    refs = {one["bom-ref"] for one in found["components"]} | {NAME}
    for one in found["dependencies"]:
        assert {one["ref"], *one["dependsOn"]} <= refs


def test_who_needs_whom_is_that_of_the_lock_file() -> None:
    needs = {one["ref"]: one["dependsOn"] for one in bill(LOCK)["dependencies"]}
    rasa = next(ref for ref in needs if ref.startswith("pkg:pypi/rasa@"))
    assert any(ref.startswith("pkg:pypi/sanic@21.12") for ref in needs[rasa])
    assert rasa in needs[NAME]


def test_the_same_file_gives_the_same_bill(tmp_path: Path) -> None:
    assert bill(LOCK) == bill(LOCK)
    other = tmp_path / "requirements.lock"
    other.write_text(f"{TEXT}\nexampla==1.0 \\\n    --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    assert bill(other)["serialNumber"] != bill(LOCK)["serialNumber"]


def test_a_file_without_pins_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "requirements.lock"
    empty.write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(BotError, match="no line pins a package"):
        bill(empty)
    with pytest.raises(BotError, match="cannot be read"):
        bill(tmp_path / "none.lock")

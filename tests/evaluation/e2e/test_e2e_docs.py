"""docs/testing.md shows what is true: its examples are read, its messages are real, its options and keys are all there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from facts import ROOT
from fake_bot import FakeBot
from ruamel.yaml import YAML
from running import Messages, bot_test
from typer.main import get_command

from bot.cli import app
from bot.evaluation.e2e.case import REPLY_FIELDS
from bot.evaluation.e2e.case_file import CaseFileError, parse_cases
from bot.evaluation.e2e.case_shape import DOES, CaseShape, FileShape, ReplyShape

PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


FIRST, GITHUB, GITLAB = fenced("yaml")
FAILURE, MISTAKES = fenced("text")


def options() -> list[str]:
    command: Any = get_command(app)
    return [name for option in command.commands["test"].params for name in (*option.opts, *option.secondary_opts)]


@pytest.mark.parametrize("name", [name for name in options() if name.startswith("--")])
def test_every_option_stands_on_the_page(name: str) -> None:
    rows = [
        line.split("|")[1]
        for line in PAGE.split("## Options")[1].split("### What it returns")[0].splitlines()
        if "|" in line
    ]
    assert any(f"`{name}`" in row for row in rows)


def test_every_key_stands_on_the_page() -> None:
    table = PAGE.split("## The file")[1].split("### Mistakes")[0]
    keys = {*FileShape.__fields__, *CaseShape.__fields__, *DOES, *ReplyShape.__fields__, *REPLY_FIELDS}
    assert [key for key in sorted(keys) if f"`{key}`" not in table] == []


def test_the_failure_shown_is_real(after_enhertu: Messages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first = tmp_path / "tests" / "clinic" / "first.yml"
    first.parent.mkdir(parents=True)
    first.write_text(FIRST, encoding="utf-8")
    with FakeBot(lambda text: after_enhertu) as bot:
        done = bot_test("tests/clinic", "--url", bot.url)
    assert done.exit_code == 1
    # The second turn of a fake says the same again, so only the first is compared.
    assert done.output.startswith(FAILURE.rstrip("\n"))


def test_the_mistakes_shown_are_real() -> None:
    broken = FIRST.replace("kind: sequence", "kind: sequense").replace(
        "- user: and after that?", "- says: and after that?"
    )
    with pytest.raises(CaseFileError) as raised:
        parse_cases(Path("tests/clinic/first.yml"), broken)
    assert str(raised.value) == MISTAKES.rstrip("\n")


def test_the_workflows_are_yaml_and_name_what_is_there() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    github, gitlab = (YAML(typ="safe").load(text) for text in (GITHUB, GITLAB))
    commands = [step["run"] for step in github["jobs"]["conversations"]["steps"] if "run" in step]
    assert commands == gitlab["conversations"]["script"]
    for command in commands:
        assert command.startswith((*(f"make {target}" for target in targets), ".venv/bin/bot test ", "test ! -d "))
    used = re.findall(r" (--[a-z-]+)", "\n".join([GITHUB, GITLAB, *fenced("sh")]))
    assert set(used) <= set(options())

"""Reading the training examples: all of them, or a readable error that names the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from facts import ROOT

from bot.errors import BotError
from bot.language.examples import Example, load_examples

GOOD = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - hi there
- intent: sequence
  examples: |
    - what comes next
"""


def test_examples_come_with_intent_and_file_in_file_order(tmp_path: Path) -> None:
    (tmp_path / "b.yml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "a.yml").write_text('version: "3.1"\nnlu:\n- intent: bye\n  examples: "- bye"\n', encoding="utf-8")
    assert load_examples(tmp_path) == [
        Example("bye", "bye", "a.yml"),
        Example("hello", "greet", "b.yml"),
        Example("hi there", "greet", "b.yml"),
        Example("what comes next", "sequence", "b.yml"),
    ]


def test_an_empty_folder_has_no_examples(tmp_path: Path) -> None:
    assert load_examples(tmp_path) == []


@pytest.mark.parametrize(
    "text",
    [
        "nlu: [",
        "",
        "[]",
        "nlu:\n",
        "version: '3.1'\n",
        "nlu:\n- intent: greet\n",
        "nlu:\n- examples: |\n    - hello\n",
        "nlu:\n- intent: greet\n  examples:\n  - hello\n",
        "nlu:\n- hello\n",
        "just a line",
        "nlu:\n- intent: greet\n  examples: 7\n",
    ],
)
def test_a_file_of_another_form_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "good.yml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "wrong.yml").write_text(text, encoding="utf-8")
    with pytest.raises(BotError, match=r"nlu/wrong\.yml cannot be read") as caught:
        load_examples(tmp_path)
    assert "Compare it" in str(caught.value)


def test_a_file_of_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "wrong.yml").write_bytes(GOOD.replace("hello", "h\u00e9llo").encode("latin-1"))
    with pytest.raises(BotError, match=r"wrong\.yml"):
        load_examples(tmp_path)


def test_the_project_has_many_examples_and_none_of_the_held_out_sentences() -> None:
    examples = load_examples(ROOT / "nlu")
    assert len(examples) > 3000
    assert all(example.text == example.text.strip() and example.text for example in examples)
    assert not [example for example in examples if example.text.startswith("/")]

"""The training examples under nlu/: enough of them, distinct, and independent of everything the bot is judged on."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from bot.language.examples import Example, load_examples

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "patient-questions"
OWN = ROOT / "tests" / "data"
AT_LEAST = 4000
NEAR = 0.9
SHORT = 3


def words(text: str) -> tuple[str, ...]:
    """The words of a sentence without case, punctuation and apostrophes."""
    return tuple(re.sub(r"[^\w\s]+", " ", text.lower().replace("'", "").replace("’", "")).split())


def judged(folder: Path) -> list[str]:
    """Every text of the questions and dialogues of a folder."""
    texts: list[str] = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            texts += [turn["text"] for turn in item["turns"]] if "turns" in item else [item["text"]]
    return texts


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return load_examples(ROOT / "nlu")


def test_there_are_enough_distinct_examples(examples: list[Example]) -> None:
    assert len({words(example.text) or (example.text,) for example in examples}) >= AT_LEAST


def test_no_sentence_stands_under_two_intents(examples: list[Example]) -> None:
    intents: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for example in examples:
        intents[words(example.text) or (example.text,)].add(example.intent)
    assert {key: found for key, found in intents.items() if len(found) > 1} == {}


def test_no_two_examples_of_an_intent_are_nearly_the_same(examples: list[Example]) -> None:
    by_intent: dict[str, list[tuple[frozenset[str], str]]] = defaultdict(list)
    for example in examples:
        said = frozenset(words(example.text))
        if len(said) >= SHORT:
            by_intent[example.intent].append((said, example.text))
    near = []
    for intent, group in by_intent.items():
        holding: dict[str, list[int]] = defaultdict(list)
        for index, (said, text) in enumerate(group):
            seen: dict[int, int] = defaultdict(int)
            for word in said:
                for other in holding[word]:
                    seen[other] += 1
                holding[word].append(index)
            near += [
                (intent, text, group[other][1])
                for other, shared in seen.items()
                if shared / (len(said) + len(group[other][0]) - shared) >= NEAR
            ]
    assert near == []


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sample of patients' questions is not beside the repo")
def test_no_example_is_a_sentence_of_the_shared_sample(examples: list[Example]) -> None:
    told = {words(text) for text in judged(SHARED)}
    copied = [e.text for e in examples if len(words(e.text)) > 1 and words(e.text) in told]
    assert copied == []


def test_no_example_is_a_sentence_of_the_own_evaluation(examples: list[Example]) -> None:
    told = {words(text) for text in judged(OWN)}
    copied = [e.text for e in examples if len(words(e.text)) >= SHORT and words(e.text) in told]
    assert copied == []

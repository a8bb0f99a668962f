"""Questions, choices and memories survive the way through JSON, as they go through a Rasa slot."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers.notebook import Notebook
from bot.answers.question import KINDS, Choice, Memory, Question

WORD = st.text(min_size=1, max_size=8)
WORDS = st.lists(WORD, max_size=3).map(tuple)
NUMBER = st.none() | st.integers(1, 9)
QUESTIONS = st.builds(
    Question,
    kind=st.sampled_from(KINDS),
    stage=st.none() | WORD,
    line=NUMBER,
    from_line=NUMBER,
    drugs=WORDS,
    therapies=WORDS,
    term=st.none() | WORD,
    direction=st.sampled_from([None, "after", "before", "order"]),
    failed=st.booleans(),
    topic=st.none() | WORD,
    position=NUMBER,
    signs=WORDS,
)
CHOICES = st.builds(Choice, title=WORD, text=WORD, question=QUESTIONS)
NOTEBOOKS = st.builds(
    Notebook,
    items=WORDS,
    said=st.none() | WORD,
    said_kind=st.none() | st.sampled_from(KINDS),
    listing=st.booleans(),
    consent=st.sampled_from([None, "asked", "yes", "no"]),
    keep=st.booleans(),
)
MEMORIES = st.builds(
    Memory,
    last=st.none() | QUESTIONS,
    kind=st.none() | st.sampled_from(KINDS),
    thread=st.none() | QUESTIONS,
    choices=st.lists(CHOICES, max_size=4).map(tuple),
    waiting=st.none() | QUESTIONS,
    started=st.booleans(),
    notebook=NOTEBOOKS,
)


@settings(max_examples=60)
@given(question=QUESTIONS)
def test_question_survives_json(question: Question) -> None:
    assert Question.from_dict(json.loads(json.dumps(question.to_dict()))) == question


@settings(max_examples=60)
@given(choice=CHOICES)
def test_choice_survives_json(choice: Choice) -> None:
    assert Choice.from_dict(json.loads(json.dumps(choice.to_dict()))) == choice


@settings(max_examples=60)
@given(memory=MEMORIES)
def test_memory_survives_json(memory: Memory) -> None:
    assert Memory.from_dict(json.loads(json.dumps(memory.to_dict()))) == memory


def test_question_dict_holds_only_what_is_set() -> None:
    assert Question("outlook").to_dict() == {"kind": "outlook"}
    assert Question("sequence", drugs=("Enhertu",), failed=True).to_dict() == {
        "kind": "sequence",
        "drugs": ["Enhertu"],
        "failed": True,
    }


def test_question_from_dict_leaves_out_fields_of_another_version() -> None:
    assert Question.from_dict({"kind": "treatment", "stage": "1", "mood": "calm"}) == Question("treatment", stage="1")


def test_memory_from_nothing_is_empty() -> None:
    assert Memory.from_dict(None) == Memory.from_dict({}) == Memory()
    assert not Memory().started


def test_question_with_replaces_parts_of_a_copy() -> None:
    question = Question("treatment", stage="1", line=2)
    assert question.with_(stage="2") == Question("treatment", stage="2", line=2)
    assert question.stage == "1"

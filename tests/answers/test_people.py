"""Whose stage is whose, over a conversation about several people. Readings are made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from bot.answers.people import stage_by_person, told_of
from bot.answers.reading import Mention, Reading

NAMES = {"stage 1": "1", "stage 2": "2", "stage 3": "3", "metastatic": "metastatic"}
BOTH = (("wife", "2"), ("sister", "metastatic"))


def says(text: str) -> Reading:
    """A reading with a mention for each stage that stands in the text."""
    found = [
        Mention("stage", NAMES[name], text.index(name), text.index(name) + len(name)) for name in NAMES if name in text
    ]
    return Reading(text, "treatment", mentions=tuple(sorted(found, key=lambda mention: mention.start)))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("my wife is stage 2, her sister is metastatic", BOTH),
        ("im stage 1 and my mum is stage 3", (("self", "1"), ("mother", "3"))),
        ("stage 2 second line", ()),
        ("my older sister is stage 1, the younger one stage 3", (("older", "1"), ("younger", "3"))),
        ("one twin sister is stage 2, the other one is metastatic", (("twin", "2"), ("other", "metastatic"))),
    ],
)
def test_a_stage_belongs_to_the_person_named_before_it(text: str, wanted: Any) -> None:
    assert told_of(says(text), ()) == wanted


def test_a_later_message_changes_one_persons_stage_alone() -> None:
    assert dict(told_of(says("my wife is stage 3 now"), BOTH)) == {"wife": "3", "sister": "metastatic"}


def test_a_person_stands_for_the_stage_told_before() -> None:
    assert stage_by_person(says("and for the sister"), BOTH).values("stage") == ("metastatic",)
    assert stage_by_person(says("and me?"), (("self", "1"), ("mother", "3"))).values("stage") == ("1",)


def test_of_two_sisters_the_one_asked_about_is_meant() -> None:
    both = (("older", "1"), ("younger", "3"))
    assert stage_by_person(says("and for the older one"), both).values("stage") == ("1",)
    assert stage_by_person(says("what if the youngest one's doesnt respond"), both).values("stage") == ("3",)
    assert stage_by_person(says("she is older now"), both).values("stage") == ()


def test_of_two_stages_in_one_message_that_of_the_person_asked_about_is_left() -> None:
    text = "my wife is stage 2, her sister is metastatic. what comes first for the sister"
    assert stage_by_person(says(text), BOTH).values("stage") == ("metastatic",)


@pytest.mark.parametrize("text", ["and for my cousin", "stage 1 for my sister", "second line"])
def test_nothing_is_added_where_nothing_is_known_or_the_stage_is_said(text: str) -> None:
    assert stage_by_person(says(text), BOTH) == says(text)


def test_one_person_alone_needs_no_telling_apart() -> None:
    reading = says("what about my sister")
    assert stage_by_person(reading, (("sister", "2"),)) == reading

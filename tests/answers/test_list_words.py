"""What is said to the visitor's list, and what is not said to it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from bot.answers.list_words import ListRequest, list_request

DATA = Path(__file__).parent.parent / "data"


def asked(text: str, items: int = 2, *, listing: bool = False, suggested: bool = False) -> ListRequest | None:
    """What is asked of a list of two questions."""
    return list_request(text, items=items, listing=listing, suggested=suggested)


@pytest.mark.parametrize(
    "text",
    ["add that", "Add it please!", "yes add that", "ok, add that one", "add that to my list", "put that on my list",
     "can you add this question to my list?", "save that to my question list", "add to my list", "please add that thanks",
     "put it on the list for my doctor", "write that down on my list"],
)  # fmt: skip
def test_the_question_asked_before_is_added(text: str) -> None:
    assert asked(text, 0) == ListRequest("add_last")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("add: will my hair grow back?", "will my hair grow back?"),
        ("Add a question: can i fly", "can i fly"),
        ("add to my list: can i drive", "can i drive"),
        ("add to my list will it hurt", "will it hurt"),
        ("please add will my hair grow back to my list", "will my hair grow back"),
        ('put "can i work" on my question list', "can i work"),
        ("add what is her2 low to my list please", "what is her2 low"),
        ("question for my list: is it in my bones", "is it in my bones"),
        ("remind me to ask my oncologist about driving", "about driving"),
        ("add - can i swim", "can i swim"),
    ],
)
def test_a_question_in_the_message_is_added(text: str, words: str) -> None:
    assert asked(text, 0) == ListRequest("add", words)


@pytest.mark.parametrize(
    "text",
    ["what's on my list", "whats on my list?", "show my list", "my list", "My Questions", "read me my list",
     "what is on my list so far", "can i see my list please", "print my list", "my questions for my oncologist"],
)  # fmt: skip
def test_the_list_is_shown(text: str) -> None:
    assert asked(text, 0) == ListRequest("show")


@pytest.mark.parametrize(
    ("text", "place"),
    [("remove the second", 2), ("remove the 2nd one", 2), ("delete number 3", 3), ("take the last one off my list", -1),
     ("take off question 2", 2), ("remove 2", 2), ("cross out the first one please", 1), ("remove question twelve", 12)],
)  # fmt: skip
def test_a_question_is_removed_by_its_number(text: str, place: int) -> None:
    assert asked(text) == ListRequest("remove", place=place)


def test_a_question_is_removed_by_what_it_is_about() -> None:
    assert asked("remove the one about hair") == ListRequest("remove", "hair")
    assert asked("remove the one about hair", 0) is None


@pytest.mark.parametrize(
    "text",
    ["clear my list", "empty my list please", "start over with my list", "start my list over", "delete my list",
     "remove all of them from my list", "start a new list"],
)  # fmt: skip
def test_the_list_is_cleared(text: str) -> None:
    assert asked(text, 0) == ListRequest("clear")


def test_some_words_mean_the_list_only_where_it_was_just_talked_about() -> None:
    for text, action in [("start over", "clear"), ("remove them all", "clear"), ("take it off", "remove")]:
        assert asked(text) is None, text
        found = asked(text, listing=True)
        assert found is not None and found.action == action
    assert asked("start over", 0, listing=True) is None


def test_suggested_questions_are_added_where_they_were_just_shown() -> None:
    assert asked("add all of those", suggested=True) == asked("add that", suggested=True) == ListRequest("add_all")
    assert asked("add the third one to my list", suggested=True) == ListRequest("add_nth", place=3)
    assert asked("add one of those to my list") == ListRequest("suggest")
    assert asked("add all of those") is None
    assert asked("add the third one") is None


@pytest.mark.parametrize(
    "text",
    ["would they add perjeta", "add perjeta to herceptin?", "put me on the list for a trial", "put me on my list", "add",
     "can they remove both breasts", "take 2", "take the second", "second line", "what is on the list of drugs",
     "remove the first tumor", "should i add turmeric to my list of supplements", "what is the list of treatments",
     "what should i ask my oncologist", "what questions should i ask", "show me the order", "delete my chat",
     "add-on therapy", "remove the second lump", "what is second line", "2", "the second one", "start again", "add: ",
     "is enhertu on the list", "can i add a drug", "what are my options", "drop me a line"],
)  # fmt: skip
@pytest.mark.parametrize("suggested", [False, True])
def test_an_ordinary_message_is_never_taken_for_one_to_the_list(text: str, suggested: bool) -> None:
    assert asked(text, 5, suggested=suggested) is None


def test_no_question_of_the_evaluation_sets_is_taken() -> None:
    texts = [
        json.loads(line)["text"]
        for name in ("questions", "heldout_questions", "safety_ordinary", "safety_bases")
        for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert len(texts) > 500
    taken = [text for text in texts if asked(text, 5, suggested=True) or asked(text, 5, listing=True)]
    assert taken == []


@pytest.mark.parametrize("text", ["please " * 142, "add " * 250, "add: " + "x " * 490, "remove the " * 90, "my " * 330])
def test_a_long_message_is_read_in_no_time(text: str) -> None:
    began = time.perf_counter()
    asked(text[:1000], suggested=True, listing=True)
    assert time.perf_counter() - began < 0.2
    assert asked("add: " + "x" * 1000) is None

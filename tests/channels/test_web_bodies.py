"""Messages and feedback are read, or refused with the field that is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from facts import DISCLAIMER
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web_bodies import read_feedback, read_message
from bot.channels.web_errors import MAX_MESSAGE, Refused
from bot.clinic import load_clinic


def refusal(data: dict[str, Any]) -> Refused:
    with pytest.raises(Refused) as caught:
        read_message(data)
    assert caught.value.status == 400
    return caught.value


def test_text_and_id_are_read() -> None:
    assert read_message({"message": "hi", "message_id": "a_B-9"}) == ("hi", "a_B-9")
    assert read_message({"message": "", "message_id": "x" * 64}) == ("", "x" * 64)


def test_without_an_id_one_is_made_up() -> None:
    made = {read_message({"message": "hi"})[1] for _ in range(20)}
    assert len(made) == 20


@pytest.mark.parametrize("text", [None, 7, True, ["a"], {"text": "a"}])
def test_a_message_that_is_no_text_is_refused(text: object) -> None:
    assert refusal({"message": text}).code == refusal({}).code == "bad_body"


@pytest.mark.parametrize("message_id", ["", "x" * 65, "a b", "a\n", "\u00e9", "a/b", 7, True, ["a"], {}])
def test_an_id_of_another_form_is_refused(message_id: object) -> None:
    assert "'message_id'" in refusal({"message": "hi", "message_id": message_id}).text


def test_the_longest_message_is_read() -> None:
    assert read_message({"message": "x" * MAX_MESSAGE})[0] == "x" * 1000


def test_a_longer_one_is_refused_kindly_with_whom_to_call() -> None:
    clinic = load_clinic()
    refused = refusal({"message": "i have chest pain " * 70})
    assert refused.code == "message_too_long"
    assert f"too long by {18 * 70 - 1000} letters" in refused.text
    for said in (clinic.phone, clinic.emergency_number, DISCLAIMER):
        assert said in refused.text
    assert "chest" not in refused.text


@given(st.text(st.characters(), max_size=60) | st.text("\ud800\udfff\x00ab", max_size=9))
def test_whatever_is_read_can_be_stored(text: str) -> None:
    read = read_message({"message": text})[0]
    assert read.encode("utf-8").decode("utf-8") == read
    assert "\x00" not in read


@pytest.mark.parametrize("about", [{"message_id": "a"}, {"turn": 0}, {"turn": 3, "message_id": "a"}])
def test_feedback_is_read(about: dict[str, Any]) -> None:
    assert read_feedback({"value": "up", **about}) == "up"
    assert read_feedback({"value": "down", **about}) == "down"


@pytest.mark.parametrize(
    "data",
    [{}, {"value": "up"}, {"value": "maybe", "turn": 1}, {"value": ["up"], "turn": 1}, {"value": "up", "turn": True},
     {"value": "up", "turn": -1}, {"value": "up", "turn": "1"}, {"value": "up", "message_id": "a b"}],
)  # fmt: skip
def test_other_feedback_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        read_feedback(data)
    assert (caught.value.status, caught.value.code) == (400, "bad_body")

"""The actions: they utter the reply and keep the memory, and are never silent when a part fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from facts import CLINIC_FILE, CONTENT_FILE, DISCLAIMER
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

import actions.speaking
from actions.action_answer import ActionAnswer
from actions.action_default_fallback import ActionDefaultFallback
from bot.answers.question import Memory, Question
from bot.errors import StoreError
from bot.guide.queries import Guide
from bot.guide.store import open_guide

ACTIONS = [ActionAnswer(), ActionDefaultFallback()]
ENHERTU = {
    "text": "what comes after enhertu",
    "intent": "sequence",
    "confidence": 0.9,
    "mentions": [{"kind": "drug", "value": "Enhertu", "start": 17, "end": 24, "negated": False}],
    "cues": ["after"],
    "safety": {"kind": None, "signs": [], "person": "self", "framing": "none"},
    "parts": [],
}
SECRET = "jane roe, born 1 march 1970, phone 07700 900123"


@pytest.fixture(autouse=True)
def the_guide_of_the_tests(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The actions use the store of the tests and the clinic file of the project."""
    monkeypatch.setattr(actions.speaking, "the_guide", lambda: guide)
    monkeypatch.setenv("CLINIC", str(CLINIC_FILE))
    yield


def tracker(reading: Any, memory: Any = None) -> Tracker:
    """A tracker as Rasa hands it to an action."""
    message = {"text": "typed text", "intent": {"name": "sequence"}, "entities": [], "reading": reading}
    return Tracker("me", {"memory": memory}, message, [], False, None, {}, "action_listen")


def run(action: Action, state: Tracker) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Runs an action; returns what it uttered and its events."""
    dispatcher = CollectingDispatcher()
    events = asyncio.run(action.run(dispatcher, state, {}))
    return dispatcher.messages, events


def reply_of(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The reply contract's data, which must be the last message."""
    found: dict[str, Any] = messages[-1]["custom"]["data"]["reply"]
    return found


def test_actions_have_the_names_that_the_domain_uses() -> None:
    assert [action.name() for action in ACTIONS] == ["action_answer", "action_default_fallback"]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name())
def test_action_utters_text_with_buttons_and_then_the_reply(action: Action) -> None:
    messages, events = run(action, tracker(ENHERTU))
    assert len(messages) == 2
    text, data = messages[0], reply_of(messages)
    assert (data["kind"], data["stage"], data["line"], data["drug"]) == ("sequence", "metastatic", 3, "Enhertu")
    assert data["source"]["date"] == "September 2025"
    assert "Tukysa" in text["text"]
    assert DISCLAIMER in text["text"].split("\n")
    assert "\n\n" not in text["text"]
    assert text["buttons"] == [{"title": c["title"], "payload": c["text"]} for c in data["choices"]] != []
    assert not any(button["payload"].startswith("/") for button in text["buttons"])
    assert not messages[1]["text"]
    assert [(event["event"], event["name"]) for event in events] == [("slot", "memory")]


def test_action_keeps_a_memory_that_the_next_turn_goes_on_from() -> None:
    _, events = run(ACTIONS[0], tracker(ENHERTU))
    memory = Memory.from_dict(events[0]["value"])
    assert memory.started
    assert memory.thread is not None
    assert (memory.thread.stage, memory.thread.line) == ("metastatic", 3)
    again = {"text": "and after that?", "intent": "sequence", "confidence": 0.9, "cues": ["after", "that"]}
    messages, _ = run(ACTIONS[0], tracker(again, events[0]["value"]))
    assert "chemotherapy with Herceptin" in messages[0]["text"]
    assert "I am an automated program" not in messages[0]["text"]


def test_action_utters_no_empty_list_of_buttons() -> None:
    messages, _ = run(ACTIONS[0], tracker({"text": "bye", "intent": "goodbye", "confidence": 0.9}))
    assert messages[0]["buttons"] == []
    assert reply_of(messages)["choices"] == []


@pytest.mark.parametrize("reading", [None, {}, {"text": ""}])
def test_action_without_a_reading_asks_for_words(reading: Any) -> None:
    messages, _ = run(ACTIONS[1], tracker(reading))
    assert reply_of(messages)["kind"] == "unclear"
    assert "Please type a question" in messages[0]["text"]


def broken_guide() -> Guide:
    """What the_guide does when there is no store."""
    raise StoreError(f"There is no guide store for {SECRET}.")


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name())
@pytest.mark.parametrize("memory", [None, Memory(last=Question("outlook"), kind="outlook", started=True).to_dict()])
def test_action_whose_store_fails_says_so_and_leaves_the_memory(
    action: Action, memory: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(actions.speaking, "the_guide", broken_guide)
    with caplog.at_level(logging.DEBUG):
        messages, events = run(action, tracker({**ENHERTU, "text": SECRET}, memory))
    assert events == []
    assert reply_of(messages)["kind"] == "unclear"
    text = messages[0]["text"]
    for part in ("Something went wrong on my side", "+1 555 010 0142", "911", DISCLAIMER):
        assert part in text
    assert ("I am an automated program" in text) is (memory is None)
    assert "action.failed error=StoreError" in caplog.text
    assert not any(word in caplog.text for word in ("jane", "1970", "07700"))


@pytest.mark.parametrize(
    "reading", ["text", {"mentions": [{}]}, {"confidence": "high"}, {"mentions": 5}, {"parts": [1]}]
)
def test_action_with_a_reading_of_another_shape_still_speaks(reading: Any, caplog: pytest.LogCaptureFixture) -> None:
    messages, events = run(ACTIONS[0], tracker(reading))
    assert events == []
    assert "Something went wrong on my side" in messages[0]["text"]
    assert reply_of(messages)["kind"] == "unclear"
    assert "action.failed error=" in caplog.text


@pytest.mark.parametrize(
    "intent",
    ["treatment", "sequence", "drug_info", "definition", "talking", "personal_advice", "prognosis", "off_topic",
     "greet", "not_in_guide_cost", "emergency", "distress", "nlu_fallback", None],
)  # fmt: skip
def test_action_keeps_nothing_of_the_typed_text_but_in_the_notebook(
    intent: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    kind = {"emergency": "emergency", "distress": "crisis"}.get(intent or "")
    reading = {**ENHERTU, "text": f"{SECRET} enhertu", "intent": intent, "safety": {"kind": kind}}
    with caplog.at_level(logging.DEBUG):
        messages, events = run(ACTIONS[0], tracker(reading))
    for event in events:  # the notebook is there to hold the visitor's words, and nothing else of the memory is
        event["value"] = {**event["value"], "notebook": event["value"].get("notebook", {}) if kind else {}}
    for kept in (str(events), str(messages), caplog.text):
        assert not any(word in kept.lower() for word in ("jane", "roe", "1970", "07700", "typed text"))


def test_the_guide_is_opened_again_after_a_failure_and_kept_after_a_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    url = f"sqlite:///{tmp_path / 'guide.sqlite3'}"
    monkeypatch.setenv("DATABASE_URL", url)
    actions.speaking.the_guide.cache_clear()
    try:
        with pytest.raises(StoreError):
            actions.speaking.the_guide()
        open_guide(url, content_path=CONTENT_FILE, build=True)
        assert actions.speaking.the_guide() is actions.speaking.the_guide()
    finally:
        actions.speaking.the_guide.cache_clear()

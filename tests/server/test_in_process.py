"""Actions in the server's process answer as rasa-sdk's action server would, failures included."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from facts import ROOT, read_yaml
from rasa.utils.endpoints import ClientResponseError
from rasa_sdk import Action
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.server.in_process import InProcessActions

READING = {"text": "what comes after enhertu", "intent": "sequence", "confidence": 0.9,
           "mentions": [{"kind": "drug", "value": "Enhertu", "start": 17, "end": 24}], "cues": ["after"]}  # fmt: skip


def call(name: str, **message: Any) -> dict[str, Any]:
    return {
        "next_action": name,
        "sender_id": "me",
        "domain": {},
        "tracker": {
            "sender_id": "me",
            "slots": {"memory": None},
            "latest_message": message,
            "events": [],
            "paused": False,
            "latest_input_channel": "rest",
            "active_loop": {},
            "latest_action": {},
        },
    }


def run(endpoint: InProcessActions, payload: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = asyncio.run(endpoint.request(json=payload, method="post", timeout=300))
    return answer


class Rejects(Action):
    def name(self) -> str:
        return "action_that_rejects"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        raise ActionExecutionRejection(self.name(), "not now")


class Breaks(Action):
    def name(self) -> str:
        return "action_that_breaks"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        raise ZeroDivisionError


@pytest.fixture(scope="module")
def endpoint() -> InProcessActions:
    return InProcessActions()


@pytest.mark.model
@pytest.mark.parametrize("name", ["action_answer", "action_default_fallback"])
def test_an_action_runs_and_answers_as_an_action_server_does(
    name: str, endpoint: InProcessActions, guide_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from actions.speaking import the_guide

    monkeypatch.setenv("DATABASE_URL", guide_url)
    the_guide.cache_clear()
    try:
        answer = run(endpoint, call(name, reading=READING, text=READING["text"]))
    finally:
        the_guide.cache_clear()
    assert set(answer) == {"events", "responses"}
    assert [event["event"] for event in answer["events"]] == ["slot"]
    reply = answer["responses"][-1]["custom"]["data"]["reply"]
    assert (reply["kind"], reply["stage"], reply["line"]) == ("sequence", "metastatic", 3)
    json.dumps(answer)


def test_every_action_of_the_domain_is_there(endpoint: InProcessActions) -> None:
    assert set(read_yaml(ROOT / "domain.yml")["actions"]) <= set(endpoint._executor.actions)


def test_an_unknown_action_is_answered_as_by_a_server(endpoint: InProcessActions) -> None:
    with pytest.raises(ClientResponseError) as caught:
        run(endpoint, call("action_that_is_not_there"))
    assert caught.value.status == 404
    assert json.loads(caught.value.text)["action_name"] == "action_that_is_not_there"


def test_a_rejection_is_answered_as_by_a_server() -> None:
    endpoint = InProcessActions()
    endpoint._executor.register_action(Rejects)
    with pytest.raises(ClientResponseError) as caught:
        run(endpoint, call("action_that_rejects"))
    assert caught.value.status == 400
    assert json.loads(caught.value.text)["action_name"] == "action_that_rejects"


def test_any_other_failure_reaches_rasa() -> None:
    endpoint = InProcessActions()
    endpoint._executor.register_action(Breaks)
    with pytest.raises(ZeroDivisionError):
        run(endpoint, call("action_that_breaks"))


def test_it_is_never_reached_over_the_network(endpoint: InProcessActions) -> None:
    assert endpoint.url == "in-process"

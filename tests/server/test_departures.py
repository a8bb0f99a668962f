"""Every departure from stock Rasa costs less and answers the same: one model, both ways, over the whole conversation suite."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from facts import ROOT, read_yaml
from trained import the_model

from bot.errors import BotError
from bot.server import departures

HARD = ["", "\U0001f600", "\x00\x01", "/restart", '/ask_x{"a":1}', " /greet", "/session_start", "/back", "x" * 5_000,
        "2", "the second one", "quel est le traitement du stade 2"]  # fmt: skip


def suite() -> list[list[str]]:
    """The visitors' messages of tests/conversations and of tests/data/dialogues.jsonl, and some that are hard to read."""
    found = [HARD]
    for path in sorted((ROOT / "tests" / "conversations").glob("test_*.yml")):
        for story in read_yaml(path)["stories"]:
            texts = [step["user"] for step in story["steps"] if isinstance(step, dict) and "user" in step]
            found.append([str(text).strip() for text in texts])
    for line in (ROOT / "tests" / "data" / "dialogues.jsonl").read_text(encoding="utf-8").splitlines():
        if line.strip():
            found.append([str(turn["text"] if "text" in turn else turn["user"]) for turn in json.loads(line)["turns"]])
    return [texts for texts in found if texts]


ASK = """
import asyncio, json, sys
from pathlib import Path
from bot.server.departures import depart
names = depart()
from bot.server.quiet import quiet_rasa
quiet_rasa()
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from bot.server.application import load_agent
from bot.server.in_process import InProcessActions

model, texts = sys.argv[1], json.load(sys.stdin)
if names:
    agent = load_agent(Path(model))
else:
    agent = Agent.load(model, action_endpoint=InProcessActions())

async def main():
    said = []
    for number, conversation in enumerate(texts):
        for text in conversation:
            out = CollectingOutputChannel()
            await agent.handle_message(UserMessage(text, out, f"c{number}", input_channel="rest"))
            said.append(out.messages)
    return said

print(json.dumps({"names": names, "tensorflow": "tensorflow" in sys.modules, "said": asyncio.run(main())}))
"""


def answers(model: Path, guide_url: str, stock: str) -> dict[str, Any]:
    import os
    import tempfile

    with tempfile.TemporaryDirectory() as folder:  # conversations of its own: those of an earlier run would go on
        kept = {"CONVERSATIONS_URL": f"sqlite:///{folder}/conversations.sqlite3"}
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", ASK, str(model)], input=json.dumps(suite()), capture_output=True,
            text=True, cwd=ROOT, timeout=300, env={**os.environ, **kept, "BOT_STOCK": stock, "DATABASE_URL": guide_url},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.model
@pytest.mark.slow
def test_with_and_without_departures_every_reply_is_the_same(guide_url: str) -> None:
    model = the_model()
    assert sum(map(len, suite())) >= 300
    ours, stock = answers(model, guide_url, ""), answers(model, guide_url, "1")
    assert tuple(ours["names"]) == departures.ALL
    assert not ours["tensorflow"]
    assert stock["names"] == []
    texts = [text for conversation in suite() for text in conversation]
    assert len(ours["said"]) == len(stock["said"]) == len(texts)
    for text, one, other in zip(texts, ours["said"], stock["said"], strict=True):
        assert json.dumps(one) == json.dumps(other), text
    assert len({json.dumps(said) for said in ours["said"]}) > 100


@pytest.fixture
def departed() -> Iterator[tuple[str, ...]]:
    yield departures.depart("tensorflow,unused")
    departures.go_back()


def test_a_departure_can_be_taken_back(departed: tuple[str, ...]) -> None:
    from rasa.core import processor
    from rasa.core.actions.action import RemoteAction

    assert set(departures.IN_RASA) <= set(departed)
    assert processor.DaskGraphRunner.__name__ == "PreparedGraphRunner"
    departures.go_back()
    assert processor.DaskGraphRunner.__name__ == "DaskGraphRunner"
    assert RemoteAction._validate_action_result.__module__.startswith("rasa.")
    import copy

    assert processor.copy is copy


@pytest.mark.parametrize("switch", ["1", "true", "all"])
def test_the_switch_leaves_all_out(switch: str) -> None:
    assert departures.depart(switch) == ()


def test_the_switch_leaves_out_what_it_names() -> None:
    try:
        names = departures.depart("tensorflow,unused,graph")
        assert "graph" not in names
        assert "lookups" in names
    finally:
        departures.go_back()


def test_a_switch_that_names_nothing_is_refused() -> None:
    with pytest.raises(BotError, match="graf"):
        departures.depart("graf")


def test_another_rasa_is_served_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(departures, "MADE_FOR", "3.6.20")
    assert departures.depart("") == ()


def test_each_departure_says_why_and_for_which_rasa() -> None:
    for name in departures.ALL:
        text = (ROOT / "bot" / "server" / "departures" / f"{name}.py").read_text(encoding="utf-8").split('"""')[1]
        assert len(text.split()) > 30, name
        assert departures.MADE_FOR in text or "Made for `bot serve`" in text, name
        assert f"BOT_STOCK={name}" in text, name


# the check of an action's answer


GOOD: list[Any] = [
    {"events": [], "responses": []},
    {
        "events": [{"event": "slot", "timestamp": None, "name": "memory", "value": {"a": 1}}],
        "responses": [{"text": "x"}],
    },
    {"events": [{"event": "followup", "name": "action_listen"}], "responses": []},
]
BAD: list[Any] = [
    {"events": [{"event": "slot", "timestamp": None, "value": 1}], "responses": []},
    {"events": [{"event": "slot", "timestamp": "now", "name": "memory", "value": 1}], "responses": []},
    {"events": [{"event": "slot", "timestamp": None, "name": 7, "value": 1}], "responses": []},
    {"events": [{"name": "memory"}], "responses": []},
    {"events": "none", "responses": []},
    {"events": [], "responses": ["text"]},
    [],
]


@pytest.mark.parametrize("answer", GOOD)
def test_a_good_answer_of_an_action_is_taken(answer: Any, departed: tuple[str, ...]) -> None:
    from rasa.core.actions.action import RemoteAction

    assert RemoteAction("a", None)._validate_action_result(answer)


@pytest.mark.parametrize("answer", BAD)
def test_a_bad_answer_of_an_action_is_refused_as_stock_rasa_does(answer: Any) -> None:
    from jsonschema import ValidationError
    from rasa.core.actions.action import RemoteAction

    said = []
    for switch in ("1", "tensorflow,unused"):
        departures.depart(switch)
        try:
            with pytest.raises(ValidationError) as caught:
                RemoteAction("a", None)._validate_action_result(answer)
            said.append(caught.value.message)
        finally:
            departures.go_back()
    assert said[0] == said[1]


# the other lookups


def test_an_event_s_class_is_found_as_before(departed: tuple[str, ...]) -> None:
    from rasa.shared.core.events import Event, SlotSet, UserUttered

    for _ in range(2):
        assert Event.resolve_by_type("slot") is SlotSet
        assert Event.resolve_by_type("user") is UserUttered
        assert Event.resolve_by_type("nothing", default=SlotSet) is SlotSet
        with pytest.raises(ValueError, match="Unknown event"):
            Event.resolve_by_type("nothing")


def test_rasa_copies_only_for_its_log() -> None:
    """`log_copies` is right only while each use of `copy` in these two modules is an argument of a log call."""
    import ast

    import rasa.core.policies.rule_policy
    import rasa.core.processor

    for module in (rasa.core.processor, rasa.core.policies.rule_policy):
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        copies = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == "copy"]
        logged = [
            inner
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "structlogger.debug"
            for inner in ast.walk(call)
            if isinstance(inner, ast.Name) and inner.id == "copy"
        ]
        assert copies
        assert len(copies) == len(logged)


def test_what_is_left_out_says_so() -> None:
    from bot.server.departures.missing import NotInstalled, StandIn

    with pytest.raises(ModuleNotFoundError, match="BOT_STOCK=1"):
        NotInstalled(["tensorflow"]).find_spec("tensorflow.keras")
    assert NotInstalled(["tensorflow"]).find_spec("tensorflow_like") is None
    with pytest.raises(RuntimeError, match="left out"):
        StandIn("some.module").Anything()


def test_every_channel_of_rasa_is_still_there() -> None:
    from rasa.core.channels import BUILTIN_CHANNELS

    from bot.server.departures.unused import CHANNELS, ChannelPackage, ChannelsOnDemand

    ours = ChannelsOnDemand()
    assert dict(ours) == dict(BUILTIN_CHANNELS)
    package = ChannelPackage("rasa.core.channels")
    assert {cls for _, cls in CHANNELS.values()} == {cls.__name__ for cls in package.input_channel_classes}
    assert package.UserMessage.__name__ == "UserMessage"
    with pytest.raises(AttributeError, match="Nothing"):
        package.Nothing  # noqa: B018


def test_an_action_server_still_gets_the_whole_history(departed: tuple[str, ...]) -> None:
    from rasa.core.actions.action import RemoteAction
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker
    from rasa.utils.endpoints import EndpointConfig

    from bot.server.in_process import InProcessActions

    tracker = DialogueStateTracker.from_events("me", [UserUttered("hello", {"name": "greet"})], [])
    far = RemoteAction("action_answer", EndpointConfig("http://localhost:1"))._action_call_format(
        tracker, Domain.empty()
    )
    near = RemoteAction("action_answer", InProcessActions())._action_call_format(tracker, Domain.empty())
    assert len(far["tracker"]["events"]) == 1
    assert near["tracker"]["events"] == []
    assert near["tracker"]["latest_message"] == far["tracker"]["latest_message"]


# predictions by rules


def _rules() -> tuple[Any, Any]:
    """A rule policy with one rule, and its domain."""
    from rasa.core.policies.rule_policy import RulePolicy
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.core.domain import Domain

    domain = Domain.from_yaml(
        "forms: {a_form: {required_slots: []}}\nintents: [ask]\nentities: [drug]\nactions: [action_answer]\nslots:\n"
        "  memory: {type: any, mappings: [{type: custom}]}\n"
        "  mood: {type: text, influence_conversation: true, mappings: [{type: custom}]}\n"
    )
    context = ExecutionContext(GraphSchema({}))
    policy = RulePolicy.create(
        RulePolicy.get_default_config(), LocalModelStorage(Path("nowhere")), Resource("rules"), context
    )
    asked = {"prev_action": {"action_name": "action_listen"}, "user": {"intent": "ask"}}
    answered = {"prev_action": {"action_name": "action_answer"}, "user": {"intent": "ask"}}
    policy.lookup = {
        "rules": {
            json.dumps([asked], sort_keys=True): "action_answer",
            json.dumps([asked, answered], sort_keys=True): "action_listen",
        },
        "rules_for_loop_unhappy_path": {},
        "rules_not_in_stories": [],
    }
    return policy, domain


def _asked(domain: Any, *more: Any, drug: bool = False) -> Any:
    from rasa.shared.core.events import ActionExecuted, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    entities = [{"entity": "drug", "value": "x"}] if drug else []
    said = UserUttered("words", {"name": "ask"}, entities)
    return DialogueStateTracker.from_events("a", [ActionExecuted("action_listen"), said, *more], domain.slots)


def test_a_prediction_is_looked_up_once(departed: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet
    from rasa.shared.core.trackers import DialogueStateTracker

    policy, domain = _rules()
    listen, answer = (domain.index_for_action(name) for name in ("action_listen", "action_answer"))
    first = policy.predict_action_probabilities(_asked(domain), domain)
    assert first.probabilities[answer] == 1.0
    first.events.append(SlotSet("memory", "the ensemble adds what it likes"))

    with monkeypatch.context() as patch:
        patch.setattr(DialogueStateTracker, "past_states", lambda *_, **__: pytest.fail("played all events again"))
        again = policy.predict_action_probabilities(_asked(domain, SlotSet("memory", 1), BotUttered("b")), domain)
        assert again.probabilities == first.probabilities
        assert again.events == []

    after = policy.predict_action_probabilities(_asked(domain, ActionExecuted("action_answer")), domain)
    assert after.probabilities[listen] == 1.0


def test_what_is_more_than_names_is_left_to_rasa(departed: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa.shared.core.events import ActiveLoop, SlotSet
    from rasa.shared.core.trackers import DialogueStateTracker

    policy, domain = _rules()
    policy.predict_action_probabilities(_asked(domain), domain)
    looked: list[int] = []
    stock = DialogueStateTracker.past_states

    def past_states(*args: Any, **kwargs: Any) -> Any:
        looked.append(1)
        return stock(*args, **kwargs)

    monkeypatch.setattr(DialogueStateTracker, "past_states", past_states)
    for tracker in (_asked(domain, SlotSet("mood", "low")), _asked(domain, drug=True)):
        before = len(looked)
        policy.predict_action_probabilities(tracker, domain)
        assert len(looked) > before
    in_form = policy.predict_action_probabilities(_asked(domain, ActiveLoop("a_form")), domain)
    assert in_form.probabilities[domain.index_for_action("a_form")] == 1.0

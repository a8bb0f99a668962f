"""The departures that touch actions and the graph: what they keep, and that they fail as Rasa does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from archives import write_archive

from bot.server import departures


@pytest.fixture
def departed() -> Iterator[tuple[str, ...]]:
    yield departures.depart("tensorflow,unused")
    departures.go_back()


# actions


def test_an_action_is_made_once_for_a_domain_and_an_endpoint(departed: tuple[str, ...]) -> None:
    from rasa.core.actions import action
    from rasa.shared.core.domain import ActionNotFoundException, Domain

    from bot.server.in_process import InProcessActions

    text = (
        "actions: [action_answer]\nresponses: {utter_hello: [{text: hello}]}\nforms: {a_form: {required_slots: []}}\n"
    )
    domain, other = Domain.from_yaml(text), Domain.from_yaml(text)
    here, there = InProcessActions(), InProcessActions()
    for name, kept in (("action_listen", True), ("action_session_start", True), ("action_extract_slots", True),
                       ("action_answer", True), ("utter_hello", False), ("a_form", False)):  # fmt: skip
        first = action.action_for_name_or_text(name, domain, here)
        assert first.name() == name
        assert (action.action_for_name_or_text(name, domain, here) is first) is kept
        assert action.action_for_name_or_text(name, other, here) is not first
    assert action.action_for_name_or_text("action_answer", domain, there).action_endpoint is there
    assert action.action_for_name_or_text("action_answer", domain, here).action_endpoint is here
    for _ in range(2):
        with pytest.raises(ActionNotFoundException):
            action.action_for_name_or_text("action_unknown", domain, here)


@pytest.mark.parametrize(
    ("mapping", "actions", "looks"),
    [
        ("{type: custom}", "[]", False),
        ("{type: custom, action: action_fill}", "[action_fill]", True),
        ("{type: custom}", "[action_validate_slot_mappings]", True),
        ("{type: from_text}", "[]", True),
        ("{type: from_intent, intent: greet, value: 1}", "[]", True),
    ],
)
def test_slots_are_looked_for_unless_nothing_can_fill_them(
    departed: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, mapping: str, actions: str, looks: bool
) -> None:
    import asyncio

    from rasa.core.actions import action
    from rasa.core.channels.channel import CollectingOutputChannel
    from rasa.core.nlg import TemplatedNaturalLanguageGenerator
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import SlotSet, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    domain = Domain.from_yaml(
        f"intents: [greet]\nactions: {actions}\nslots: {{memory: {{type: any, mappings: [{mapping}]}}}}\n"
    )
    asked: list[str] = []

    async def custom(self: Any, name: str, *_: Any) -> list[Any]:
        asked.append(name)
        return [SlotSet("memory", "filled")]

    monkeypatch.setattr(action.ActionExtractSlots, "_run_custom_action", custom)
    tracker = DialogueStateTracker.from_events("a", [UserUttered("words", {"name": "greet"})], domain.slots)
    found = asyncio.run(
        action.ActionExtractSlots(None).run(
            CollectingOutputChannel(), TemplatedNaturalLanguageGenerator({}), tracker, domain
        )
    )
    assert bool(found) is looks
    departures.go_back()
    again = asyncio.run(
        action.ActionExtractSlots(None).run(
            CollectingOutputChannel(), TemplatedNaturalLanguageGenerator({}), tracker, domain
        )
    )
    assert [event.as_dict() | {"timestamp": 0} for event in again] == [
        event.as_dict() | {"timestamp": 0} for event in found
    ]


# the graph


class _Parts:
    """Two components: one doubles, the other fails as it is told."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {}

    @classmethod
    def create(cls, config: Any, model_storage: Any, resource: Any, execution_context: Any) -> _Parts:
        return cls()

    def double(self, number: int) -> int:
        return number * 2

    def fail(self, number: int, error: Any) -> int:
        if error is not None:
            raise error
        return number + 1


def _run_graph(runner: Any, hooks: Any = None, **inputs: Any) -> Any:
    from rasa.engine.graph import ExecutionContext, GraphSchema, SchemaNode
    from rasa.engine.storage.local_model_storage import LocalModelStorage

    schema = GraphSchema(
        {
            "first": SchemaNode({"number": "given"}, _Parts, "create", "double", {}, eager=True),  # type: ignore[arg-type]
            "last": SchemaNode({"number": "first", "error": "error"}, _Parts, "create", "fail", {}, eager=True),  # type: ignore[arg-type]
        }
    )
    made = runner.create(schema, LocalModelStorage(Path("nowhere")), ExecutionContext(schema), hooks)
    return made.run(inputs=inputs, targets=["last"])


def test_the_graph_gives_and_fails_as_with_rasa_s_runner(departed: tuple[str, ...]) -> None:
    from rasa.core import processor
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.shared.exceptions import InvalidConfigException, RasaException

    ours = processor.DaskGraphRunner
    assert ours is not DaskGraphRunner
    seen: list[str] = []

    class Hook:
        def on_before_node(self, node_name: str, **_: Any) -> dict[str, Any]:
            seen.append(node_name)
            return {}

        def on_after_node(self, **_: Any) -> None:
            seen.append("after")

    given: list[dict[str, Any]] = [
        {"given": 3, "error": None},
        {"given": None, "error": None},
        {"given": 3},
        {},
        {"given": "last", "error": None},
        *({"given": 1, "error": error} for error in
          (ValueError("a"), RuntimeError("b"), RasaException("c"), InvalidConfigException("d"))),
    ]  # fmt: skip
    for inputs in given:
        said = []
        for runner in (ours, DaskGraphRunner):
            try:
                said.append((_run_graph(runner, **inputs), None, None))
            except Exception as error:  # noqa: BLE001 - whatever it is, both must say it
                said.append((None, type(error), str(error.__cause__)))
        assert said[0] == said[1], inputs
    assert _run_graph(ours, **given[0]) == {"last": 7}
    assert seen == []
    assert _run_graph(ours, [Hook()], **given[0]) == {"last": 7}
    assert seen == ["first", "after", "last", "after"]


# the clinic


def test_the_chosen_clinic_speaks_and_the_only_one_is_found_once(
    departed: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from actions import speaking
    from bot import settings
    from bot.clinic import load_clinic
    from bot.errors import ClinicError
    from bot.tenants.current import Tenant, using

    find: Any = vars(speaking)["load_clinic"]
    monkeypatch.setenv("CLINICS", str(tmp_path))
    for _ in range(2):  # nobody was chosen: no clinic's numbers may be said, and the failure is not kept either
        with pytest.raises(ClinicError, match="none was chosen"):
            find()
    monkeypatch.delenv("CLINICS")
    only = load_clinic()
    assert find() is only
    monkeypatch.setattr(settings, "clinic_file", lambda: pytest.fail("looked for the file again"))
    assert find() is only
    chosen = Tenant("b", only.copy(update={"name": "Another"}), ("b.example",))
    with using(chosen):
        assert find() is chosen.clinic
    assert find() is only
    departures.go_back()
    assert vars(speaking)["load_clinic"] is load_clinic


@pytest.fixture
def small_model(tmp_path: Path) -> Path:
    """A model archive as Rasa packs one, with one component and no more."""
    files = {"components/part/words.txt": b"two words", "metadata.json": b'{"made": "here"}'}
    return write_archive(tmp_path / "small.tar.gz", files)


@pytest.mark.parametrize("ahead", [True, False])
def test_a_model_comes_out_the_same_unpacked_ahead_or_by_rasa(
    departed: tuple[str, ...], small_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ahead: bool
) -> None:
    import contextlib

    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.storage import ModelMetadata

    from bot.server import unpacking

    assert "archive" in departed
    monkeypatch.setattr(ModelMetadata, "from_dict", lambda about: about)
    by_rasa: list[object] = []
    extract = LocalModelStorage._extract_archive_to_directory
    monkeypatch.setattr(
        LocalModelStorage, "_extract_archive_to_directory",
        staticmethod(lambda *args: (by_rasa.append(args), extract(*args))),
    )  # fmt: skip
    kept = tmp_path / "storage"
    kept.mkdir()
    with unpacking.ahead(small_model) if ahead else contextlib.nullcontext():
        storage, about = LocalModelStorage.from_model_archive(kept, str(small_model))
    assert bool(by_rasa) is not ahead
    assert about == {"made": "here"}
    assert storage._storage_path == kept
    assert (kept / "part" / "words.txt").read_bytes() == b"two words"


def test_a_storage_that_holds_something_is_refused_as_by_rasa(
    departed: tuple[str, ...], small_model: Path, tmp_path: Path
) -> None:
    from rasa.engine.storage.local_model_storage import LocalModelStorage

    from bot.server import unpacking

    (tmp_path / "storage").mkdir()
    (tmp_path / "storage" / "something").write_text("x")
    with unpacking.ahead(small_model), pytest.raises(ValueError, match="not empty"):
        LocalModelStorage.from_model_archive(tmp_path / "storage", small_model)

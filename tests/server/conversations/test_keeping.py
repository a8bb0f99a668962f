"""Kept questions in the database: scrubbed, cut off from conversations, and gone in time; on both kinds of database."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from facts import CLINIC_FILE
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered
from talking import Open, now, on_disk, the_domain

from bot.clinic import _load
from bot.server.conversations import ConversationStore
from bot.server.conversations.retention import sweep
from bot.server.unanswered.keeping import DOWN, UNANSWERED, KeptQuestion, month_now, months_ago
from bot.server.unanswered.rows import keep, kept

Mode = Callable[[str], None]


@pytest.fixture
def mode(home: Path, monkeypatch: pytest.MonkeyPatch) -> Mode:
    def write(name: str) -> None:
        path = home / f"clinic-{name}.yml"
        text = CLINIC_FILE.read_text(encoding="utf-8")
        assert 'keep_unanswered: "off"' in text
        path.write_text(text.replace('keep_unanswered: "off"', f"keep_unanswered: {name}"), encoding="utf-8")
        monkeypatch.setenv("CLINIC", str(path))
        _load.cache_clear()

    return write


async def said(
    store: ConversationStore, sender: str, text: str, kind: str, *, keep: bool = False, consent: str | None = None,
    message_id: str = "m1",
) -> None:  # fmt: skip
    """One turn as Rasa's processor does it, with what `bot.answers` leaves in the memory."""
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    notebook = {"said": text, "said_kind": kind, "keep": keep, "consent": consent}
    for event in (
        UserUttered(text, {"name": kind}, [], {"text": text}, input_channel="web", metadata={"message_id": message_id}),
        ActionExecuted("action_answer"),
        BotUttered("reply", {}),
        BotUttered(None, {"custom": {"data": {"reply": {"kind": kind, "text": "reply"}}}}),
        SlotSet("memory", {"started": True, "notebook": notebook}),
        ActionExecuted("action_listen"),
    ):
        tracker.update(event, the_domain())
    await store.save(tracker)


@pytest.mark.usefixtures("anywhere")
def test_a_question_that_is_to_be_kept_is_kept_without_identifiers_and_apart(opening: Open, home: Path) -> None:
    store = opening()
    now(said(store, "visitor-77", "my name is jane roe, can i fly on 3 June?", "not_in_guide", keep=True))
    now(said(store, "visitor-78", "can i swim", "not_in_guide"))
    found = kept(store.records)
    assert found == [KeptQuestion(month_now(), "not_in_guide", UNANSWERED, "my name is (name), can i fly on (date)?")]
    # And it outlives the conversation, of which nothing is left.
    assert now(store.forget("visitor-77")) and now(store.forget("visitor-78"))
    assert kept(store.records) == found
    store.close()
    if store.records.is_sqlite:
        assert on_disk(home / "var", "jane", "roe", "3 June", "visitor-77", "m1") == []


@pytest.mark.usefixtures("anywhere")
@pytest.mark.parametrize(
    ("name", "consent", "counts"),
    [("off", "yes", 0), ("ask", None, 0), ("ask", "yes", 1), ("ask", "no", 0), ("on", None, 1), ("on", "no", 0)],
)
def test_a_thumb_down_keeps_the_question_where_it_may(
    opening: Open, mode: Mode, name: str, consent: str | None, counts: int
) -> None:
    mode(name)
    store = opening()
    now(said(store, "v", "what is her2 low, says sarah", "definition", consent=consent, message_id="m9"))
    for _ in range(3):  # pressed again and again
        now(store.voted_down("v", "m9"))
    now(store.voted_down("v", "unknown"))
    now(store.voted_down("another", "m9"))
    expected = [KeptQuestion(month_now(), "definition", DOWN, "what is her2 low, says (name)")]
    assert kept(store.records) == expected * counts


@pytest.mark.parametrize("kind", ["emergency", "distress"])
def test_a_thumb_down_after_something_urgent_keeps_nothing(opening: Open, mode: Mode, kind: str) -> None:
    mode("on")
    store = opening()
    now(said(store, "v", "i cannot breathe at all", kind, keep=True, message_id="m9"))
    now(store.voted_down("v", "m9"))
    assert kept(store.records) == []


@pytest.mark.usefixtures("anywhere")
def test_kept_questions_are_erased_after_the_months_of_the_clinic_file(opening: Open, mode: Mode, home: Path) -> None:
    mode("on")
    store = opening()
    for months, text in ((0, "can i fly"), (12, "can i swim in lakes"), (13, "what about zumba classes")):
        keep(store.records, KeptQuestion(months_ago(months), "not_in_guide", UNANSWERED, text))
    now(sweep(store, time.time()))
    assert {question.text for question in kept(store.records)} == {"can i fly", "can i swim in lakes"}
    assert [question.text for question in kept(store.records, since=month_now())] == ["can i fly"]
    store.close()
    if store.records.is_sqlite:
        assert on_disk(home / "var", "zumba") == []


def test_months_are_counted_over_the_end_of_a_year() -> None:
    assert months_ago(0, "2026-11") == "2026-11"
    assert months_ago(11, "2026-11") == "2025-12"
    assert months_ago(12, "2026-12") == "2025-12"
    assert months_ago(1, "2026-01") == "2025-12"


def test_a_turn_is_kept_even_when_its_question_cannot_be(opening: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opening()
    now(said(store, "v", "can i fly", "not_in_guide"))
    with store.records.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE unanswered RENAME TO elsewhere")
    now(said(store, "v", "can i swim", "not_in_guide", keep=True))
    assert [turn["user"] for turn in now(store.history("v")) if "user" in turn] == ["can i fly", "can i swim"]


def test_the_visitor_s_list_is_stored_with_the_conversation_and_gone_with_it(opening: Open, home: Path) -> None:
    store = opening()

    async def listed() -> None:
        tracker = await store.get_or_create_tracker("v", append_action_listen=False)
        memory = {"started": True, "notebook": {"items": ["will zumba hurt me"]}}
        for event in (
            UserUttered("add: will zumba hurt me"),
            SlotSet("memory", memory),
            ActionExecuted("action_listen"),
        ):
            tracker.update(event, the_domain())
        await store.save(tracker)

    now(listed())
    again = opening()
    tracker = now(again.retrieve("v"))
    assert tracker is not None
    assert tracker.get_slot("memory")["notebook"]["items"] == ["will zumba hurt me"]
    now(sweep(again, time.time() + 25 * 3600))
    assert now(again.retrieve("v")) is None
    store.close()
    again.close()
    assert on_disk(home / "var", "zumba") == []


def test_the_list_outlives_a_session_and_nothing_else_of_the_memory_does(opening: Open) -> None:
    store = opening()

    async def asks(*events: object) -> dict[str, object] | None:
        tracker = await store.get_or_create_tracker("v", append_action_listen=False)
        for event in events:
            tracker.update(event, the_domain())
        await store.save(tracker)
        return tracker.get_slot("memory")  # type: ignore[no-any-return]

    notebook = {"items": ["can i fly"], "said": "can i swim", "said_kind": "unclear", "consent": "no"}
    memory = {"started": True, "kind": "unclear", "last": {"kind": "treatment", "stage": "2"}, "notebook": notebook}
    now(asks(SessionStarted(), UserUttered("hi"), SlotSet("memory", memory), ActionExecuted("action_listen")))
    after = now(asks(SessionStarted(), UserUttered("hi again"), ActionExecuted("action_listen")))
    assert after == {"notebook": {"items": ["can i fly"], "consent": "no"}}
    again = now(store.retrieve("v"))
    assert again is not None and again.get_slot("memory") == after
    empty = {"started": True, "notebook": {"said": "can i swim", "consent": "asked"}}
    now(asks(SlotSet("memory", empty)))
    assert now(asks(SessionStarted(), UserUttered("and again"))) is None

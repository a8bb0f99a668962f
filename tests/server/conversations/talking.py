"""Helps the tests of the conversation store: domains, turns as Rasa logs them, and what lies on the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from facts import ROOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.server.conversations import ConversationStore

T = TypeVar("T")
Open = Callable[..., ConversationStore]


@lru_cache(maxsize=1)
def the_domain() -> Domain:
    """The project's domain."""
    return Domain.load(str(ROOT / "domain.yml"))


def now(call: Awaitable[T]) -> T:
    """What a coroutine gives."""

    async def wait() -> T:
        return await call

    return asyncio.run(wait())


async def turn(
    store: ConversationStore, sender: str, text: str, *, message_id: str | None = None, when: float | None = None,
    between: Callable[[], Any] | None = None, **metadata: Any,
) -> DialogueStateTracker:  # fmt: skip
    """One turn as Rasa's processor does it: take the tracker, log the message and the answer, save."""
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    if message_id is not None:
        metadata["message_id"] = message_id
    if not tracker.applied_events():
        if metadata:
            tracker.update(SlotSet("session_started_metadata", metadata), the_domain())
        for event in (ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")):
            tracker.update(event, the_domain())
    intent = {"name": "sequence", "confidence": 0.9}
    parse_data = {"intent": intent, "entities": [], "text": text, "reading": {"text": text}}
    answer = f"answer to {text}"
    buttons = [{"title": "Stage 2", "payload": "stage 2"}]
    for event in (
        UserUttered(text, intent, [], parse_data, when, "web", f"rasa-{sender}", metadata),
        ActionExecuted("action_answer"),
        BotUttered(answer, {"buttons": buttons}),
        BotUttered(None, {"custom": {"data": {"reply": {"kind": "sequence", "text": answer}}}}),
        SlotSet("memory", {"started": True, "last": f"question {len(text)}"}),
        ActionExecuted("action_listen"),
    ):
        tracker.update(event, the_domain())
    if between is not None:
        between()
    await store.save(tracker)
    return tracker


def answer_to(sender: str, text: str) -> list[dict[str, Any]]:
    """The messages of such a turn in the form of Rasa's collecting channel."""
    answer = f"answer to {text}"
    return [
        {"recipient_id": sender, "text": answer, "buttons": [{"title": "Stage 2", "payload": "stage 2"}]},
        {"recipient_id": sender, "custom": {"data": {"reply": {"kind": "sequence", "text": answer}}}},
    ]


def on_disk(folder: Path, *words: str) -> list[str]:
    """Which words stand in which file below a folder, in any of the forms that JSON gives them."""
    return [
        f"{path.name}: {word}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for word in words
        if word.encode() in path.read_bytes()
    ]

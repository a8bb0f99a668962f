"""What the web channel asks of the conversation store: an answer given before, a chat's turns, and deleting for good.

A store that offers `recall`, `history` and `forget` is asked itself. For Rasa's own stores there are small stand-ins here:
answers are kept in this process for a while, turns are read from the tracker, and deleting goes through Rasa's API.
"""

from __future__ import annotations

import inspect
from collections import OrderedDict
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.errors import ConversationChanged, StoreDown

Messages = list[dict[str, Any]]
_MOST_ANSWERS = 500


class Conversations:
    """The conversation store as the web channel sees it."""

    def __init__(self) -> None:
        """Begins with nothing remembered."""
        self._answers: OrderedDict[tuple[str, str], Messages] = OrderedDict()

    async def recall(self, store: Any, sender: str, message_id: str) -> Messages | None:
        """Returns the answer that a message of this conversation got before, or None."""
        if hasattr(store, "recall"):
            found = await _awaited(store.recall(sender, message_id)) or []
            return [{k: v for k, v in one.items() if k != "recipient_id"} for one in found] or None
        return self._answers.get((sender, message_id))

    def remember(self, store: Any, sender: str, message_id: str, messages: Messages) -> None:
        """Keeps an answer for `recall`, where the store does not do so itself; the oldest make room."""
        if hasattr(store, "recall"):
            return
        self._answers[sender, message_id] = messages
        while len(self._answers) > _MOST_ANSWERS:
            self._answers.popitem(last=False)

    async def voted_down(self, store: Any, sender: str, message_id: str) -> None:
        """Tells the store of a thumb down; it may keep the question. A store of Rasa's own takes no notice."""
        if hasattr(store, "voted_down"):
            await _awaited(store.voted_down(sender, message_id))

    async def ended(self, store: Any, sender: str) -> bool:
        """Tells whether the store knows that this chat was deleted; a store that cannot tell knows of none."""
        return bool(await _awaited(store.was_forgotten(sender))) if hasattr(store, "was_forgotten") else False

    async def forget(self, store: Any, sender: str, until: float | None = None) -> None:
        """Deletes a conversation for good; a store that can keeps its token refused `until` it expires anyway."""
        for key in [key for key in self._answers if key[0] == sender]:
            del self._answers[key]
        if hasattr(store, "was_forgotten"):
            await _awaited(store.forget(sender, until))
            return
        if hasattr(store, "forget"):
            await _awaited(store.forget(sender))
            return
        from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore  # noqa: PLC0415 - slow to load

        inner = getattr(store, "_tracker_store", store)  # Rasa wraps its stores, to fall back when one fails
        if isinstance(inner, InMemoryTrackerStore):
            inner.store.pop(sender, None)
        elif isinstance(inner, SQLTrackerStore):
            with inner.session_scope() as session:
                session.query(inner.SQLEvent).filter_by(sender_id=sender).delete()
                session.commit()
        elif inner is not None:
            raise NotImplementedError(f"{type(inner).__name__} cannot delete a conversation")

    async def history(self, store: Any, sender: str) -> list[dict[str, Any]]:
        """Returns the turns of a conversation, oldest first."""
        if hasattr(store, "history"):
            return list(await _awaited(store.history(sender)) or [])
        tracker = await _awaited(store.retrieve(sender)) if store is not None else None
        return turns(tracker.events) if tracker else []


def turns(events: Any) -> list[dict[str, Any]]:
    """Makes turns from Rasa's events: `{"user": text}` for each message, `{"bot": data}` for each reply, oldest first."""
    from rasa.shared.core.events import BotUttered, UserUttered  # noqa: PLC0415 - slow to load

    found: list[dict[str, Any]] = []
    for event in events:
        if isinstance(event, UserUttered):
            found.append({"user": event.text or ""})
        elif isinstance(event, BotUttered):
            custom = (event.data or {}).get("custom") or {}
            reply = (custom.get("data") or {}).get("reply")
            if reply:
                found.append({"bot": reply})
    return found


def is_store_down(error: BaseException) -> bool:
    """Tells whether an error means that nothing of a message was kept, because the conversation store did not take it."""
    return isinstance(error, StoreDown | ConversationChanged | SQLAlchemyError)


async def _awaited(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value

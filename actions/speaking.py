"""What the actions share: take the turn, utter the reply, and never stay silent when a part fails."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.answers.conversation import turn
from bot.answers.question import Memory
from bot.answers.reading import Reading
from bot.answers.reply import Reply
from bot.answers.trouble import last_resort
from bot.clinic import load_clinic
from bot.guide.queries import Guide
from bot.guide.store import open_guide

logger = logging.getLogger(__name__)
MEMORY = "memory"


@lru_cache(maxsize=1)
def the_guide() -> Guide:
    """Opens the guide store once per process; a failure is not kept, so the next message tries again."""
    return open_guide()


def reply_to(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """Answers the latest message and returns the events that keep the conversation's memory.

    Whatever fails, the visitor gets a short honest reply with the clinic's contact, and the memory stays as it was.
    """
    kept = tracker.get_slot(MEMORY)
    started = isinstance(kept, dict) and bool(kept.get("started"))
    try:
        reading = Reading.from_dict(tracker.latest_message.get("reading") or {})
        reply, memory = turn(reading, _memory(kept), the_guide(), load_clinic())
    except Exception as error:  # noqa: BLE001 - the last line of defence: silence would be worse than any reply
        # The message itself may be in the error's text, so only its type is logged.
        logger.error("action.failed error=%s", type(error).__name__)
        utter(dispatcher, last_resort(first=not started))
        return []
    utter(dispatcher, reply)
    return [SlotSet(MEMORY, memory.to_dict())]


def _memory(kept: Any) -> Memory:
    """Makes the memory from the slot; one of another shape (an older version's) is forgotten rather than failed on."""
    try:
        return Memory.from_dict(kept) if isinstance(kept, dict) else Memory()
    except (KeyError, TypeError, ValueError, AttributeError):
        logger.warning("memory.unreadable")
        return Memory(started=True)


def utter(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Utters a reply: one text with native buttons, then the reply contract's data as the last message."""
    buttons: list[dict[str, Any]] = [{"title": choice.title, "payload": choice.text} for choice in reply.choices]
    dispatcher.utter_message(text=reply.full_text(), buttons=buttons or None)
    dispatcher.utter_message(json_message={"data": {"reply": reply.to_dict()}})

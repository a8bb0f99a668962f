"""What of Rasa's events is kept, and how a tracker, a reply and a history are made from it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME, SESSION_START_METADATA_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import Slot

from bot.server.conversations.rows import EventRow, Kept
from bot.server.conversations.secret import KeyedHash

MESSAGE_ID = "message_id"
_LEFT_OUT = (SlotSet, DefinePrevUserUtteredFeaturization)


def rows_of(events: Iterable[Event], names: KeyedHash) -> list[EventRow]:
    """Returns the rows to keep of new events.

    Slots are kept once, beside the conversation, and not again with each turn: they hold words of the visitor. How Rasa's
    policies featurized a message says nothing about it.
    Metadata is left out: channels put names, addresses and phone numbers there. Only the client's message id is kept, as a
    keyed hash. Of how a message was understood, intent and entities are kept, which is what a tracker needs.
    """
    return [_row(event, names) for event in events if not isinstance(event, _LEFT_OUT)]


def _row(event: Event, names: KeyedHash) -> EventRow:
    data: dict[str, Any] = event.as_dict()
    metadata = data.pop("metadata", None) or {}
    message = None
    if isinstance(event, UserUttered):
        message = metadata.get(MESSAGE_ID)
        data.pop(MESSAGE_ID, None)  # Rasa's, or a messaging platform's
        data["parse_data"] = {"text": event.text, "intent": event.intent, "entities": event.entities}
    return EventRow(event.timestamp, event.type_name, data, None if message is None else names.of_message(str(message)))


def slots_to_keep(slots: dict[str, Slot]) -> dict[str, Any]:
    """Returns the values of the slots that differ from a new conversation's."""
    return {
        name: slot.value
        for name, slot in slots.items()
        if name != SESSION_START_METADATA_SLOT and slot.value != slot.initial_value
    }


def latest_of(events: Iterable[Event], before: dict[str, Any]) -> dict[str, Any]:
    """Returns intent and action of the newest turn in events, each from `before` where they have none."""
    latest = dict(before)
    for event in events:
        if isinstance(event, UserUttered):
            latest = {"intent": event.intent_name}
        elif isinstance(event, SessionStarted):
            latest = {}
        elif isinstance(event, ActionExecuted) and event.action_name not in (
            ACTION_LISTEN_NAME,
            ACTION_SESSION_START_NAME,
        ):
            latest["action"] = event.action_name
    return latest


def slots_of(kept: Kept, domain: Domain) -> list[SlotSet]:
    """Returns the slots of a conversation that the domain still knows, as events."""
    known = {slot.name for slot in domain.slots}
    return [SlotSet(name, value, timestamp=kept.last_at) for name, value in kept.slots.items() if name in known]


def newest_turn(kept: Kept, domain: Domain) -> list[Event]:
    """Returns the few events that stand for a conversation so far: a session, its slots and its last turn.

    Rules look at the newest turn only, and Rasa at the time of the last message, so that this is all the next turn needs.
    """
    at = kept.last_at
    events: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME, timestamp=at), SessionStarted(timestamp=at)]
    events += slots_of(kept, domain)
    events.append(ActionExecuted(ACTION_LISTEN_NAME, timestamp=at))
    intent = kept.latest.get("intent")
    if intent:
        events.append(UserUttered(intent={"name": intent}, timestamp=at, input_channel=kept.channel))
        action = kept.latest.get("action")
        if action:
            events.append(ActionExecuted(action, timestamp=at))
        events.append(ActionExecuted(ACTION_LISTEN_NAME, timestamp=at))
    return events


async def messages_of(events: Iterable[dict[str, Any]], sender_id: str) -> list[dict[str, Any]]:
    """Returns what the bot said, as Rasa's collecting channel gave it to the visitor."""
    channel = CollectingOutputChannel()
    for data in events:
        if data.get("event") == BotUttered.type_name:
            said = BotUttered(data.get("text"), data.get("data"))
            await channel.send_response(sender_id, said.message())
    return list(channel.messages)


def turns_of(events: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yields {"user": text} for each message and {"bot": reply} for each reply, in order.

    A reply is the data of the reply contract (docs/rest.md). What was said without such data is {"text": ...} alone.
    """
    said: list[dict[str, Any]] = []
    for data in events:
        if data.get("event") == UserUttered.type_name:
            yield from _replies(said)
            said = []
            yield {"user": data.get("text") or ""}
        elif data.get("event") == BotUttered.type_name:
            said.append(data)
    yield from _replies(said)


def _replies(said: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    texts: list[str] = []
    for data in said:
        custom = (data.get("data") or {}).get("custom")
        reply = ((custom or {}).get("data") or {}).get("reply")
        if reply:
            texts = []  # the same words, as a text
            yield {"bot": reply}
        elif data.get("text"):
            texts.append(data["text"])
    yield from ({"bot": {"text": text}} for text in texts)

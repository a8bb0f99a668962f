"""Rasa's tracker store over the conversations' tables: a turn costs the same however long the conversation is.

Departures from the stores of Rasa 3.6.21 (docs/conversations.md gives the reasons):
- `retrieve` reads one row and makes a short tracker of it, where Rasa's SQL store reads every event of the session.
- `save` adds what is new in one transaction, and fails if somebody else wrote meanwhile; Rasa's counts and appends.
- A failure is raised. Rasa's agent wraps its store so that a failure becomes an empty conversation: use this one unwrapped.
- The driver, which blocks, runs in threads (`bot.server.conversations.database`).
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable
from itertools import islice
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.errors import StoreDown, StoreError
from bot.server.conversations.database import Database
from bot.server.conversations.events import (
    latest_of,
    messages_of,
    newest_turn,
    rows_of,
    slots_of,
    slots_to_keep,
    turns_of,
)
from bot.server.conversations.rows import Addition
from bot.server.conversations.secret import KeyedHash, keyed_hash
from bot.server.conversations.tracker import KeptTracker
from bot.server.unanswered.keeping import MEMORY, notebook_in, question_of, voted_down
from bot.server.unanswered.rows import expire as expire_unanswered
from bot.server.unanswered.rows import keep

SHOWN_TURNS = 50
_MOST_VOTES = 4096
"""Thumbs remembered by a process, so that one pressed again and again counts once."""


class ConversationStore(TrackerStore):
    """Keeps conversations in SQLite or PostgreSQL under keyed hashes of their sender ids."""

    def __init__(self, domain: Domain | None, database: Database, names: KeyedHash, clinic: str | None = None) -> None:
        """Takes an opened database; `open_conversation_store` does that.

        Args:
            domain: Rasa's domain.
            database: where conversations are kept, those of others perhaps as well.
            names: makes the keyed hashes.
            clinic: the key of the clinic whose conversations these are, where there are several.
        """
        super().__init__(domain)
        self.database, self.records = database, database.records
        self.names, self.clinic = names, clinic
        self._voted: OrderedDict[tuple[str, str], None] = OrderedDict()

    def init_tracker(self, sender_id: str) -> KeptTracker:
        """Returns an empty tracker."""
        tracker = KeptTracker(sender_id, self.domain.slots)
        tracker.latest = {}
        return tracker

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Returns a short tracker that the next turn can go on from, or None for a new conversation.

        Raises:
            StoreDown: the database cannot be read.
        """
        found = await self.database.run(self.records.load, self.names.of_sender(sender_id))
        if found is None:
            return None
        tracker = self.init_tracker(sender_id)
        for event in newest_turn(found, self.domain):
            tracker.update(event)
        tracker.seen, tracker.kept, tracker.latest = len(tracker.events), found.events, found.latest
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Adds what is new in a tracker.

        A tracker that this store did not make counts as a new conversation.

        Raises:
            StoreDown: nothing was kept, because the database cannot be written.
            ConversationChanged: nothing was kept, because another process wrote or erased the conversation meanwhile.
        """
        mine = isinstance(tracker, KeptTracker)
        seen, kept, before = (tracker.seen, tracker.kept, tracker.latest) if mine else (0, 0, {})
        new = list(islice(tracker.events, seen, None))
        if not new:
            return
        said = [event for event in new if isinstance(event, UserUttered)]
        addition = Addition(
            expected=kept,
            rows=rows_of(new, self.names),
            turns=len(said),
            last_at=said[-1].timestamp if said else time.time(),
            slots=slots_to_keep(tracker.slots),
            latest=latest_of(new, before),
            channel=said[0].input_channel if said else None,
            clinic=self.clinic,
        )
        await self.database.run(self.records.add, self.names.of_sender(tracker.sender_id), addition)
        memories = (event.value for event in reversed(new) if isinstance(event, SlotSet) and event.key == MEMORY)
        await self._keep_unanswered(next(memories, None))
        if mine:
            tracker.seen += len(new)
            tracker.kept += len(addition.rows)
            tracker.latest = addition.latest

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """Returns a tracker with every event that is kept and the slots as they are now, for looking at.

        It cannot be saved again.

        Raises:
            StoreDown: the database cannot be read.
        """
        key = self.names.of_sender(conversation_id)
        events, now = await self.database.run(self.records.events, key), await self.database.run(self.records.load, key)
        if not events or now is None:
            return None
        tracker = DialogueStateTracker.from_dict(conversation_id, events, self.domain.slots)
        for slot in slots_of(now, self.domain):
            tracker.update(slot)
        return tracker

    async def keys(self) -> Iterable[str]:
        """Returns the keyed hashes of all conversations; the sender ids themselves are not kept."""
        return await self.database.run(self.records.keys)

    async def recall(self, sender_id: str, message_id: str) -> list[dict[str, Any]] | None:
        """Returns the messages that a client's message was answered with, or None if it was not answered yet.

        Args:
            sender_id: whose conversation.
            message_id: what the channel passed as `UserMessage(metadata={"message_id": ...})`.

        Raises:
            StoreDown: the database cannot be read.
        """
        events = await self.database.run(
            self.records.turn_of, self.names.of_sender(sender_id), self.names.of_message(str(message_id))
        )
        return None if events is None else await messages_of(events, sender_id)

    async def history(self, sender_id: str, turns: int = SHOWN_TURNS) -> list[dict[str, Any]]:
        """Returns the newest turns, oldest first: {"user": text} and {"bot": data of the reply contract}.

        Raises:
            StoreDown: the database cannot be read.
        """
        return list(turns_of(await self.database.run(self.records.events, self.names.of_sender(sender_id), turns)))

    async def forget(self, sender_id: str, until: float | None = None) -> bool:
        """Erases a conversation for good and says whether there was one.

        Args:
            sender_id: whose conversation.
            until: when the session's token expires, in seconds since 1970. Until then `was_forgotten` knows of it, in
                every process and after a restart; only the keyed hash is kept for that.

        Raises:
            StoreDown: the database cannot be written.
        """
        found = await self.database.run(self.records.erase, self.names.of_sender(sender_id), until, self.clinic)
        if found:
            await self.database.run_long(self.records.scrub)
        return found

    async def was_forgotten(self, sender_id: str) -> bool:
        """Tells whether the visitor deleted this chat, as far as `forget` was told until when to know it.

        Raises:
            StoreDown: the database cannot be read.
        """
        return await self.database.run(self.records.is_ended, self.names.of_sender(sender_id))

    async def drop_ended(self, before: float) -> int:
        """Forgets which chats were deleted, where their tokens expired before (seconds since 1970); returns how many.

        Raises:
            StoreDown: the database cannot be written.
        """
        return await self.database.run(self.records.drop_ended, before)

    async def voted_down(self, sender_id: str, message_id: str) -> None:
        """Keeps the question whose answer got a thumb down, where that is allowed (docs/unanswered.md).

        Raises:
            StoreDown: the database cannot be read or written.
        """
        key, message = self.names.of_sender(sender_id), self.names.of_message(message_id)
        if (key, message) in self._voted:
            return
        self._voted[key, message] = None
        while len(self._voted) > _MOST_VOTES:
            self._voted.popitem(last=False)
        await self.database.run(self._keep_voted, key, message)

    def _keep_voted(self, key: str, message: str) -> None:
        conversation, text = self.records.load(key), self.records.asked(key, message)
        replies = [turn["bot"] for turn in turns_of(self.records.turn_of(key, message) or ()) if "bot" in turn]
        if conversation is None or not text or not replies:
            return
        question = voted_down(text, str(replies[-1].get("kind")), conversation.slots)
        if question is not None:
            keep(self.records, question, self.clinic)

    async def _keep_unanswered(self, memory: object) -> None:
        """Keeps a turn's question where the memory that the turn set says so. The turn itself is kept already."""
        if notebook_in(memory).keep:
            try:
                await self.database.run(self._keep_turn, memory)
            except StoreDown:
                pass  # logged; a question less in a list of many

    def _keep_turn(self, memory: object) -> None:
        question = question_of(memory)
        if question is not None:
            keep(self.records, question, self.clinic)

    async def expire_unanswered(self, before: str) -> int:
        """Erases the kept questions of months before this one ("2026-11"); returns how many there were.

        Raises:
            StoreDown: the database cannot be written.
        """
        return await self.database.run_long(expire_unanswered, self.records, before)

    async def expire(self, before: float) -> int:
        """Erases the conversations whose last message is older (seconds since 1970); returns how many there were.

        Raises:
            StoreDown: the database cannot be written.
        """
        return await self.database.run_long(self.records.expire, before)

    async def healthy(self) -> bool:
        """Says whether conversations can be read and written."""
        try:
            await self.database.run(self.records.check)
        except StoreDown:
            return False
        return True

    def size(self) -> int:
        """Returns how many conversations are kept.

        Raises:
            StoreDown: the database cannot be read.
        """
        return self.records.count()

    def close(self) -> None:
        """Ends threads and connections."""
        self.database.close()


def open_store(domain: Domain | None, url: str | None = None) -> ConversationStore:
    """Opens the store; see `bot.server.conversations.open_conversation_store`."""
    check_domain(domain)
    database = Database(url)
    store = ConversationStore(domain, database, keyed_hash())
    database.prepare()
    return store


def check_domain(domain: Domain | None) -> None:
    """Makes sure that conversations with this domain can be kept.

    Raises:
        StoreError: it has forms.
    """
    if domain is not None and domain.form_names:
        raise StoreError(
            f"domain.yml has forms ({', '.join(domain.form_names)}), but the conversation store does not keep a form that is "
            "under way. Do without forms, or extend `newest_turn` in bot/server/conversations/events.py."
        )

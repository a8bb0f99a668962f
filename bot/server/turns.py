"""One message of a conversation after another, each conversation by itself.

Stock Rasa hands out tickets and looks once a second whether it is a ticket's turn, so that the second of two messages sent
together waits a second. Here each conversation has a lock that wakes the next message at once, in the order in which the
messages came. It holds within one process; `bot.server.workers` keeps a conversation on one process.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockStore


class Turns(LockStore):
    """Rasa's lock store, with a lock of asyncio for each conversation that is being answered now."""

    def __init__(self) -> None:
        """Begins with no conversation."""
        super().__init__()
        self._locks: dict[str, asyncio.Lock] = {}
        self._users: dict[str, int] = {}

    def __len__(self) -> int:
        """Returns how many conversations are being answered now."""
        return len(self._locks)

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,
    ) -> AsyncGenerator[TicketLock, None]:
        """Waits for the conversation's turn; both times are Rasa's and not needed here."""
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        self._users[conversation_id] = self._users.get(conversation_id, 0) + 1
        try:
            async with lock:
                yield TicketLock(conversation_id)
        finally:
            self._users[conversation_id] -= 1
            if not self._users[conversation_id]:  # nobody holds it or waits for it
                del self._users[conversation_id], self._locks[conversation_id]

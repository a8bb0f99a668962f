"""One message of a conversation after another on several machines, by Redis; without Redis, in each process for itself.

Needed where the way to a worker cannot guarantee the order: a proxy that fails over, two proxies that disagree for a moment,
and the messaging platforms, whose requests name no session that a proxy could go by. On one machine
`bot.server.workers` keeps a conversation on one process, and LOCK_URL is left out.

Redis is never a reason not to answer: when it is away, the order is kept within each process, and the conversation store still
refuses whoever writes second (docs/scaling.md).
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME

from bot import settings
from bot.server import watch
from bot.server.conversations.secret import KeyedHash, keyed_hash
from bot.server.turns import Turns
from bot.server.waiting_line import LineDown, WaitingLine, open_line

logger = logging.getLogger(__name__)
SECONDS_WITHOUT = 5.0
"""After a failure Redis is left alone for so long, so that only one message waits for it in vain."""
# What this message's task holds: a channel and Rasa's agent both ask for the turn of one message.
_held: ContextVar[frozenset[str]] = ContextVar("held", default=frozenset())


class SharedTurns(Turns):
    """The turns of this process, each of which waits in line with those of other processes."""

    def __init__(self, line: WaitingLine, names: KeyedHash) -> None:
        """Takes the line, and what makes keyed hashes of sender ids."""
        super().__init__()
        self._line, self._names = line, names
        self._down_until = float("-inf")
        self._down = False

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,
    ) -> AsyncGenerator[TicketLock, None]:
        """Waits for the conversation's turn: first in this process, then among all."""
        async with super().lock(conversation_id) as ticket, AsyncExitStack() as stack:
            if conversation_id not in _held.get():
                await self._enter(conversation_id, stack)
                reset = _held.set(_held.get() | {conversation_id})
                try:
                    yield ticket
                finally:
                    _held.reset(reset)
            else:
                yield ticket

    async def _enter(self, conversation_id: str, stack: AsyncExitStack) -> None:
        if time.monotonic() < self._down_until:
            return
        try:
            await stack.enter_async_context(self._line.turn(self._names.of_sender(conversation_id)))
        except LineDown as error:
            self._down_until = time.monotonic() + SECONDS_WITHOUT
            watch.failed("lock", error)
            if not self._down:  # once, not for each visitor
                logger.error("turns.alone reason=%s", error)
            self._down = True
        else:
            if self._down:
                logger.warning("turns.shared")
            self._down = False


def open_turns() -> Turns:
    """Returns the turns that the environment asks for: shared by LOCK_URL, else those of this process.

    Raises:
        BotError: LOCK_URL is no address of a Redis.
    """
    url = settings.lock_url()
    return SharedTurns(open_line(url), keyed_hash()) if url else Turns()

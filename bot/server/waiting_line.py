"""A line of waiting in Redis for each conversation, so that processes on several machines answer its messages in order.

Whoever comes puts a ticket at the end of the list and may go on when it is first. A ticket counts only while its owner says
so every few seconds: the ticket of a process that died is passed over. Nobody asks again and again: who leaves wakes the
next one through a list of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

from redis import asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionBroke
from redis.exceptions import RedisError

from bot.errors import BotError

LEASE_SECONDS = 3.0
"""How long a ticket counts without a sign of life: so long the visitor of a message in hand waits when its machine dies."""
SECONDS_TO_CONNECT = 0.5
SECONDS_TO_ANSWER = 2.0
_LOOK_AGAIN = 1
"""Seconds after which one who waits looks whether the owner of the first ticket is still alive."""

_PREFIX = "her2-guide-chat:turn:"

# KEYS: the line. ARGV: the ticket, the prefix of signs of life, the lease in milliseconds, whether to stand in line first.
# Returns 1 when the ticket is first. A ticket that was taken for dead and passed over stands in line again, at its end.
_STEP = """
if ARGV[4] == '1' then redis.call('RPUSH', KEYS[1], ARGV[1]) end
redis.call('SET', ARGV[2] .. ARGV[1], '1', 'PX', ARGV[3])
while true do
  local first = redis.call('LINDEX', KEYS[1], 0)
  if not first then redis.call('RPUSH', KEYS[1], ARGV[1]) first = ARGV[1] end
  redis.call('PEXPIRE', KEYS[1], ARGV[3] * 6)
  if first == ARGV[1] then return 1 end
  if redis.call('EXISTS', ARGV[2] .. first) == 1 then
    if not redis.call('LPOS', KEYS[1], ARGV[1]) then redis.call('RPUSH', KEYS[1], ARGV[1]) end
    return 0
  end
  redis.call('LPOP', KEYS[1])
end
"""
# KEYS: the line. ARGV: the ticket, the prefix of signs of life, the prefix of wake-up lists, the lease in milliseconds.
_LEAVE = """
redis.call('LREM', KEYS[1], 1, ARGV[1])
redis.call('DEL', ARGV[2] .. ARGV[1], ARGV[3] .. ARGV[1])
local first = redis.call('LINDEX', KEYS[1], 0)
if first then
  redis.call('RPUSH', ARGV[3] .. first, '1')
  redis.call('PEXPIRE', ARGV[3] .. first, ARGV[4])
end
return 1
"""


class LineDown(Exception):
    """Redis does not answer. Raised before the turn began, never after."""


class WaitingLine:
    """The lines of all conversations, in one Redis."""

    def __init__(self, url: str, *, lease: float = LEASE_SECONDS) -> None:
        """Opens no connection yet.

        Args:
            url: `redis://`, `rediss://` (TLS) or `unix://`, as redis-py reads it.
            lease: seconds that a ticket counts without a sign of life.

        Raises:
            ValueError: the URL is none of Redis.
        """
        # Tried twice: the first connection may be one from before Redis was started again. A ticket that is put in line twice
        # does no harm, because the second one has no owner any more when the first one leaves.
        self._redis: Any = redis.Redis.from_url(
            url,
            retry=Retry(NoBackoff(), 1),
            retry_on_error=[ConnectionBroke],
            socket_connect_timeout=SECONDS_TO_CONNECT,
            socket_timeout=SECONDS_TO_ANSWER,
            health_check_interval=30,
        )
        self._lease = lease
        self._step = self._redis.register_script(_STEP)
        self._leave = self._redis.register_script(_LEAVE)

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Waits for a conversation's turn and holds it.

        Args:
            name: what stands for the conversation: a keyed hash, never a sender id, which may be a phone number.

        Raises:
            LineDown: Redis cannot be asked.
        """
        line, ticket = f"{_PREFIX}{name}", secrets.token_hex(8)
        try:
            await self._wait(line, ticket)
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            raise LineDown(type(error).__name__) from error
        except asyncio.CancelledError:
            await asyncio.shield(self._go(line, ticket))
            raise
        alive = asyncio.ensure_future(self._stay(line, ticket))
        try:
            yield
        finally:
            alive.cancel()
            await asyncio.shield(self._go(line, ticket))

    async def close(self) -> None:
        """Ends all connections."""
        await self._redis.close()
        await self._redis.connection_pool.disconnect()

    async def _wait(self, line: str, ticket: str) -> None:
        wake = f"{_PREFIX}wake:{ticket}"
        first = await self._ask(line, ticket, new=True)
        while not first:
            await self._redis.blpop(wake, timeout=_LOOK_AGAIN)
            first = await self._ask(line, ticket)

    async def _ask(self, line: str, ticket: str, *, new: bool = False) -> bool:
        arguments = [ticket, f"{_PREFIX}alive:", int(self._lease * 1000), int(new)]
        return bool(await self._step(keys=[line], args=arguments))

    async def _stay(self, line: str, ticket: str) -> None:
        """Gives a sign of life until cancelled. Without Redis the turn goes on: the store refuses who writes second."""
        while True:
            await asyncio.sleep(self._lease / 3)
            with contextlib.suppress(RedisError, OSError, asyncio.TimeoutError):
                await self._redis.set(f"{_PREFIX}alive:{ticket}", "1", px=int(self._lease * 1000))
                await self._redis.pexpire(line, int(self._lease * 6000))

    async def _go(self, line: str, ticket: str) -> None:
        """Leaves the line and wakes the next; without Redis the ticket runs out by itself."""
        arguments = [ticket, f"{_PREFIX}alive:", f"{_PREFIX}wake:", int(self._lease * 1000)]
        with contextlib.suppress(RedisError, OSError, asyncio.TimeoutError):
            await self._leave(keys=[line], args=arguments)


@lru_cache(maxsize=4)
def open_line(url: str) -> WaitingLine:
    """Returns the line at an address; all channels of a process share it.

    Raises:
        BotError: the address is none of Redis.
    """
    try:
        return WaitingLine(url)
    except ValueError:
        pass  # raised below, apart from the error, which repeats the URL, password and all
    raise BotError("LOCK_URL is no address of a Redis. Write it like redis://:password@host:6379/0, or leave it out.")

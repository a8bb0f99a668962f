"""One database of conversations with the threads that talk to it, so that a slow disk or network holds no visitor up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar, cast

from bot.errors import StoreDown
from bot.server.conversations.at_once import AtOnce
from bot.server.conversations.engine import CONNECTIONS, SECONDS, USUAL_NAME
from bot.server.conversations.records import Records

T = TypeVar("T")
LONGEST_WAIT = 2.0 * SECONDS
"""Seconds after which a call is given up: a database machine that hangs does not even refuse a connection."""
_SHORT = frozenset({"load", "add"})


class Database:
    """A database, shared by all stores that keep their conversations in it."""

    def __init__(self, url: str | None = None, *, named: str = USUAL_NAME) -> None:
        """Opens it without connecting.

        Args:
            url: the database; by default what `bot.settings.conversations_url` says.
            named: the variable that the URL is from, for errors.

        Raises:
            StoreError: the URL cannot be used.
        """
        self.records = Records(url, named=named)
        # A SQLite file answers in a fraction of a millisecond, less than a thread costs; only a lock is worth a thread.
        self._at_once = AtOnce(url) if self.records.is_sqlite else None
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="conversations")

    def prepare(self) -> None:
        """Makes the tables, if the database can be reached, and leaves no connection open.

        A process that is forked from this one must not share a connection.
        """
        try:
            self.records.make_tables()
        except StoreDown:
            pass  # logged; each call tries again
        finally:
            self.records.close()

    async def run(self, work: Callable[..., T], *args: Any) -> T:
        """Runs blocking work: at once where it takes no time, else in a thread, so that other visitors do not wait for it.

        Raises:
            StoreDown: it could not be done, or not in time.
        """
        if self._at_once is not None and work.__name__ in _SHORT:
            try:
                return cast(T, getattr(self._at_once, work.__name__)(*args))
            except StoreDown:
                pass  # locked by another process, or worse: the patient way finds out
            finally:
                if self._at_once.due():
                    self._threads.submit(self._at_once.checkpoint)
        running = self._in_thread(work, *args)
        try:
            return await asyncio.wait_for(running, LONGEST_WAIT)
        except asyncio.TimeoutError:
            pass
        raise StoreDown(
            f"The conversations' database gave no answer for {LONGEST_WAIT:.0f} seconds. Check that it runs and that the "
            "network lets it through."
        )

    async def run_long(self, work: Callable[..., T], *args: Any) -> T:
        """Runs work that may take long in all, because there is much of it; each of its statements has its time-out.

        Raises:
            StoreDown: it could not be done.
        """
        return await self._in_thread(work, *args)

    def _in_thread(self, work: Callable[..., T], *args: Any) -> asyncio.Future[T]:
        # The thread takes over which clinic was chosen.
        whole = partial(copy_context().run, work, *args)
        return asyncio.get_running_loop().run_in_executor(self._threads, whole)

    def close(self) -> None:
        """Ends threads and connections."""
        self._threads.shutdown(wait=True)
        self.records.close()
        if self._at_once is not None:
            self._at_once.close()

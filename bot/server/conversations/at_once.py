"""Loads and adds a turn in a SQLite file without a thread, a pool or a transaction object: what each message needs twice.

The statements are those of `bot.server.conversations.records`, compiled once. Whatever goes wrong here, a lock that another
process holds included, is told as `StoreDown`; `ConversationStore` then asks `Records`, which waits longer and says what it is.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.expression import ClauseElement

from bot.errors import ConversationChanged, StoreDown
from bot.server.conversations import statements
from bot.server.conversations.engine import open_engine
from bot.server.conversations.rows import Addition, Kept

T = TypeVar("T")
_SECONDS = 0.02
"""How long all visitors may wait for a lock on the file before a thread does the waiting."""
_CHECKPOINT_EVERY = 500
"""Turns. Each leaves some 30 kB in the write-ahead log, which a checkpoint brings into the file."""
_JSON = json.JSONEncoder(ensure_ascii=True, separators=(", ", ": ")).encode


class _Statement:
    """A statement as SQLite reads it, and the order of its values."""

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=dialect())
        self.text = str(compiled)
        self._order: list[str] = list(compiled.positiontup)

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        return [
            _JSON(value) if isinstance(value, (dict, list)) else value for value in map(given.__getitem__, self._order)
        ]


_LOAD = _Statement(statements.LOAD)
_ENDED = _Statement(statements.ENDED)
_CREATE = _Statement(statements.CREATE)
_GO_ON = _Statement(statements.GO_ON)
_ADD = _Statement(statements.ADD)


class AtOnce:
    """The conversations of a SQLite file, for the thread that made this, on one connection of its own."""

    def __init__(self, url: str | None = None) -> None:
        """Opens nothing yet, so that a process that is forked later has a connection of its own.

        Args:
            url: the file; by default what `bot.settings.conversations_url` says.
        """
        self._engine = open_engine(url, seconds=_SECONDS)
        self._held: Any = None
        self._added = 0

    def due(self) -> bool:
        """Tells, once for every few hundred turns added, that somebody who may wait for the disk has a checkpoint to do."""
        if self._added < _CHECKPOINT_EVERY:
            return False
        self._added = 0
        return True

    def checkpoint(self) -> None:
        """Brings what is in the write-ahead log into the file. Waits for the disk, so it belongs in a thread."""
        with contextlib.suppress(sqlite3.Error, SQLAlchemyError):  # the next one does it
            raw: Any = self._engine.raw_connection()
            try:
                raw.driver_connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            finally:
                raw.close()

    def load(self, key: str) -> Kept | None:
        """Returns what the next turn needs, as `Records.load` does.

        Raises:
            StoreDown: it did not work at once.
        """

        def work(connection: sqlite3.Connection) -> Kept | None:
            row = connection.execute(_LOAD.text, _LOAD.values({"wanted": key})).fetchone()
            if row is None:
                return None
            channel, last_at, events, slots, latest = row
            return Kept(channel, last_at, events, json.loads(slots), json.loads(latest))

        return self._do(work)

    def add(self, key: str, addition: Addition) -> None:
        """Adds one turn, all of it or nothing, as `Records.add` does.

        Raises:
            StoreDown: it did not work at once.
            ConversationChanged: somebody else wrote or erased it.
        """

        def work(connection: sqlite3.Connection) -> bool:
            connection.execute("BEGIN IMMEDIATE")
            try:
                fits = self._write_head(connection, key, addition)
                if fits and addition.rows:
                    rows = statements.event_values(key, addition)
                    connection.executemany(_ADD.text, [_ADD.values(row) for row in rows])
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT" if fits else "ROLLBACK")
            return fits

        if not self._do(work):
            raise ConversationChanged
        self._added += 1

    @staticmethod
    def _write_head(connection: sqlite3.Connection, key: str, addition: Addition) -> bool:
        if addition.expected:
            values = _GO_ON.values(statements.go_on_values(key, addition))
            return connection.execute(_GO_ON.text, values).rowcount == 1
        if connection.execute(_ENDED.text, _ENDED.values({"wanted": key})).fetchone() is not None:
            return False
        connection.execute(_CREATE.text, _CREATE.values(statements.create_values(key, addition)))
        return True

    def close(self) -> None:
        """Closes the connection; the next call opens another."""
        if self._held is not None:
            self._held.close()
            self._held = None
        self._engine.dispose()

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            if self._held is None:
                self._held = self._engine.raw_connection()
                # SQLite would do it within somebody's message, and make all others wait for the disk; see `due`.
                self._held.driver_connection.execute("PRAGMA wal_autocheckpoint=0")
            return work(self._held.driver_connection)
        except (sqlite3.Error, SQLAlchemyError):
            pass
        # Apart from the error above, which may hold a visitor's text. A connection that failed is not used again.
        self.close()
        raise StoreDown("The conversations' file did not answer at once.")

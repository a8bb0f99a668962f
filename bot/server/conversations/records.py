"""Reads and writes the tables of the conversations. Blocking, and without Rasa; the only module here that speaks SQL."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Integer, bindparam, delete, func, insert, select, update
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from bot.errors import ConversationChanged, StoreDown
from bot.server.conversations.engine import begin_writing, open_engine
from bot.server.conversations.rows import Addition, Kept
from bot.server.conversations.tables import HASH_LENGTH, conversation, event, metadata

logger = logging.getLogger(__name__)

_BATCH = 200
"""Conversations erased in one transaction, so that a large sweep holds nobody up."""
_TABLES_LOCK = 0x48455232
"""Number of PostgreSQL's advisory lock under which one process makes the tables."""
_PROBE = "probe".ljust(HASH_LENGTH, "-")

_C, _E = conversation.c, event.c
_LOAD = select(_C.channel, _C.last_at, _C.events, _C.slots, _C.latest).where(_C.key == bindparam("wanted"))
_CREATE = insert(conversation)
_GO_ON = (
    update(conversation)
    .where(_C.key == bindparam("wanted"), _C.events == bindparam("expected"))
    .values(
        last_at=bindparam("new_last_at"), turns=_C.turns + bindparam("new_turns"), events=bindparam("new_events"),
        slots=bindparam("new_slots"), latest=bindparam("new_latest"),
    )
)  # fmt: skip
_ADD = insert(event)
_ASKED = (
    select(func.max(_E.sequence)).where(_E.conversation == bindparam("wanted"), _E.message_id == bindparam("message"))
)  # fmt: skip
_AFTER = (
    select(_E.type, _E.data)
    .where(_E.conversation == bindparam("wanted"), _E.sequence >= bindparam("first"))
    .order_by(_E.sequence)
)
_NEWEST_TURNS = (
    select(_E.sequence)
    .where(_E.conversation == bindparam("wanted"), _E.type == "user")
    .order_by(_E.sequence.desc())
    .limit(bindparam("turns", type_=Integer))
)


class Records:
    """The conversations in one database. Keys are keyed hashes of sender ids (`bot.server.conversations.secret`)."""

    def __init__(self, url: str | None = None) -> None:
        """Opens the database without connecting.

        Raises:
            StoreError: the URL cannot be used.
        """
        self.engine: Engine = open_engine(url)
        self._writing = begin_writing(self.engine)
        self._lock = threading.Lock()
        self._tables_made = False
        self._down = False
        self._write_failed = False

    @property
    def is_sqlite(self) -> bool:
        """Whether the conversations are in a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    def load(self, key: str) -> Kept | None:
        """Returns what the next turn needs: one row, however long the conversation is."""
        with self._using(self.engine) as connection:
            row = connection.execute(_LOAD, {"wanted": key}).first()
        return Kept(*row) if row else None

    def add(self, key: str, addition: Addition) -> None:
        """Adds one turn, all of it or nothing.

        Raises:
            ConversationChanged: the conversation has more or fewer events than expected, or was erased.
            StoreDown: it could not be written.
        """
        total = addition.expected + len(addition.rows)
        with self._using(self._writing, writes=True) as connection:
            if addition.expected == 0:
                first = addition.rows[0].at if addition.rows else addition.last_at
                connection.execute(_CREATE, {
                    "key": key, "channel": addition.channel, "started_at": first, "last_at": addition.last_at,
                    "turns": addition.turns, "events": total, "slots": addition.slots, "latest": addition.latest,
                })  # fmt: skip
            else:
                done = connection.execute(_GO_ON, {
                    "wanted": key, "expected": addition.expected, "new_last_at": addition.last_at,
                    "new_turns": addition.turns, "new_events": total, "new_slots": addition.slots,
                    "new_latest": addition.latest,
                })  # fmt: skip
                if done.rowcount != 1:
                    raise _changed()
            if addition.rows:
                connection.execute(_ADD, [
                    {"conversation": key, "sequence": sequence, "at": row.at, "type": row.type, "data": row.data,
                     "message_id": row.message_id}
                    for sequence, row in enumerate(addition.rows, addition.expected)
                ])  # fmt: skip

    def turn_of(self, key: str, message: str) -> list[dict[str, Any]] | None:
        """Returns the events after the visitor's message with this hashed id, up to the next message; None if unknown."""
        with self._using(self.engine) as connection:
            asked = connection.execute(_ASKED, {"wanted": key, "message": message}).scalar()
            if asked is None:
                return None
            found: list[dict[str, Any]] = []
            for kind, data in connection.execute(_AFTER, {"wanted": key, "first": asked + 1}):
                if kind == "user":
                    break
                found.append(data)
        return found

    def events(self, key: str, turns: int | None = None) -> list[dict[str, Any]]:
        """Returns the events of the newest turns, or of the whole conversation, oldest first."""
        with self._using(self.engine) as connection:
            first = 0
            if turns is not None:
                starts = connection.execute(_NEWEST_TURNS, {"wanted": key, "turns": turns}).scalars().all()
                first = min(starts, default=0)
            return [data for _, data in connection.execute(_AFTER, {"wanted": key, "first": first})]

    def erase(self, key: str) -> bool:
        """Deletes a conversation and says whether there was one; `scrub` has to follow."""
        with self._using(self._writing, writes=True) as connection:
            connection.execute(delete(event).where(_E.conversation == key))
            found = connection.execute(delete(conversation).where(_C.key == key)).rowcount > 0
            if found:
                self._mark_erased(connection)
        return found

    def expire(self, before: float) -> int:
        """Erases the conversations whose last message is older, for good, and returns how many there were."""
        erased = 0
        old = select(_C.key).where(_C.last_at < before).order_by(_C.last_at).limit(_BATCH)
        while True:
            with self._using(self._writing, writes=True) as connection:
                # Locked, so that one that goes on at this moment is kept whole, or erased whole by one process.
                keys = connection.execute(old.with_for_update(skip_locked=True)).scalars().all()
                if keys:
                    connection.execute(delete(event).where(_E.conversation.in_(keys)))
                    connection.execute(delete(conversation).where(_C.key.in_(keys)))
                    self._mark_erased(connection)
            erased += len(keys)
            if len(keys) < _BATCH:
                break
        self.scrub()
        return erased

    def scrub(self) -> bool:
        """Removes what erased rows leave behind in SQLite's files; False if somebody was in the way for long.

        SQLite overwrites what it frees (secure_delete), but moves rows between pages and leaves copies of them in the gaps.
        So the file is written anew, and then the write-ahead log is emptied. If that fails, the next sweep does it. PostgreSQL
        has its own ways: see docs/conversations.md.
        """
        if not self.is_sqlite:
            return True
        try:
            raw = self.engine.raw_connection()  # neither statement works in a transaction
            try:
                done = _rewrite(raw.cursor())
            finally:
                raw.close()
        except (sqlite3.Error, SQLAlchemyError) as error:
            logger.warning("conversations.scrub.failed error=%s", type(error).__name__)
            return False
        if not done:
            logger.warning("conversations.scrub.busy")
        return done

    def _mark_erased(self, connection: Connection) -> None:
        """Notes in the file, within the erasing transaction, that `scrub` has to follow, even after a crash."""
        if self.is_sqlite:
            marks = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            connection.exec_driver_sql(f"PRAGMA user_version = {marks % 1_000_000 + 1}")

    def keys(self) -> list[str]:
        """Returns the keys of all conversations."""
        with self._using(self.engine) as connection:
            return list(connection.execute(select(_C.key)).scalars())

    def count(self) -> int:
        """Returns how many conversations are kept."""
        with self._using(self.engine) as connection:
            return int(connection.execute(select(func.count()).select_from(conversation)).scalar_one())

    def check(self) -> None:
        """Reads, and writes as well if the last write failed.

        Raises:
            StoreDown: it does not work.
        """
        with self._using(self.engine) as connection:
            connection.execute(select(_C.events).limit(1)).first()
        if self._write_failed:
            with self._using(self._writing, writes=True) as connection:
                nothing = {"started_at": 0.0, "last_at": 0.0, "turns": 0, "events": 0, "slots": {}, "latest": {}}
                connection.execute(_CREATE, {"key": _PROBE, "channel": None, **nothing})
                connection.execute(delete(conversation).where(_C.key == _PROBE))

    def close(self) -> None:
        """Closes all connections."""
        self.engine.dispose()

    def make_tables(self) -> None:
        """Makes the tables where they are missing; several processes may do so at once.

        Raises:
            StoreDown: the database cannot be reached.
        """
        with self._failures(writes=False), self._lock:
            if self._tables_made:
                return
            with self._writing.begin() as connection:
                if not self.is_sqlite:
                    connection.execute(select(func.pg_advisory_xact_lock(_TABLES_LOCK)))
                metadata.create_all(connection)
            self._tables_made = True

    @contextmanager
    def _using(self, engine: Engine, *, writes: bool = False) -> Iterator[Connection]:
        """A transaction on the tables, which are made first if need be."""
        if not self._tables_made:
            self.make_tables()
        with self._failures(writes=writes), engine.begin() as connection:
            yield connection

    @contextmanager
    def _failures(self, *, writes: bool) -> Iterator[None]:
        """Turns what a database says into our errors.

        They are raised apart from the original, which may hold a visitor's text ("Failing row contains ...").
        """
        try:
            yield
        except IntegrityError:
            problem = None
        except SQLAlchemyError as error:
            problem = self._reason(error)
        else:
            if self._down:
                logger.warning("conversations.up")
            self._down = False
            self._write_failed = self._write_failed and not writes
            return
        if problem is None:
            raise _changed()
        self._tables_made = False  # somebody may have put an empty database in its place
        self._write_failed = self._write_failed or writes
        if not self._down:  # once, not for each visitor
            logger.error("conversations.down reason=%s", problem)
        self._down = True
        raise StoreDown(
            f"The conversations at {self.engine.url.render_as_string(hide_password=True)} cannot be read or written "
            f"({problem}). Check that the database runs, has room, and that CONVERSATIONS_URL is right."
        )

    def _reason(self, error: SQLAlchemyError) -> str:
        """A short reason without any value of a statement."""
        if not isinstance(error, DBAPIError):
            return type(error).__name__
        code = getattr(error.orig, "pgcode", None)
        if code:
            return f"{type(error.orig).__name__} {code}"
        # SQLite names tables and columns, never values; without a code, PostgreSQL's driver speaks of the connection.
        said = str(error.orig).strip().splitlines()
        return said[0] if said else type(error.orig).__name__


def _rewrite(cursor: Any) -> bool:
    """Writes a SQLite file anew if something was erased, and empties its log; False if a reader kept the log from it."""

    def ask(statement: str) -> int:
        row = cursor.execute(statement).fetchone()
        return int(row[0]) if row else 0

    marks = ask("PRAGMA user_version")
    if marks:
        ask("VACUUM")
        ask("BEGIN IMMEDIATE")
        if ask("PRAGMA user_version") == marks:  # else somebody erased more meanwhile, and will do the same
            ask("PRAGMA user_version = 0")
        ask("COMMIT")
    return ask("PRAGMA wal_checkpoint(TRUNCATE)") == 0


def _changed() -> ConversationChanged:
    return ConversationChanged(
        "The conversation was changed or erased while a message was answered. Send the message again."
    )

"""Reads and writes the tables of the conversations. Blocking, and without Rasa; the only module here that speaks SQL."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Any, TypeVar

from sqlalchemy import Integer, bindparam, delete, func, insert, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from bot.errors import ConversationChanged, StoreDown
from bot.server.conversations import statements
from bot.server.conversations.engine import USUAL_NAME, begin_reading, begin_writing, open_engine
from bot.server.conversations.rows import Addition, Kept
from bot.server.conversations.scrubbing import mark_erased, scrub
from bot.server.conversations.tables import HASH_LENGTH, REVISION, conversation, ended, event
from bot.server.migrations import upgrade
from bot.tenants.clinics import own_url
from bot.tenants.current import Tenant

logger = logging.getLogger(__name__)
T = TypeVar("T")

_BATCH = 200
"""Conversations erased in one transaction, so that a large sweep holds nobody up."""
_NO_TABLE = "42P01"
"""PostgreSQL's code for a table that is not there."""
_LONGEST_REASON = 120
_PROBE = "probe".ljust(HASH_LENGTH, "-")

_C, _E = conversation.c, event.c
_NEWEST_TURNS = (
    select(_E.sequence)
    .where(_E.conversation == bindparam("wanted"), _E.type == "user")
    .order_by(_E.sequence.desc())
    .limit(bindparam("turns", type_=Integer))
)


class Records:
    """The conversations in one database. Keys are keyed hashes of sender ids (`bot.server.conversations.secret`)."""

    def __init__(self, url: str | None = None, *, named: str = USUAL_NAME) -> None:
        """Opens the database without connecting.

        Args:
            url: the database; by default what `bot.settings.conversations_url` says.
            named: the variable that the URL is from, for errors.

        Raises:
            StoreError: the URL cannot be used.
        """
        self.url = url
        self._named = named
        self.engine: Engine = open_engine(url, named=named)
        driver: Any = self.engine.dialect
        self._failures: tuple[type[Exception], ...] = (SQLAlchemyError, driver.dbapi.Error)
        self._writing = begin_writing(self.engine)
        self._reading = begin_reading(self.engine)
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
        row = self.read(lambda connection: connection.execute(statements.LOAD, {"wanted": key}).first())
        return Kept(*row) if row else None

    def add(self, key: str, addition: Addition) -> None:
        """Adds one turn, all of it or nothing.

        Raises:
            ConversationChanged: the conversation has more or fewer events than expected, or was erased, or its visitor
                ended it.
            StoreDown: it could not be written.
        """

        def work(connection: Connection) -> bool:
            if addition.expected == 0:
                if connection.execute(statements.ENDED, {"wanted": key}).first() is not None:
                    return False  # deleted in another process while its first message was answered in this one
                connection.execute(statements.CREATE, statements.create_values(key, addition))
            elif connection.execute(statements.GO_ON, statements.go_on_values(key, addition)).rowcount != 1:
                return False
            if addition.rows:
                connection.execute(statements.ADD, statements.event_values(key, addition))
            return True

        if not self.write(work):
            raise ConversationChanged

    def turn_of(self, key: str, message: str) -> list[dict[str, Any]] | None:
        """Returns the events after the visitor's message with this hashed id, up to the next message; None if unknown."""

        def work(connection: Connection) -> list[dict[str, Any]] | None:
            asked = _newest_asked(connection, key, message)
            if asked is None:
                return None
            after = connection.execute(statements.AFTER, {"wanted": key, "first": asked.sequence + 1})
            return [data for _, data in takewhile(lambda row: row[0] != "user", after)]

        return self.read(work)

    def asked(self, key: str, message: str) -> str | None:
        """Returns the text of the visitor's message with this hashed id; None if unknown."""
        asked = self.read(lambda connection: _newest_asked(connection, key, message))
        return None if asked is None else str(asked.data.get("text") or "")

    def events(self, key: str, turns: int | None = None) -> list[dict[str, Any]]:
        """Returns the events of the newest turns, or of the whole conversation, oldest first."""

        def work(connection: Connection) -> list[dict[str, Any]]:
            first = 0
            if turns is not None:
                starts = connection.execute(_NEWEST_TURNS, {"wanted": key, "turns": turns}).scalars().all()
                first = min(starts, default=0)
            return [data for _, data in connection.execute(statements.AFTER, {"wanted": key, "first": first})]

        return self.read(work)

    def erase(self, key: str, until: float | None = None, clinic: str | None = None) -> bool:
        """Deletes a conversation and says whether there was one; `scrub` has to follow.

        Args:
            key: which.
            until: notes, in the same transaction, that the session is ended, until then (seconds since 1970).
            clinic: the key of the clinic, where there are several.
        """

        def work(connection: Connection) -> int:
            if until is not None:
                connection.execute(delete(ended).where(ended.c.key == key))
                connection.execute(insert(ended), {"key": key, "until": until, "clinic": clinic})
            return self._delete(connection, [key])

        return self.write(work) > 0

    def is_ended(self, key: str) -> bool:
        """Tells whether the session was ended by its visitor."""
        return self.read(lambda connection: connection.execute(statements.ENDED, {"wanted": key}).first()) is not None

    def drop_ended(self, before: float) -> int:
        """Forgets the ended sessions whose tokens have expired, and returns how many there were."""
        old = delete(ended).where(ended.c.until < before)
        return self.write(lambda connection: int(connection.execute(old).rowcount))

    def expire(self, before: float) -> int:
        """Erases the conversations whose last message is older, for good, and returns how many there were."""
        # Locked, so that one that goes on at this moment is kept whole, or erased whole by one process.
        old = (
            select(_C.key)
            .where(_C.last_at < before)
            .order_by(_C.last_at)
            .limit(_BATCH)
            .with_for_update(skip_locked=True)
        )

        def work(connection: Connection) -> int:
            return self._delete(connection, connection.execute(old).scalars().all())

        return self._erase_all(work)

    def erase_clinic(self, clinic: str) -> int:
        """Erases all conversations of one of several clinics, for good, and returns how many there were."""
        its = select(_C.key).where(_C.clinic == clinic).limit(_BATCH)
        return self._erase_all(lambda connection: self._delete(connection, connection.execute(its).scalars().all()))

    def _erase_all(self, work: Callable[[Connection], int]) -> int:
        erased = found = self.write(work)
        while found == _BATCH:
            found = self.write(work)
            erased += found
        self.scrub()
        return erased

    def scrub(self) -> bool:
        """Removes what erased rows leave behind in a SQLite file; False if that has to wait for the next sweep."""
        return not self.is_sqlite or scrub(self.engine)

    def _delete(self, connection: Connection, keys: Sequence[str]) -> int:
        if not keys:
            return 0
        connection.execute(delete(event).where(_E.conversation.in_(keys)))
        found: int = connection.execute(delete(conversation).where(_C.key.in_(keys))).rowcount
        if found and self.is_sqlite:
            mark_erased(connection)
        return found

    def keys(self) -> list[str]:
        """Returns the keys of all conversations."""
        return self.read(lambda connection: list(connection.execute(select(_C.key)).scalars()))

    def count(self) -> int:
        """Returns how many conversations are kept."""
        total = select(func.count()).select_from(conversation)
        return self.read(lambda connection: int(connection.execute(total).scalar_one()))

    def count_by_clinic(self) -> dict[str | None, int]:
        """Returns how many conversations are kept of each clinic; None stands for those of no one of several."""
        counts = select(_C.clinic, func.count()).group_by(_C.clinic)
        return self.read(lambda connection: {clinic: int(count) for clinic, count in connection.execute(counts)})

    def check(self) -> None:
        """Reads, and writes as well if the last write failed.

        Raises:
            StoreDown: it does not work.
        """

        def try_out(connection: Connection) -> None:
            nothing = {"started_at": 0.0, "last_at": 0.0, "turns": 0, "events": 0, "slots": {}, "latest": {}}
            connection.execute(statements.CREATE, {"key": _PROBE, "channel": None, **nothing})
            connection.execute(delete(conversation).where(_C.key == _PROBE))

        self.read(lambda connection: connection.execute(select(_C.events).limit(1)).first())
        if self._write_failed:
            self.write(try_out)

    def close(self) -> None:
        """Closes all connections."""
        self.engine.dispose()

    def make_tables(self) -> str | None:
        """Makes the tables or brings them to the newest form; several processes may do so at once.

        Returns:
            What the tables were at before (`bot.server.migrations.revision`).

        Raises:
            StoreDown: the database cannot be reached, or a step failed.
        """
        with self._lock:
            if self._tables_made:
                return REVISION
            before = self._transaction(self._writing, upgrade)
            self._tables_made = True
            return before

    def read(self, work: Callable[[Connection], T]) -> T:
        """Does work that only reads; see `_transaction` for what it raises."""
        if not self._tables_made:
            self.make_tables()
        return self._transaction(self._reading, work)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Does work in a transaction that writes; see `_transaction` for what it raises."""
        if not self._tables_made:
            self.make_tables()
        try:
            done = self._transaction(self._writing, work)
        except StoreDown:
            self._write_failed = True
            raise
        self._write_failed = False
        return done

    def _transaction(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        """Does work in a transaction, and turns what a database says into StoreDown and ConversationChanged.

        They are raised apart from the original, which may hold a visitor's text ("Failing row contains ...").
        """
        problem = None
        try:
            with engine.begin() as connection:
                done = work(connection)
        except IntegrityError:
            pass
        except self._failures as error:
            # SQLAlchemy lets the driver's own error through where it sets a connection up that has just died.
            problem = self._reason(error)
        else:
            if self._down:
                logger.warning("conversations.up%s", self._which())
                self._down = False
            return done
        if problem is None:
            raise ConversationChanged
        if not self._down:  # once, not for each visitor
            # Without spaces: the server's log hides whatever could be a sentence (bot/server/logs.py).
            reason = re.sub(r"[^\w.:-]+", "_", problem)[:_LONGEST_REASON]
            logger.error("conversations.down reason=%s%s", reason, self._which())
        self._down = True
        raise StoreDown(
            f"The conversations at {self.engine.url.render_as_string(hide_password=True)} cannot be read or written "
            f"({problem}). Check that the database runs, has room, and that {self._named} is right."
        )

    def _which(self) -> str:
        """Names the database in the log, where there may be several."""
        return "" if self._named == USUAL_NAME else f" database={self._named}"

    def _reason(self, error: Exception) -> str:
        """A short reason without any value of a statement."""
        if not isinstance(error, DBAPIError):
            return type(error).__name__
        code = getattr(error.orig, "pgcode", None)
        # SQLite names tables and columns, never values; without a code, PostgreSQL's driver speaks of the connection.
        said = [f"{type(error.orig).__name__} {code}"] if code else str(error.orig).strip().splitlines()
        reason = said[0] if said else type(error.orig).__name__
        if code == _NO_TABLE or "no such table" in reason:
            self._tables_made = False  # somebody put another database in its place
        return reason


def _newest_asked(connection: Connection, key: str, message: str) -> Any:
    """Returns place and data of the newest message with a hashed id; None where there is none."""
    asked = connection.execute(statements.ASKED, {"wanted": key, "message": message}).all()
    return max(asked, key=lambda row: row.sequence, default=None)


def records_of(tenant: Tenant | None) -> Records:
    """Opens the database that holds a clinic's conversations; None stands for the one clinic.

    Raises:
        StoreError: its URL cannot be used.
    """
    if tenant is None or tenant.database_env is None:
        return Records()
    return Records(own_url(tenant), named=tenant.database_env)

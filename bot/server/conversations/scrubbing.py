"""Removes what erased rows leave behind in a SQLite file and its write-ahead log.

SQLite overwrites what it frees (`secure_delete`), but when it moves rows from page to page, copies stay in the gaps: erased text
was found in 2 of 3 random trials. So after erasing the file is written anew (VACUUM), and then the log is emptied. PostgreSQL
has its own ways: docs/conversations.md.
"""

from __future__ import annotations

import logging
import sqlite3
from typing import Any

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

logger = logging.getLogger(__name__)
_MARKS = 1_000_000


def mark_erased(connection: Connection) -> None:
    """Notes in the file, in the transaction that erases, that `scrub` has to follow even if this process is killed now.

    The note is SQLite's `user_version`: 0, or a count, so that nobody takes the note of another away.
    """
    marks = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    connection.exec_driver_sql(f"PRAGMA user_version = {marks % _MARKS + 1}")


def scrub(engine: Engine) -> bool:
    """Writes the file anew if something was erased since, and empties its log.

    Returns:
        False if it could not: somebody was in the way for long, or the disk is full. The next sweep tries again.
    """
    try:
        raw = engine.raw_connection()  # neither works in a transaction
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


def _rewrite(cursor: Any) -> bool:
    """Does it; False if a reader kept the log from being emptied."""

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

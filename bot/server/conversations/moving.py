"""Moves all rows of one of several clinics from one database to another (`bot move-clinic`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.engine import Connection

from bot.server.conversations.records import Records
from bot.server.conversations.scrubbing import mark_erased
from bot.server.conversations.tables import conversation, ended, event, unanswered

Rows = dict[str, list[dict[str, Any]]]
_WHOLE = (conversation, ended, unanswered)
"""Tables whose rows name their clinic; events belong to conversations."""
_BATCH = 200
_IDS = {conversation.name: conversation.c.key, ended.name: ended.c.key, unanswered.name: unanswered.c.id}


def move(source: Records, target: Records, clinic: str) -> dict[str, int]:
    """Moves a clinic's rows, some hundred at a time, and returns how many of each table.

    Each batch is written to the target before it is erased from the source. Interrupted between the two, it leaves rows in
    both; moving again then replaces nothing in the target and erases them from the source.

    Args:
        source: from where.
        target: to where.
        clinic: the clinic's key.

    Raises:
        StoreDown: one of the databases cannot be read or written.
    """
    moved = {table.name: 0 for table in (*_WHOLE, event)}
    while True:
        rows = source.read(partial(_read, clinic=clinic))
        if not any(rows.values()):
            return moved
        target.write(partial(_write, rows=rows))
        source.write(partial(_erase, rows=rows, is_sqlite=source.is_sqlite))
        for name, found in rows.items():
            moved[name] += len(found)


def _read(connection: Connection, clinic: str) -> Rows:
    found = {
        table.name: _all(connection, select(table).where(table.c.clinic == clinic).limit(_BATCH)) for table in _WHOLE
    }
    keys = [row["key"] for row in found[conversation.name]]
    found[event.name] = _all(connection, select(event).where(event.c.conversation.in_(keys))) if keys else []
    return found


def _all(connection: Connection, query: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _write(connection: Connection, rows: Rows) -> None:
    new_keys: set[str] = set()
    for table in _WHOLE:
        column = _IDS[table.name]
        there = set(connection.execute(select(column).where(column.in_(_ids(table, rows)))).scalars())
        new = [row for row in rows[table.name] if row[column.name] not in there]
        _insert(connection, table, new)
        if table is conversation:
            new_keys = {row["key"] for row in new}
    _insert(connection, event, [row for row in rows[event.name] if row["conversation"] in new_keys])


def _insert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), list(rows))


def _erase(connection: Connection, rows: Rows, is_sqlite: bool) -> None:
    connection.execute(delete(event).where(event.c.conversation.in_(_ids(conversation, rows))))
    for table in _WHOLE:
        connection.execute(delete(table).where(_IDS[table.name].in_(_ids(table, rows))))
    if is_sqlite:
        mark_erased(connection)


def _ids(table: Table, rows: Rows) -> list[str]:
    return [row[_IDS[table.name].name] for row in rows[table.name]]

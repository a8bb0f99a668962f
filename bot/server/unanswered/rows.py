"""Reads and writes the table of kept questions, in the database of the conversations."""

from __future__ import annotations

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from bot.server.conversations.records import Records
from bot.server.conversations.scrubbing import mark_erased
from bot.server.conversations.tables import unanswered
from bot.server.unanswered.keeping import KeptQuestion

_U = unanswered.c


def keep(records: Records, question: KeptQuestion) -> None:
    """Adds a question.

    Raises:
        StoreDown: it could not be written.
    """
    records.write(lambda connection: connection.execute(insert(unanswered), question.row()))


def kept(records: Records, since: str = "") -> list[KeptQuestion]:
    """Returns the questions of a month and later, in no order that says when or by whom they were asked.

    Raises:
        StoreDown: they could not be read.
    """
    wanted = select(_U.month, _U.kind, _U.reason, _U.text).where(_U.month >= since).order_by(_U.month, _U.text)
    return records.read(lambda connection: [KeptQuestion(*row) for row in connection.execute(wanted)])


def expire(records: Records, before: str) -> int:
    """Erases the questions of months before this one for good, and returns how many there were.

    Raises:
        StoreDown: they could not be erased.
    """

    def work(connection: Connection) -> int:
        found: int = connection.execute(delete(unanswered).where(_U.month < before)).rowcount
        if found and records.is_sqlite:
            mark_erased(connection)
        return found

    return records.write(work)

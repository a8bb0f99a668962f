"""Reads and writes the table of kept questions, in the database of the conversations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import ColumnElement

from bot.server.conversations.records import Records
from bot.server.conversations.scrubbing import mark_erased
from bot.server.conversations.tables import unanswered
from bot.server.unanswered.keeping import KeptQuestion

_U = unanswered.c


def keep(records: Records, question: KeptQuestion, clinic: str | None = None) -> None:
    """Adds a question.

    Args:
        records: the database.
        question: the question.
        clinic: the key of the clinic that it was asked at, where there are several.

    Raises:
        StoreDown: it could not be written.
    """
    row = {**question.row(), "clinic": clinic}
    records.write(lambda connection: connection.execute(insert(unanswered), row))


def kept(records: Records, since: str = "", clinic: str | None = None) -> list[KeptQuestion]:
    """Returns a clinic's questions of a month and later, in no order that says when or by whom they were asked.

    Args:
        records: the database.
        since: the first month.
        clinic: the key of the clinic; None for those of no one of several.

    Raises:
        StoreDown: they could not be read.
    """
    wanted = select(_U.month, _U.kind, _U.reason, _U.text).where(_U.month >= since, _U.clinic == clinic)
    ordered = wanted.order_by(_U.month, _U.text)
    return records.read(lambda connection: [KeptQuestion(*row) for row in connection.execute(ordered)])


def expire(records: Records, before: str) -> int:
    """Erases the questions of months before this one for good, whosever they are, and returns how many there were.

    Raises:
        StoreDown: they could not be erased.
    """
    return _erase(records, _U.month < before)


def expire_by_clinic(records: Records, before: Mapping[str | None, str], usual: str) -> int:
    """Erases each clinic's questions of months before its own one for good, and returns how many there were.

    Args:
        records: the database.
        before: the month by the clinic's key.
        usual: the month for the questions of all others, such as clinics that are gone.

    Raises:
        StoreDown: they could not be erased.
    """
    present = select(_U.clinic, _U.month).distinct()
    found = records.read(lambda connection: [(row[0], row[1]) for row in connection.execute(present)])
    old = [(clinic, month) for clinic, month in found if month < before.get(clinic, usual)]
    return sum(_erase(records, and_(_U.clinic == clinic, _U.month == month)) for clinic, month in old)


def erase_clinic(records: Records, clinic: str) -> int:
    """Erases all questions of one of several clinics for good, and returns how many there were.

    Raises:
        StoreDown: they could not be erased.
    """
    return _erase(records, _U.clinic == clinic)


def _erase(records: Records, which: ColumnElement[Any]) -> int:
    def work(connection: Connection) -> int:
        found: int = connection.execute(delete(unanswered).where(which)).rowcount
        if found and records.is_sqlite:
            mark_erased(connection)
        return found

    return records.write(work)

"""Brings the tables of the conversations to the newest form, with Alembic.

The tables of the guide need no migrations: they are built anew from the content file. Each file in `versions` is one step. A
step only adds, so that an older version of the program, put back after trouble, still works with the tables of a newer one.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from sqlalchemy import Column, MetaData, String, Table, func, inspect, select
from sqlalchemy.engine import Connection

from bot.server.conversations.tables import REVISION, conversation

logger = logging.getLogger(__name__)

VERSION_TABLE = "conversations_version"
"""Alembic's own table. It is named after what it counts, because the database may be shared."""
FIRST = "0001"
"""The tables as they were made before there were migrations."""
_LOCK = 0x48455232
"""Number of PostgreSQL's advisory lock under which one process migrates."""

_one_at_a_time = threading.Lock()
"""Alembic keeps what it is doing in module variables, so within one process a lock of the database is not enough."""
_version = Table(VERSION_TABLE, MetaData(), Column("version_num", String(32), primary_key=True))


def upgrade(connection: Connection) -> str | None:
    """Brings the tables to the newest form and returns what they were at before; None where there were none.

    Several processes may do so at once: SQLite's write lock, which the transaction must hold already, or an advisory lock of
    PostgreSQL lets one after the other. All steps are one transaction, so that a failure leaves everything as it was.

    Args:
        connection: in a transaction that writes.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    before = revision(connection)
    if before == REVISION:
        return before
    with _one_at_a_time:
        return _run(connection, before)


def _run(connection: Connection, before: str | None) -> str | None:
    from alembic import command  # noqa: PLC0415 - slow, and seldom needed
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if before is not None and before not in known:
        logger.warning("conversations.newer_tables revision=%s", before)
        return before
    if before == FIRST and not _has(connection, VERSION_TABLE):  # made before there were migrations
        command.stamp(config, FIRST)
    command.upgrade(config, "head")
    logger.info("conversations.migrated from=%s to=%s", before, REVISION)
    return before


def revision(connection: Connection) -> str | None:
    """Returns the form that the tables have: a step's number, or None where there are none.

    Tables from before there were migrations count as the first step.
    """
    if _has(connection, VERSION_TABLE):
        found = connection.execute(select(_version.c.version_num)).scalar()
        if found is not None:
            return str(found)
    return FIRST if _has(connection, conversation.name) else None


def _has(connection: Connection, table: str) -> bool:
    return bool(inspect(connection).has_table(table))

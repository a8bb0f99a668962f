"""Opens the database of the conversations with short time-outs, so that a dead database makes nobody wait for long."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.url import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

from bot import settings
from bot.errors import StoreError

SECONDS = 3
"""How long to wait for a connection, a lock or a statement."""
USUAL_NAME = "CONVERSATIONS_URL"
"""The variable that a database's URL is from, unless a clinic has one of its own."""
CONNECTIONS = 4
"""Connections per process. Each is busy for about a millisecond a message, so a few serve many visitors."""


def open_engine(url: str | None = None, *, seconds: float = SECONDS, named: str = USUAL_NAME) -> Engine:
    """Opens an engine without connecting.

    Args:
        url: a SQLite file or a PostgreSQL database; by default what `bot.settings.conversations_url` says.
        seconds: how long SQLite waits for a lock.
        named: the variable that the URL is from, for errors.

    Raises:
        StoreError: the URL is none, or names a database that conversations cannot be kept in.
    """
    try:
        target = make_url(url or settings.conversations_url())
        kind = target.get_backend_name()
        # Messages never show up in errors: SQLAlchemy would otherwise print a statement's values.
        options: dict[str, Any] = {
            "future": True, "hide_parameters": True, "poolclass": QueuePool, "pool_size": CONNECTIONS,
            "max_overflow": 0, "pool_timeout": SECONDS,
        }  # fmt: skip
        if kind == "sqlite" and target.database not in (None, "", ":memory:"):
            return _sqlite(target, options, seconds)
        if kind == "postgresql":
            engine: Engine = create_engine(target, pool_pre_ping=True, connect_args=_postgresql(target), **options)
            return engine
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError):
        # Raised below, apart from the error: what SQLAlchemy says of a URL repeats it, password and all.
        pass
    raise StoreError(
        f"{named} cannot be used for conversations. Write it like postgresql://user:password@host/name or "
        "sqlite:////folder/file.sqlite3, or leave it out for a SQLite file in the var folder."
    )


def begin_writing(engine: Engine) -> Engine:
    """Returns the engine for transactions that write: SQLite takes the lock at once, instead of failing half-way."""
    writing: Engine = engine.execution_options(begin="BEGIN IMMEDIATE")
    return writing


def begin_reading(engine: Engine) -> Engine:
    """Returns the engine for reading: PostgreSQL is spared two round trips, for BEGIN and COMMIT."""
    if engine.dialect.name == "sqlite":
        return engine
    reading: Engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    return reading


def _sqlite(target: URL, options: dict[str, Any], seconds: float) -> Engine:
    engine: Engine = create_engine(target, connect_args={"timeout": seconds, "check_same_thread": False}, **options)
    path = Path(str(target.database))
    synchronous = settings.conversations_sync()
    if synchronous not in ("normal", "full"):
        raise StoreError(f"CONVERSATIONS_SYNC is {synchronous!r}. Write normal or full, or leave it out for normal.")

    @event.listens_for(engine, "do_connect")
    def _private(dialect: Any, record: Any, args: Any, parameters: Any) -> None:
        # Made before SQLite makes it, for this user alone; its -wal and -shm files take over the mode.
        if path.parent.is_dir() and not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves
        # WAL: a commit is in the file before it returns, and a killed process loses nothing of it. `normal` leaves the
        # order to flush to the disk to checkpoints, so a power cut may cost the last seconds; `full` flushes each commit.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA foreign_keys=ON")
        # Erased text is overwritten, and never goes into a temporary file.
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA temp_store=MEMORY")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


def _postgresql(target: URL) -> dict[str, Any]:
    limits = f"-c statement_timeout={SECONDS}s -c lock_timeout={SECONDS}s -c idle_in_transaction_session_timeout=30s"
    return {
        "connect_timeout": SECONDS,
        "keepalives_idle": 10,
        "keepalives_interval": SECONDS,
        "keepalives_count": 3,
        "tcp_user_timeout": SECONDS * 1000,  # milliseconds
        "application_name": "her2-guide-chat",
        "options": f"{limits} {target.query.get('options', '')}".strip(),
    }

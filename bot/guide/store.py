"""Opens the guide store: the engine, the check that it is the right one, and the `Guide` that answers queries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from bot import settings
from bot.errors import StoreError
from bot.guide.build import build_store, built_from
from bot.guide.queries import Guide


def open_engine(url: str | None = None) -> Engine:
    """Opens an engine on the guide store.

    Args:
        url: any SQLAlchemy URL; by default what `bot.settings.store_url` says.

    Raises:
        StoreError: the URL cannot be understood.
    """
    target = url or settings.store_url()
    try:
        if target.startswith("sqlite"):
            # A kept connection would go on reading a file that was deleted or rebuilt meanwhile.
            engine = create_engine(target, future=True, poolclass=NullPool if ":memory:" not in target else None)
            _use_real_transactions(engine)
            return engine
        return create_engine(
            target,
            future=True,
            pool_pre_ping=True,
            pool_size=5,
            max_overflow=5,
            pool_timeout=5,
            connect_args={"connect_timeout": 5} if target.startswith("postgresql") else {},
        )
    except (ArgumentError, ModuleNotFoundError, ValueError) as error:
        # What SQLAlchemy says of a URL that it cannot read repeats it, password and all.
        known = isinstance(error, NoSuchModuleError | ModuleNotFoundError)
        reason = str(error) if known else "it is not a database URL"
        raise StoreError(
            f"DATABASE_URL cannot be used ({reason}). Write it like postgresql://user:password@host/name, "
            "or leave it out for a SQLite file."
        ) from error


def _use_real_transactions(engine: Engine) -> None:
    """Makes a SQLite transaction hold DROP and CREATE too: Python's driver begins one only at the first INSERT."""

    @event.listens_for(engine, "connect")
    def _leave_begin_to_us(connection: Any, record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")


def open_guide(url: str | None = None, *, content_path: Path | None = None, build: bool = False) -> Guide:
    """Opens the guide for queries.

    Args:
        url: the store's URL; by default what the environment says.
        content_path: the content file to build from or compare with; by default what the environment says.
        build: build the store first when it is missing or was built from other content.

    Raises:
        StoreError: there is no store, or the database cannot be reached.
        ContentError: `build` was asked for and the content file is not valid.
    """
    engine = open_engine(url)
    if build:
        build_store(engine, content_path or settings.guide_file())
    try:
        digest = built_from(engine)
    except SQLAlchemyError as error:
        raise StoreError(
            f"The guide store at {engine.url.render_as_string(hide_password=True)} cannot be reached "
            f"({error.__class__.__name__}). Check that the database runs and that DATABASE_URL is right."
        ) from error
    if digest is None:
        raise StoreError(
            f"There is no guide store at {engine.url.render_as_string(hide_password=True)}. "
            "Build it with `bot guide build` (or `make run`)."
        )
    return Guide(engine)

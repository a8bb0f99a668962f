"""A store in a folder of its own, and one on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from talking import Open, the_domain

from bot.server.conversations import ConversationStore, open_conversation_store


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder where nothing was kept yet; nothing in the environment."""
    for name in ("DATABASE_URL", "CONVERSATIONS_URL", "CONVERSATIONS_SYNC", "RETENTION_HOURS", "BOT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BOT_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def opening(home: Path) -> Iterator[Open]:
    """Opens stores of the same installation; they are closed afterwards."""
    opened: list[ConversationStore] = []

    def open_one(url: str | None = None) -> ConversationStore:
        opened.append(open_conversation_store(the_domain(), url))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(opening: Open) -> ConversationStore:
    """The store that one gets without any setting: a SQLite file in var."""
    return opening()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def anywhere(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Either kind of database as the default."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        engine = create_engine(url)
        with engine.begin() as connection:
            tables = "event, conversation, ended_session, unanswered, conversations_version"
            connection.execute(text(f"DROP TABLE IF EXISTS {tables}"))
        engine.dispose()
        monkeypatch.setenv("DATABASE_URL", url)

"""The servers that the fault tests share. Each test leaves its server as it found it: ready, and with nothing in hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from postgres_server import Server, own_server
from serving import Served, serving, undisturbed


@pytest.fixture(scope="session")
def single(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One process over a SQLite file."""
    with serving(tmp_path_factory.mktemp("single")) as served:
        yield served


@pytest.fixture(scope="session")
def database(postgres_programs: Path) -> Iterator[Server]:
    """A PostgreSQL server that can be stopped."""
    with own_server(postgres_programs) as server:
        yield server


@pytest.fixture(scope="session")
def group(database: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two workers over PostgreSQL."""
    with serving(tmp_path_factory.mktemp("group"), workers=2, CONVERSATIONS_URL=database.url) as served:
        yield served


@pytest.fixture(scope="session")
def reference(single: Served) -> list[dict[str, Any]]:
    """The replies to the script when nothing fails."""
    return undisturbed(single)

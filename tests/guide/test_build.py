"""Building the store: in one transaction, only when the content changed, and with readable errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from facts import CONTENT_FILE
from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from bot.errors import ContentError, StoreError
from bot.guide import build, tables
from bot.guide.build import build_store, built_from
from bot.guide.content_file import content_hash
from bot.guide.queries import Guide
from bot.guide.store import open_engine

SOURCE = CONTENT_FILE.read_text(encoding="utf-8")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """An engine on a SQLite file that is not there yet."""
    return open_engine(f"sqlite:///{tmp_path / 'guide.sqlite3'}")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the content file that a test may change."""
    path = tmp_path / "guide.yml"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def everything(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    with engine.connect() as connection:
        return {
            name: sorted(map(tuple, connection.execute(select(table)).all()), key=repr)
            for name, table in tables.metadata.tables.items()
        }


def test_build_store_makes_a_store_of_the_content(engine: Engine, content: Path) -> None:
    assert built_from(engine) is None
    assert build_store(engine, content) is True
    assert built_from(engine) == content_hash(content)
    assert Guide(engine).info().content_hash == content_hash(content)


def test_build_store_builds_only_when_the_content_changed(engine: Engine, content: Path) -> None:
    build_store(engine, content)
    assert build_store(engine, content) is False
    content.write_text(SOURCE.replace("Surgery comes first.", "First comes surgery."), encoding="utf-8")
    assert build_store(engine, content) is True
    assert Guide(engine).places_of_therapy("surgery", "1")[0].text == "First comes surgery."
    assert build_store(engine, content) is False


def test_build_store_with_force_builds_again(engine: Engine, content: Path) -> None:
    build_store(engine, content)
    with engine.begin() as connection:
        connection.execute(tables.question.delete())
    assert build_store(engine, content) is False
    assert Guide(engine).questions() == []
    assert build_store(engine, content, force=True) is True
    assert Guide(engine).questions() != []


def test_build_store_builds_again_when_a_table_is_missing(engine: Engine, content: Path) -> None:
    build_store(engine, content)
    with engine.begin() as connection:
        tables.question.drop(connection)
    assert built_from(engine) is None
    assert build_store(engine, content) is True
    assert Guide(engine).questions() != []


def test_build_store_leaves_nothing_of_the_old_content(engine: Engine, content: Path) -> None:
    build_store(engine, content)
    content.write_text(SOURCE.replace("brand: Tukysa", "brand: Tucanix").replace("Tukysa", "Tucanix"), encoding="utf-8")
    build_store(engine, content)
    assert Guide(engine).drug("Tukysa") is None
    assert [alias for alias in Guide(engine).aliases() if alias.target == "Tukysa"] == []
    assert Guide(engine).drug("Tucanix") is not None


@pytest.mark.parametrize("broken", ["_fill_steps", "_aliases"])
def test_build_store_that_fails_leaves_the_old_store_whole(
    broken: str, engine: Engine, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_store(engine, content)
    before = everything(engine)
    content.write_text(SOURCE.replace("Surgery comes first.", "First comes surgery."), encoding="utf-8")

    def fail(*_: Any) -> Any:
        raise IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed"))

    monkeypatch.setattr(build, broken, fail)
    with pytest.raises(StoreError, match=r"guide\.sqlite3 cannot be built \(IntegrityError: .*user may create tables"):
        build_store(engine, content)
    assert everything(engine) == before
    assert Guide(engine).places_of_therapy("surgery", "1")[0].text == "Surgery comes first."


def test_build_store_with_invalid_content_leaves_the_old_store_whole(engine: Engine, content: Path) -> None:
    build_store(engine, content)
    before = everything(engine)
    content.write_text(SOURCE.replace("drugs: [Enhertu]", "drugs: [Enhertoo]"), encoding="utf-8")
    with pytest.raises(ContentError, match="Enhertoo"):
        build_store(engine, content)
    content.unlink()
    with pytest.raises(ContentError, match="cannot be read"):
        build_store(engine, content)
    assert everything(engine) == before


def test_build_store_in_a_missing_folder_is_a_readable_error(content: Path, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'nowhere' / 'guide.sqlite3'}")
    with pytest.raises(StoreError, match=r"nowhere/guide\.sqlite3 cannot be built \(OperationalError: .*DATABASE_URL"):
        build_store(engine, content)


def test_build_store_readers_see_the_old_store_until_the_new_one_is_whole(
    engine: Engine, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_store(engine, content)
    reader = Guide(open_engine(str(engine.url)))
    drugs = reader.drugs()
    seen: list[Any] = []
    fill = build._fill_steps

    def look(*args: Any) -> None:
        seen.append(reader.drugs())
        fill(*args)

    monkeypatch.setattr(build, "_fill_steps", look)
    build_store(engine, content, force=True)
    assert seen == [drugs]


def test_build_store_fills_every_table(engine: Engine, content: Path) -> None:
    build_store(engine, content)
    with engine.connect() as connection:
        empty = [
            name
            for name, table in tables.metadata.tables.items()
            if not connection.execute(select(func.count()).select_from(table)).scalar()
        ]
    assert empty == []

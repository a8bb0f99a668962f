"""Opening the store: what cannot be opened is said in a sentence, without the password."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from facts import CONTENT_FILE, DRUGS

from bot import settings
from bot.errors import ContentError, StoreError
from bot.guide.store import open_engine, open_guide


def test_open_guide_without_a_store_says_how_to_build_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'guide.sqlite3'}"
    with pytest.raises(StoreError, match=r"There is no guide store at sqlite:///.*Build it with `bot guide build`"):
        open_guide(url)


def test_open_guide_builds_the_store_when_asked(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'guide.sqlite3'}"
    assert [drug.brand for drug in open_guide(url, content_path=CONTENT_FILE, build=True).drugs()] == DRUGS
    assert [drug.brand for drug in open_guide(url).drugs()] == DRUGS


def test_open_guide_takes_url_and_content_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.yml"
    other.write_text(CONTENT_FILE.read_text(encoding="utf-8").replace("Tukysa", "Tucanix"), encoding="utf-8")
    monkeypatch.setenv("GUIDE", str(other))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'other.sqlite3'}")
    assert open_guide(build=True).drug("Tucanix") is not None
    assert (tmp_path / "other.sqlite3").is_file()


def test_open_guide_in_memory_holds_the_guide() -> None:
    guide = open_guide("sqlite:///:memory:", content_path=CONTENT_FILE, build=True)
    assert [drug.brand for drug in guide.drugs()] == DRUGS


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("not a url", "it is not a database URL"),
        ("postgres//user:secret@host/name", "it is not a database URL"),
        ("postgresql://user:secret@host:port/name", "it is not a database URL"),
        ("nosuchbase://user:secret@host/name", "sqlalchemy.dialects:nosuchbase"),
    ],
)
def test_open_engine_with_a_bad_url_says_how_to_write_it_and_keeps_the_password(url: str, said: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_engine(url)
    assert str(caught.value).startswith(f"DATABASE_URL cannot be used ({said}" if "not" in said else "DATABASE_URL")
    assert said in str(caught.value)
    assert "Write it like postgresql://user:password@host/name" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("build", [False, True])
def test_open_guide_with_an_unreachable_postgresql_says_what_to_check(build: bool) -> None:
    with socket.socket() as taken:
        # Bound but not listening: whoever connects is refused at once.
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(StoreError) as caught:
            open_guide(f"postgresql://user:secret@127.0.0.1:{port}/guide", content_path=CONTENT_FILE, build=build)
    said = str(caught.value)
    assert f"postgresql://user:***@127.0.0.1:{port}/guide cannot be {'built' if build else 'reached'}" in said
    assert "OperationalError" in said
    assert "Check that the database runs" in said
    assert "secret" not in said
    assert "\n" not in said


def test_open_guide_on_a_file_that_is_no_database_is_a_readable_error(tmp_path: Path) -> None:
    path = tmp_path / "guide.sqlite3"
    path.write_text("this is not a database, it is a shopping list\n" * 100)
    with pytest.raises(StoreError, match=r"cannot be reached \(DatabaseError\)"):
        open_guide(f"sqlite:///{path}")


def test_open_guide_with_build_and_invalid_content_is_a_content_error(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="cannot be read"):
        open_guide(f"sqlite:///{tmp_path / 'x.sqlite3'}", content_path=tmp_path / "none.yml", build=True)


def test_queries_on_a_store_that_went_away_are_a_readable_error(tmp_path: Path) -> None:
    path = tmp_path / "guide.sqlite3"
    guide = open_guide(f"sqlite:///{path}", content_path=CONTENT_FILE, build=True)
    guide._engine.dispose()
    path.unlink()
    with pytest.raises(StoreError, match=r"The guide store does not answer \(OperationalError\)\. Check the database"):
        guide.drugs()


def test_store_url_takes_the_short_form_of_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://user:postgres://@host/name")
    assert settings.store_url() == "postgresql://user:postgres://@host/name"
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://host/name")
    assert settings.store_url() == "postgresql+psycopg2://host/name"


def test_store_url_is_a_file_in_the_project_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("BOT_HOME", str(tmp_path))
    assert settings.store_url() == f"sqlite:///{tmp_path / 'var' / 'guide.sqlite3'}"
    assert (tmp_path / "var").is_dir()

"""The tables of the conversations, made fresh and brought up from older forms, on both kinds of database."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Table, insert, inspect, select, text
from sqlalchemy.exc import OperationalError

from bot import settings
from bot.server import migrations
from bot.server.conversations.records import Records
from bot.server.conversations.statements import ASKED
from bot.server.conversations.tables import REVISION, conversation, ended, event, metadata, unanswered

pytestmark = pytest.mark.usefixtures("anywhere")
OLD = [conversation, event]
NOTHING = {"channel": "web", "started_at": 1.0, "last_at": 1.0, "turns": 1, "events": 1, "slots": {}, "latest": {}}


@pytest.fixture
def records() -> Iterator[Records]:
    opened = Records()
    yield opened
    opened.close()


def make_old(records: Records, key: str = "k" * 64, *, tables: Sequence[Table] = OLD) -> None:
    """The tables as the program made them before there were migrations, with one conversation."""
    with records.engine.begin() as connection:
        metadata.create_all(connection, tables=tables)
        connection.execute(insert(conversation), {"key": key, **NOTHING})
        for table in {"conversation", "ended_session"} & {table.name for table in tables}:
            connection.execute(text(f"ALTER TABLE {table} DROP COLUMN clinic"))  # which the fourth step adds


def state(records: Records) -> tuple[str | None, set[str]]:
    with records.engine.begin() as connection:
        return migrations.revision(connection), set(inspect(connection).get_table_names())


def differences(records: Records) -> list[object]:
    """What the tables in the database have that those in tables.py have not, or the other way round."""
    with records.engine.begin() as connection:
        options = {"version_table": migrations.VERSION_TABLE, "compare_type": True, "include_name": _ours}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def _ours(name: str | None, type_: str, parents: object) -> bool:
    return type_ != "table" or name in metadata.tables  # the guide may be in the same database


def test_the_last_step_is_the_one_that_the_tables_name() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [REVISION]
    assert [step.revision for step in script.walk_revisions()][-1] == migrations.FIRST


def test_a_fresh_database_gets_all_tables_as_they_are_defined(records: Records) -> None:
    assert records.make_tables() is None
    revision, tables = state(records)
    assert revision == REVISION
    assert {*metadata.tables, migrations.VERSION_TABLE} <= tables
    assert differences(records) == []


@pytest.mark.parametrize("tables", [OLD, [*OLD, ended]], ids=["first", "with ended sessions"])
def test_tables_from_before_there_were_migrations_keep_what_they_hold(records: Records, tables: list[Table]) -> None:
    make_old(records, tables=tables)
    assert records.make_tables() == migrations.FIRST
    assert state(records)[0] == REVISION
    if not records.is_sqlite:  # SQLite has no comments
        assert differences(records) == []
    assert records.keys() == ["k" * 64]


def test_what_is_kept_before_there_were_several_clinics_belongs_to_none(records: Records) -> None:
    make_old(records)
    records.make_tables()
    assert records.count_by_clinic() == {None: 1}


def test_only_events_with_a_clients_id_stand_in_the_index_that_finds_a_message_sent_twice(records: Records) -> None:
    make_old(records)
    records.make_tables()
    with records.engine.begin() as connection:
        if records.is_sqlite:
            found = connection.execute(
                text("SELECT sql FROM sqlite_master WHERE name = 'ix_event_message'")
            ).scalar_one()
            asked = ASKED.compile(connection, compile_kwargs={"render_postcompile": True})
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {asked}".replace("?", "'x'"))).all()
            assert "ix_event_message" in str(plan)
        else:
            found = connection.execute(
                text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_event_message'")
            ).scalar_one()
    assert "message_id IS NOT NULL" in found


def test_a_second_start_changes_nothing_and_loads_no_alembic(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    records.make_tables()
    monkeypatch.setattr(migrations, "_run", lambda *_: pytest.fail("migrated again"))
    again = Records()
    assert again.make_tables() == REVISION
    again.close()


def test_many_processes_at_once_migrate_once(records: Records) -> None:
    make_old(records)
    stores = [Records() for _ in range(6)]
    problems: list[BaseException] = []

    def start(store: Records) -> None:
        try:
            store.make_tables()
        except BaseException as error:  # noqa: BLE001 - it is told below
            problems.append(error)

    threads = [threading.Thread(target=start, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with records.engine.begin() as connection:
        found = connection.execute(text(f"SELECT version_num FROM {migrations.VERSION_TABLE}")).scalars().all()
    assert found == [REVISION]
    for store in stores:
        store.close()


def test_a_step_that_fails_leaves_everything_as_it_was(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    make_old(records)
    from alembic import op

    def fail(*_: object, **__: object) -> None:
        raise OperationalError("CREATE INDEX", {}, Exception("disk full"))

    with monkeypatch.context() as patch:
        patch.setattr(op, "create_index", fail)
        with pytest.raises(Exception, match="cannot be read or written"):
            records.make_tables()
    revision, tables = state(records)
    assert revision == migrations.FIRST
    assert not {"unanswered", migrations.VERSION_TABLE} & tables
    assert records.make_tables() == migrations.FIRST
    assert state(records)[0] == REVISION


def test_an_older_program_works_with_the_tables_of_a_newer_one(
    records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    records.make_tables()
    with records.engine.begin() as connection:
        connection.execute(text(f"UPDATE {migrations.VERSION_TABLE} SET version_num = '9999'"))
    older = Records()
    assert older.make_tables() == "9999"
    assert older.count() == 0
    assert "conversations.newer_tables" in caplog.text
    older.close()


def test_the_unanswered_table_knows_no_conversation(records: Records) -> None:
    records.make_tables()
    assert unanswered.foreign_keys == set()
    with records.engine.begin() as connection:
        assert connection.execute(select(unanswered)).all() == []
    assert set(unanswered.c.keys()) == {"id", "month", "kind", "reason", "text", "clinic"}
    assert settings.conversations_url()

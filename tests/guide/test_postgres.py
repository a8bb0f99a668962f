"""The same store on PostgreSQL: a throwaway server on loopback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from facts import CELLS, CONTENT_FILE, DRUGS, PASSAGES, STAGES, TERMS, THERAPIES
from sqlalchemy import select

from bot.errors import ContentError, StoreError
from bot.guide import build, tables
from bot.guide.build import build_store, built_from
from bot.guide.queries import Guide
from bot.guide.store import open_engine, open_guide

pytestmark = pytest.mark.postgres
SOURCE = CONTENT_FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def postgres(postgres_url: str) -> Guide:
    """The guide in a PostgreSQL store."""
    return open_guide(postgres_url, content_path=CONTENT_FILE, build=True)


QUERIES: dict[str, Callable[[Guide], Any]] = {
    "info": lambda g: g.info(),
    "stages": lambda g: [g.stages(), *map(g.stage, [*STAGES, "9"])],
    "lines": lambda g: g.lines(),
    "cells": lambda g: [g.treatment(*key) for key in [*CELLS, ("9", 1), ("1", 9)]],
    "treatments": lambda g: [g.treatments(stage) for stage in STAGES],
    "next": lambda g: [g.next_step(s) for stage in STAGES for cell in g.treatments(stage) for s in cell.steps],
    "previous": lambda g: [g.previous_step(s) for stage in STAGES for cell in g.treatments(stage) for s in cell.steps],
    "drugs": lambda g: [g.drugs(), *map(g.drug, [*DRUGS, "Nolvadex"])],
    "drug places": lambda g: [g.places_of_drug(drug, stage) for drug in DRUGS for stage in (None, *STAGES)],
    "therapy places": lambda g: [g.places_of_therapy(kind, stage) for kind in THERAPIES for stage in (None, *STAGES)],
    "drug passages": lambda g: [g.drug_passages(drug) for drug in DRUGS],
    "families": lambda g: g.families(),
    "terms": lambda g: [g.terms(), *map(g.term, [*TERMS, "HER9"])],
    "passages": lambda g: [*map(g.passage, PASSAGES), *map(g.passages, ("outlook", "talking", "sequence"))],
    "questions": lambda g: [*map(g.questions, (None, *STAGES))],
    "aliases": lambda g: sorted(g.aliases(), key=repr),
    "spread": lambda g: g.spread_stage(),
}


@pytest.mark.parametrize("name", QUERIES)
def test_queries_on_postgresql_give_the_same_rows_as_on_sqlite(name: str, postgres: Guide, guide: Guide) -> None:
    assert QUERIES[name](postgres) == QUERIES[name](guide)


def test_tables_on_postgresql_hold_the_same_rows_as_on_sqlite(
    postgres: Guide, postgres_url: str, guide_url: str
) -> None:
    engines = [open_engine(postgres_url), open_engine(guide_url)]
    for table in tables.metadata.tables.values():
        rows = []
        for engine in engines:
            with engine.connect() as connection:
                rows.append(sorted(map(tuple, connection.execute(select(table)).all()), key=repr))
        assert rows[0] == rows[1] != [], table.name


def test_build_on_postgresql_is_done_once_and_again_by_force(postgres: Guide, postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    assert build_store(engine, CONTENT_FILE) is False
    assert build_store(engine, CONTENT_FILE, force=True) is True


def test_build_on_postgresql_that_fails_leaves_the_old_store_whole(
    postgres: Guide, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(postgres_url)
    before = built_from(engine)
    steps = [postgres.treatments(stage) for stage in STAGES]
    path = tmp_path / "guide.yml"
    path.write_text(SOURCE.replace("drugs: [Enhertu]", "drugs: [Enhertoo]"), encoding="utf-8")
    with pytest.raises(ContentError, match="Enhertoo"):
        build_store(engine, path)
    # A broken reference that only the database sees.
    monkeypatch.setattr(build, "_aliases", lambda content: [{"text": "x", "kind": "k" * 99, "target": "y"}])
    path.write_text(SOURCE + "\n", encoding="utf-8")
    with pytest.raises(StoreError, match=r"cannot be built \(DataError: "):
        build_store(engine, path)
    assert built_from(engine) == before
    assert [postgres.treatments(stage) for stage in STAGES] == steps

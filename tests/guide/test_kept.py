"""The guide kept in memory answers as the store does, asks each question once, and sees when the store changes."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from bot import settings
from bot.errors import StoreError
from bot.guide.build import build_store
from bot.guide.kept import KeptGuide
from bot.guide.queries import Guide
from bot.guide.store import open_engine


@pytest.fixture
def store(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'guide.sqlite3'}"
    build_store(open_engine(url), settings.DEFAULT_GUIDE)
    return url


def everything(guide: Guide) -> dict[str, Any]:
    """The answer to every query of the guide, with the arguments that it takes."""
    stages, drugs = guide.stages(), guide.drugs()
    steps = [step for stage in stages for cell in guide.treatments(stage.key) for step in cell.steps]
    return {
        "info": guide.info(),
        "stages": stages,
        "stage": [guide.stage(stage.key) for stage in stages] + [guide.stage("none")],
        "lines": guide.lines(),
        "treatment": [guide.treatment(stage.key, line.number) for stage in stages for line in guide.lines()],
        "cells": [guide.treatments(stage.key, 1) for stage in stages],
        "drugs": drugs,
        "drug": [guide.drug(drug.brand) for drug in drugs] + [guide.drug("none")],
        "places": [guide.places_of_drug(drug.brand) for drug in drugs],
        "places in": [guide.places_of_drug(drug.brand, stage="metastatic") for drug in drugs],
        "therapies": [guide.places_of_therapy(kind) for step in steps for kind in step.therapies],
        "next": [guide.next_step(step) for step in steps],
        "previous": [guide.previous_step(step) for step in steps],
        "drug passages": [guide.drug_passages(drug.brand) for drug in drugs],
        "terms": guide.terms(),
        "term": [guide.term(term.name) for term in guide.terms()],
        "passages": [guide.passages(kind) for kind in ("outlook", "talking", "sequence")],
        "questions": [guide.questions(), guide.questions("metastatic")],
        "aliases": guide.aliases(),
        "spread": guide.spread_stage(),
        "families": guide.families(),
    }


def test_it_answers_as_the_store_does_and_asks_once(store: str) -> None:
    engine = open_engine(store)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    kept = KeptGuide(engine)
    kept.refresh()
    first = everything(kept)
    before = len(asked)
    kept.refresh()
    assert everything(kept) == first == everything(Guide(open_engine(store)))
    assert len(asked) == before


def test_every_public_query_is_kept() -> None:
    queries = {name for name, value in vars(Guide).items() if callable(value) and not name.startswith("_")}
    assert {name for name in queries if getattr(KeptGuide, name) is getattr(Guide, name)} <= {"treatment"}


def test_a_list_that_was_changed_is_not_kept_changed(store: str) -> None:
    kept = KeptGuide(open_engine(store))
    kept.drugs().clear()
    kept.families().clear()
    assert kept.drugs()
    assert kept.families()
    with pytest.raises(dataclasses.FrozenInstanceError):
        kept.drugs()[0].text = "x"  # type: ignore[misc]


def test_a_store_that_was_built_anew_is_read_anew(store: str, tmp_path: Path) -> None:
    kept = KeptGuide(open_engine(store))
    kept.refresh()
    before = kept.info()
    content = tmp_path / "other.yml"
    changed = settings.DEFAULT_GUIDE.read_text(encoding="utf-8").replace(before.title, "Another title", 1)
    content.write_text(changed, encoding="utf-8")
    build_store(open_engine(store), content)
    assert kept.info() == before  # until it looks
    kept.refresh()
    assert kept.info().title == "Another title"


def test_a_store_that_lost_a_table_is_not_answered_from_memory(store: str) -> None:
    kept = KeptGuide(open_engine(store))
    kept.refresh()
    assert kept.treatment("metastatic", 1)
    with open_engine(store).begin() as connection:
        connection.execute(text("DROP TABLE step"))
    kept.refresh()
    with pytest.raises(StoreError):
        kept.treatment("metastatic", 1)


def test_a_store_that_is_gone_is_said(store: str, tmp_path: Path) -> None:
    kept = KeptGuide(open_engine(store))
    kept.refresh()
    (tmp_path / "guide.sqlite3").unlink()
    with pytest.raises(StoreError):
        kept.refresh()
    build_store(open_engine(store), settings.DEFAULT_GUIDE)
    kept.refresh()
    assert kept.treatment("metastatic", 1)

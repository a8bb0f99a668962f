"""Builds the SQL store from a content file, in one transaction, and only when the content changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, inspect, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StoreError
from bot.guide import tables
from bot.guide.content import Content
from bot.guide.content_file import content_hash, load_content


def build_store(engine: Engine, content_path: Path, *, force: bool = False) -> bool:
    """Builds the store from the content file if it was built from anything else.

    Args:
        engine: where the store stands.
        content_path: the content file.
        force: build even when the content did not change.

    Returns:
        True when the store was (re)built, False when it was already up to date.

    Raises:
        ContentError: the content file is not valid; the store keeps what it held.
        StoreError: the database refuses the build; the store keeps what it held.
    """
    wanted = content_hash(content_path)
    try:
        if not force and built_from(engine) == wanted:
            return False
        content = load_content(content_path)
        with engine.begin() as connection:
            tables.metadata.drop_all(connection)
            tables.metadata.create_all(connection)
            _fill(connection, content, wanted)
    except SQLAlchemyError as error:
        raise StoreError(
            f"The guide store at {engine.url.render_as_string(hide_password=True)} cannot be built "
            f"({error.__class__.__name__}: {_first_line(error)}). Check that the database runs, that DATABASE_URL is "
            "right and that its user may create tables."
        ) from error
    return True


def built_from(engine: Engine) -> str | None:
    """Returns the content hash the store was built from, or None where there is no complete store."""
    with engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
        if not set(tables.metadata.tables) <= names:
            return None
        row = connection.execute(select(tables.guide.c.content_hash)).first()
    return str(row[0]) if row else None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0]


def _fill(connection: Connection, content: Content, digest: str) -> None:
    def rows(table: Table, values: list[dict[str, Any]]) -> None:
        if values:
            connection.execute(insert(table), values)

    about = content.guide.dict(exclude={"glossary", "review_every_months"})
    rows(tables.guide, [{**about, "content_hash": digest}])
    rows(
        tables.line,
        [{"number": x.number, "name": x.name, "label": x.label or x.name} for x in content.lines],
    )
    rows(
        tables.stage,
        [
            {
                "key": x.key,
                "position": n,
                "name": x.name,
                "section": x.section,
                "spread": x.spread,
                "text": x.text,
            }
            for n, x in enumerate(content.stages, 1)
        ],
    )
    rows(
        tables.term,
        [{"position": n, **x.dict(exclude={"aliases"})} for n, x in enumerate(content.terms, 1)],
    )
    rows(
        tables.drug,
        [
            {"position": n, **x.dict(include={"brand", "generic", "family", "text"})}
            for n, x in enumerate(content.drugs, 1)
        ],
    )
    rows(tables.passage, [{"position": n, **x.dict()} for n, x in enumerate(content.passages, 1)])
    rows(
        tables.drug_passage,
        [{"drug": x.brand, "passage": p} for x in content.drugs for p in x.passages],
    )
    rows(
        tables.treatment,
        [x.dict(include={"stage", "line", "condition", "note", "after"}) for x in content.treatments],
    )
    _fill_steps(rows, content)
    rows(tables.alias, _aliases(content))
    rows(
        tables.question,
        [{"id": n, "stage": x.stage, "text": x.text} for n, x in enumerate(content.questions, 1)],
    )


def _fill_steps(rows: Any, content: Content) -> None:
    steps: list[dict[str, Any]] = []
    drugs: list[dict[str, Any]] = []
    therapies: list[dict[str, Any]] = []
    for cell in content.treatments:
        for position, entry in enumerate(cell.steps, 1):
            number = len(steps) + 1
            steps.append(
                {
                    "id": number,
                    "stage": cell.stage,
                    "line": cell.line,
                    "position": position,
                    "text": entry.text,
                }
            )
            drugs += [{"step": number, "drug": x, "position": n} for n, x in enumerate(entry.drugs, 1)]
            kinds = list(entry.therapies)
            if position == len(cell.steps):
                kinds += [x for x in cell.therapies if x not in kinds]
            therapies += [{"step": number, "term": x, "position": n} for n, x in enumerate(kinds, 1)]
    rows(tables.step, steps)
    rows(tables.step_drug, drugs)
    rows(tables.step_therapy, therapies)


def _aliases(content: Content) -> list[dict[str, str]]:
    found: dict[tuple[str, str, str], None] = {}

    def add(kind: str, target: str, *texts: str | None) -> None:
        for text in texts:
            if text:
                found.setdefault((text.lower().strip(), kind, target))

    for stage in content.stages:
        add("numeral", stage.key, *stage.numerals)
        add("stage", stage.key, *stage.aliases)
    for line in content.lines:
        add("line", str(line.number), *line.aliases)
    for drug in content.drugs:
        add("drug", drug.brand, drug.brand, drug.generic, *drug.aliases)
    for term in content.terms:
        add("term", term.name, term.name, *term.aliases)
    for short in content.shorthands:
        for alias in short.aliases:
            for name in short.drugs:
                add("shorthand-drug", name, alias)
            for name in short.therapies:
                add("shorthand-term", name, alias)
    return [{"text": text, "kind": kind, "target": target} for text, kind, target in found]

"""The queries of the guide: all SQL, each a few lines, each returning plain rows (see `bot.guide.rows`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.engine import Engine, Row
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StoreError
from bot.guide import tables as t
from bot.guide.rows import Alias, Drug, GuideInfo, Line, Passage, Stage, Step, Term, Treatment


class Guide:
    """The guide as it stands in the SQL store. Every method is one or two queries; nothing is kept between calls.

    Raises:
        StoreError: from every method, when the database cannot be reached.
    """

    def __init__(self, engine: Engine) -> None:
        """Takes an engine on a store that `bot.guide.build` has built."""
        self._engine = engine

    def _rows(self, query: Any) -> Sequence[Row]:
        try:
            with self._engine.connect() as connection:
                return list(connection.execute(query).all())
        except SQLAlchemyError as error:
            raise StoreError(
                f"The guide store does not answer ({error.__class__.__name__}). Check the database, then try again."
            ) from error

    def info(self) -> GuideInfo:
        """Returns the guide's title, dates and where it comes from."""
        return GuideInfo(**self._rows(select(t.guide))[0]._mapping)

    def stages(self) -> list[Stage]:
        """Returns all stages in the guide's order."""
        c = t.stage.c
        return [Stage(*row) for row in self._rows(select(c.key, c.name, c.section, c.text).order_by(c.position))]

    def stage(self, key: str) -> Stage | None:
        """Returns one stage, or None if the guide has no such stage."""
        c = t.stage.c
        rows = self._rows(select(c.key, c.name, c.section, c.text).where(c.key == key))
        return Stage(*rows[0]) if rows else None

    def lines(self) -> list[Line]:
        """Returns all lines of treatment, first-line first."""
        c = t.line.c
        return [Line(*row) for row in self._rows(select(c.number, c.name, c.label).order_by(c.number))]

    def treatment(self, stage: str, line: int) -> Treatment | None:
        """Returns one stage x line cell with its ordered steps, or None if the guide has no such cell."""
        found = self.treatments(stage, line)
        return found[0] if found else None

    def treatments(self, stage: str, line: int | None = None) -> list[Treatment]:
        """Returns the cells of a stage, first-line first; with a line, that cell alone."""
        c = t.treatment.c
        query = (
            select(c.stage, c.line, c.condition, c.note, c.after, t.stage.c.section)
            .join(t.stage, t.stage.c.key == c.stage)
            .where(c.stage == stage)
            .order_by(c.line)
        )
        if line is not None:
            query = query.where(c.line == line)
        steps = self._steps(select(t.step.c.id).where(t.step.c.stage == stage))
        return [
            Treatment(
                stage=row.stage,
                line=row.line,
                condition=row.condition,
                note=row.note,
                after=row.after,
                section=row.section,
                steps=tuple(step for step in steps if step.line == row.line),
            )
            for row in self._rows(query)
        ]

    def places_of_drug(self, brand: str, stage: str | None = None) -> list[Step]:
        """Returns the steps in which a drug stands, in the guide's order; with a stage, those of that stage."""
        query = select(t.step.c.id).join(t.step_drug).where(t.step_drug.c.drug == brand)
        return self._steps(query if stage is None else query.where(t.step.c.stage == stage))

    def places_of_therapy(self, term: str, stage: str | None = None) -> list[Step]:
        """Returns the steps that name a kind of therapy (surgery, clinical trial ...), in the guide's order."""
        query = select(t.step.c.id).join(t.step_therapy).where(t.step_therapy.c.term == term)
        return self._steps(query if stage is None else query.where(t.step.c.stage == stage))

    def next_step(self, step: Step) -> Step | None:
        """Returns the step after this one in its stage, within the line or else in the next line."""
        return self._neighbour(step, after=True)

    def previous_step(self, step: Step) -> Step | None:
        """Returns the step before this one in its stage, within the line or else in the line before."""
        return self._neighbour(step, after=False)

    def _neighbour(self, step: Step, *, after: bool) -> Step | None:
        c = t.step.c
        line, place = (c.line, c.position) if after else (-c.line, -c.position)
        here_line, here_place = (step.line, step.position) if after else (-step.line, -step.position)
        beyond = or_(line > here_line, and_(line == here_line, place > here_place))
        query = select(c.id).where(c.stage == step.stage, beyond).order_by(line, place).limit(1)
        found = self._steps(query)
        return found[0] if found else None

    def drugs(self) -> list[Drug]:
        """Returns all drugs the guide names."""
        c = t.drug.c
        return [Drug(*row) for row in self._rows(select(c.brand, c.generic, c.text).order_by(c.position))]

    def drug(self, brand: str) -> Drug | None:
        """Returns one drug by its brand name, or None if the guide does not name it."""
        c = t.drug.c
        rows = self._rows(select(c.brand, c.generic, c.text).where(c.brand == brand))
        return Drug(*rows[0]) if rows else None

    def drug_passages(self, brand: str) -> list[Passage]:
        """Returns the passages that say more about a drug."""
        return self._passages(
            t.passage.c.id.in_(select(t.drug_passage.c.passage).where(t.drug_passage.c.drug == brand))
        )

    def term(self, name: str) -> Term | None:
        """Returns one term by its name, or None if the guide does not use it."""
        c = t.term.c
        rows = self._rows(select(c.name, c.explained, c.section, c.text, c.stage).where(c.name == name))
        return Term(*rows[0]) if rows else None

    def terms(self) -> list[Term]:
        """Returns all terms in the guide's order."""
        c = t.term.c
        query = select(c.name, c.explained, c.section, c.text, c.stage).order_by(c.position)
        return [Term(*row) for row in self._rows(query)]

    def passage(self, id_: str) -> Passage | None:
        """Returns one passage by its id, or None."""
        found = self._passages(t.passage.c.id == id_)
        return found[0] if found else None

    def passages(self, kind: str) -> list[Passage]:
        """Returns the passages of a kind (outlook, talking, sequence) in the guide's order."""
        return self._passages(t.passage.c.kind == kind)

    def questions(self, stage: str | None = None) -> list[str]:
        """Returns the questions to ask the oncologist: for a stage those of that stage, else the general ones."""
        c = t.question.c
        which = c.stage.is_(None) if stage is None else c.stage == stage
        return [str(row.text) for row in self._rows(select(c.text).where(which).order_by(c.id))]

    def aliases(self) -> list[Alias]:
        """Returns every way to write the name of a stage, line, drug or term."""
        c = t.alias.c
        return [Alias(*row) for row in self._rows(select(c.text, c.kind, c.target).order_by(c.kind, c.text, c.target))]

    def spread_stage(self) -> str | None:
        """Returns the key of the stage in which the cancer has spread to other organs, if the guide has one."""
        rows = self._rows(select(t.stage.c.key).where(t.stage.c.spread).order_by(t.stage.c.position))
        return str(rows[0].key) if rows else None

    def families(self) -> dict[str, str]:
        """Returns, for each drug that belongs to one, the term of its family (Taxol: taxane)."""
        c = t.drug.c
        return {
            str(row.brand): str(row.family)
            for row in self._rows(select(c.brand, c.family).where(c.family.is_not(None)))
        }

    def _passages(self, condition: Any) -> list[Passage]:
        c = t.passage.c
        query = select(c.id, c.kind, c.section, c.text, c.quoted, c.stage, c.line).where(condition).order_by(c.position)
        return [Passage(*row) for row in self._rows(query)]

    def _steps(self, ids: Any) -> list[Step]:
        c = t.step.c
        rows = self._rows(
            select(c.id, c.stage, c.line, c.position, c.text)
            .join(t.stage, t.stage.c.key == c.stage)
            .where(c.id.in_(ids.subquery().select()))
            .order_by(t.stage.c.position, c.line, c.position)
        )
        numbers = [row.id for row in rows]
        drugs = self._parts(t.step_drug, t.step_drug.c.drug, numbers)
        kinds = self._parts(t.step_therapy, t.step_therapy.c.term, numbers)
        return [
            Step(
                row.stage,
                row.line,
                row.position,
                row.text,
                drugs.get(row.id, ()),
                kinds.get(row.id, ()),
            )
            for row in rows
        ]

    def _parts(self, table: Any, column: Any, numbers: list[int]) -> dict[int, tuple[str, ...]]:
        query = select(table.c.step, column).where(table.c.step.in_(numbers)).order_by(table.c.step, table.c.position)
        found: dict[int, tuple[str, ...]] = {}
        for step, name in self._rows(query):
            found[step] = (*found.get(step, ()), name)
        return found

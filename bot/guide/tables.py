"""The SQL tables of the guide store (SQLAlchemy Core). They hold what the content file says and nothing else."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

guide = Table(
    "guide",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("title", Text, nullable=False),
    Column("cancer", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("text_date", Date, nullable=False),
    Column("reviewed_on", Date, nullable=False),
    Column("reviewed_by", Text, nullable=False),
    Column("review_due", Date, nullable=False),
    Column("language", String(8), nullable=False),
    Column("speaker", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
)

stage = Table(
    "stage",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("position", Integer, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("spread", Boolean, nullable=False),
    Column("text", Text, nullable=False),
)

line = Table(
    "line",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("label", Text, nullable=False),
)

drug = Table(
    "drug",
    metadata,
    Column("brand", String(64), primary_key=True),
    Column("position", Integer, nullable=False, unique=True),
    Column("generic", Text),
    Column("family", ForeignKey("term.name")),
    Column("text", Text),
)

term = Table(
    "term",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("position", Integer, nullable=False, unique=True),
    Column("explained", Boolean, nullable=False),
    Column("section", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("stage", ForeignKey("stage.key")),
)

passage = Table(
    "passage",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("position", Integer, nullable=False, unique=True),
    Column("kind", String(32), nullable=False),
    Column("section", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("quoted", Boolean, nullable=False),
    Column("stage", ForeignKey("stage.key")),
    Column("line", ForeignKey("line.number")),
)

drug_passage = Table(
    "drug_passage",
    metadata,
    Column("drug", ForeignKey("drug.brand"), primary_key=True),
    Column("passage", ForeignKey("passage.id"), primary_key=True),
)

treatment = Table(
    "treatment",
    metadata,
    Column("stage", ForeignKey("stage.key"), primary_key=True),
    Column("line", ForeignKey("line.number"), primary_key=True),
    Column("condition", Text),
    Column("note", Text),
    Column("after", ForeignKey("passage.id")),
)

step = Table(
    "step",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("stage", ForeignKey("stage.key"), nullable=False),
    Column("line", ForeignKey("line.number"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("stage", "line", "position"),
)

step_drug = Table(
    "step_drug",
    metadata,
    Column("step", ForeignKey("step.id"), primary_key=True),
    Column("drug", ForeignKey("drug.brand"), primary_key=True),
    Column("position", Integer, nullable=False),
)

step_therapy = Table(
    "step_therapy",
    metadata,
    Column("step", ForeignKey("step.id"), primary_key=True),
    Column("term", ForeignKey("term.name"), primary_key=True),
    Column("position", Integer, nullable=False),
)

alias = Table(
    "alias",
    metadata,
    Column("text", String(128), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("target", String(64), primary_key=True),
)

question = Table(
    "question",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("stage", ForeignKey("stage.key")),
    Column("text", Text, nullable=False),
)

"""Questions that the guide does not answer, scrubbed and cut off from their conversations (docs/unanswered.md)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table, and says of the slots what they hold now."""
    op.create_table(
        "unanswered",
        sa.Column("id", sa.String(32), primary_key=True, comment="random: neither time nor conversation"),
        sa.Column("month", sa.String(7), nullable=False, comment="year and month, such as 2026-11"),
        sa.Column("kind", sa.String(32), nullable=False, comment="kind of the reply that it got"),
        sa.Column("reason", sa.String(16), nullable=False, comment="unanswered, or down for a thumb"),
        sa.Column("text", sa.Text, nullable=False, comment="the question without identifiers"),
    )
    op.create_index("ix_unanswered_month", "unanswered", ["month"])
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        op.alter_column(
            "conversation",
            "slots",
            existing_type=sa.JSON(),
            existing_nullable=False,
            existing_comment="slots that are set; they hold no text of the visitor",
            comment="slots that are set; the memory's notebook holds words of the visitor",
        )

"""Whose a conversation, a deleted chat and a kept question is, where several clinics share a database (docs/tenants.md)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column, which is empty for what belongs to no one of several clinics."""
    for table in ("conversation", "ended_session", "unanswered"):
        comment = "key of the clinic; empty where there is but one"
        op.add_column(table, sa.Column("clinic", sa.String(40), nullable=True, comment=comment))

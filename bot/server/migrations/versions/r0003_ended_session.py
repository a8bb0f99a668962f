"""Sessions whose visitor deleted the chat, so that their tokens are not taken again (docs/conversations.md)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table where a program from before there were migrations has not made it."""
    if sa.inspect(op.get_bind()).has_table("ended_session"):
        return
    op.create_table(
        "ended_session",
        sa.Column("key", sa.String(64), primary_key=True, comment="keyed hash of the sender id"),
        sa.Column("until", sa.Float(53), nullable=False, comment="when its token expires anyway, seconds since 1970"),
    )
    op.create_index("ix_ended_session_until", "ended_session", ["until"])

"""The index that finds a message sent twice holds only events that have a client's id: most have none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_HAS_ID = sa.text("message_id IS NOT NULL")


def upgrade() -> None:
    """Makes the index anew; the events stay as they are."""
    op.drop_index("ix_event_message", "event")
    op.create_index(
        "ix_event_message", "event", ["conversation", "message_id"], sqlite_where=_HAS_ID, postgresql_where=_HAS_ID
    )

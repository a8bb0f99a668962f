"""Conversations and their events, as they were made before there were migrations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes both tables."""
    op.create_table(
        "conversation",
        sa.Column("key", sa.String(64), primary_key=True, comment="keyed hash of the sender id"),
        sa.Column("channel", sa.String(64), comment="input channel of the first message"),
        sa.Column("started_at", sa.Float(53), nullable=False, comment="seconds since 1970, UTC"),
        sa.Column("last_at", sa.Float(53), nullable=False, comment="time of the visitor's last message"),
        sa.Column("turns", sa.Integer, nullable=False, comment="messages of the visitor"),
        sa.Column("events", sa.Integer, nullable=False, comment="events kept; the sequence number of the next one"),
        sa.Column("slots", sa.JSON, nullable=False, comment="slots that are set; they hold no text of the visitor"),
        sa.Column("latest", sa.JSON, nullable=False, comment="intent and action of the last turn"),
    )
    op.create_index("ix_conversation_last_at", "conversation", ["last_at"])
    op.create_table(
        "event",
        sa.Column(
            "conversation", sa.String(64), sa.ForeignKey("conversation.key", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Float(53), nullable=False, comment="seconds since 1970, UTC"),
        sa.Column("type", sa.String(32), nullable=False, comment="Rasa's name of the event's type"),
        sa.Column("data", sa.JSON, nullable=False, comment="the event, without Rasa's metadata"),
        sa.Column("message_id", sa.String(64), comment="keyed hash of the client's id of a message"),
    )
    op.create_index("ix_event_message", "event", ["conversation", "message_id"])

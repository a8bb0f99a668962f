"""The SQL tables of the conversations, apart from those of the guide: the two may share a database.

Whoever changes a table adds a step to bot/server/migrations/versions and names it in `REVISION`; a test holds both together.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text, text

metadata = MetaData()

REVISION = "0005"
"""The newest step of the migrations, which makes these tables."""
HASH_LENGTH = 64
"""Characters of a keyed hash: HMAC-SHA256, in hexadecimal."""

CLINIC_LENGTH = 40
"""Characters of a clinic's key, at most (`bot.tenants.clinics`)."""
_WHOSE = "key of the clinic; empty where there is but one"
_HAS_ID = text("message_id IS NOT NULL")

conversation = Table(
    "conversation",
    metadata,
    Column("key", String(HASH_LENGTH), primary_key=True, comment="keyed hash of the sender id"),
    Column("channel", String(64), comment="input channel of the first message"),
    Column("started_at", Float(53), nullable=False, comment="seconds since 1970, UTC"),
    Column("last_at", Float(53), nullable=False, index=True, comment="time of the visitor's last message"),
    Column("turns", Integer, nullable=False, comment="messages of the visitor"),
    Column("events", Integer, nullable=False, comment="events kept; the sequence number of the next one"),
    Column(
        "slots", JSON, nullable=False, comment="slots that are set; the memory's notebook holds words of the visitor"
    ),
    Column("latest", JSON, nullable=False, comment="intent and action of the last turn"),
    Column("clinic", String(CLINIC_LENGTH), comment=_WHOSE),
)

event = Table(
    "event",
    metadata,
    Column("conversation", ForeignKey("conversation.key", ondelete="CASCADE"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", Float(53), nullable=False, comment="seconds since 1970, UTC"),
    Column("type", String(32), nullable=False, comment="Rasa's name of the event's type"),
    Column("data", JSON, nullable=False, comment="the event, without Rasa's metadata"),
    Column("message_id", String(HASH_LENGTH), comment="keyed hash of the client's id of a message"),
    # Written with every event that is in it, so it holds only those that it is asked for.
    Index("ix_event_message", "conversation", "message_id", sqlite_where=_HAS_ID, postgresql_where=_HAS_ID),
)

ended = Table(
    "ended_session",
    metadata,
    Column("key", String(HASH_LENGTH), primary_key=True, comment="keyed hash of the sender id"),
    Column("until", Float(53), nullable=False, index=True, comment="when its token expires anyway, seconds since 1970"),
    Column("clinic", String(CLINIC_LENGTH), comment=_WHOSE),
)
"""Sessions whose visitor deleted the chat, so that no process takes their tokens again, after a restart neither."""

unanswered = Table(
    "unanswered",
    metadata,
    Column("id", String(32), primary_key=True, comment="random: neither time nor conversation"),
    Column("month", String(7), nullable=False, index=True, comment="year and month, such as 2026-11"),
    Column("kind", String(32), nullable=False, comment="kind of the reply that it got"),
    Column("reason", String(16), nullable=False, comment="unanswered, or down for a thumb"),
    Column("text", Text, nullable=False, comment="the question without identifiers"),
    Column("clinic", String(CLINIC_LENGTH), comment=_WHOSE),
)

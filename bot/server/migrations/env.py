"""What Alembic runs to migrate: on the connection it is given, in the transaction that this is in."""

from __future__ import annotations

from alembic import context

from bot.server.conversations.tables import metadata
from bot.server.migrations import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
context.run_migrations()

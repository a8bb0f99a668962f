"""The steps, oldest first; each is loaded by Alembic."""

"""Keeps conversations: across messages, restarts and database failures, and no longer than they are allowed to be kept.

docs/conversations.md says what is kept, how long, and what happens when the database is away. Nothing here loads Rasa before
a store is opened with `open_conversation_store`, so that `bot forget` is quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.server.conversations.clinic_stores import ClinicStores
    from bot.server.conversations.store import ConversationStore
    from bot.tenants.clinics import Clinics

__all__ = ["ClinicStores", "ConversationStore", "open_clinic_stores", "open_conversation_store"]


def open_conversation_store(domain: Any, url: str | None = None) -> ConversationStore:
    """Opens the store of conversations.

    A database that cannot be reached right now is no error: each call then raises `StoreDown`, until it is back.

    Args:
        domain: Rasa's domain, or None where no message will be handled.
        url: SQLite file or PostgreSQL database; by default what `bot.settings.conversations_url` says.

    Raises:
        StoreError: the URL or the secret cannot be used, or the domain has forms, which this store does not keep.
    """
    from bot.server.conversations.store import open_store  # noqa: PLC0415 - loads Rasa

    return open_store(domain, url)


def open_clinic_stores(domain: Any, clinics: Clinics) -> ClinicStores:
    """Opens the stores of several clinics: in one database for all, but for those that have their own.

    Args:
        domain: Rasa's domain, or None where no message will be handled.
        clinics: the clinics.

    Raises:
        StoreError: a URL or the secret cannot be used, or the domain has forms.
    """
    from bot.server.conversations.clinic_stores import open_stores  # noqa: PLC0415 - loads Rasa

    return open_stores(domain, clinics)


def __getattr__(name: str) -> Any:
    if name == "ConversationStore":
        from bot.server.conversations.store import ConversationStore  # noqa: PLC0415 - loads Rasa

        return ConversationStore
    if name == "ClinicStores":
        from bot.server.conversations.clinic_stores import ClinicStores  # noqa: PLC0415 - loads Rasa

        return ClinicStores
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

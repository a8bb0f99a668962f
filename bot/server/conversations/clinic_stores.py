"""The conversations of several clinics: a store for each, in the database that they share or in one of its own.

Every call goes to the store of the clinic that was chosen for the request (`bot.tenants.current`). Without a choice it fails: no
clinic's conversations are a fallback for another's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.clinic import Clinic
from bot.errors import StoreDown, StoreError
from bot.server.conversations.database import Database
from bot.server.conversations.secret import keyed_hash
from bot.server.conversations.store import SHOWN_TURNS, ConversationStore, check_domain
from bot.server.conversations.tracker import KeptTracker
from bot.server.unanswered.keeping import months_ago
from bot.server.unanswered.rows import expire_by_clinic
from bot.tenants.clinics import Clinics, own_url
from bot.tenants.current import Tenant, current

HEALTH_SECONDS = 4.0
"""How long one database may take to say that it works: less than `/ready` waits for all of them."""
_AT_ONCE = 8
_USUAL_MONTHS: int = Clinic.__fields__["keep_unanswered_months"].default


class ClinicStores(TrackerStore):
    """Rasa's tracker store for several clinics."""

    def __init__(self, domain: Domain | None, clinics: Clinics) -> None:
        """Opens the databases without connecting; `open_clinic_stores` does more.

        Raises:
            StoreError: the URL of a database, or the secret, cannot be used.
        """
        self.shared = Database()
        self.own: dict[str, Database] = {
            tenant.key: Database(own_url(tenant), named=str(tenant.database_env))
            for tenant in clinics.by_key.values()
            if tenant.database_env
        }
        self._clinics = clinics
        self._stores: dict[str, ConversationStore] = {}
        super().__init__(domain)

    @property
    def domain(self) -> Domain:
        """Rasa's domain, which Rasa sets when it loads the model."""
        return self._domain

    @domain.setter
    def domain(self, domain: Domain | None) -> None:
        self._domain = domain or Domain.empty()
        for store in self._stores.values():
            store.domain = self._domain

    @property
    def databases(self) -> list[Database]:
        """All databases, the shared one first."""
        return [self.shared, *self.own.values()]

    def of(self, tenant: Tenant) -> ConversationStore:
        """Returns the store of one clinic."""
        found = self._stores.get(tenant.key)
        if found is None:
            database = self.own.get(tenant.key, self.shared)
            found = ConversationStore(self._domain, database, keyed_hash(tenant.key), tenant.key)
            self._stores[tenant.key] = found
        return found

    def here(self) -> ConversationStore:
        """Returns the store of the chosen clinic.

        Raises:
            StoreError: none was chosen.
        """
        tenant = current()
        if tenant is None:
            raise StoreError("There are several clinics, and none was chosen for this conversation.")
        return self.of(tenant)

    # What one clinic's store does; `ConversationStore` says what each call gives.

    def init_tracker(self, sender_id: str) -> KeptTracker:
        """Returns an empty tracker."""
        return self.here().init_tracker(sender_id)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Returns a short tracker of the clinic's conversation, or None."""
        return await self.here().retrieve(sender_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Adds what is new in a tracker."""
        await self.here().save(tracker)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """Returns a tracker with every event."""
        return await self.here().retrieve_full_tracker(conversation_id)

    async def keys(self) -> Iterable[str]:
        """Returns nothing: there is no list of all clinics' conversations."""
        return ()

    async def recall(self, sender_id: str, message_id: str) -> list[dict[str, Any]] | None:
        """Returns the messages that a client's message was answered with, or None."""
        return await self.here().recall(sender_id, message_id)

    async def history(self, sender_id: str, turns: int = SHOWN_TURNS) -> list[dict[str, Any]]:
        """Returns the newest turns."""
        return await self.here().history(sender_id, turns)

    async def forget(self, sender_id: str, until: float | None = None) -> bool:
        """Erases a conversation for good."""
        return await self.here().forget(sender_id, until)

    async def was_forgotten(self, sender_id: str) -> bool:
        """Tells whether the visitor deleted this chat."""
        return await self.here().was_forgotten(sender_id)

    async def voted_down(self, sender_id: str, message_id: str) -> None:
        """Keeps the question whose answer got a thumb down, where the clinic allows it."""
        await self.here().voted_down(sender_id, message_id)

    # What concerns all of them

    async def sweep(self, now: float, seconds: float) -> int:
        """Erases what is older than the retention in every database; one that is away is left for the next sweep.

        Kept questions go after the months that their clinic's file says, those of clinics that are gone after the usual ones.

        Args:
            now: the time, in seconds since 1970.
            seconds: the retention.

        Returns:
            How many conversations were erased.
        """
        months = {key: months_ago(tenant.clinic.keep_unanswered_months) for key, tenant in self._clinics.by_key.items()}
        erased = 0
        for database in self.databases:
            try:
                await database.run_long(expire_by_clinic, database.records, months, months_ago(_USUAL_MONTHS))
                erased += await database.run_long(database.records.expire, now - seconds)
                await database.run(database.records.drop_ended, now)
            except StoreDown:
                pass  # logged once by the records
        return erased

    async def health(self) -> str:
        """Returns "ok", "partly_down" when some clinics' conversations cannot be kept, or "down"."""
        found = await asyncio.gather(*(_works(database) for database in self.databases))
        return "ok" if all(found) else "partly_down" if any(found) else "down"

    def close(self) -> None:
        """Ends threads and connections."""
        for database in self.databases:
            database.close()


async def _works(database: Database) -> bool:
    try:
        await asyncio.wait_for(database.run(database.records.check), HEALTH_SECONDS)
    except (StoreDown, asyncio.TimeoutError):
        return False
    return True


def open_stores(domain: Domain | None, clinics: Clinics) -> ClinicStores:
    """Opens the stores; see `bot.server.conversations.open_clinic_stores`."""
    check_domain(domain)
    stores = ClinicStores(domain, clinics)
    with ThreadPoolExecutor(_AT_ONCE) as pool:  # one that is away takes seconds to say so
        list(pool.map(Database.prepare, stores.databases))
    return stores

"""Erases conversations whose time is over. The server does it itself: at its start and every few minutes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from typing import Any

from sanic import Sanic

from bot import settings
from bot.clinic import load_clinic
from bot.errors import BotError, ClinicError, StoreDown
from bot.server.conversations import ClinicStores, ConversationStore, open_clinic_stores, open_conversation_store
from bot.server.unanswered.keeping import months_ago
from bot.tenants.clinics import the_clinics

logger = logging.getLogger(__name__)
EVERY = 300.0
"""Seconds between two sweeps, at most."""
_HOUR = 3600.0


def retention_seconds() -> float:
    """Returns how long a conversation is kept after the visitor's last message, in seconds.

    Raises:
        BotError: RETENTION_HOURS is no number above 0.
    """
    written = settings.retention_hours()
    try:
        hours = float(written)
    except ValueError:
        hours = math.nan
    if not (math.isfinite(hours) and hours > 0):
        raise BotError(
            f"RETENTION_HOURS is {written!r}. Write for how many hours a conversation is kept after its last message, as a "
            "number above 0, such as 24 or 0.5; or leave it out for 24."
        )
    return hours * _HOUR


async def sweep(store: ConversationStore | ClinicStores, now: float) -> int:
    """Erases what is older than the retention and returns how many conversations that were.

    Which chats their visitors deleted is forgotten, too, once their tokens have expired.
    The questions that were kept apart from them (docs/unanswered.md) are erased after the months that the clinic's file says.
    Of several clinics' databases, one that cannot be written is left for the next sweep.

    Several processes may do so at once.

    Args:
        store: the conversations.
        now: the time, in seconds since 1970.

    Raises:
        StoreDown: the database cannot be written.
        BotError: RETENTION_HOURS cannot be used.
    """
    if isinstance(store, ClinicStores):
        return await store.sweep(now, retention_seconds())
    with contextlib.suppress(ClinicError):  # the start-up check tells of it
        await store.expire_unanswered(months_ago(load_clinic().keep_unanswered_months))
    erased = await store.expire(now - retention_seconds())
    await store.drop_ended(now)
    return erased


def attach(app: Sanic) -> None:
    """Makes a server erase conversations in time, for as long as it runs.

    Raises:
        BotError: RETENTION_HOURS cannot be used.
    """
    pause = min(EVERY, max(1.0, retention_seconds() / 10))

    async def start(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        app.ctx.retention = loop.create_task(_keep_sweeping(_store_of(app), pause))

    async def stop(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        app.ctx.retention.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await app.ctx.retention

    app.register_listener(start, "after_server_start")
    app.register_listener(stop, "before_server_stop")


def _store_of(app: Sanic) -> ConversationStore | ClinicStores:
    """The store that the server uses; one of its own if that cannot be found."""
    agent: Any = getattr(app.ctx, "agent", None)
    used = getattr(agent, "tracker_store", None)
    if isinstance(used, ConversationStore | ClinicStores):
        return used
    clinics = the_clinics()
    return open_conversation_store(None) if clinics is None else open_clinic_stores(None, clinics)


async def _keep_sweeping(store: ConversationStore | ClinicStores, pause: float) -> None:
    while True:
        try:
            erased = await sweep(store, time.time())
            if erased:
                logger.info("conversations.erased count=%d", erased)
        except StoreDown:
            pass  # logged by the store; the next sweep tries again
        except Exception as error:  # noqa: BLE001 - erasing must go on whatever happened
            logger.error("conversations.sweep.failed error=%s", type(error).__name__)
        await asyncio.sleep(pause)

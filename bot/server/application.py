"""The server's application: Rasa's own agent and channels, and the parts that this project adds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from rasa.core import run
from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.core.lock_store import LockStore
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.exceptions import RasaException
from sanic import Sanic

from bot import settings
from bot.channels.messaging.platforms import NAMES, channels_switched_on
from bot.errors import BotError, ModelError
from bot.server.conversations import open_clinic_stores, open_conversation_store
from bot.server.in_process import InProcessActions
from bot.server.recent import RecentMemoryStore
from bot.server.shared_turns import open_turns
from bot.tenants.clinics import the_clinics

PROVING = frozenset({"web", *NAMES})
"""Channels that prove who writes, by a token or a signature. Their sender ids begin with the channel's name and a colon."""
# Each has a function `attach(app: Sanic) -> None`. The agent is at `app.ctx.agent` from the start.
PARTS = (
    "bot.server.transport",
    "bot.server.tenancy",
    "bot.server.headers",
    "bot.server.outside",
    "bot.server.logs",
    "bot.channels.pages",
    "bot.server.conversations.retention",
)


class ForeignSender(BotError):
    """A message names a conversation of a channel that proves who writes, but came through another one."""

    def __init__(self, channel: str) -> None:
        """Says so without the sender.

        Args:
            channel: whose conversation it is.
        """
        super().__init__(
            f"A sender that begins with {channel}: came through another channel than {channel}. Choose another sender."
        )


def owner_of(sender: str) -> str | None:
    """Returns the channel that alone can prove who this sender is; None where any channel may name it."""
    channel, colon, _ = sender.partition(":")
    return channel if colon and channel in PROVING else None


class GuideAgent(Agent):
    """Rasa's agent on a store whose failures are heard.

    Departure from Rasa 3.6.21: stock Rasa wraps every store so that, when the database fails, a conversation silently begins
    anew and what follows is kept in memory that nobody reads. Here the failure reaches the channel, which says so.
    """

    async def handle_message(self, message: UserMessage) -> list[dict[str, Any]] | None:
        """Answers a message, unless it names a conversation of a channel of `PROVING` without having come through it.

        Raises:
            ForeignSender: it does.
        """
        owner = owner_of(message.sender_id)
        if owner is not None and message.input_channel != owner:
            raise ForeignSender(owner)
        handled: list[dict[str, Any]] | None = await super().handle_message(message)
        return handled

    @staticmethod
    def _create_tracker_store(store: TrackerStore | None, domain: Domain) -> TrackerStore:
        return store if store is not None else RecentMemoryStore(domain)


def load_agent(model: Path, *, store: TrackerStore | None = None, lock_store: LockStore | None = None) -> Agent:
    """Loads the model, with the actions in this process.

    Raises:
        ModelError: the model cannot be loaded.
        BotError: a part of the model says what is wrong.
    """
    try:
        # Not by GuideAgent.load: Rasa 3.6.21 makes an Agent of its own there, whatever class it is called on.
        agent = GuideAgent(
            tracker_store=store if store is not None else conversation_store(),
            lock_store=lock_store if lock_store is not None else open_turns(),
            action_endpoint=InProcessActions(),
        )
        agent.load_model(str(model))
        return agent
    except (RasaException, ImportError, RuntimeError) as error:
        if isinstance(error.__cause__, BotError):
            raise error.__cause__ from error
        raise ModelError(
            f"{model.name} cannot be loaded ({type(error).__name__}: {error}). Make it again with `bot train --force`; "
            "if its pipeline needs TensorFlow, serve it with BOT_STOCK=1."
        ) from error


def conversation_store() -> TrackerStore:
    """Opens the store of conversations that the environment names; where there are several clinics, the stores of all."""
    clinics = the_clinics()
    return open_conversation_store(Domain.empty()) if clinics is None else open_clinic_stores(Domain.empty(), clinics)


def configured_channels() -> list[InputChannel]:
    """Makes the channels of credentials.yml, and the messaging channels whose credentials are in the environment.

    Raises:
        BotError: the file is missing or names a channel that cannot be made; or a messaging channel is set up in part.
    """
    path = settings.home() / "credentials.yml"
    try:
        channels: list[InputChannel] = run.create_http_input_channels(None, str(path))
    except (RasaException, OSError, ValueError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise BotError(
            f"{path.name}: a channel cannot be made: {reason} Correct the file, then start again."
        ) from error
    return [*channels, *channels_switched_on()]


def make_application(
    model: Path,
    *,
    store: TrackerStore | None = None,
    lock_store: LockStore | None = None,
    channels: list[InputChannel] | None = None,
) -> Sanic:
    """Builds the server's application; the model is loaded when this returns.

    Args:
        model: the trained model.
        store: where conversations are kept; by default what the environment says.
        lock_store: what makes a conversation's messages wait for each other; by default what the environment says.
        channels: the channels; by default those of credentials.yml.

    Raises:
        BotError: a channel, the store or the model cannot be used.
    """
    made = configured_channels() if channels is None else channels
    app: Sanic = run.configure_app(made, enable_api=False)
    app.config.ACCESS_LOG = False
    app.ctx.agent = load_agent(model, store=store, lock_store=lock_store)
    for name in PARTS:
        attach: Callable[[Sanic], None] = import_module(name).attach
        attach(app)
    app.register_listener(_close, "after_server_stop")
    return app


async def _close(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
    await run.close_resources(app, loop)
    close: Any = getattr(app.ctx.agent.tracker_store, "close", None)
    if close is not None:
        found = close()
        if asyncio.iscoroutine(found):
            await found

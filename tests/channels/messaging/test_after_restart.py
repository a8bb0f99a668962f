"""A message that comes again after a restart: the conversation store knows that it was answered."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from trained import the_model

from bot.channels.messaging.desk import Desk
from bot.channels.messaging.incoming import Incoming
from bot.channels.messaging.shown import Shown
from bot.server.application import load_agent
from bot.server.conversations import open_conversation_store


@pytest.mark.model
def test_it_is_answered_once_and_the_conversation_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_SECRET", "u8Zr-4vQpLx0_wYkN2mT7sBcD5eF9gHj")
    store: Any = open_conversation_store(Domain.empty(), f"sqlite:///{tmp_path / 'conversations.sqlite3'}")
    agent = load_agent(the_model(), store=store)
    assert agent.tracker_store is store  # Rasa's own wrapper would hide what the store knows, and its failures
    delivered: list[str] = []

    async def deliver(to: Incoming, reply: Shown) -> None:
        delivered.append(f"{to.message_id} {reply.kind}")

    async def one_life(*messages: tuple[str, str]) -> None:
        desk = Desk("telegram", agent.handle_message, deliver)
        for text, message_id in messages:
            desk.take(store, Incoming("telegram:1:7", text, message_id, {}))
        await desk.finish()

    async def lives() -> None:
        await one_life(("what comes after Enhertu", "901"), ("what comes after Enhertu", "901"))
        await one_life(("what comes after Enhertu", "901"), ("and after that?", "902"))

    asyncio.run(lives())
    assert delivered == ["901 sequence", "902 sequence"]
    store.close()

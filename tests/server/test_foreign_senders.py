"""A conversation of a channel that proves who writes is out of reach of every other channel."""

from __future__ import annotations

import asyncio

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bot.channels.messaging.platforms import CHANNELS
from bot.server.application import PROVING, ForeignSender, GuideAgent, owner_of


@pytest.mark.parametrize("channel", sorted(PROVING))
@pytest.mark.parametrize("through", ["rest", "cmdline", "web", "slack", None])
def test_another_channel_cannot_name_it(channel: str, through: str | None) -> None:
    if through == channel:
        return
    agent = GuideAgent()
    message = UserMessage("hello", CollectingOutputChannel(), f"{channel}:somebody", input_channel=through)
    with pytest.raises(ForeignSender, match=f"begins with {channel}:") as raised:
        asyncio.run(agent.handle_message(message))
    assert "somebody" not in str(raised.value)


def test_other_senders_belong_to_nobody() -> None:
    assert [owner_of(sender) for sender in ("default", "website:1", "web", ":", "a-web:1", "")] == [None] * 6


def test_every_messaging_channel_names_its_senders_after_itself() -> None:
    assert {kind.platform.name for kind in CHANNELS} | {"web"} == PROVING

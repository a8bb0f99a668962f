"""The messaging channels: which there are, and those whose credentials are set."""

from __future__ import annotations

import os
from collections.abc import Mapping

from bot.channels.messaging import credentials
from bot.channels.messaging.channel import MessagingInput
from bot.channels.messenger import MessengerInput
from bot.channels.slack import SlackInput
from bot.channels.teams import TeamsInput
from bot.channels.telegram import TelegramInput
from bot.channels.twilio import TwilioInput

CHANNELS: tuple[type[MessagingInput], ...] = (SlackInput, TelegramInput, MessengerInput, TwilioInput, TeamsInput)
NAMES = tuple(kind.platform.name for kind in CHANNELS)
"""Each channel's sender ids begin with its name and a colon, and no other channel's do."""


def channels_switched_on(environ: Mapping[str, str] | None = None) -> list[MessagingInput]:
    """Makes the channels whose credentials are set.

    Args:
        environ: the variables; by default this process's.

    Raises:
        BotError: a channel is set up only in part, or a value has the wrong form.
    """
    environ = os.environ if environ is None else environ
    public_url = credentials.public_url(environ)
    made = []
    for kind in CHANNELS:
        values = credentials.read(kind.platform, environ)
        if values is not None:
            made.append(kind(values, public_url))
    return made

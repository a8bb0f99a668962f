"""`bot channels`: are the credentials right, and what would be sent."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.messaging import credentials
from bot.channels.messaging.channel import MessagingInput
from bot.channels.messaging.outgoing import Call, NotDelivered
from bot.channels.messaging.platforms import CHANNELS
from bot.channels.messaging.shown import Shown, shown
from bot.errors import BotError


@dataclass(frozen=True)
class Finding:
    """What was found out about one channel: "on", "off" or "wrong", and what to do, one line each."""

    title: str
    state: str
    lines: tuple[str, ...]


def check_channels(environ: Mapping[str, str] | None = None) -> list[Finding]:
    """Asks every platform whose credentials are set whether it takes them."""
    found = os.environ if environ is None else environ
    return [asyncio.run(_check(kind, found)) for kind in CHANNELS]


async def _check(kind: type[MessagingInput], environ: Mapping[str, str]) -> Finding:
    platform = kind.platform
    try:
        public_url = credentials.public_url(environ)
        values = credentials.read(platform, environ)
    except BotError as error:
        return Finding(platform.title, "wrong", (str(error),))
    if values is None:
        return Finding(platform.title, "off", (f"Set {', '.join(platform.required)} to switch it on.",))
    channel = kind(values, public_url)
    try:
        wrong = await channel.check()
    except NotDelivered as error:
        said = f"{platform.title} does not take the credentials, or cannot be reached: {error}."
        return Finding(platform.title, "wrong", (said, "Compare them with what docs/channels.md says."))
    except (KeyError, TypeError, AttributeError):
        return Finding(platform.title, "wrong", (f"What answered is not {platform.title}; check the _URL variables.",))
    finally:
        await channel.close()
    address = f"{public_url or 'https://<where the bot is reached>'}/webhooks/{platform.name}/webhook"
    if wrong:
        return Finding(platform.title, "wrong", (*wrong, f"Its webhook is {address}"))
    return Finding(platform.title, "on", (f"The credentials are taken. Its webhook is {address}",))


def ways() -> dict[str, type[MessagingInput]]:
    """Returns what `bot channels preview` takes: Twilio's two ways have a name each."""
    return {name: kind for kind in CHANNELS for name in _placeholder(kind).samples()}


def preview(way: str, reply: dict[str, Any], environ: Mapping[str, str] | None = None) -> str:
    """Returns the calls that would bring a reply to a person, as JSON; credentials and ids are placeholders.

    Args:
        way: one of `ways()`.
        reply: the data of the reply contract.
        environ: where PUBLIC_URL is read from; by default this process's variables.

    Raises:
        BotError: there is no such channel.
    """
    known = ways()
    if way not in known:
        raise BotError(f"There is no channel {way!r}. Choose one of: {', '.join(known)}.")
    public_url = credentials.public_url(os.environ if environ is None else environ)
    calls = calls_for(way, shown(reply, public_url))
    return json.dumps([_as_data(call) for call in calls], indent=2, ensure_ascii=False)


def calls_for(way: str, reply: Shown) -> list[Call]:
    """Returns the calls that would bring a reply to a made-up person."""
    channel = _placeholder(ways()[way])
    return channel.calls(channel.samples()[way], reply)


def _placeholder(kind: type[MessagingInput]) -> MessagingInput:
    return kind({**{name: f"<{name}>" for name in kind.platform.required}, **kind.platform.optional})


def _as_data(call: Call) -> dict[str, Any]:
    body = {"json": call.json} if call.json is not None else {"form": call.form}
    return {"method": call.method, "url": call.url, **body}

"""Which environment variables switch a messaging channel on, and what they hold. A secret's value is never repeated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.errors import BotError

PUBLIC_URL = "PUBLIC_URL"


@dataclass(frozen=True)
class Platform:
    """A platform as the settings know it.

    Attributes:
        name: the channel's name, and its place under `/webhooks/`.
        title: what people call it.
        required: variables that switch the channel on, all together, each with the form of its value.
        optional: further variables with their usual values.
    """

    name: str
    title: str
    required: Mapping[str, str]
    optional: Mapping[str, str]

    @property
    def variables(self) -> tuple[str, ...]:
        """All variables of the platform."""
        return (*self.required, *self.optional)


def missing(platform: Platform, environ: Mapping[str, str]) -> list[str]:
    """Returns the required variables that are not set."""
    return [name for name in platform.required if not environ.get(name, "").strip()]


def read(platform: Platform, environ: Mapping[str, str]) -> dict[str, str] | None:
    """Returns all values of a platform, or None when none of the required ones is set: its channel is off.

    Raises:
        BotError: only some are set, or one has the wrong form.
    """
    lacking = missing(platform, environ)
    if len(lacking) == len(platform.required):
        return None
    if lacking:
        raise BotError(
            f"{platform.title} is set up only in part: {', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} not set. "
            "Set all its variables, or none to leave the channel off (docs/channels.md)."
        )
    values = {name: environ[name].strip() for name in platform.required}
    for name, value in values.items():
        if not re.fullmatch(platform.required[name], value):
            raise BotError(
                f"{name} does not look right: {len(value)} characters, but not of the form that {platform.title} gives. "
                "Copy it again; docs/channels.md says where it is found."
            )
    for name, usual in platform.optional.items():
        values[name] = environ.get(name, "").strip().rstrip("/") or usual
        if name.endswith("_URL"):
            check_address(name, values[name])
    return values


def public_url(environ: Mapping[str, str]) -> str | None:
    """Returns PUBLIC_URL, where the bot is reached from outside, without a slash at its end; None if it is not set.

    Raises:
        BotError: it is no address.
    """
    named = environ.get(PUBLIC_URL, "").strip().rstrip("/")
    if not named:
        return None
    check_address(PUBLIC_URL, named)
    return named


def check_address(name: str, value: str) -> None:
    """Makes sure that a value is an https address; http is taken for this machine, where tests run.

    Raises:
        BotError: it is not.
    """
    try:
        parts = urlsplit(value)
        local = parts.hostname in ("127.0.0.1", "localhost", "::1")
        right = (parts.scheme == "https" or (parts.scheme == "http" and local)) and bool(parts.hostname)
        right = right and not (parts.query or parts.fragment or parts.username or parts.password)
    except ValueError:
        right = False
    if not right:
        raise BotError(f"{name} is {value!r}. Set it to an address like https://bot.clinic.example.")

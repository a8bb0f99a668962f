"""Where the project's files are, and what the environment says. Read in one place so that nothing else asks the system.

Environment variables: GUIDE (content file), CLINIC (clinic file), CLINICS (folder of clinic files, for several clinics),
DATABASE_URL (any SQLAlchemy URL of the guide store), BOT_HOME (the project folder, if it is neither the working folder nor the
one this package was installed from), CONVERSATIONS_URL (where conversations are kept), CONVERSATIONS_SYNC (how surely),
RETENTION_HOURS (how long), LOCK_URL (a Redis that keeps messages in order over several machines), BOT_SECRET, BOT_ENV (development
or production), PROXIES, REST_CHANNEL, SESSION_HOURS and the limits of the web channel (docs/operating.md).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bot.errors import BotError

PACKAGE = Path(__file__).resolve().parent
DEFAULT_GUIDE = PACKAGE / "guide" / "her2-positive.yml"


def home() -> Path:
    """Returns the project folder: BOT_HOME, else the working folder if it holds config.yml, else the checkout."""
    named = os.environ.get("BOT_HOME")
    if named:
        return Path(named).resolve()
    here = Path.cwd()
    return here if (here / "config.yml").is_file() else PACKAGE.parent


def guide_file() -> Path:
    """Returns the content file: GUIDE, else the one that ships with the package."""
    named = os.environ.get("GUIDE")
    return Path(named).resolve() if named else DEFAULT_GUIDE


def clinic_file() -> Path:
    """Returns the clinic file: CLINIC, else clinic.yml in the project folder."""
    named = os.environ.get("CLINIC")
    return Path(named).resolve() if named else home() / "clinic.yml"


def clinics_folder() -> Path | None:
    """Returns CLINICS, the folder with one file for each of several clinics; None where there is one clinic."""
    named = os.environ.get("CLINICS")
    return Path(named).absolute() if named else None


def var_folder() -> Path:
    """Returns the folder for what the bot writes while it runs (stores, stamps); it is made when missing."""
    folder = home() / "var"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def store_url() -> str:
    """Returns the SQLAlchemy URL of the guide store: DATABASE_URL, else a SQLite file in the var folder.

    `postgres://` is accepted for `postgresql://`, because hosting services hand it out in that form.
    """
    named = os.environ.get("DATABASE_URL")
    return sqlalchemy_url(named) if named else f"sqlite:///{var_folder() / 'guide.sqlite3'}"


def conversations_url() -> str:
    """Returns the SQLAlchemy URL of the conversations.

    It is CONVERSATIONS_URL, else DATABASE_URL when that is PostgreSQL, else a SQLite file in the var folder.
    """
    named = os.environ.get("CONVERSATIONS_URL")
    if named:
        return sqlalchemy_url(named)
    shared = sqlalchemy_url(os.environ.get("DATABASE_URL", ""))
    return shared if shared.startswith("postgresql") else f"sqlite:///{var_folder() / 'conversations.sqlite3'}"


def conversations_sync() -> str:
    """Returns how surely SQLite keeps a conversation through a power cut: CONVERSATIONS_SYNC, else "normal"."""
    return os.environ.get("CONVERSATIONS_SYNC", "").strip().lower() or "normal"


def retention_hours() -> str:
    """Returns RETENTION_HOURS as it was written, else 24: how long a conversation is kept after its last message."""
    return os.environ.get("RETENTION_HOURS", "").strip() or "24"


def lock_url() -> str | None:
    """Returns LOCK_URL, the Redis by which several machines keep a conversation's messages in order, or None."""
    return os.environ.get("LOCK_URL", "").strip() or None


def bot_secret() -> str | None:
    """Returns BOT_SECRET, the secret behind keyed hashes, or None if it is not set."""
    return os.environ.get("BOT_SECRET") or None


def sqlalchemy_url(named: str) -> str:
    """Returns the URL of a database as SQLAlchemy takes it; hosting services hand out `postgres://`."""
    return "postgresql://" + named[len("postgres://") :] if named.startswith("postgres://") else named


ENVIRONMENTS = ("development", "production")


@dataclass(frozen=True)
class WebLimits:
    """How many requests a minute the web channel takes, by session and by address, and how long a session lasts."""

    session: int = 20
    address: int = 120
    new_sessions: int = 30
    session_hours: int = 12


def environment() -> str:
    """Returns BOT_ENV: "development" (the default) or "production".

    Raises:
        BotError: it is anything else; a typing mistake must not switch the checks of production off.
    """
    named = os.environ.get("BOT_ENV") or "development"
    if named not in ENVIRONMENTS:
        raise BotError(f"BOT_ENV is {named!r}. Set it to development or production.")
    return named


def production() -> bool:
    """Tells whether the bot serves patients, so that unsafe defaults are refused."""
    return environment() == "production"


def rest_channel_on() -> bool:
    """Tells whether the REST channel is served: always in development, in production only with REST_CHANNEL=on."""
    named = os.environ.get("REST_CHANNEL", "").lower()
    if named in ("on", "off"):
        return named == "on"
    if named:
        raise BotError(f"REST_CHANNEL is {named!r}. Set it to on or off.")
    return not production()


def proxies() -> int:
    """Returns PROXIES: how many proxies of yours stand before the bot and add to X-Forwarded-For; 0 trusts none."""
    return _whole("PROXIES", os.environ.get("PROXIES"), 0, least=0)


def web_limits() -> WebLimits:
    """Returns the limits of the web channel.

    Raises:
        BotError: a variable holds no whole number.
    """
    usual = WebLimits()
    return WebLimits(
        session=_whole("LIMIT_SESSION", os.environ.get("LIMIT_SESSION"), usual.session),
        address=_whole("LIMIT_ADDRESS", os.environ.get("LIMIT_ADDRESS"), usual.address),
        new_sessions=_whole("LIMIT_NEW_SESSIONS", os.environ.get("LIMIT_NEW_SESSIONS"), usual.new_sessions),
        session_hours=_whole("SESSION_HOURS", os.environ.get("SESSION_HOURS"), usual.session_hours),
    )


def _whole(name: str, text: str | None, usual: int, least: int = 1) -> int:
    if not text:
        return usual
    if not (text.isascii() and text.isdigit()) or int(text) < least:
        raise BotError(
            f"{name} is {text!r}. Set it to a whole number of at least {least}, or leave it out for {usual}."
        )
    return int(text)

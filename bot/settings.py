"""Where the project's files are, and what the environment says. Read in one place so that nothing else asks the system.

Environment variables: GUIDE (content file), CLINIC (clinic file), DATABASE_URL (any SQLAlchemy URL of the guide store),
BOT_HOME (the project folder, if it is neither the working folder nor the one this package was installed from),
CONVERSATIONS_URL (where conversations are kept), CONVERSATIONS_SYNC (how surely), RETENTION_HOURS (how long), BOT_SECRET.
"""

from __future__ import annotations

import os
from pathlib import Path

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
    return _sqlalchemy_url(named) if named else f"sqlite:///{var_folder() / 'guide.sqlite3'}"


def conversations_url() -> str:
    """Returns the SQLAlchemy URL of the conversations.

    It is CONVERSATIONS_URL, else DATABASE_URL when that is PostgreSQL, else a SQLite file in the var folder.
    """
    named = os.environ.get("CONVERSATIONS_URL")
    if named:
        return _sqlalchemy_url(named)
    shared = _sqlalchemy_url(os.environ.get("DATABASE_URL", ""))
    return shared if shared.startswith("postgresql") else f"sqlite:///{var_folder() / 'conversations.sqlite3'}"


def conversations_sync() -> str:
    """Returns how surely SQLite keeps a conversation through a power cut: CONVERSATIONS_SYNC, else "normal"."""
    return os.environ.get("CONVERSATIONS_SYNC", "").strip().lower() or "normal"


def retention_hours() -> str:
    """Returns RETENTION_HOURS as it was written, else 24: how long a conversation is kept after its last message."""
    return os.environ.get("RETENTION_HOURS", "").strip() or "24"


def bot_secret() -> str | None:
    """Returns BOT_SECRET, the secret behind keyed hashes, or None if it is not set."""
    return os.environ.get("BOT_SECRET") or None


def _sqlalchemy_url(named: str) -> str:
    return "postgresql://" + named[len("postgres://") :] if named.startswith("postgres://") else named

"""Where the project's files are, and what the environment says. Read in one place so that nothing else asks the system.

Environment variables: GUIDE (content file), CLINIC (clinic file), DATABASE_URL (any SQLAlchemy URL of the guide store),
BOT_HOME (the project folder, if it is neither the working folder nor the one this package was installed from).
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
    if named:
        return "postgresql://" + named[len("postgres://") :] if named.startswith("postgres://") else named
    return f"sqlite:///{var_folder() / 'guide.sqlite3'}"

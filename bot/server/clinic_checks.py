"""What is wrong with the clinic file, or with the files of several clinics, before anybody is served."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from bot import settings
from bot.clinic import Clinic, load_clinic
from bot.errors import BotError
from bot.server.conversations.engine import open_engine
from bot.tenants.clinics import ENDINGS, own_url, read_folder
from bot.tenants.current import Tenant


def clinic_files() -> list[Path]:
    """Returns the files that hold clinics: those of the folder CLINICS, or the one clinic file."""
    folder = settings.clinics_folder()
    if folder is None:
        return [settings.clinic_file()]
    return sorted(path for path in folder.iterdir() if path.suffix in ENDINGS) if folder.is_dir() else []


def clinic_problems(production: bool) -> Iterator[str]:
    """Yields what is wrong, one readable text each.

    Args:
        production: patients are served.
    """
    folder = settings.clinics_folder()
    if folder is None:
        try:
            clinic = load_clinic()
        except BotError as error:
            yield str(error)
            return
        yield from _pages("clinic.yml", clinic, production)
        return
    tenants, problems = read_folder(folder)
    yield from problems
    if os.environ.get("PUBLIC_URL"):
        yield (
            "PUBLIC_URL is set, but there are several clinics, and a link would lead to one of them. Unset it, and write "
            "public_url into each clinic's file."
        )
    for tenant in tenants:
        yield from _pages(tenant.key, tenant.clinic, production)
        yield from _database(tenant)


def _pages(name: str, clinic: Clinic, production: bool) -> Iterator[str]:
    if production and "*" in clinic.web.origins:
        yield (
            f"{name}: web.origins holds *, so any page could hold the chat. Name your pages' addresses, like "
            "https://clinic.example."
        )


def _database(tenant: Tenant) -> Iterator[str]:
    url = own_url(tenant)
    if url is not None:
        try:
            open_engine(url, named=str(tenant.database_env)).dispose()
        except BotError as error:
            yield f"{tenant.key}: {error}"

"""The folder of clinics that CLINICS names: reading it, what is wrong with it, and which clinic a request is for."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from bot import settings
from bot.clinic import read_clinic
from bot.errors import ClinicError
from bot.tenants.clinic_file import OneOfMany
from bot.tenants.current import Tenant
from bot.tenants.hosts import plain_host

ENDINGS = (".yml", ".yaml")
_KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


class Clinics:
    """The clinics of one program, by key and by host name."""

    def __init__(self, tenants: Iterable[Tenant]) -> None:
        """Takes the clinics; no two may have a key or a host name in common."""
        self.by_key = {tenant.key: tenant for tenant in tenants}
        self._by_host = {host: tenant for tenant in self.by_key.values() for host in tenant.hosts}

    def at(self, host: str) -> Tenant | None:
        """Returns the clinic with this host name, as it stands in a request; None where there is none."""
        found = self._by_host.get(host)
        if found is None:
            plain = plain_host(host)
            found = self._by_host.get(plain) if plain is not None else None
        return found

    def asked(self, hosts: Sequence[str], forwarded: Sequence[str], *, trusted: bool) -> Tenant | None:
        """Returns the clinic that a request is for; None where no clinic has that host name.

        The header Host decides. Only where it names no clinic, and a proxy of ours stands before the bot, the header
        X-Forwarded-Host is looked at: a proxy that hands on Host need not know of the other header, and what a client makes up
        there then changes nothing.

        Args:
            hosts: the values of the header Host.
            forwarded: the values of the header X-Forwarded-Host; what the nearest proxy added stands last.
            trusted: a proxy of ours stands before the bot.
        """
        if len(hosts) > 1:
            return None  # two parties could each believe another one
        found = self.at(hosts[0]) if hosts else None
        if found is None and forwarded and trusted:
            found = self.at(forwarded[-1].rpartition(",")[2])
        return found

    def named(self, key: str) -> Tenant:
        """Returns the clinic with this key.

        Raises:
            ClinicError: there is none.
        """
        if key not in self.by_key:
            raise ClinicError(f"There is no clinic {key!r}. Choose one of: {', '.join(self.by_key)}.")
        return self.by_key[key]


def the_clinics() -> Clinics | None:
    """Returns the clinics of the folder that CLINICS names, read once; None where CLINICS is not set.

    Raises:
        ClinicError: something is wrong with the folder; says everything at once.
    """
    folder = settings.clinics_folder()
    return None if folder is None else _read(folder)


@lru_cache(maxsize=4)
def _read(folder: Path) -> Clinics:
    tenants, problems = read_folder(folder)
    if problems:
        raise ClinicError("\n".join([f"The clinics in {folder} are not right:", *(f"  {one}" for one in problems)]))
    return Clinics(tenants)


def read_folder(folder: Path) -> tuple[list[Tenant], list[str]]:
    """Returns the clinics of a folder, in the order of their keys, and what is wrong with it, one readable text each."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix in ENDINGS and not path.name.startswith("."))
    except OSError as error:
        return [], [
            f"{folder}: cannot be read ({error.strerror}). Set CLINICS to a folder with one YAML file per clinic."
        ]
    if not paths:
        return [], [
            f"{folder}: there is no file NAME.yml in it. Write one per clinic (docs/tenants.md), or unset CLINICS."
        ]
    tenants: list[Tenant] = []
    problems: list[str] = []
    if os.environ.get("CLINIC"):
        problems.append("CLINIC and CLINICS are both set. Unset CLINIC, or CLINICS for one clinic alone.")
    for path in paths:
        if not _KEY.fullmatch(path.stem):
            problems.append(
                f"{path.name}: the name of the file is the clinic's key. Use at most 40 small letters, digits and hyphens, like "
                "riverside.yml."
            )
        try:
            file = read_clinic(path, OneOfMany)
        except ClinicError as error:
            problems.append(str(error))
            continue
        tenants.append(Tenant(path.stem, file, file.hosts, file.database_env, file.public_url))
    problems += _twice(paths, tenants)
    problems += [problem for tenant in tenants for problem in _database(tenant)]
    return tenants, problems


def _twice(paths: Sequence[Path], tenants: Sequence[Tenant]) -> list[str]:
    """What two clinics may not have in common: their key, a host name, a database of their own."""
    problems = []
    files: dict[str, str] = {}
    for path in paths:
        if files.setdefault(path.stem, path.name) != path.name:
            problems.append(f"{files[path.stem]} and {path.name} have one key, {path.stem}. Rename or remove one.")
    hosts: dict[str, str] = {}
    for tenant in tenants:
        for host in tenant.hosts:
            if host in hosts:
                problems.append(f"{host} is a host of {hosts[host]} and of {tenant.key}. Leave it with one of them.")
            hosts.setdefault(host, tenant.key)
    databases: dict[str, str] = {settings.conversations_url(): "the clinics that share a database"}
    for tenant in tenants:
        url = own_url(tenant)
        if url is not None:
            if url in databases:
                problems.append(
                    f"{tenant.database_env} of {tenant.key} names the same database as {databases[url]}. Name another one, or "
                    "leave database_env out."
                )
            databases.setdefault(url, tenant.key)
    return problems


def _database(tenant: Tenant) -> list[str]:
    if tenant.database_env and not os.environ.get(tenant.database_env):
        return [
            f"{tenant.key}: {tenant.database_env} is not set. Set it to the URL of the clinic's database, or leave "
            "database_env out to share the others'."
        ]
    return []


def clinic_asked(hosts: Sequence[str], forwarded: Sequence[str]) -> Tenant | None:
    """Returns the clinic that a request is for, by its headers Host and X-Forwarded-Host; see `Clinics.asked`."""
    clinics = the_clinics()
    return None if clinics is None else clinics.asked(hosts, forwarded, trusted=settings.proxies() > 0)


def own_url(tenant: Tenant) -> str | None:
    """Returns the URL of a clinic's own database; None where it shares the others'."""
    named = os.environ.get(tenant.database_env) if tenant.database_env else None
    return settings.sqlalchemy_url(named) if named else None


def clinic_for_command(key: str | None) -> Tenant | None:
    """Returns the clinic that a command is for: None where there is but one.

    Args:
        key: what `--clinic` says.

    Raises:
        ClinicError: there are several and none is named, or there is none of that name.
    """
    clinics = the_clinics()
    if clinics is None:
        if key:
            raise ClinicError("CLINICS is not set, so there is one clinic only. Leave --clinic out, or set CLINICS.")
        return None
    if not key:
        raise ClinicError(f"CLINICS is set, so there are several clinics. Add --clinic: {', '.join(clinics.by_key)}.")
    return clinics.named(key)

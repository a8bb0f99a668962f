"""The file of one of several clinics: all that `clinic.yml` holds, and where the clinic is asked and kept."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import validator

from bot.clinic import Clinic, SecureLink
from bot.tenants.hosts import plain_host

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


class OneOfMany(Clinic):
    """What the file of one of several clinics holds.

    Attributes:
        hosts: the host names at which this clinic, and no other, is asked.
        database_env: the name of the environment variable with the URL of a database of its own; left out, the clinic is kept in
            the database that the others share, apart from them.
        public_url: where it is reached from outside: for links in messages, and for Twilio's signatures.
    """

    hosts: tuple[str, ...]
    database_env: str | None = None
    public_url: SecureLink | None = None

    @validator("hosts")
    def _are_host_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:  # noqa: N805 - pydantic's form
        if not value:
            raise ValueError(
                "there is none. Write the host names at which the clinic is asked, like [chat.clinic.example]"
            )
        found = []
        for written in value:
            host = plain_host(written)
            if host is None or ":" in written.rpartition("]")[2]:
                raise ValueError(
                    f"{written!r} is no host name. Write it without https://, port and path, like chat.clinic.example"
                )
            found.append(host)
        return tuple(found)

    @validator("database_env")
    def _is_a_name(cls, value: str | None) -> str | None:  # noqa: N805 - pydantic's form
        # The value is not repeated: somebody may have written the URL itself, with its password.
        if value is not None and not _VARIABLE.fullmatch(value):
            raise ValueError(
                "this is no name of an environment variable. Put the URL into a variable, such as RIVERSIDE_DATABASE_URL, and "
                "write that name here"
            )
        return value

    @validator("public_url")
    def _leads_here(cls, value: str | None, values: dict[str, object]) -> str | None:  # noqa: N805 - pydantic's form
        if value is None:
            return None
        hosts = values.get("hosts")
        host = plain_host(urlsplit(value).netloc)
        if isinstance(hosts, tuple) and host not in hosts:
            raise ValueError(
                f"{host or 'its host'} is not among this clinic's hosts. Add it there, or correct the address"
            )
        return value.rstrip("/")

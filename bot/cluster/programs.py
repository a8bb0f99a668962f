"""Finds the programs that the cluster is made of, and says which package of Debian holds those that are missing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from bot.errors import BotError

POSTGRESQL = Path("/usr/lib/postgresql")
"""Where Debian keeps the server's programs, off PATH."""
# Program -> Debian's package.
PACKAGES = {"haproxy": "haproxy", "redis-server": "redis-server", "initdb": "postgresql", "postgres": "postgresql",
            "pg_basebackup": "postgresql"}  # fmt: skip


@dataclass(frozen=True)
class Programs:
    """Where the programs are."""

    haproxy: Path
    redis: Path
    postgresql: Path
    """The folder of initdb, postgres and pg_basebackup."""


def find_programs() -> Programs:
    """Returns where the programs are.

    Raises:
        BotError: some are missing: all of them, with the packages to install.
    """
    missing = missing_programs()
    if missing:
        packages = sorted({PACKAGES[name] for name in missing})
        lines = [f"  {name}: in Debian's package {PACKAGES[name]}" for name in missing]
        raise BotError(
            "\n".join(["The cluster needs programs that are not here:", *lines,
                       f"Install them (apt-get install {' '.join(packages)}) and start again."])
        )  # fmt: skip
    haproxy, redis, postgres = (find(name) for name in ("haproxy", "redis-server", "postgres"))
    assert haproxy and redis and postgres
    return Programs(haproxy, redis, postgres.parent)


def missing_programs() -> list[str]:
    """Returns the names of the programs that are not installed."""
    return [name for name in PACKAGES if find(name) is None]


def find(name: str) -> Path | None:
    """Returns where one of `PACKAGES` is, the newest version of PostgreSQL first; None where it is not installed."""
    if PACKAGES[name] == "postgresql":
        newest = sorted(POSTGRESQL.glob(f"*/bin/{name}"), key=lambda path: _version(path.parts[-3]))
        if newest:
            return newest[-1]
    # Debian's servers are in sbin, which is not on everybody's PATH.
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    return Path(found).resolve() if found and PACKAGES[name] == "postgresql" else Path(found) if found else None


def _version(folder: str) -> tuple[int, ...]:
    return tuple(int(part) for part in folder.split(".") if part.isdigit())

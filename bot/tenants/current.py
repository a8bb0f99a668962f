"""Which clinic the work at hand is for. Set for each request, and handed on to every task that the request starts.

It is a context variable: tasks of asyncio take over what their maker had, and `asyncio.to_thread` hands it to the thread.
A bare `run_in_executor` does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.clinic import Clinic


@dataclass(frozen=True)
class Tenant:
    """One of several clinics.

    Attributes:
        key: the name of its file without the ending. It is not secret and names no person.
        clinic: what the file holds.
        hosts: the host names at which it is asked.
        database_env: the variable with the URL of its own database; None where it shares the others'.
        public_url: where it is reached from outside, without a slash at the end.
    """

    key: str
    clinic: Clinic
    hosts: tuple[str, ...]
    database_env: str | None = None
    public_url: str | None = None


_current: ContextVar[Tenant | None] = ContextVar("clinic", default=None)


def current() -> Tenant | None:
    """Returns the clinic that was chosen; None where there is but one, or none was chosen yet."""
    return _current.get()


def choose(tenant: Tenant | None) -> None:
    """Chooses a clinic for what this task does from here on."""
    _current.set(tenant)


@contextmanager
def using(tenant: Tenant | None) -> Iterator[None]:
    """Chooses a clinic for a block."""
    before = _current.set(tenant)
    try:
        yield
    finally:
        _current.reset(before)


def outside_address(usual: str | None) -> str | None:
    """Returns where the chosen clinic is reached from outside; where there is but one clinic, the usual address."""
    tenant = _current.get()
    return usual if tenant is None else tenant.public_url


def whose(sender: str) -> str:
    """Returns what tells a person's messages from everybody else's in this process: at another clinic it is another name."""
    tenant = _current.get()
    return sender if tenant is None else f"{tenant.key}/{sender}"

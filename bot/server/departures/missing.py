"""Modules that are left out: an import that fails as if the library were not installed, and empty stand-ins."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class NotInstalled(MetaPathFinder):
    """Makes the import of some top-level packages fail, for libraries that look whether they are there."""

    def __init__(self, packages: Sequence[str]) -> None:
        """Takes the names of the packages."""
        self._packages = frozenset(packages)

    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Refuses the packages; Python goes on looking for all others.

        Raises:
            ModuleNotFoundError: the package is one of those left out.
        """
        if fullname.partition(".")[0] in self._packages:
            raise ModuleNotFoundError(
                f"{fullname} is left out while the bot serves (BOT_STOCK=1 uses it)", name=fullname
            )
        return None


class LeftOut:
    """Stands for a class of a module that is left out; nobody who serves makes one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Refuses.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(f"{type(self).__qualname__} is left out while the bot serves (BOT_STOCK=1 uses it).")


class StandIn(ModuleType):
    """A module that has every name one imports from it, as a class that cannot be made."""

    def __getattr__(self, name: str) -> Any:
        """Returns a class that cannot be made; names of Python's own machinery are missing."""
        if name.startswith("__"):
            raise AttributeError(name)
        made = type(name, (LeftOut,), {"__module__": self.__name__})
        setattr(self, name, made)
        return made


def stand_in(*names: str) -> None:
    """Puts stand-ins in the place of modules that are not loaded yet."""
    for name in names:
        if name not in sys.modules:
            module = StandIn(name, "Left out while the bot serves.")
            module.__path__ = []
            sys.modules[name] = module

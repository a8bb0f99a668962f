"""Asking the guide's store each question once. Made for `bot serve`; switched off by BOT_STOCK=guide.

A reply asks the store about twenty questions, each with a connection of its own for SQLite, which cost more than all else
that the bot does for a message. The rows change only when the store is built, so the server keeps them and looks before each
message whether the store still stands as it did (`bot.guide.kept`). Actions in an action server of their own ask every time.
Where the one clinic's file is, is found out once as well; the file itself is read once in any process.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any


def install() -> Callable[[], None]:
    """Puts the kept guide in place, and returns what takes it away."""
    from bot.clinic import Clinic, load_clinic  # noqa: PLC0415
    from bot.guide.kept import KeptGuide  # noqa: PLC0415
    from bot.guide.store import open_engine, open_guide  # noqa: PLC0415
    from bot.tenants.current import current  # noqa: PLC0415

    speaking: Any = import_module("actions.speaking")  # loads rasa-sdk
    stock, stock_clinic = speaking.the_guide, speaking.load_clinic

    @lru_cache(maxsize=1)
    def opened() -> KeptGuide:
        open_guide()  # says readably what is wrong with a store that is missing
        return KeptGuide(open_engine())

    def the_guide() -> KeptGuide:
        guide = opened()
        guide.refresh()
        return guide

    @lru_cache(maxsize=1)
    def only_clinic() -> Clinic:
        return load_clinic()  # where there are several and none was chosen, this fails, and fails again next time

    def the_clinic() -> Clinic:
        tenant = current()
        return only_clinic() if tenant is None else tenant.clinic

    the_guide.cache_clear = opened.cache_clear  # type: ignore[attr-defined]
    speaking.the_guide, speaking.load_clinic = the_guide, the_clinic

    def undo() -> None:
        speaking.the_guide, speaking.load_clinic = stock, stock_clinic

    return undo

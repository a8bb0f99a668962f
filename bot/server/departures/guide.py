"""Asking the guide's store each question once. Made for `bot serve`; switched off by BOT_STOCK=guide.

A reply asks the store about twenty questions, each with a connection of its own for SQLite, which cost more than all else
that the bot does for a message. The rows change only when the store is built, so the server keeps them and looks before each
message whether the store still stands as it did (`bot.guide.kept`). Actions in an action server of their own ask every time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache


def install() -> Callable[[], None]:
    """Puts the kept guide in place, and returns what takes it away."""
    import actions.speaking as speaking  # noqa: PLC0415 - loads rasa-sdk
    from bot.guide.kept import KeptGuide  # noqa: PLC0415
    from bot.guide.store import open_engine, open_guide  # noqa: PLC0415

    stock = speaking.the_guide

    @lru_cache(maxsize=1)
    def opened() -> KeptGuide:
        open_guide()  # says readably what is wrong with a store that is missing
        return KeptGuide(open_engine())

    def the_guide() -> KeptGuide:
        guide = opened()
        guide.refresh()
        return guide

    the_guide.cache_clear = opened.cache_clear  # type: ignore[attr-defined]
    speaking.the_guide = the_guide  # type: ignore[assignment]

    def undo() -> None:
        speaking.the_guide = stock

    return undo

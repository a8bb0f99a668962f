"""Every departure of `bot serve` from stock Rasa, each in one module with its reason, and the one switch for all.

A departure changes what an answer costs, never the answer: tests/server/test_departures.py holds both against each other
over the whole conversation suite. They are made for one Rasa version; with another one installed, none is used. Stock
`rasa run` loads nothing from here.

BOT_STOCK=1 turns all of them off; BOT_STOCK=graph,lookups turns off those named.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version

from bot.errors import BotError

logger = logging.getLogger(__name__)
MADE_FOR = "3.6.21"
# These keep modules from being loaded, so they come before Rasa is.
BEFORE_RASA = ("tensorflow", "unused")
# These put a quicker function in the place of one of Rasa's.
IN_RASA = ("archive", "lookups", "check", "call", "actions", "graph", "log_copies", "rules", "guide")
ALL = (*BEFORE_RASA, *IN_RASA)
_done: dict[str, Callable[[], None] | None] = {}


def depart(switch: str | None = None) -> tuple[str, ...]:
    """Puts the departures in place; a second call adds nothing.

    Args:
        switch: which to leave out: "" for none, "1" for all, else names with commas; by default BOT_STOCK.

    Returns:
        The names of those now in place.

    Raises:
        BotError: the switch names something that is no departure.
    """
    left_out = _left_out(os.environ.get("BOT_STOCK", "") if switch is None else switch)
    if left_out >= set(ALL):
        return tuple(_done)
    if version("rasa") != MADE_FOR:
        logger.warning("departures.none installed_rasa=%s made_for=%s", version("rasa"), MADE_FOR)
        return ()
    # A process that has loaded Rasa, to train say, has paid for everything already.
    early = () if "rasa.core.agent" in sys.modules else BEFORE_RASA
    for name in (*early, *IN_RASA):
        if name not in left_out and name not in _done:
            module = import_module(f"bot.server.departures.{name}")
            _done[name] = module.install()
    return tuple(_done)


def go_back() -> None:
    """Puts Rasa's own functions back; modules that were left out stay out. For tests that compare."""
    for name in reversed([name for name in _done if name in IN_RASA]):
        undo = _done.pop(name)
        if undo is not None:
            undo()


def _left_out(switch: str) -> set[str]:
    words = {word.strip() for word in switch.split(",") if word.strip()}
    if words & {"1", "true", "yes", "all"}:
        return set(ALL)
    if words <= {"0", "false", "no"}:
        return set()
    unknown = sorted(words - set(ALL))
    if unknown:
        raise BotError(
            f"BOT_STOCK names {', '.join(unknown)}, which is no departure. Use 1 for all, or names from: {', '.join(ALL)}."
        )
    return words

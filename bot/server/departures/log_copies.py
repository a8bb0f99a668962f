"""No copies for log lines that nobody writes. Written for Rasa 3.6.21; switched off by BOT_STOCK=log_copies.

The message processor and the rule policy copy messages, events and states in depth to hand them to a debug log, at any log
level. The bot never logs at that level, because such lines hold what a visitor typed. Every use of `copy` in these two
modules is for such a line (tests/server/test_departures.py reads them to be sure). For the same log the processor writes the
values of all slots out as one text, twice a message: it does not, either.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


def _same(value: Any) -> Any:
    return value


def _no_log(tracker: Any) -> None:
    """Stands for the function that writes the slots out for a log line."""


def install() -> Callable[[], None]:
    """Puts the copy that copies nothing in place, and returns what takes it away."""
    from rasa.core import processor  # noqa: PLC0415 - loads Rasa
    from rasa.core.policies import rule_policy  # noqa: PLC0415

    stock, stock_slots = processor.copy, processor.MessageProcessor._log_slots
    processor.MessageProcessor._log_slots = staticmethod(_no_log)
    for module in (processor, rule_policy):
        module.copy = SimpleNamespace(deepcopy=_same)

    def undo() -> None:
        for module in (processor, rule_policy):
            module.copy = stock
        processor.MessageProcessor._log_slots = staticmethod(stock_slots)

    return undo

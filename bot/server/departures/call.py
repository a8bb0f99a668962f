"""Calling an action without the whole history. Written for Rasa 3.6.21; switched off by BOT_STOCK=call.

Rasa turns all events of the conversation into dictionaries for every action it calls, so that a turn costs more the longer
the conversation is. This bot's actions look at the newest message and the slot `memory`, never at events (their tests hold
them to it); so an action that runs in this process gets an empty list. An action server over HTTP still gets everything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def install() -> Callable[[], None]:
    """Puts the short call in place, and returns what takes it away."""
    import rasa  # noqa: PLC0415
    from rasa.core.actions.action import RemoteAction  # noqa: PLC0415 - loads Rasa
    from rasa.shared.core.trackers import EventVerbosity  # noqa: PLC0415

    from bot.server.in_process import InProcessActions  # noqa: PLC0415

    stock = RemoteAction._action_call_format

    def _action_call_format(self: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        if not isinstance(self.action_endpoint, InProcessActions):
            full: dict[str, Any] = stock(self, tracker, domain)
            return full
        return {
            "next_action": self.name(),
            "sender_id": tracker.sender_id,
            "tracker": {**tracker.current_state(EventVerbosity.NONE), "events": []},
            "version": rasa.__version__,
        }

    RemoteAction._action_call_format = _action_call_format

    def undo() -> None:
        RemoteAction._action_call_format = stock

    return undo

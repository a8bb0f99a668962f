"""Finding an action once, and no search for slots that nothing fills. Written for Rasa 3.6.21; off by BOT_STOCK=actions.

For each of the three actions of a message Rasa makes all its twelve default actions and a dictionary of them, to take one or
none. The actions kept here hold their name and the endpoint, and nothing of a conversation. And after each message Rasa
runs an action that looks, slot by slot, what of the message fills it; where all slots are filled by actions alone, as here,
and no action validates them, it can find nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _nothing_to_extract(domain: Any) -> bool:
    """Tells whether no message can fill a slot: each mapping is of the type "custom" and names no action."""
    from rasa.shared.core.constants import (  # noqa: PLC0415 - loads Rasa
        ACTION_VALIDATE_SLOT_MAPPINGS,
        DEFAULT_SLOT_NAMES,
    )

    mappings = [one for slot in domain.slots if slot.name not in DEFAULT_SLOT_NAMES for one in slot.mappings]
    return ACTION_VALIDATE_SLOT_MAPPINGS not in domain.user_actions and all(
        mapping.get("type") == "custom" and not mapping.get("action") for mapping in mappings
    )


def install() -> Callable[[], None]:
    """Puts the remembering lookup and the short search in place, and returns what takes them away."""
    from rasa.core.actions import action  # noqa: PLC0415 - loads Rasa

    kept_kinds = {action.ActionListen, action.ActionSessionStart, action.ActionExtractSlots, action.RemoteAction}
    stock, stock_extract = action.action_for_name_or_text, action.ActionExtractSlots.run

    def action_for_name_or_text(name: str, domain: Any, endpoint: Any) -> Any:
        # With the domain itself, whose hash takes longer than the search, and which is a new one in a new model.
        known = domain.__dict__.setdefault("_known_actions", {})
        kept = known.get(name)
        if kept is not None and kept[0] is endpoint:
            return kept[1]
        found = stock(name, domain, endpoint)
        if type(found) in kept_kinds:
            known[name] = (endpoint, found)
        return found

    async def extract(self: Any, channel: Any, nlg: Any, tracker: Any, domain: Any) -> list[Any]:
        known: dict[str, Any] = domain.__dict__
        if "_nothing_to_extract" not in known:
            known["_nothing_to_extract"] = _nothing_to_extract(domain)
        if known["_nothing_to_extract"]:
            return []
        found: list[Any] = await stock_extract(self, channel, nlg, tracker, domain)
        return found

    action.action_for_name_or_text = action_for_name_or_text
    action.ActionExtractSlots.run = extract

    def undo() -> None:
        action.action_for_name_or_text = stock
        action.ActionExtractSlots.run = stock_extract

    return undo

"""Checking an action's answer with a validator that was built once. Written for Rasa 3.6.21; off by BOT_STOCK=check.

`RemoteAction._validate_action_result` builds its schema at every call and has jsonschema check the schema itself before it
checks the answer: 8 to 30 ms of a message. The schema never changes; here the same validator class checks every answer
against the same schema, and fails with the same error. An answer of the one form that this bot's actions give (slot events and
responses) is seen to be right without it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_SLOT_EVENT = {"event", "timestamp", "name", "value"}


def _plain(result: Any) -> bool:
    """Tells whether an answer holds nothing but slot events and responses, all well-formed."""
    if not isinstance(result, dict) or set(result) != {"events", "responses"}:
        return False
    events, responses = result["events"], result["responses"]
    return (
        isinstance(events, list)
        and isinstance(responses, list)
        and all(isinstance(response, dict) for response in responses)
        and all(
            isinstance(event, dict)
            and set(event) == _SLOT_EVENT
            and event["event"] == "slot"
            and isinstance(event["name"], str)
            and event["timestamp"] is None
            for event in events
        )
    )


def install() -> Callable[[], None]:
    """Puts the prepared check in place, and returns what takes it away."""
    from jsonschema.exceptions import best_match  # noqa: PLC0415
    from jsonschema.validators import validator_for  # noqa: PLC0415
    from rasa.core.actions.action import RemoteAction  # noqa: PLC0415 - loads Rasa

    stock = RemoteAction._validate_action_result
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)

    def _validate_action_result(self: Any, result: dict[str, Any]) -> bool:
        if _plain(result) or best_match(validator.iter_errors(result)) is None:
            return True
        checked: bool = stock(self, result)  # raises, with Rasa's own explanation
        return checked

    RemoteAction._validate_action_result = _validate_action_result

    def undo() -> None:
        RemoteAction._validate_action_result = stock

    return undo

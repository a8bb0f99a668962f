"""Checking an action's answer with a validator that was built once. Written for Rasa 3.6.21; off by BOT_STOCK=check.

`RemoteAction._validate_action_result` builds its schema at every call and has jsonschema check the schema itself before it
checks the answer: 8 to 30 ms of a message. The schema never changes; here the same validator class checks every answer
against the same schema, and fails with the same error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


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
        if best_match(validator.iter_errors(result)) is None:
            return True
        checked: bool = stock(self, result)  # raises, with Rasa's own explanation
        return checked

    RemoteAction._validate_action_result = _validate_action_result

    def undo() -> None:
        RemoteAction._validate_action_result = stock

    return undo

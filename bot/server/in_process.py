"""Runs the custom actions in the server's own process instead of over HTTP.

Departure from stock Rasa 3.6.21, where endpoints.yml always yields an HTTP endpoint: a subclass of `EndpointConfig` whose
`request` hands the call to rasa-sdk's own executor. No Rasa code is changed.
"""

from __future__ import annotations

import json
from typing import Any

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException


class InProcessActions(EndpointConfig):
    """An action endpoint without a network hop."""

    def __init__(self, package: str = "actions") -> None:
        """Registers all actions of a package."""
        super().__init__(url="in-process", enable_selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the action that the call names, and returns what an action server would.

        Raises:
            ClientResponseError: the action rejected to run (400) or is not known (404).
        """
        call = kwargs.get("json") or {}
        try:
            return await self._executor.run(call)
        except ActionExecutionRejection as error:
            body = json.dumps({"error": str(error), "action_name": error.action_name})
            raise ClientResponseError(400, "rejected", body) from error
        except ActionNotFoundException as error:
            body = json.dumps({"error": str(error), "action_name": error.action_name})
            raise ClientResponseError(404, "unknown action", body) from error

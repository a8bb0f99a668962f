"""`action_answer`: the action behind every rule."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.speaking import reply_to


class ActionAnswer(Action):
    """Answers the latest message from the guide, or says why not."""

    def name(self) -> str:
        """Returns the name that the domain and the rules use."""
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Utters the reply and keeps the memory."""
        return reply_to(dispatcher, tracker)

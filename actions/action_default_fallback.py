"""`action_default_fallback`: what Rasa runs when no rule fits, so it must speak as well."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.speaking import reply_to


class ActionDefaultFallback(Action):
    """Says that the message was not understood, unless it picks a choice or goes on with something urgent."""

    def name(self) -> str:
        """Returns the name that Rasa's RulePolicy uses."""
        return "action_default_fallback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Utters the reply and keeps the memory."""
        return reply_to(dispatcher, tracker)

"""Last: puts the parts together into one reading and decides on the intent; the safety screen comes first."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.language.components.parts import GUESSES, MENTIONS, READING, SAFETY, SEGMENTS
from bot.language.reader import assemble


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class GuideReading(GraphComponent):
    """Sets the intent, the ranking and the `reading` that the actions take."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GuideReading:
        """Creates the component; Rasa calls this."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the reading to each message."""
        for message in messages:
            guesses = message.get(GUESSES) or []
            reading = assemble(
                str(message.get(TEXT) or ""),
                message.get(MENTIONS) or [],
                message.get(SAFETY) or {},
                guesses,
                message.get(SEGMENTS) or [],
            )
            message.set(READING, reading, add_to_output=True)
            chosen = {"name": reading["intent"], "confidence": reading["confidence"]}
            message.set(INTENT, chosen, add_to_output=True)
            others = [{"name": g.intent, "confidence": g.confidence} for g in guesses if g.intent != chosen["name"]]
            message.set(
                "intent_ranking",
                [chosen, *others] if chosen["name"] else others,
                add_to_output=True,
            )
        return messages

"""Third: the safety screen. It needs no training and looks at the whole message, however long."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.language.components.parts import SAFETY
from bot.language.safety import SafetyScreen


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class GuideSafety(GraphComponent):
    """Looks for emergencies and for a wish to die; `GuideReading` lets nothing outvote what it finds."""

    def __init__(self) -> None:
        """Loads the screen's rules."""
        self._screen = SafetyScreen()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GuideSafety:
        """Creates the component; Rasa calls this."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the verdict to each message."""
        for message in messages:
            message.set(SAFETY, self._screen.screen(str(message.get(TEXT) or "")).to_dict())
        return messages

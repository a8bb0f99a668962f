"""Second: finds stages, lines, drugs and terms with the vocabulary of the store."""

from __future__ import annotations

import json
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language.cleaning import MAX_READ
from bot.language.components.parts import MENTIONS, depends_on, vocabulary_now
from bot.language.entities import shared_finder
from bot.language.vocabulary import Vocabulary

VOCABULARY_FILE = "vocabulary.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class GuideEntities(GraphComponent):
    """Entities in their normal form; trained means: the store's vocabulary is copied into the model."""

    def __init__(self, vocabulary: Vocabulary, model_storage: ModelStorage, resource: Resource) -> None:
        """Builds the matchers."""
        self._finder = shared_finder(vocabulary)
        self._storage = model_storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GuideEntities:
        """Creates the component for training."""
        return cls(vocabulary_now(), model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> GuideEntities:
        """Loads the component with the vocabulary that the model was trained with."""
        with model_storage.read_from(resource) as folder:
            data = json.loads((folder / VOCABULARY_FILE).read_text(encoding="utf-8"))
        return cls(Vocabulary.from_dict(data), model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Makes Rasa train again when content or code changed."""
        return depends_on()

    def train(self, training_data: TrainingData) -> Resource:
        """Copies the vocabulary into the model."""
        with self._storage.write_to(self._resource) as folder:
            text = json.dumps(self._finder.vocabulary.to_dict(), ensure_ascii=False)
            (folder / VOCABULARY_FILE).write_text(text, encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the entities of each message."""
        for message in messages:
            mentions = self._finder.find(str(message.get(TEXT) or "")[:MAX_READ])
            message.set(MENTIONS, [mention.to_dict() for mention in mentions])
            entities = [
                {
                    "entity": mention.kind,
                    "value": mention.value,
                    "start": mention.start,
                    "end": mention.end,
                    "extractor": type(self).__name__,
                }
                for mention in mentions
                if not mention.negated
            ]
            message.set(ENTITIES, [*message.get(ENTITIES, []), *entities], add_to_output=True)
        return messages

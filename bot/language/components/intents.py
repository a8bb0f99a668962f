"""Fourth: guesses the intent with the linear model over sparse features, sentence vectors and vocabulary flags."""

from __future__ import annotations

import shutil
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import settings
from bot.language.cleaning import clean
from bot.language.components.parts import GUESSES, MENTIONS, SAFETY, SEGMENTS, depends_on, vocabulary_now
from bot.language.encoder import SentenceEncoder
from bot.language.entities import shared_finder
from bot.language.intent_file import ENCODER_FOLDER, load_model_with_encoder, save_model
from bot.language.intent_model import SURE, IntentModel, Settings
from bot.language.linear import one_thread
from bot.language.reader import guess_intents
from bot.language.threshold import PRODUCT_SHARES, learn_threshold


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class GuideIntents(GraphComponent):
    """The project's intent model inside Rasa's graph."""

    def __init__(self, model: IntentModel, model_storage: ModelStorage, resource: Resource) -> None:
        """Takes a model, trained or to be trained."""
        self._model = model
        self._storage = model_storage
        self._resource = resource

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the default settings."""
        return {"C": Settings.C, "seed": Settings.seed, "encoder": True, "sure": SURE}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GuideIntents:
        """Creates the component for training; the encoder is made from its weights the first time.

        The vocabulary is read from the store here; it goes into the trained model.
        """
        from bot.language.encoder_build import build_encoder  # noqa: PLC0415 - needs onnx, which serving does without

        encoder = SentenceEncoder(build_encoder(settings.var_folder() / "encoder")) if config["encoder"] else None
        chosen = Settings(C=config["C"], seed=config["seed"], sure=config["sure"])
        model = IntentModel(chosen, encoder, shared_finder(vocabulary_now()))
        return cls(model, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> GuideIntents:
        """Loads the trained model.

        Raises:
            ModelError: the model cannot be read.
        """
        one_thread()
        with model_storage.read_from(resource) as folder:
            return cls(load_model_with_encoder(folder), model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Makes Rasa train again when content or code changed."""
        return depends_on()

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the examples under nlu/, and from which score on a guess counts."""
        examples = [m for m in training_data.intent_examples if m.get(TEXT) and m.get(INTENT)]
        self._model.fit([clean(m.get(TEXT)) for m in examples], [m.get(INTENT) for m in examples])
        learn_threshold(self._model, shares=PRODUCT_SHARES)
        with self._storage.write_to(self._resource) as folder:
            save_model(self._model, folder)
            if isinstance(self._model.encoder, SentenceEncoder):
                shutil.copytree(settings.var_folder() / "encoder", folder / ENCODER_FOLDER, dirs_exist_ok=True)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the best guesses to each message."""
        for message in messages:
            text, mentions = str(message.get(TEXT) or ""), message.get(MENTIONS) or []
            guesses, segments = guess_intents(self._model, text, mentions, message.get(SAFETY) or {})
            message.set(GUESSES, guesses)
            message.set(SEGMENTS, segments)
        return messages

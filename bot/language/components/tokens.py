"""First in the pipeline: cleans the text and splits it into tokens with spaCy.

Cleaning here, inside the graph, closes Rasa's slash commands on every channel: its own handler for `/intent{...}` runs
last and finds no slash any more.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.language.cleaning import MAX_READ, clean
from bot.language.english import english


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class GuideTokens(Tokenizer):
    """Cleans messages and tokenises them with spaCy's rules for English."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the settings that Rasa's tokenizer base class asks for."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
        }

    def __init__(self, config: dict[str, Any]) -> None:
        """Makes the spaCy tokenizer."""
        super().__init__(config)
        self._tokenizer = english().tokenizer

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GuideTokens:
        """Creates the component; Rasa calls this."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Cleans each message, then tokenises it."""
        for message in messages:
            message.set(TEXT, clean(message.get(TEXT)), add_to_output=True)
        return list(super().process(messages))

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Returns the tokens of one attribute of a message."""
        text = str(message.get(attribute) or "")[:MAX_READ]
        return [Token(token.text, token.idx) for token in self._tokenizer(text) if not token.is_space]

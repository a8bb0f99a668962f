"""Leaving out what `bot serve` never uses. Written for Rasa 3.6.21; switched off by BOT_STOCK=unused.

Rasa loads the client libraries of all its channels, of three databases and of its plots before it looks at the
configuration: about a second and 60 MB. Here each channel of Rasa is loaded when somebody names it; pymongo, boto3 and
matplotlib are not loaded, because conversations are kept in SQL (bot.server.conversations) and no plot is drawn. Nor are
scipy.stats, which scikit-learn loads for the tuning of models, Rasa's data for training TensorFlow, its client for a
separate NLU server, the scheduler of its reminders, which this bot has none of, spaCy's commands, and the two libraries that ask
questions at a terminal.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from bot.server.departures.missing import stand_in

MODULES = (
    "pymongo", "pymongo.collection", "boto3", "boto3.dynamodb", "boto3.dynamodb.conditions", "rasa.utils.plotting",
    "rasa.utils.tensorflow.model_data", "scipy.stats", "questionary", "prompt_toolkit", "prompt_toolkit.styles",
    "apscheduler", "apscheduler.schedulers", "apscheduler.schedulers.asyncio", "rasa.core.http_interpreter",
    "spacy.cli", "spacy.cli.info",
)  # fmt: skip
# The channels of rasa/core/channels/__init__.py: name in credentials.yml, module, class.
CHANNELS = {
    "cmdline": ("console", "CmdlineInput"),
    "facebook": ("facebook", "FacebookInput"),
    "slack": ("slack", "SlackInput"),
    "telegram": ("telegram", "TelegramInput"),
    "mattermost": ("mattermost", "MattermostInput"),
    "twilio": ("twilio", "TwilioInput"),
    "twilio_voice": ("twilio_voice", "TwilioVoiceInput"),
    "rasa": ("rasa_chat", "RasaChatInput"),
    "botframework": ("botframework", "BotFrameworkInput"),
    "rocketchat": ("rocketchat", "RocketChatInput"),
    "callback": ("callback", "CallbackInput"),
    "rest": ("rest", "RestInput"),
    "socketio": ("socketio", "SocketIOInput"),
    "webexteams": ("webexteams", "WebexTeamsInput"),
    "hangouts": ("hangouts", "HangoutsInput"),
}
_PACKAGE = "rasa.core.channels"
_ALWAYS = ("InputChannel", "OutputChannel", "UserMessage", "CollectingOutputChannel")


class ChannelsOnDemand(Mapping[str, Any]):
    """Rasa's mapping from a channel's name to its class, each loaded when it is asked for."""

    def __getitem__(self, name: str) -> Any:
        """Loads the channel of that name."""
        module, cls = CHANNELS[name]
        return getattr(import_module(f"{_PACKAGE}.{module}"), cls)

    def __iter__(self) -> Iterator[str]:
        """Goes over the names, loading nothing."""
        return iter(CHANNELS)

    def __len__(self) -> int:
        """Returns how many channels Rasa has."""
        return len(CHANNELS)


class ChannelPackage(ModuleType):
    """The package rasa.core.channels, which loads what is asked for and no more."""

    BUILTIN_CHANNELS = ChannelsOnDemand()

    def __getattr__(self, name: str) -> Any:
        """Returns a name that the package exports."""
        if name in _ALWAYS:
            return getattr(import_module(f"{_PACKAGE}.channel"), name)
        if name == "input_channel_classes":
            return list(self.BUILTIN_CHANNELS.values())
        for module, cls in CHANNELS.values():
            if cls == name:
                return getattr(import_module(f"{_PACKAGE}.{module}"), cls)
        raise AttributeError(f"module {_PACKAGE!r} has no attribute {name!r}")


def install() -> None:
    """Puts the stand-ins in place."""
    stand_in(*(name for name in MODULES if name.partition(".")[0] not in sys.modules or name.startswith("rasa.")))
    if _PACKAGE in sys.modules:
        return
    import rasa.core  # noqa: PLC0415 - the parent package; it holds nothing but a version

    spec = find_spec(_PACKAGE)
    if spec is None or spec.submodule_search_locations is None:
        return
    package = ChannelPackage(_PACKAGE, "Rasa's channels, each loaded when it is asked for.")
    package.__spec__ = spec
    package.__path__ = list(spec.submodule_search_locations)
    package.__file__ = spec.origin
    package.__package__ = _PACKAGE
    sys.modules[_PACKAGE] = package
    rasa.core.channels = package

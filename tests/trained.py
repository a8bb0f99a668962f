"""The project's trained model, made when inputs changed and loaded once for all tests that need it."""

from __future__ import annotations

import asyncio
import fcntl
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.answers.conversation import turn
from bot.answers.question import Memory
from bot.answers.reading import Reading
from bot.answers.reply import Reply
from bot.clinic import load_clinic
from bot.evaluation.explain import trained_reader
from bot.guide.store import open_guide
from bot.language.reader import Reader
from bot.server.quiet import quiet_rasa
from bot.server.training import models_folder, train_if_needed, trained_model


@lru_cache(maxsize=1)
def the_model() -> Path:
    """The model file, trained first if its inputs changed, and by one process of the tests at a time."""
    models_folder().mkdir(exist_ok=True)
    with (models_folder() / "tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        train_if_needed()
    return trained_model()


@lru_cache(maxsize=1)
def the_reader() -> Reader:
    """A reader with the trained intent model, without Rasa."""
    the_model()
    return trained_reader()


@lru_cache(maxsize=1)
def the_agent() -> Any:
    """Rasa's own agent with the trained model and the actions in this process."""
    path = the_model()
    quiet_rasa()
    from rasa.core.agent import Agent

    from bot.server.in_process import InProcessActions

    return Agent.load(str(path), action_endpoint=InProcessActions())


class Talk:
    """A conversation through the reader and `bot.answers.conversation.turn`."""

    def __init__(self) -> None:
        the_reader()  # builds the store first
        self.memory = Memory()
        self.guide = open_guide()
        self.clinic = load_clinic()

    def say(self, text: str) -> Reply:
        """The reply to the next message."""
        reading = Reading.from_dict(the_reader().read(text))
        reply, self.memory = turn(reading, self.memory, self.guide, self.clinic)
        return reply


class RasaTalk:
    """A conversation through Rasa's agent, by the same model."""

    def __init__(self, sender: str) -> None:
        self.sender = sender

    def say(self, text: Any) -> dict[str, Any]:
        """The reply contract's data of the next reply, with everything shown under `shown`."""
        messages = asyncio.run(the_agent().handle_text({"text": text}, sender_id=self.sender)) or []
        return one_reply(messages)


def one_reply(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The data of the one reply that a turn's messages hold, with the whole text under `shown`."""
    assert messages, "the bot stayed silent"
    replies = [m["custom"]["data"]["reply"] for m in messages if "custom" in m]
    assert len(replies) == 1, messages
    assert "custom" in messages[-1], "the reply's data must stand in the last message"
    reply: dict[str, Any] = replies[0]
    return {**reply, "shown": "\n".join(m["text"] for m in messages if "text" in m)}

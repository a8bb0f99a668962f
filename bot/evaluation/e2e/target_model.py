"""The trained model in this process: the same agent and actions as the server, with a view of slots, actions and crashes."""

from __future__ import annotations

import logging
import sys
import time
import traceback
import uuid
from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa_sdk.interfaces import ActionExecutionRejection

from bot import settings
from bot.evaluation.e2e.targets import Seen, Talk, Turn
from bot.server.in_process import InProcessActions

CHANNEL = "test"
_crashes: ContextVar[list[str] | None] = ContextVar("crashes", default=None)


def load_agent(model: Path, package: str = "actions") -> Agent:
    """Loads the trained model with actions whose failures are seen."""
    return Agent.load(str(model), action_endpoint=WatchedActions(package))


class WatchedActions(InProcessActions):
    """Runs actions as the server does, and notes which one crashed and where: Rasa itself only logs it and goes on."""

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the action; see `InProcessActions.request`."""
        try:
            return await super().request(*args, **kwargs)
        except Exception as error:
            if not isinstance(error.__cause__, ActionExecutionRejection):
                _note(f"{(kwargs.get('json') or {}).get('next_action')} crashed", error)
            raise


class _FailureLog(logging.Handler):
    """Notes a failure that an action caught itself: it logs the error's type while it handles the error."""

    def emit(self, record: logging.LogRecord) -> None:
        error = sys.exc_info()[1]
        if error is not None:
            _note("an action failed and gave the reply of last resort", error)


class ModelTarget:
    """Conversations with the model in this process."""

    name = "the model in this process"
    sees_inside = True
    takes_metadata = True
    parallel = 1

    def __init__(self, agent: Agent) -> None:
        """Takes the loaded agent (see `load_agent`)."""
        self._agent = agent
        self._log = _FailureLog(logging.ERROR)

    async def open(self) -> None:
        """Starts to watch for failures."""
        logging.getLogger("actions").addHandler(self._log)

    async def begin(self, slots: Mapping[str, Any]) -> Talk:
        """Begins a conversation with these slots set."""
        sender = uuid.uuid4().hex
        if slots:
            tracker = await self._agent.processor.fetch_tracker_with_initial_session(sender)
            for name, value in slots.items():
                tracker.update(SlotSet(name, value))
            await self._agent.tracker_store.save(tracker)
        return _ModelTalk(self._agent, sender)

    async def close(self) -> None:
        """Stops watching."""
        logging.getLogger("actions").removeHandler(self._log)


class _ModelTalk:
    def __init__(self, agent: Agent, sender: str) -> None:
        self._agent, self._sender = agent, sender
        self._events = 0

    async def say(self, text: str, metadata: Mapping[str, Any]) -> Turn:
        collector = CollectingOutputChannel()
        crashes: list[str] = []
        token = _crashes.set(crashes)
        start = time.perf_counter()
        before = len(await self._all_events())
        try:
            await self._agent.handle_message(
                UserMessage(text, collector, self._sender, input_channel=CHANNEL, metadata=dict(metadata) or None)
            )
        except Exception as error:  # noqa: BLE001 - whatever the bot raises is a finding
            _note("the bot raised an error", error)
        finally:
            _crashes.reset(token)
        seconds = time.perf_counter() - start
        events = (await self._all_events())[before:]
        return Turn(text, tuple(collector.messages), seconds, _seen(events), tuple(crashes))

    async def _all_events(self) -> list[Event]:
        tracker = await self._agent.tracker_store.retrieve(self._sender)
        return list(tracker.events) if tracker else []


def _seen(events: list[Event]) -> Seen:
    users = [event for event in events if isinstance(event, UserUttered)]
    return Seen(
        intent=users[-1].intent_name if users else None,
        actions=tuple(str(event.action_name) for event in events if isinstance(event, ActionExecuted)),
        slots={event.key: event.value for event in events if isinstance(event, SlotSet)},
        templates=tuple(
            str(event.metadata["utter_action"])
            for event in events
            if isinstance(event, BotUttered) and (event.metadata or {}).get("utter_action")
        ),
    )


def _note(what: str, error: BaseException) -> None:
    crashes = _crashes.get()
    if crashes is None:
        return
    frames = traceback.extract_tb(error.__traceback__)
    place = ""
    if frames:
        file = Path(frames[-1].filename)
        shown = file.relative_to(settings.home()) if file.is_relative_to(settings.home()) else Path(file.name)
        place = f" ({shown}:{frames[-1].lineno})"
    crashes.append(f"{what}: {type(error).__name__}: {error}{place}")

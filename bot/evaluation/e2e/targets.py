"""What a conversation is held with: the contract that the model in this process and the live channels keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

SECONDS_PER_MESSAGE = 30.0


class TargetDown(Exception):
    """The target cannot be reached or has stopped; the text says what to do. No further case can be run."""


@dataclass(frozen=True)
class Seen:
    """What can be seen of a turn from inside: only the model in this process shows it.

    Attributes:
        intent: the intent that won.
        actions: names of the actions that ran, in order.
        slots: the last value of every slot that was set in this turn.
        templates: names of the domain's responses that were uttered.
    """

    intent: str | None = None
    actions: tuple[str, ...] = ()
    slots: Mapping[str, Any] = field(default_factory=dict)
    templates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Turn:
    """One message and all that came back.

    Attributes:
        user: what was sent.
        messages: the messages of the reply, in the form of the REST channel.
        seconds: how long the reply took.
        seen: None where the target does not show it.
        crashes: what failed inside, or what the server said instead of a reply.
    """

    user: str
    messages: tuple[Mapping[str, Any], ...]
    seconds: float
    seen: Seen | None = None
    crashes: tuple[str, ...] = ()

    def shown(self) -> str:
        """Returns everything that the visitor reads."""
        return "\n".join(str(message["text"]) for message in self.messages if message.get("text"))

    def replies(self) -> list[Any]:
        """Returns the data of the reply contract; a turn should hold exactly one."""
        found = []
        for message in self.messages:
            custom = message.get("custom")
            data = custom.get("data") if isinstance(custom, Mapping) else None
            if isinstance(data, Mapping) and "reply" in data:
                found.append(data["reply"])
        return found

    def reply(self) -> Mapping[str, Any]:
        """Returns the reply's data, empty where there is none."""
        replies = self.replies()
        return replies[-1] if replies and isinstance(replies[-1], Mapping) else {}


class Talk(Protocol):
    """One conversation."""

    async def say(self, text: str, metadata: Mapping[str, Any]) -> Turn:
        """Sends a message and waits for the reply.

        Raises:
            TargetDown: the target has gone.
        """


class Target(Protocol):
    """Something that conversations can be held with.

    Attributes:
        name: for reports.
        sees_inside: turns carry `Seen`, and slots can be set beforehand.
        takes_metadata: metadata reach the bot.
        parallel: how many conversations at a time it gains from.
    """

    name: str
    sees_inside: bool
    takes_metadata: bool
    parallel: int

    async def open(self) -> None:
        """Makes ready.

        Raises:
            TargetDown: it cannot be reached or loaded.
        """

    async def begin(self, slots: Mapping[str, Any]) -> Talk:
        """Begins a conversation, with these slots set where `sees_inside`.

        Raises:
            TargetDown: the target has gone.
        """

    async def close(self) -> None:
        """Lets go of connections."""

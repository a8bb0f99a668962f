"""A messaging channel as Rasa sees it: one webhook that verifies, takes messages in hand, and answers the platform at once."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from typing import Any, ClassVar

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.messaging.credentials import Platform
from bot.channels.messaging.desk import Desk, Handler
from bot.channels.messaging.incoming import Heard, Incoming, Refused
from bot.channels.messaging.outgoing import Call, Outgoing
from bot.channels.messaging.shown import Shown
from bot.channels.web_errors import error_body
from bot.server import watch

_SAID = {
    "unsigned": "The request is not signed.",
    "forged": "The request's signature is not right.",
    "stale": "The request is too old.",
    "no_keys": "The request cannot be checked now. Please send it again.",
    "unreadable": "The request is not one of the platform's.",
}


class MessagingInput(InputChannel, abc.ABC):
    """What all messaging channels do in the same way. A channel says how its platform signs, writes and is written to."""

    platform: ClassVar[Platform]
    outgoing: Outgoing

    def __init__(self, values: Mapping[str, str], public_url: str | None = None) -> None:
        """Takes what the platform's variables hold, and where the bot is reached from outside."""
        self.values, self.public_url = values, public_url

    @classmethod
    def name(cls) -> str:
        """The channel's name, which is also its place under `/webhooks/`."""
        return cls.platform.name

    @abc.abstractmethod
    async def verify(self, request: Request) -> None:
        """Makes sure that a request is the platform's.

        Raises:
            Refused: it is not.
        """

    @abc.abstractmethod
    def read(self, request: Request) -> Heard:
        """Returns what a verified request says.

        Raises:
            Refused: it is not of the platform's form.
        """

    @abc.abstractmethod
    def calls(self, message: Incoming, reply: Shown) -> list[Call]:
        """Returns the calls that bring a reply to a person, in their order."""

    @abc.abstractmethod
    def samples(self) -> dict[str, Incoming]:
        """Returns made-up messages, by the name that people give the way they come, for showing replies to them."""

    @abc.abstractmethod
    async def check(self) -> list[str]:
        """Asks the platform whether it takes our credentials; returns what is wrong, each with what to do.

        Raises:
            NotDelivered: the platform says no, or is not reached.
        """

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Returns the channel's routes; Rasa calls this."""
        routes = Blueprint(f"guide_{self.name()}", __name__)
        self.desk = Desk(self.name(), on_new_message, self._deliver, self.public_url)

        @routes.listener("before_server_stop")
        async def finish(app: Any, loop: Any) -> None:
            await self.desk.finish()
            await self.close()

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            return await self._receive(request)

        self.add_routes(routes)
        return routes

    def add_routes(self, routes: Blueprint) -> None:
        """Adds routes that only this platform needs."""

    async def close(self) -> None:
        """Ends the connections to the platform."""
        await self.outgoing.close()

    async def _receive(self, request: Request) -> HTTPResponse:
        try:
            await self.verify(request)
        except Refused as refused:
            return self.refusal(refused)
        try:
            heard = self.read(request)
        except Refused as refused:
            return self.refusal(refused)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            # Signed, but of a form that nobody documents. The platform would send it again for ever if it were refused.
            watch.failed(f"{self.name()}.read", error)
            return response.empty(200)
        if not self.desk.has_room(heard.messages):
            watch.refused(self.name(), "busy")
            return response.json(error_body("busy", "Please send it again in a moment."), 503, {"Retry-After": "5"})
        store = getattr(getattr(request.app.ctx, "agent", None), "tracker_store", None)
        for message in heard.messages:
            self.desk.take(store, message)
        return heard.answer

    def refusal(self, refused: Refused) -> HTTPResponse:
        """Counts a refused request and returns the answer to it."""
        watch.refused(self.name(), refused.reason)
        return response.json(error_body(refused.reason, _SAID[refused.reason]), status=refused.status)

    async def _deliver(self, message: Incoming, reply: Shown) -> None:
        for call in self.calls(message, reply):
            try:
                await self.outgoing.send(call)
            except Exception:
                if call.needed:
                    raise

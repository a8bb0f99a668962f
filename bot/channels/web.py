"""The web channel: what the chat widget on a clinic's page talks to (docs/web.md).

A visitor gets a signed token for a conversation of their own and sends messages with it. Bad input gets a real status code
and a readable error; a failure gets an honest text with the clinic's contact. It is never silent.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import settings
from bot.channels import web_errors
from bot.channels.web_answering import CHANNEL, Answering, Handler
from bot.channels.web_bodies import read_feedback, read_json, read_message
from bot.channels.web_errors import Refused
from bot.channels.web_limits import Limit, address_of
from bot.channels.web_openapi import description
from bot.channels.web_secret import session_secret
from bot.channels.web_store import Conversations, is_store_down
from bot.channels.web_tokens import Session, Tokens
from bot.server import watch
from bot.tenants.current import current

Route = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]


class WebInput(InputChannel):
    """The channel as Rasa sees it; credentials.yml names it."""

    def __init__(self) -> None:
        """Reads the secret and the limits.

        Raises:
            BotError: the secret is missing or weak, or a limit is no number.
        """
        limits = settings.web_limits()
        self._secret, self._hours = session_secret(), limits.session_hours
        self._tokens: dict[str | None, Tokens] = {}
        self.conversations = Conversations()
        self.by_session = Limit("too_many_messages", limits.session)
        self.by_address = Limit("too_many_requests", limits.address)
        self.new_sessions = Limit("too_many_sessions", limits.new_sessions)

    @property
    def tokens(self) -> Tokens:
        """The tokens of the chosen clinic: each names it, and is no good at another."""
        tenant = current()
        key = tenant.key if tenant is not None else None
        if key not in self._tokens:
            self._tokens[key] = Tokens(self._secret, self._hours, key)
        return self._tokens[key]

    @classmethod
    def name(cls) -> str:
        """The channel's name, which is also its place under `/webhooks/`."""
        return CHANNEL

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Returns the channel's routes; Rasa calls this."""
        routes = Blueprint("guide_web", __name__)
        self.answering = Answering(on_new_message, self.conversations)

        @routes.listener("before_server_stop")
        async def finish(app: Sanic, loop: Any) -> None:
            await self.answering.finish()

        @routes.get("/openapi.json")
        async def openapi(request: Request) -> HTTPResponse:
            return response.json(description())

        for method, path, route in (
            ("POST", "/session", self._begin),
            ("DELETE", "/session", self._end),
            ("POST", "/message", self._message),
            ("GET", "/history", self._history),
            ("POST", "/feedback", self._feedback),
        ):
            name = route.__name__.strip("_")
            # As streams, because the channel reads bodies itself: less of them, and not for ever.
            routes.add_route(_refusing(route), path, methods=[method], name=name, stream=method == "POST")
        return routes

    async def _begin(self, request: Request) -> HTTPResponse:
        self.new_sessions.take(address_of(request))
        await read_json(request, optional=True)
        return response.json(self.tokens.issue().to_dict(), status=201)

    async def _message(self, request: Request) -> HTTPResponse:
        session = self._named(request)  # whether the store knows that it was ended is asked in the messages' order
        self.by_session.take(session.sid)
        text, message_id = read_message(await read_json(request))
        self.tokens.check_going(session)  # it may have been ended while the body was on its way
        messages = await self.answering.answer(_store(request), session.sender, message_id, text)
        return response.json({"messages": messages, "message_id": message_id})

    async def _end(self, request: Request) -> HTTPResponse:
        session = await self._session(request)
        self.tokens.end(session)
        try:
            await self.answering.forget(_store(request), session.sender, session.expires)
        except Exception:
            self.tokens.resume(session)
            raise
        return response.empty()

    async def _history(self, request: Request) -> HTTPResponse:
        session = await self._session(request)
        self.by_session.take(session.sid)
        return response.json({"turns": await self.conversations.history(_store(request), session.sender)})

    async def _feedback(self, request: Request) -> HTTPResponse:
        session = await self._session(request)
        self.by_session.take(session.sid)
        data = await read_json(request)
        value = read_feedback(data)
        watch.feedback(value)
        if value == "down" and data.get("message_id"):
            try:
                await self.conversations.voted_down(_store(request), session.sender, data["message_id"])
            except Exception as error:  # noqa: BLE001 - the thumb is counted, and that is what the visitor was told
                watch.failed(CHANNEL, error)
        return response.empty()

    def _named(self, request: Request) -> Session:
        self.by_address.take(address_of(request))
        return self.tokens.read(request.headers.get("authorization"))

    async def _session(self, request: Request) -> Session:
        """Returns the session of a request's token.

        Raises:
            Refused: 429 too many requests from one address, 401 no good token.
        """
        session = self._named(request)
        if await self.conversations.ended(_store(request), session.sender):
            raise web_errors.ended_session()
        return session


def _store(request: Request) -> Any:
    """Returns the conversation store of the agent that serves, or None before there is one."""
    return getattr(getattr(request.app.ctx, "agent", None), "tracker_store", None)


def _refusing(route: Route) -> Route:
    """Makes a route answer what is refused or fails, instead of raising it."""

    @wraps(route)
    async def answer(request: Request) -> HTTPResponse:
        try:
            return await route(request)
        except Refused as refused:
            watch.refused(CHANNEL, refused.code)
            return refused.answer()
        except Exception as error:  # noqa: BLE001 - an honest text rather than a page of the web server
            if hasattr(error, "status_code"):
                raise  # Sanic's own: bot.server.transport answers it
            watch.failed(CHANNEL, error)
            return web_errors.failed("store_down" if is_store_down(error) else "bot_failed").answer()

    return answer

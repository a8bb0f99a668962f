"""The web channel over a real socket, with Rasa's agent stood in for: for what concerns transport and not replies."""

from __future__ import annotations

import asyncio
import http.client
import itertools
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from commands import LOOPBACK
from rasa.core.channels.channel import UserMessage
from rasa.core.run import configure_app
from sanic import Sanic
from sanic.http import Http
from sanic.touchup.service import TouchUp

from bot.answers.reply import Reply
from bot.channels.web import WebInput
from bot.server import headers, outside, transport

API = "/webhooks/web"
Handler = Callable[[UserMessage], Awaitable[None]]
_names = itertools.count()
_touch_up = TouchUp.run


def _touch_up_once(app: Sanic) -> None:
    """Sanic rewrites its own HTTP class when an application starts, and fails when it does so again in one process."""
    if Http.http1_request_header.__code__.co_filename.endswith(".py"):
        _touch_up(app)


TouchUp.run = _touch_up_once


@dataclass
class Answer:
    """One response: status, headers with names in lower case, and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> tuple[int, str]:
        """Status and code of a refusal."""
        return self.status, self.json["error"]["code"]


@dataclass
class Client:
    """Talks to a server on loopback; every request on a connection of its own."""

    port: int

    def request(
        self, method: str, path: str, body: Any = None, seconds: float = 30, raw: bool = False, **headers: str
    ) -> Answer:
        """Sends a request; `body` is JSON unless it is bytes; header names are written with _ for -."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        if data is not None and not raw:
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=seconds)
        try:
            connection.request(method, path, data, sent)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def session(self) -> str:
        """A fresh token."""
        answer = self.request("POST", f"{API}/session")
        assert answer.status == 201, answer.body
        return str(answer.json["token"])

    def say(self, token: str, text: Any, message_id: str | None = None, **headers: str) -> Answer:
        """Sends a visitor's message."""
        body = {"message": text} if message_id is None else {"message": text, "message_id": message_id}
        return self.request("POST", f"{API}/message", body, Authorization=f"Bearer {token}", **headers)


@dataclass
class Agent:
    """Stands in for Rasa's agent: hands each message to a function, and counts."""

    handler: Handler
    tracker_store: Any = None
    ready: bool = True
    seen: list[UserMessage] = field(default_factory=list)

    async def handle_message(self, message: UserMessage) -> None:
        self.seen.append(message)
        await self.handler(message)

    def is_ready(self) -> bool:
        return self.ready


@dataclass
class Running(Client):
    """A running server with its parts."""

    app: Any = None
    agent: Any = None
    channel: Any = None
    loop: Any = None


async def echo(message: UserMessage) -> None:
    """Answers with what was said, in the form of every reply."""
    reply = Reply("chitchat", f"heard {message.text}")
    await message.output_channel.send_text_message(message.sender_id, reply.full_text())
    await message.output_channel.send_custom_json(message.sender_id, {"data": {"reply": reply.to_dict()}})


@contextmanager
def serving(handler: Handler = echo, store: Any = None) -> Iterator[Running]:
    """Serves the web channel on a free port, in a thread of its own, set up as the launcher does it."""
    channel = WebInput()
    agent = Agent(handler, store)
    app = _application(channel)
    app.ctx.agent = agent
    loop = asyncio.new_event_loop()
    listening = socket.create_server((LOOPBACK, 0))
    up = threading.Event()
    server: list[Any] = []

    async def start() -> None:
        made = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
        await made.startup()
        await made.before_start()
        await made.start_serving()
        server.append(made)
        up.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.create_task(start())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert up.wait(20)
    try:
        yield Running(listening.getsockname()[1], app, agent, channel, loop)
    finally:

        async def stop() -> None:
            await server[0].before_stop()
            server[0].close()

        asyncio.run_coroutine_threadsafe(stop(), loop).result(40)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        listening.close()


def _application(channel: WebInput) -> Sanic:
    """Rasa's application with the channel; its fixed name is freed, because Sanic allows each name once."""
    Sanic._app_registry.pop("rasa_core_no_api", None)
    app: Sanic = configure_app([channel], enable_api=False)
    app.name = f"web_{next(_names)}"
    transport.attach(app)
    headers.attach(app)
    outside.attach(app)
    return app

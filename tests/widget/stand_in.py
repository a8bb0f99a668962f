"""A thin web channel in front of the project's own reader and answers, with the real pages: for tests of the widget alone.

Run as a program with a port. It keeps the contract of docs/web.md: sessions, each message id answered once, deletion.
"""

from __future__ import annotations

import secrets
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from sanic import Sanic, response  # noqa: E402
from sanic.request import Request  # noqa: E402
from sanic.response import HTTPResponse  # noqa: E402
from trained import Talk  # noqa: E402

from bot.channels.pages import attach  # noqa: E402

OPEN = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "authorization, content-type",
        "Access-Control-Allow-Methods": "GET, POST, DELETE", "Access-Control-Expose-Headers": "Retry-After"}  # fmt: skip


@dataclass
class Chat:
    """One session: its conversation, what was answered, and what was said of the answers."""

    talk: Talk = field(default_factory=Talk)
    answered: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    votes: dict[str, str] = field(default_factory=dict)


def error(status: int, code: str, text: str) -> HTTPResponse:
    return response.json({"error": {"code": code, "text": text}}, status=status)


def stand_in() -> Sanic:
    app = Sanic("stand_in")
    attach(app)
    chats: dict[str, Chat] = {}

    def chat_of(request: Request) -> Chat | None:
        return chats.get(request.headers.get("authorization", "").removeprefix("Bearer "))

    async def cors(request: Request, answer: HTTPResponse) -> None:
        if request.path.startswith("/webhooks/web/"):
            answer.headers.update(OPEN)

    app.register_middleware(cors, "response")

    async def preflight(request: Request) -> HTTPResponse:
        return response.empty()

    for what in ("session", "message", "feedback"):
        app.add_route(preflight, f"/webhooks/web/{what}", methods=["OPTIONS"], name=f"preflight_{what}")

    @app.post("/webhooks/web/session")
    async def begin(request: Request) -> HTTPResponse:
        token = secrets.token_urlsafe(24)
        chats[token] = Chat()
        return response.json({"token": token, "expires_at": time.time() + 3600, "expires_in": 3600}, status=201)

    @app.delete("/webhooks/web/session")
    async def end(request: Request) -> HTTPResponse:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return response.empty() if chats.pop(token, None) else error(401, "token_invalid", "This chat has ended.")

    @app.post("/webhooks/web/message")
    async def message(request: Request) -> HTTPResponse:
        chat = chat_of(request)
        if chat is None:
            return error(401, "token_expired", "This chat has ended.")
        text, message_id = request.json["message"], request.json["message_id"]
        if len(text) > 1000:
            return error(400, "message_too_long", "That is too long.")
        if message_id not in chat.answered:
            reply = chat.talk.say(text)
            buttons = [{"title": choice.title, "payload": choice.text} for choice in reply.choices]
            chat.answered[message_id] = [
                {"text": reply.full_text(), "buttons": buttons},
                {"custom": {"data": {"reply": reply.to_dict()}}},
            ]
        return response.json({"messages": chat.answered[message_id], "message_id": message_id})

    @app.post("/webhooks/web/feedback")
    async def feedback(request: Request) -> HTTPResponse:
        chat = chat_of(request)
        if chat is None or request.json["value"] not in ("up", "down"):
            return error(401, "token_invalid", "This chat has ended.")
        chat.votes[request.json["message_id"]] = request.json["value"]
        return response.empty()

    @app.get("/webhooks/web/history")
    async def history(request: Request) -> HTTPResponse:
        chat = chat_of(request)
        return response.json({"turns": list(chat.answered.values()) if chat else []})

    return app


if __name__ == "__main__":
    Talk()
    stand_in().run("127.0.0.1", int(sys.argv[1]), access_log=False, debug=False)

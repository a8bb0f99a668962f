"""Facebook Messenger: what people write to a page."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.messaging.channel import MessagingInput
from bot.channels.messaging.credentials import Platform
from bot.channels.messaging.incoming import (
    GREETING,
    Heard,
    Incoming,
    forged,
    json_object,
    typed,
    unreadable,
    unsigned,
)
from bot.channels.messaging.outgoing import Call, Outcome, Outgoing, by_status
from bot.channels.messaging.shown import Shown
from bot.channels.messaging.splitting import split

USUAL = "https://graph.facebook.com/v23.0"
TEXT = 2000
QUICK_REPLIES = 13
TITLE = 20
PAYLOAD = 1000
# Errors of the Graph API that pass: unknown, service, and the several rate limits.
_BUSY = frozenset({1, 2, 4, 17, 32, 341, 613, 80006, 80007})


class MessengerInput(MessagingInput):
    """`/webhooks/messenger/webhook`, the callback address of the app's Messenger product."""

    platform = Platform(
        "messenger",
        "Facebook Messenger",
        {
            "MESSENGER_PAGE_TOKEN": r"\w{20,}",
            "MESSENGER_APP_SECRET": r"[0-9a-zA-Z]{16,128}",
            "MESSENGER_VERIFY_TOKEN": r"\S{8,}",
        },
        {"MESSENGER_API_URL": USUAL},
    )

    def __init__(self, values: Mapping[str, str], public_url: str | None = None) -> None:
        """Takes what the variables hold."""
        super().__init__(values, public_url)
        self._secret = values["MESSENGER_APP_SECRET"].encode()
        self._base = values["MESSENGER_API_URL"]
        self.outgoing = Outgoing((self._base,), self._headers, judge)

    def add_routes(self, routes: Blueprint) -> None:
        """Adds the address's own check, which the app asks for once when the webhook is set up."""

        @routes.get("/webhook")
        async def subscribe(request: Request) -> HTTPResponse:
            return self._subscribe(request)

    async def verify(self, request: Request) -> None:
        """Holds the body to the signature made with the app secret (HMAC with SHA-256)."""
        signature = request.headers.get("x-hub-signature-256", "")
        if not signature:
            raise unsigned()
        right = "sha256=" + hmac.new(self._secret, request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), right.encode()):
            raise forged()

    def read(self, request: Request) -> Heard:
        """Reads every event of the batch; deliveries, reads, edits and the page's own messages need no answer."""
        data = json_object(request.body)
        if data.get("object") != "page":
            raise unreadable()
        messages = []
        for entry in data.get("entry") or ():
            for event in entry.get("messaging") or ():
                found = _message(str(entry.get("id")), event)
                if found is not None:
                    messages.append(found)
        return Heard(response.text("EVENT_RECEIVED"), tuple(messages))

    def calls(self, message: Incoming, reply: Shown) -> list[Call]:
        """Returns one call of the Send API for each part."""
        return [
            Call(
                f"{self._base}/me/messages",
                json={"recipient": {"id": message.to["person"]}, "messaging_type": "RESPONSE", "message": part},
            )
            for part in render(reply)
        ]

    def samples(self) -> dict[str, Incoming]:
        """Returns a message to a page."""
        return {"messenger": Incoming("messenger:0:0", "", "m_0", {"person": "0"})}

    async def check(self) -> list[str]:
        """Asks who the page is."""
        await self.outgoing.send(Call(f"{self._base}/me?fields=id", method="GET"), tries=1)
        return []

    async def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.values['MESSENGER_PAGE_TOKEN']}"}

    def _subscribe(self, request: Request) -> HTTPResponse:
        token = str(request.args.get("hub.verify_token") or "")
        right = self.values["MESSENGER_VERIFY_TOKEN"]
        if request.args.get("hub.mode") != "subscribe" or not token:
            return self.refusal(unsigned())
        if not hmac.compare_digest(token.encode("utf-8", "replace"), right.encode()):
            return self.refusal(forged())
        return response.text(str(request.args.get("hub.challenge") or ""))


def render(reply: Shown) -> list[dict[str, Any]]:
    """Returns one or more `message` objects. Quick replies vanish with the next message, so their numbers stay as text."""
    reply = reply.with_link_line()
    parts: list[dict[str, Any]] = [
        {"text": text} for text in split([*reply.lines, *reply.numbered()], reply.disclaimer, TEXT)
    ]
    if reply.buttons:
        parts[-1]["quick_replies"] = [
            {"content_type": "text", "title": button.title[:TITLE], "payload": button.text[:PAYLOAD]}
            for button in reply.buttons[:QUICK_REPLIES]
        ]
    return parts


def judge(status: int, body: Any) -> Outcome:
    """Reads the Graph API's answer, whose rate limits come with the status 400."""
    plain = by_status(status, body)
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return plain
    code = error.get("code")
    again = plain.again or error.get("is_transient") is True or (isinstance(code, int) and code in _BUSY)
    return Outcome(False, again, reason=f"error {code}" if isinstance(code, int) else plain.reason)


def _message(page: str, event: dict[str, Any]) -> Incoming | None:
    person = str((event.get("sender") or {}).get("id") or "")
    if not person or person == page:
        return None
    sender, to = f"messenger:{page}:{person}", {"person": person}
    postback = event.get("postback")
    if isinstance(postback, dict):
        # "Get started" and the buttons of a page's menu.
        key = str(postback.get("mid") or event["timestamp"])
        return Incoming(sender, GREETING, key, to)
    message = event.get("message")
    if not isinstance(message, dict) or message.get("is_echo") or message.get("is_deleted"):
        return None
    quick = (message.get("quick_reply") or {}).get("payload")
    text = quick if isinstance(quick, str) and quick else str(message.get("text") or "")
    not_text = bool(message.get("attachments") or message.get("sticker_id"))
    return Incoming(sender, typed(text), str(message["mid"]), to, not_text)

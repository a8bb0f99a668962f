"""Telegram: private chats and groups, with the bot's commands `/start` and `/help`."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from typing import Any

from sanic import response
from sanic.request import Request

from bot.channels.messaging.channel import MessagingInput
from bot.channels.messaging.credentials import Platform
from bot.channels.messaging.incoming import GREETING, Heard, Incoming, forged, json_object, typed, unsigned
from bot.channels.messaging.outgoing import Call, Outcome, Outgoing, by_status
from bot.channels.messaging.shown import Shown
from bot.channels.telegram_messages import render

USUAL = "https://api.telegram.org"
_COMMAND = re.compile(r"/(\w{1,32})(?:@(\w+))?(?=\s|$)", re.ASCII)
# What a person can send that is not words.
_NOT_TEXT = frozenset(
    {"animation", "audio", "contact", "dice", "document", "game", "live_photo", "location", "paid_media", "photo", "poll",
     "checklist", "sticker", "story", "venue", "video", "video_note", "voice"}
)  # fmt: skip


class TelegramInput(MessagingInput):
    """`/webhooks/telegram/webhook`, for a webhook that was set with a secret token."""

    platform = Platform(
        "telegram",
        "Telegram",
        {
            "TELEGRAM_BOT_TOKEN": r"\d+:[\w-]{20,}",
            "TELEGRAM_WEBHOOK_SECRET": r"[\w-]{16,256}",
            "TELEGRAM_BOT_USERNAME": r"\w{3,64}",
        },
        {"TELEGRAM_API_URL": USUAL},
    )

    def __init__(self, values: Mapping[str, str], public_url: str | None = None) -> None:
        """Takes what the variables hold."""
        super().__init__(values, public_url)
        self._secret = values["TELEGRAM_WEBHOOK_SECRET"].encode()
        self._id = values["TELEGRAM_BOT_TOKEN"].partition(":")[0]
        self._username = values["TELEGRAM_BOT_USERNAME"].lower()
        self._base = f"{values['TELEGRAM_API_URL']}/bot{values['TELEGRAM_BOT_TOKEN']}"
        self.outgoing = Outgoing((self._base,), judge=judge)

    async def verify(self, request: Request) -> None:
        """Holds the request to the secret token that the webhook was set with."""
        secret = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not secret:
            raise unsigned()
        if not hmac.compare_digest(secret.encode("utf-8", "replace"), self._secret):
            raise forged()

    def read(self, request: Request) -> Heard:
        """Reads an update: a message, or a press of a button. Edits, channels and everything else need no answer."""
        update = json_object(request.body)
        found: Incoming | None = None
        if isinstance(update.get("message"), dict):
            found = self._message(update["message"], str(update["update_id"]))
        elif isinstance(update.get("callback_query"), dict):
            found = self._pressed(update["callback_query"], str(update["update_id"]))
        return Heard(response.empty(200), (found,) if found else ())

    def calls(self, message: Incoming, reply: Shown) -> list[Call]:
        """Returns one `sendMessage` for each part; a pressed button is told first that it was heard."""
        calls = []
        if message.to.get("callback"):
            answered = {"callback_query_id": message.to["callback"]}
            calls.append(Call(f"{self._base}/answerCallbackQuery", json=answered, needed=False))
        place = {"chat_id": message.to["chat"]}
        if message.to.get("topic"):
            place["message_thread_id"] = message.to["topic"]
        for part in render(reply):
            if message.to.get("reply_to"):
                part["reply_parameters"] = {
                    "message_id": message.to["reply_to"],
                    "allow_sending_without_reply": True,
                }
            calls.append(Call(f"{self._base}/sendMessage", json={**place, **part}))
        return calls

    def samples(self) -> dict[str, Incoming]:
        """Returns a message of a private chat."""
        return {"telegram": Incoming("telegram:1:1", "", "1", {"chat": 1})}

    async def check(self) -> list[str]:
        """Asks `getMe` and `getWebhookInfo`."""
        me = (await self.outgoing.send(Call(f"{self._base}/getMe", json={}), tries=1))["result"]
        found = []
        if str(me.get("username", "")).lower() != self._username:
            found.append(f"TELEGRAM_BOT_USERNAME is not the name of this bot; set it to {me.get('username')}.")
        hook = (await self.outgoing.send(Call(f"{self._base}/getWebhookInfo", json={}), tries=1))["result"]
        expected = f"{self.public_url}/webhooks/telegram/webhook" if self.public_url else None
        if not hook.get("url"):
            found.append("The bot has no webhook yet; set it with setWebhook and the secret token (docs/channels.md).")
        elif expected and hook["url"] != expected:
            found.append(f"The bot's webhook leads elsewhere; set it to {expected}.")
        return found

    def _message(self, data: dict[str, Any], update: str) -> Incoming | None:
        person, chat = data.get("from") or {}, data.get("chat") or {}
        if person.get("is_bot") or "id" not in person or chat.get("type") not in ("private", "group", "supergroup"):
            return None
        group = chat["type"] != "private"
        text = data.get("text") or data.get("caption") or ""
        not_text = bool(_NOT_TEXT & set(data))
        if not text and not not_text and "text" not in data:
            return None  # news of the chat, such as who came in
        if group and not self._addressed(data, text):
            return None
        to = {"chat": chat["id"], "reply_to": data["message_id"] if group else None}
        if data.get("is_topic_message"):
            to["topic"] = data.get("message_thread_id")
        return Incoming(_sender(chat, person), self._words(text), update, to, not_text)

    def _pressed(self, data: dict[str, Any], update: str) -> Incoming | None:
        message, person, text = data.get("message") or {}, data["from"], data.get("data")
        chat = message.get("chat") or {}
        if person.get("is_bot") or "id" not in chat or not isinstance(text, str) or not text:
            return None
        to = {"chat": chat["id"], "callback": data["id"]}
        if message.get("is_topic_message"):
            to["topic"] = message.get("message_thread_id")
        return Incoming(_sender(chat, person), typed(text), update, to)

    def _addressed(self, data: dict[str, Any], text: str) -> bool:
        """Tells whether a group's message is for the bot: it answers the bot, names it, or is a command for it."""
        answered = (data.get("reply_to_message") or {}).get("from") or {}
        if str(answered.get("id")) == self._id:
            return True
        command = _COMMAND.match(text)
        if command:
            return (command[2] or "").lower() == self._username or (
                command[2] is None and command[1].lower() in ("start", "help")
            )
        return bool(self._mention().search(text))

    def _words(self, text: str) -> str:
        """Returns a text without the bot's name; `/start` and `/help` become a greeting."""
        command = _COMMAND.match(text)
        if command and command[1].lower() in ("start", "help"):
            return GREETING
        if command and command[2]:
            text = f"{command[1]} {text[command.end() :]}"
        return typed(self._mention().sub(" ", text))

    def _mention(self) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w)@{re.escape(self._username)}(?!\w)", re.IGNORECASE | re.ASCII)


def judge(status: int, body: Any) -> Outcome:
    """Reads Telegram's answer; how long to wait stands in its body."""
    parameters = body.get("parameters") if isinstance(body, dict) else None
    after = parameters.get("retry_after") if isinstance(parameters, dict) else None
    plain = by_status(status, body)
    ok = plain.ok and isinstance(body, dict) and body.get("ok") is True
    return Outcome(ok, plain.again, float(after) if isinstance(after, int) else None, plain.reason)


def _sender(chat: dict[str, Any], person: dict[str, Any]) -> str:
    return f"telegram:{chat['id']}:{person['id']}"

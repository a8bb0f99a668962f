"""Slack: direct messages, mentions in channels, buttons, and a slash command of the clinic's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sanic import response
from sanic.request import Request
from slack_sdk.signature import SignatureVerifier

from bot.channels.messaging.channel import MessagingInput
from bot.channels.messaging.credentials import Platform
from bot.channels.messaging.incoming import (
    GREETING,
    Heard,
    Incoming,
    forged,
    form_fields,
    json_object,
    stale,
    typed,
    unreadable,
    unsigned,
)
from bot.channels.messaging.outgoing import Call, Outcome, Outgoing, by_status
from bot.channels.messaging.shown import Shown
from bot.channels.slack_blocks import render

USUAL = "https://slack.com/api"
HOOKS = "https://hooks.slack.com"
# Messages that a person wrote; every other subtype is an edit, a bot's own, or news of the channel.
_WRITTEN = (None, "file_share", "me_message", "thread_broadcast")
_BUSY = ("ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout")
_LINK = re.compile(r"<(?:[^<>|]*\|)?([^<>|]*)>")
_MENTION = re.compile(r"<[@!][^<>]*>")


class SlackInput(MessagingInput):
    """`/webhooks/slack/webhook`, the one address for events, interactivity and slash commands."""

    platform = Platform(
        "slack",
        "Slack",
        {"SLACK_BOT_TOKEN": r"xox[a-z.]+-\S+", "SLACK_SIGNING_SECRET": r"[0-9A-Za-z]{16,128}"},
        {"SLACK_API_URL": USUAL},
    )

    def __init__(self, values: Mapping[str, str], public_url: str | None = None) -> None:
        """Takes what the variables hold."""
        super().__init__(values, public_url)
        self._verifier = SignatureVerifier(values["SLACK_SIGNING_SECRET"])
        base = values["SLACK_API_URL"]
        hooks = HOOKS if base == USUAL else "{0.scheme}://{0.netloc}".format(urlsplit(base))
        self._base = base
        self.outgoing = Outgoing((base, hooks), self._headers, judge)

    async def verify(self, request: Request) -> None:
        """Holds the request to Slack's signature of version v0, made within the last five minutes."""
        signature = request.headers.get("x-slack-signature", "")
        moment = request.headers.get("x-slack-request-timestamp", "")
        if not signature or not moment:
            raise unsigned()
        if not (moment.isascii() and moment.isdigit()) or not signature.isascii():
            raise forged()
        if abs(self._verifier.clock.now() - int(moment)) > 60 * 5:
            raise stale()
        try:
            right = self._verifier.is_valid(request.body, moment, signature)
        except ValueError:  # the body is no text
            right = False
        if not right:
            raise forged()

    def read(self, request: Request) -> Heard:
        """Reads an event, a press of a button, or a slash command."""
        if "json" in request.headers.get("content-type", ""):
            return self._event(json_object(request.body))
        fields = form_fields(request)
        if "payload" in fields:
            return Heard(response.empty(200), _pressed(json_object(fields["payload"].encode())))
        if "command" in fields:
            return Heard(response.empty(200), (self._command(fields),))
        raise unreadable()

    def calls(self, message: Incoming, reply: Shown) -> list[Call]:
        """Returns one call of `chat.postMessage` for each part, or of the address that a command came with."""
        parts = render(reply)
        if "response_url" in message.to:
            url = str(message.to["response_url"])
            return [Call(url, json={"response_type": "ephemeral", "replace_original": False, **part}) for part in parts]
        place = {key: value for key, value in message.to.items() if value}
        quiet = {"unfurl_links": False, "unfurl_media": False}
        return [Call(f"{self._base}/chat.postMessage", json={**place, **part, **quiet}) for part in parts]

    def samples(self) -> dict[str, Incoming]:
        """Returns a direct message."""
        return {"slack": Incoming("slack:T0000/D0000:U0000", "", "Ev0000", {"channel": "D0000"})}

    async def check(self) -> list[str]:
        """Asks `auth.test`."""
        await self.outgoing.send(Call(f"{self._base}/auth.test", form={}), tries=1)
        return []

    async def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.values['SLACK_BOT_TOKEN']}"}

    def _event(self, data: dict[str, Any]) -> Heard:
        if data.get("type") == "url_verification":
            return Heard(response.text(str(data.get("challenge", ""))))
        event = data.get("event")
        if data.get("type") != "event_callback" or not isinstance(event, dict):
            return Heard(response.empty(200))
        direct = event.get("type") == "message" and event.get("channel_type") == "im"
        addressed = direct or event.get("type") == "app_mention"
        if not addressed or event.get("bot_id") or event.get("subtype") not in _WRITTEN or not event.get("user"):
            return Heard(response.empty(200))
        place, person = str(event["channel"]), str(event["user"])
        thread = event.get("thread_ts") or (None if direct else event.get("ts"))
        message = Incoming(
            _sender(data.get("team_id") or event.get("team"), place, person),
            plain(str(event.get("text") or "")),
            str(data["event_id"]),
            {"channel": place, "thread_ts": thread},
            not_text=bool(event.get("files")),
        )
        return Heard(response.empty(200), (message,))

    def _command(self, fields: dict[str, str]) -> Incoming:
        text = plain(fields.get("text", ""))
        return Incoming(
            _sender(fields["team_id"], fields["channel_id"], fields["user_id"]),
            GREETING if text.lower() in ("", "help", "start") else text,
            fields["trigger_id"],
            {"response_url": fields["response_url"]},
        )


def plain(text: str) -> str:
    """Returns what a person typed, without Slack's marks: mentions go, links keep their words."""
    bare = _LINK.sub(r"\1", _MENTION.sub(" ", text))
    return typed(bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def judge(status: int, body: Any) -> Outcome:
    """Reads Slack's answer: a refusal may come with the status 200."""
    if status == 200 and isinstance(body, dict) and body.get("ok") is False:
        reason = str(body.get("error", "refused"))[:60]
        return Outcome(False, reason in _BUSY, reason=reason)
    return by_status(status, body)


def _pressed(data: dict[str, Any]) -> tuple[Incoming, ...]:
    actions = data.get("actions") or [{}]
    text = actions[0].get("value")
    if data.get("type") != "block_actions" or not isinstance(text, str) or not text:
        return ()  # a link, or something of another app's
    place, message = str(data["channel"]["id"]), data.get("message") or {}
    container = data.get("container") or {}
    person = data["user"]
    to: dict[str, Any] = {"channel": place, "thread_ts": message.get("thread_ts")}
    if container.get("is_ephemeral") and data.get("response_url"):
        to = {"response_url": data["response_url"]}
    team = (data.get("team") or {}).get("id") or person.get("team_id")
    key = f"{actions[0].get('action_ts')}-{actions[0].get('action_id')}-{container.get('message_ts')}"
    return (Incoming(_sender(team, place, str(person["id"])), typed(text), key, to),)


def _sender(team: Any, place: str, person: str) -> str:
    return f"slack:{team}/{place}:{person}"

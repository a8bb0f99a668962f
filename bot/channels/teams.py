"""Microsoft Teams, through the Bot Framework: personal chats, and group chats and channels when the bot is mentioned."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from sanic import response
from sanic.request import Request

from bot.channels.messaging.channel import MessagingInput
from bot.channels.messaging.credentials import Platform
from bot.channels.messaging.incoming import Heard, Incoming, json_object, typed
from bot.channels.messaging.outgoing import Call, NotDelivered, Outcome, Outgoing, by_status
from bot.channels.messaging.shown import Shown
from bot.channels.teams_card import render
from bot.channels.teams_tokens import OPENID, SigningKeys, check_token

LOGIN = "https://login.microsoftonline.com"
SCOPE = "https://api.botframework.com/.default"
# Where the Bot Connector of Teams answers, of the public cloud and of the United States' government clouds.
SERVICES = (
    "https://smba.trafficmanager.net",
    "https://smba.infra.gcc.teams.microsoft.com",
    "https://smba.infra.gov.teams.microsoft.us",
    "https://smba.infra.dod.teams.microsoft.us",
)
_AT = re.compile(r"<at\b[^>]*>.*?</at>", re.IGNORECASE | re.DOTALL)


class TeamsInput(MessagingInput):
    """`/webhooks/teams/webhook`, the messaging endpoint of an Azure bot."""

    platform = Platform(
        "teams",
        "Microsoft Teams",
        {"TEAMS_APP_ID": r"[0-9a-fA-F-]{36}", "TEAMS_APP_PASSWORD": r"\S{8,}"},
        {
            "TEAMS_TENANT": "botframework.com",
            "TEAMS_LOGIN_URL": LOGIN,
            "TEAMS_OPENID_URL": OPENID,
            "TEAMS_SERVICE_URL": "",
        },
    )

    def __init__(self, values: Mapping[str, str], public_url: str | None = None) -> None:
        """Takes what the variables hold."""
        super().__init__(values, public_url)
        self._app = values["TEAMS_APP_ID"]
        service = values["TEAMS_SERVICE_URL"]
        self.outgoing = Outgoing((service,) if service else SERVICES, self._headers, self._judge)
        self._login = Outgoing((values["TEAMS_LOGIN_URL"],))
        self._keys = SigningKeys(values["TEAMS_OPENID_URL"])
        self._token, self._token_ends = "", 0.0

    async def verify(self, request: Request) -> None:
        """Holds the request to a token that the Bot Connector signed for this app and this activity's service address."""
        await check_token(request.headers.get("authorization", ""), request.body, self._app, self._keys)

    def read(self, request: Request) -> Heard:
        """Reads an activity. Edits, reactions and news of the chat need no answer."""
        activity = json_object(request.body)
        answer = response.empty(200)
        if activity.get("type") == "invoke":
            return Heard(response.json({}, status=501))  # says that this bot does not do that
        conversation, person = activity.get("conversation") or {}, activity.get("from") or {}
        written = activity.get("type") == "message" and person.get("id") and person.get("role") != "bot"
        if not written or not self.outgoing.may_call(str(activity.get("serviceUrl"))):
            return Heard(answer)
        group = bool(conversation.get("isGroup")) or conversation.get("conversationType") in ("groupChat", "channel")
        own = str((activity.get("recipient") or {}).get("id"))
        if group and not _mentions(activity, own):
            return Heard(answer)
        text = _words(str(activity.get("text") or ""))
        not_text = any(_is_media(each) for each in activity.get("attachments") or ())
        if not text and not not_text and activity.get("value") is not None:
            return Heard(answer)  # the form of a card that is not ours
        tenant = conversation.get("tenantId") or "-"
        sender = f"teams:{tenant}/{conversation['id']}:{person['id']}"
        to = {
            "service": str(activity["serviceUrl"]).rstrip("/"),
            "conversation": str(conversation["id"]),
            "activity": str(activity["id"]),
            "bot": own,
            "person": str(person["id"]),
        }
        return Heard(answer, (Incoming(sender, text, to["activity"], to, not_text),))

    def calls(self, message: Incoming, reply: Shown) -> list[Call]:
        """Returns one reply to the activity for each card."""
        to = message.to
        place = f"{to['service']}/v3/conversations/{quote(to['conversation'], safe='')}/activities"
        address = f"{place}/{quote(to['activity'], safe='')}"
        frame = {
            "type": "message",
            "from": {"id": to["bot"]},
            "recipient": {"id": to["person"]},
            "conversation": {"id": to["conversation"]},
            "replyToId": to["activity"],
        }
        return [Call(address, json={**frame, **part}) for part in render(reply)]

    def samples(self) -> dict[str, Incoming]:
        """Returns a message of a personal chat."""
        to = {"service": self.values["TEAMS_SERVICE_URL"] or f"{SERVICES[0]}/emea", "conversation": "a:0", "activity": "0",
              "bot": "28:0", "person": "29:0"}  # fmt: skip
        return {"teams": Incoming("teams:-/a:0:29:0", "", "0", to)}

    async def check(self) -> list[str]:
        """Asks for a token, and for the keys that the Bot Connector signs with."""
        await self._headers()
        await self._keys.load()
        return []

    async def close(self) -> None:
        """Ends the connections."""
        await super().close()
        await self._login.close()
        await self._keys.outgoing.close()

    async def _headers(self) -> Mapping[str, str]:
        if time.monotonic() >= self._token_ends:
            tenant = quote(self.values["TEAMS_TENANT"], safe="")
            asked = {
                "grant_type": "client_credentials",
                "client_id": self._app,
                "client_secret": self.values["TEAMS_APP_PASSWORD"],
                "scope": SCOPE,
            }
            url = f"{self.values['TEAMS_LOGIN_URL']}/{tenant}/oauth2/v2.0/token"
            found = await self._login.send(Call(url, form=asked), tries=2)
            if not isinstance(found, dict) or not isinstance(found.get("access_token"), str):
                raise NotDelivered("the login gave no token")
            seconds = str(found.get("expires_in"))
            self._token = found["access_token"]
            self._token_ends = time.monotonic() + max(0, (int(seconds) if seconds.isdigit() else 600) - 120)
        return {"Authorization": f"Bearer {self._token}"}

    def _judge(self, status: int, body: Any) -> Outcome:
        if status == 401:  # the token was taken back: ask for another
            self._token_ends = 0.0
            return Outcome(False, True, reason="HTTP 401")
        return by_status(status, body)


def _words(text: str) -> str:
    """Returns what a person typed: Teams puts mentions in as tags, and writes some characters as HTML does."""
    return typed(html.unescape(_AT.sub(" ", text)).replace("\u00a0", " "))


def _mentions(activity: dict[str, Any], own: str) -> bool:
    for entity in activity.get("entities") or ():
        if isinstance(entity, dict) and entity.get("type") == "mention":
            if str((entity.get("mentioned") or {}).get("id")) == own:
                return True
    return False


def _is_media(attachment: Any) -> bool:
    """Tells a file or picture from the copy of its own text, as HTML, that Teams puts beside a message."""
    return isinstance(attachment, dict) and str(attachment.get("contentType", "")).lower() != "text/html"

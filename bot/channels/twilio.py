"""Text messages and WhatsApp, both through Twilio: choices are numbers to type."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import urlparse

import aiohttp
from sanic import response
from sanic.request import Request
from twilio.request_validator import RequestValidator, add_port, remove_port

from bot.channels.messaging import gsm
from bot.channels.messaging.channel import MessagingInput
from bot.channels.messaging.credentials import Platform
from bot.channels.messaging.incoming import Heard, Incoming, forged, form_fields, typed, unreadable, unsigned
from bot.channels.messaging.outgoing import Call, Outgoing
from bot.channels.messaging.shown import Shown
from bot.channels.messaging.splitting import split, utf16
from bot.tenants.current import outside_address

USUAL = "https://api.twilio.com"
WHATSAPP = "whatsapp:"
WHATSAPP_TEXT = 1600
NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
# Twilio itself answers these words on text messages, and delivers nothing more to who sent one of the first kind.
_LEAVING = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"})


class TwilioInput(MessagingInput):
    """`/webhooks/twilio/webhook`, the address for incoming messages of numbers and WhatsApp senders."""

    platform = Platform(
        "twilio",
        "Twilio (SMS and WhatsApp)",
        {"TWILIO_ACCOUNT_SID": r"AC[0-9a-f]{32}", "TWILIO_AUTH_TOKEN": r"[0-9a-f]{32}"},
        {"TWILIO_API_URL": USUAL},
    )

    def __init__(self, values: Mapping[str, str], public_url: str | None = None) -> None:
        """Takes what the variables hold."""
        super().__init__(values, public_url)
        self._sid = values["TWILIO_ACCOUNT_SID"]
        self._validator = RequestValidator(values["TWILIO_AUTH_TOKEN"])
        self._base = f"{values['TWILIO_API_URL']}/2010-04-01/Accounts/{self._sid}"
        self.outgoing = Outgoing((self._base, f"{self._base}.json"), self._headers)

    async def verify(self, request: Request) -> None:
        """Holds address and fields to the signature made with the auth token.

        Twilio signs the address that it was given, which behind a proxy is not the one that arrives here: PUBLIC_URL says it.
        """
        signature = request.headers.get("x-twilio-signature", "").encode("utf-8", "replace")
        if not signature:
            raise unsigned()
        path = request.path + (f"?{request.query_string}" if request.query_string else "")
        base = outside_address(self.public_url)
        address = urlparse(f"{base}{path}" if base else request.url)
        fields = form_fields(request)
        # Twilio signs with or without the port; both are tried, and compared in constant time.
        made = [self._validator.compute_signature(form(address), fields) for form in (add_port, remove_port)]
        same = [hmac.compare_digest(signature, one.encode()) for one in made]
        if True not in same:
            raise forged()

    def read(self, request: Request) -> Heard:
        """Reads a message. News of our own messages' delivery needs no answer."""
        fields = form_fields(request)
        if fields.get("AccountSid") != self._sid:
            raise unreadable()
        answer = response.text(NOTHING, content_type="text/xml")
        person, number = fields.get("From", ""), fields.get("To", "")
        if not person or not number or "MessageSid" not in fields or "Body" not in fields:
            return Heard(answer)
        text = typed(fields["Body"])
        whatsapp = person.startswith(WHATSAPP)
        if fields.get("OptOutType") or (not whatsapp and text.lower() in _LEAVING):
            return Heard(answer)
        count = fields.get("NumMedia", "0")
        not_text = (count.isdigit() and int(count) > 0) or "Latitude" in fields
        sender = f"twilio:{'whatsapp' if whatsapp else 'sms'}:{number.removeprefix(WHATSAPP)}:{person.removeprefix(WHATSAPP)}"
        message = Incoming(sender, text, fields["MessageSid"], {"To": person, "From": number}, not_text)
        return Heard(answer, (message,))

    def calls(self, message: Incoming, reply: Shown) -> list[Call]:
        """Returns one new message for each part, from the number that was written to."""
        parts = render_whatsapp(reply) if message.to["To"].startswith(WHATSAPP) else render_sms(reply)
        return [Call(f"{self._base}/Messages.json", form={**message.to, "Body": part}) for part in parts]

    def samples(self) -> dict[str, Incoming]:
        """Returns a text message and a WhatsApp message."""
        person, number = "+15550100001", "+15550100000"
        return {
            "sms": Incoming("twilio:sms:0:1", "", "SM0", {"To": person, "From": number}),
            "whatsapp": Incoming(
                "twilio:whatsapp:0:1", "", "SM0", {"To": WHATSAPP + person, "From": WHATSAPP + number}
            ),
        }

    async def check(self) -> list[str]:
        """Asks for the account."""
        account = await self.outgoing.send(Call(f"{self._base}.json", method="GET"), tries=1)
        found = []
        if isinstance(account, dict) and account.get("status") not in (None, "active"):
            found.append("The account is not active; Twilio's console says why.")
        if self.public_url is None:
            found.append("PUBLIC_URL is not set; behind a proxy Twilio's signatures cannot be checked without it.")
        return found

    async def _headers(self) -> Mapping[str, str]:
        return {"Authorization": aiohttp.BasicAuth(self._sid, self.values["TWILIO_AUTH_TOKEN"]).encode()}


def render_sms(reply: Shown) -> list[str]:
    """Returns one or more texts, in the GSM alphabet where it has every character."""
    reply = reply.with_link_line()
    lines = [gsm.plain(line) for line in (*reply.lines, *reply.numbered())]
    limit, measure = gsm.room("\n".join(lines))
    return split(lines, gsm.plain(reply.disclaimer), limit, measure)


def render_whatsapp(reply: Shown) -> list[str]:
    """Returns one or more texts; what must be seen first in an emergency is bold."""
    reply = reply.with_link_line()
    lines, opening = [*reply.lines, *reply.numbered()], reply.opening
    if opening and not set(opening) & set("*_~`"):
        lines[0] = f"*{opening}*{lines[0][len(opening) :]}"
    return split(lines, reply.disclaimer, WHATSAPP_TEXT, utf16)

"""What a clinic's own address and database mean to Twilio's signatures, to the desk and to `/ready`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from rasa.core.channels.channel import UserMessage
from three_clinics import DATABASE, NORTHGATE, PHONES, RIVERSIDE, clinics_in, written
from twilio.request_validator import RequestValidator

from bot.channels.messaging.desk import Desk
from bot.channels.messaging.incoming import Incoming, Refused
from bot.channels.messaging.shown import Shown
from bot.channels.twilio import TwilioInput
from bot.server.outside import GOOD, Readiness
from bot.tenants.clinics import Clinics
from bot.tenants.current import using

TOKEN = "0123456789abcdef0123456789abcdef"
FIELDS = {"AccountSid": f"AC{TOKEN}", "Body": "hello", "From": "+15550100", "To": "+15550101", "MessageSid": "SM1"}


@pytest.fixture
def clinics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clinics:
    monkeypatch.delenv("CLINIC", raising=False)
    monkeypatch.setenv(DATABASE, f"sqlite:///{tmp_path / 'own.sqlite3'}")
    monkeypatch.setenv("CLINICS", str(written(tmp_path / "clinics")))
    return clinics_in(tmp_path / "clinics")


def signed_for(host: str) -> Any:
    """A request of Twilio's, as it arrives behind a proxy that ends TLS."""
    address = f"https://{host}/webhooks/twilio/webhook"
    signature = RequestValidator(TOKEN).compute_signature(address, FIELDS)
    return SimpleNamespace(
        headers={"x-twilio-signature": signature}, path="/webhooks/twilio/webhook", query_string="",
        url="http://10.0.0.7:5005/webhooks/twilio/webhook", body=urlencode(FIELDS).encode(),
    )  # fmt: skip


def test_twilio_s_signature_is_held_to_the_clinic_s_own_address(clinics: Clinics) -> None:
    values = {
        "TWILIO_ACCOUNT_SID": f"AC{TOKEN}",
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_URL": "https://api.twilio.com",
    }
    channel = TwilioInput(values)
    with using(clinics.named("riverside")):
        asyncio.run(channel.verify(signed_for(RIVERSIDE)))
        with pytest.raises(Refused, match="forged"):
            asyncio.run(channel.verify(signed_for(NORTHGATE)))


def test_what_the_desk_answers_in_the_background_is_of_the_clinic_that_was_asked(clinics: Clinics) -> None:
    found: list[tuple[str, str]] = []

    async def fail(message: UserMessage) -> None:
        await asyncio.sleep(0.05)
        raise RuntimeError(message.text)

    async def deliver(to: Incoming, reply: Shown) -> None:
        found.append((to.text, reply.text()))

    async def run() -> None:
        desk = Desk("slack", fail, deliver)
        for host in (RIVERSIDE, NORTHGATE):
            with using(clinics.at(host)):  # the request is over long before the message is answered
                desk.take(None, Incoming("slack:T/C:U", host, "1", {}))
                desk.take(None, Incoming("slack:T/C:V", host, "2", {}, not_text=True))
        await desk.finish()

    asyncio.run(run())
    assert len(found) == 4
    for host, text in found:
        assert [other for other, phone in PHONES.items() if phone in text] == [host]


@pytest.mark.parametrize(("state", "good"), [("ok", True), ("partly_down", True), ("down", False)])
def test_a_server_stays_in_service_while_one_database_works(state: str, good: bool) -> None:
    class Stores:
        async def health(self) -> str:
            return state

    app: Any = SimpleNamespace(ctx=SimpleNamespace(agent=SimpleNamespace(tracker_store=Stores())))
    found = asyncio.run(Readiness(app)._conversations())
    assert (found, found in GOOD) == (state, good)

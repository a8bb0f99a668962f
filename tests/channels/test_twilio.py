"""SMS and WhatsApp over HTTP: the running server, requests signed by Twilio's own library, and a stand-in of Twilio's API."""

from __future__ import annotations

import itertools
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from facts import DISCLAIMER, WORDING
from messaging_server import Chatting
from stand_ins import PUBLIC_URL, TWILIO_SID, TWILIO_TOKEN, Sent, Trouble
from twilio.request_validator import RequestValidator
from web_server import Answer

pytestmark = [pytest.mark.model, pytest.mark.slow]
HOOK = "/webhooks/twilio/webhook"
NUMBER = "+15550109999"
_numbers = itertools.count(1)


def fields(body: str | None = "", person: str | None = None, whatsapp: bool = False, **more: str) -> dict[str, str]:
    number = next(_numbers)
    way = "whatsapp:" if whatsapp else ""
    found = {"AccountSid": TWILIO_SID, "ApiVersion": "2010-04-01", "MessageSid": f"SM{number:032x}", "SmsStatus": "received",
             "From": way + (person or f"+155502{number:05}"), "To": way + NUMBER, "NumMedia": "0", "NumSegments": "1",
             "FromCity": ""}  # fmt: skip
    return found | ({"Body": body} if body is not None else {}) | more


def send(
    chatting: Chatting, data: dict[str, str], sign: str | None = None, query: str = "", token: str = TWILIO_TOKEN
) -> Answer:
    if sign is None:
        sign = RequestValidator(token).compute_signature(f"{PUBLIC_URL}{HOOK}{query}", data)
    headers = {"X_Twilio_Signature": sign} if sign else {}
    kind = "application/x-www-form-urlencoded; charset=UTF-8"
    return chatting.request("POST", HOOK + query, urlencode(data).encode(), Content_Type=kind, **headers)


def ask(chatting: Chatting, text: str, **more: Any) -> Sent:
    data = fields(text, **more)
    before = len([each for each in chatting.platforms.sent if each.to == data["From"]])
    answer = send(chatting, data)
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.body.endswith(b"<Response/>")
    return chatting.platforms.to(data["From"], before + 1)[-1]


@pytest.mark.parametrize("whatsapp", [False, True])
def test_a_treatment_reply_has_the_facts_the_source_and_the_disclaimer(chatting: Chatting, whatsapp: bool) -> None:
    sent = ask(chatting, "what comes after Enhertu", whatsapp=whatsapp)
    text = sent.body["Body"]
    assert "Tukysa" in text and "Source:" in text and DISCLAIMER in text
    assert f"{PUBLIC_URL}/guide#stage-metastatic-line-3-step-1" in text
    assert sent.body["From"] == ("whatsapp:" if whatsapp else "") + NUMBER


@pytest.mark.parametrize("whatsapp", [False, True])
def test_a_clarification_is_numbered_and_a_number_answers(chatting: Chatting, whatsapp: bool) -> None:
    sent = ask(chatting, "what comes after herceptin", whatsapp=whatsapp)
    assert "\n1. " in sent.body["Body"] and "\n2. " in sent.body["Body"]
    again = ask(chatting, "2", person=sent.to.removeprefix("whatsapp:"), whatsapp=whatsapp)
    assert "Source:" in again.body["Body"]


def test_an_emergency_comes_first(chatting: Chatting) -> None:
    text = ask(chatting, "i cant breathe").body["Body"]
    assert text.startswith("This could be an emergency. Call 911 now") and DISCLAIMER in text
    bold = ask(chatting, "i cant breathe", whatsapp=True).body["Body"]
    assert bold.startswith("*This could be an emergency. Call 911 now, or go to the nearest emergency room.* Do not")


def test_what_is_not_understood_is_said(chatting: Chatting) -> None:
    text = ask(chatting, "fnord blorp").body["Body"]
    assert DISCLAIMER in text and "Source:" not in text


def test_one_person_s_text_messages_and_whatsapp_are_two_conversations(chatting: Chatting) -> None:
    ask(chatting, "what comes after Enhertu", person="+15550300001")
    text = ask(chatting, "and after that?", person="+15550300001", whatsapp=True).body["Body"]
    assert WORDING["automated"] in text and "Source:" not in text


@pytest.mark.parametrize(("how", "status", "reason"), [
    ("unsigned", 401, "unsigned"), ("other token", 403, "forged"), ("other fields", 403, "forged"),
    ("other address", 403, "forged"), ("odd", 403, "forged"),
])  # fmt: skip
def test_what_twilio_did_not_sign_is_refused(chatting: Chatting, how: str, status: int, reason: str) -> None:
    data = fields("what comes after Enhertu", person="+15550300002")
    sign = RequestValidator(TWILIO_TOKEN).compute_signature(f"{PUBLIC_URL}{HOOK}", data)
    if how == "unsigned":
        sign = ""
    elif how == "other token":
        sign = RequestValidator("0" * 32).compute_signature(f"{PUBLIC_URL}{HOOK}", data)
    elif how == "other fields":
        data["From"] = "+15550300003"
    elif how == "other address":
        sign = RequestValidator(TWILIO_TOKEN).compute_signature(f"http://127.0.0.1:{chatting.port}{HOOK}", data)
    else:
        sign = "\u00e9"
    before = chatting.refused("twilio", reason)
    assert send(chatting, data, sign).error == (status, reason)
    assert chatting.refused("twilio", reason) == before + 1
    assert chatting.platforms.none_to("+15550300002", 0.1)


def test_the_signed_address_may_hold_a_query_and_a_port(chatting: Chatting) -> None:
    data = fields("what comes after Enhertu")
    assert send(chatting, data, query="?a=1&b=two%20words").status == 200
    data = fields("what comes after Enhertu")
    with_port = PUBLIC_URL + ":443" + HOOK
    assert send(chatting, data, RequestValidator(TWILIO_TOKEN).compute_signature(with_port, data)).status == 200


def test_another_account_is_refused(chatting: Chatting) -> None:
    assert send(chatting, fields("hi", AccountSid="AC" + "0" * 32)).error == (400, "unreadable")


def test_a_replay_is_answered_once(chatting: Chatting) -> None:
    data = fields("what comes after Enhertu")
    assert {send(chatting, data).status for _ in range(3)} == {200}
    chatting.platforms.to(data["From"])
    time.sleep(0.3)
    assert len(chatting.platforms.to(data["From"])) == 1


@pytest.mark.parametrize(
    "more", [{"NumMedia": "1", "MediaContentType0": "image/jpeg"}, {"Latitude": "1", "Longitude": "2"}], ids=str
)
def test_what_is_not_words_gets_an_honest_reply(chatting: Chatting, more: dict[str, str]) -> None:
    text = ask(chatting, "", whatsapp=True, **more).body["Body"]
    assert "I can only read words." in text and DISCLAIMER in text


def test_an_empty_message_gets_a_reply(chatting: Chatting) -> None:
    assert "I did not get any words." in ask(chatting, "").body["Body"]


@pytest.mark.parametrize("data", [
    fields("STOP", "+15550300004"), fields("quit", "+15550300004"), fields("help", "+15550300004", OptOutType="HELP"),
    fields(None, "+15550300004", MessageStatus="delivered"),
    fields("hi", "+15550300004", From=""), fields("hi", "+15550300004", NumMedia="many", Body="", To=""),
], ids=range(6))  # fmt: skip
def test_what_needs_no_answer_gets_none(chatting: Chatting, data: dict[str, str]) -> None:
    assert send(chatting, data).status == 200
    assert chatting.platforms.none_to("+15550300004", 0.15)


def test_leaving_words_are_read_on_whatsapp(chatting: Chatting) -> None:
    assert DISCLAIMER in ask(chatting, "stop", whatsapp=True).body["Body"]


def test_a_slow_twilio_is_given_up_and_asked_again(chatting: Chatting) -> None:
    chatting.platforms.trouble["sms"].extend([Trouble(hang_up=True), Trouble(503, seconds=0.5)])
    began = time.monotonic()
    data = fields("what comes after Enhertu")
    assert send(chatting, data).status == 200
    assert time.monotonic() - began < 1
    assert "Tukysa" in chatting.platforms.to(data["From"])[0].body["Body"]

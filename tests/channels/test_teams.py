"""Teams over HTTP: the running server, activities with tokens made by PyJWT, and a stand-in of the Bot Framework."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

import jwt
import pytest
from facts import DISCLAIMER, WORDING
from messaging_server import Chatting
from platform_rules import offered, shown_text
from stand_ins import ISSUER, TEAMS_APP, Sent, Trouble, key_pair
from web_server import Answer

pytestmark = [pytest.mark.model, pytest.mark.slow]
HOOK = "/webhooks/teams/webhook"
_numbers = itertools.count(1)
OTHER_KEY = key_pair()


def activity(
    chatting: Chatting, text: str | None = "", chat: str | None = None, person: str = "29:one", **more: Any
) -> dict[str, Any]:
    number = next(_numbers)
    return {"type": "message", "id": f"17180000{number}", "timestamp": "2026-01-01T00:00:00Z", "channelId": "msteams",
            "serviceUrl": f"{chatting.platforms.base}/connector/emea/", "from": {"id": person, "name": "A", "aadObjectId": "x"},
            "conversation": {"conversationType": "personal", "tenantId": "t", "id": chat or f"a:1-{number};x"},
            "recipient": {"id": f"28:{TEAMS_APP}", "name": "bot"}, "textFormat": "plain", "locale": "en-US",
            "entities": [{"type": "clientInfo", "locale": "en-US"}], "channelData": {"tenant": {"id": "t"}},
            **({"text": text} if text is not None else {}), **more}  # fmt: skip


def token(
    chatting: Chatting, key: Any = None, kid: str | None = "one", algorithm: str = "RS256", **changes: Any
) -> str:
    now = int(time.time())
    claims = {"serviceurl": f"{chatting.platforms.base}/connector/emea/", "nbf": now - 5, "exp": now + 600, "iss": ISSUER,
              "aud": TEAMS_APP, **changes}  # fmt: skip
    claims = {name: value for name, value in claims.items() if value is not None}
    headers = {"kid": kid} if kid else {}
    signing = None if algorithm == "none" else key or chatting.platforms.key
    return jwt.encode(claims, signing, algorithm=algorithm, headers=headers)


def send(chatting: Chatting, data: Any, bearer: str | None = None) -> Answer:
    header = f"Bearer {bearer if bearer is not None else token(chatting)}"
    return chatting.request("POST", HOOK, data, Authorization=header)


def ask(chatting: Chatting, text: str | None, **more: Any) -> Sent:
    data = activity(chatting, text, **more)
    to = data["conversation"]["id"]
    before = len([each for each in chatting.platforms.sent if each.to == to])
    answer = send(chatting, data)
    assert answer.status == 200, answer.body
    return chatting.platforms.to(to, before + 1)[-1]


def test_a_treatment_reply_has_the_facts_the_source_and_the_disclaimer(chatting: Chatting) -> None:
    body = ask(chatting, "what comes after Enhertu").body
    text = shown_text("teams", body)
    assert "Tukysa" in text and "Source:" in text and DISCLAIMER in text
    links = [each for each in body["attachments"][0]["content"]["actions"] if each["type"] == "Action.OpenUrl"]
    assert links[0]["url"] == "https://bot.clinic.example/guide#stage-metastatic-line-3-step-1"


def test_a_clarification_has_buttons_whose_text_is_sent_back(chatting: Chatting) -> None:
    sent = ask(chatting, "what comes after herceptin")
    again = ask(chatting, offered("teams", sent.body)[-1], chat=sent.to)
    assert "Source:" in shown_text("teams", again.body)


def test_an_emergency_comes_first_large_and_bold(chatting: Chatting) -> None:
    body = ask(chatting, "i cant breathe").body
    first = body["attachments"][0]["content"]["body"][0]["inlines"][0]
    assert first["text"].startswith("This could be an emergency. Call 911 now")
    assert (first["weight"], first["size"], first["color"]) == ("bolder", "large", "attention")
    assert body["summary"].startswith("This could be an emergency.")
    assert DISCLAIMER in shown_text("teams", body)


def test_what_is_not_understood_is_said(chatting: Chatting) -> None:
    text = shown_text("teams", ask(chatting, "fnord blorp").body)
    assert DISCLAIMER in text and "Source:" not in text


FORGERIES: dict[str, dict[str, Any]] = {
    "another key": {"key": OTHER_KEY},
    "an unknown key": {"kid": "two"},
    "no key's name": {"kid": None},
    "another issuer": {"iss": "https://sts.windows.net/x/"},
    "another app": {"aud": "99999999-2222-3333-4444-555555555555"},
    "no audience": {"aud": None},
    "no end": {"exp": None},
    "another service": {"serviceurl": "https://elsewhere.example/"},
    "no service": {"serviceurl": None},
    "not yet": {"nbf": int(time.time()) + 3600},
    "a key of another channel": {"kid": "other"},
    "a shared secret": {"key": "k" * 40, "algorithm": "HS256"},
    "no algorithm": {"algorithm": "none"},
}


@pytest.mark.parametrize("how", FORGERIES)
def test_what_the_connector_did_not_sign_is_refused(chatting: Chatting, how: str) -> None:
    data = activity(chatting, "what comes after Enhertu", chat="a:forged")
    before = chatting.refused("teams", "forged")
    assert send(chatting, data, token(chatting, **FORGERIES[how])).error == (403, "forged")
    assert chatting.refused("teams", "forged") == before + 1
    assert chatting.platforms.none_to("a:forged", 0.1)


def test_an_old_token_and_none_are_refused(chatting: Chatting) -> None:
    data = activity(chatting, "hi")
    assert send(chatting, data, token(chatting, exp=int(time.time()) - 301)).error == (403, "stale")
    assert chatting.request("POST", HOOK, data).error == (401, "unsigned")
    assert chatting.request("POST", HOOK, data, Authorization="Basic abc").error == (401, "unsigned")
    for odd in ("a", "a.b.c", ".."):
        assert send(chatting, data, odd).error == (403, "forged")


def test_a_right_token_for_a_service_elsewhere_sends_nothing_there(chatting: Chatting) -> None:
    elsewhere = chatting.platforms.base.replace("127.0.0.1", "localhost") + "/connector/"
    data = activity(chatting, "what comes after Enhertu", chat="a:elsewhere", serviceUrl=elsewhere)
    assert send(chatting, data, token(chatting, serviceurl=elsewhere)).status == 200
    assert chatting.platforms.none_to("a:elsewhere", 0.3)


def test_a_repeat_is_answered_once(chatting: Chatting) -> None:
    data = activity(chatting, "what comes after Enhertu")
    assert {send(chatting, data).status for _ in range(3)} == {200}
    to = data["conversation"]["id"]
    chatting.platforms.to(to)
    time.sleep(0.3)
    assert len(chatting.platforms.to(to)) == 1


def test_what_is_not_words_gets_an_honest_reply(chatting: Chatting) -> None:
    picture = [{"contentType": "image/png", "contentUrl": "https://x.example/1"}]
    assert "I can only read words." in shown_text("teams", ask(chatting, None, attachments=picture).body)
    # Teams puts a copy of the text beside every message.
    copy = [{"contentType": "text/html", "content": "<p>what comes after Enhertu</p>"}]
    text = shown_text("teams", ask(chatting, "what comes after Enhertu", attachments=copy).body)
    assert "Tukysa" in text and "I cannot see pictures" not in text


@pytest.mark.parametrize("changes", [
    {"type": "messageUpdate"}, {"type": "messageDelete"}, {"type": "messageReaction"}, {"type": "typing"},
    {"type": "conversationUpdate", "membersAdded": []}, {"type": "installationUpdate"}, {"type": "event"}, {"type": None},
    {"from": {"id": "28:other", "role": "bot"}}, {"from": None}, {"text": "", "value": {"a": 1}}, {"id": None, "from": {}},
], ids=str)  # fmt: skip
def test_what_needs_no_answer_gets_none(chatting: Chatting, changes: dict[str, Any]) -> None:
    data = {**activity(chatting, "what comes after Enhertu", chat="a:quiet"), **changes}
    assert send(chatting, data).status == 200
    assert chatting.platforms.none_to("a:quiet", 0.1)


def test_an_invoke_is_said_to_be_unknown(chatting: Chatting) -> None:
    assert send(chatting, activity(chatting, type="invoke", name="x")).status == 501


def test_in_a_channel_it_speaks_when_mentioned_and_keeps_people_apart(chatting: Chatting) -> None:
    place = {"conversationType": "channel", "isGroup": True, "tenantId": "t", "id": "19:abc@thread.tacv2;messageid=17"}
    mention = [{"type": "mention", "mentioned": {"id": f"28:{TEAMS_APP}"}, "text": "<at>bot</at>"}]
    other = [{"type": "mention", "mentioned": {"id": "29:someone"}, "text": "<at>x</at>"}]
    for entities in ([], other):
        data = activity(chatting, "<at>x</at> what comes after Enhertu", conversation=place, entities=entities)
        assert send(chatting, data).status == 200
    assert chatting.platforms.none_to(place["id"], 0.3)
    more = {"conversation": place, "entities": mention}
    assert "Tukysa" in shown_text("teams", ask(chatting, "<at>bot</at> what comes after Enhertu", **more).body)
    second = shown_text("teams", ask(chatting, "<at>bot</at>&nbsp;and after that?", person="29:two", **more).body)
    assert "Source:" not in second and WORDING["automated"] in second
    assert "Source:" in shown_text("teams", ask(chatting, "and after that? <at>bot</at>", **more).body)


def test_a_token_that_was_taken_back_is_asked_for_again(chatting: Chatting) -> None:
    ask(chatting, "what comes after Enhertu")
    chatting.platforms.tokens.clear()
    chatting.platforms.tokens.add("padding")
    assert "Tukysa" in shown_text("teams", ask(chatting, "what comes after Enhertu").body)


def test_a_failing_connector_is_asked_again(chatting: Chatting) -> None:
    chatting.platforms.trouble["teams"].extend([Trouble(502), Trouble(429, headers={"Retry-After": "1"})])
    assert "Tukysa" in shown_text("teams", ask(chatting, "what comes after Enhertu").body)


def test_a_signed_body_that_is_no_activity_is_refused(chatting: Chatting) -> None:
    answer = chatting.request("POST", HOOK, json.dumps([1]).encode(), Authorization=f"Bearer {token(chatting)}")
    assert answer.error == (400, "unreadable")

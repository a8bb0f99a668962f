"""Three clinics over a real server: each has its own numbers, pages and conversations, whatever is asked of the others."""

from __future__ import annotations

import http.client
import json
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from commands import LOOPBACK, bot
from facts import DISCLAIMER
from three_clinics import HILLSIDE, KEYS, NORTHGATE, PAGES, PHONES, RIVERSIDE, URGENT, At, Served
from web_server import API

from bot.server.conversations.records import Records
from bot.server.unanswered.rows import kept

pytestmark = [pytest.mark.model, pytest.mark.slow]
HOSTS = list(PHONES)
ADVICE = "should i stop herceptin"  # its reply names the clinic's phone
STRANGE = "chat.fnord-elsewhere.example"


def only_of(host: str, text: str) -> bool:
    """Whether a text names this clinic's phone, and no other's."""
    return PHONES[host] in text and not any(phone in text for other, phone in PHONES.items() if other != host)


@pytest.mark.parametrize("host", HOSTS)
def test_each_clinic_has_its_own_phone_and_numbers(served: Served, host: str) -> None:
    at = served.at(host)
    assert only_of(host, at.rest("numbers", ADVICE)["shown"])
    urgent = at.rest("numbers", "i cant breathe")
    assert urgent["kind"] == "emergency"
    assert f"Call {URGENT[host]} now" in urgent["shown"] and only_of(host, urgent["shown"])
    said = at.say(at.session(), ADVICE).json["messages"]
    assert only_of(host, json.dumps(said))
    facts = at.request("GET", f"{API}/clinic").json
    assert (facts["phone"], facts["emergency_number"]) == (PHONES[host], URGENT[host])
    assert at.request("GET", "/guide").status == 200
    assert f"{KEYS[host].title()} Clinic" in at.request("GET", "/").body.decode()
    refused = at.say("not a token", "hi")
    assert refused.status == 401 and only_of(host, refused.json["error"]["text"])


@pytest.mark.parametrize("host", HOSTS)
def test_only_the_clinic_s_own_pages_may_hold_its_chat(served: Served, host: str) -> None:
    for other in HOSTS:
        asked = {"Origin": PAGES[other], "Access_Control_Request_Method": "POST"}
        answer = served.at(host).request("OPTIONS", f"{API}/message", **asked)
        assert answer.status == (204 if other == host else 403)
        assert ("access-control-allow-origin" in answer.headers) == (other == host)


def test_a_token_is_no_good_at_another_clinic(served: Served) -> None:
    here, there = served.at(RIVERSIDE), served.at(NORTHGATE)
    token = here.session()
    assert here.say(token, "what is Enhertu").status == 200
    headers = {"Authorization": f"Bearer {token}"}
    assert there.say(token, "and after that?").error == (401, "token_invalid")
    assert there.request("GET", f"{API}/history", **headers).error == (401, "token_invalid")
    assert there.request("DELETE", f"{API}/session", **headers).error == (401, "token_invalid")
    assert len(here.request("GET", f"{API}/history", **headers).json["turns"]) == 2


def test_one_sender_at_two_clinics_is_two_conversations(served: Served) -> None:
    here, there = served.at(RIVERSIDE), served.at(NORTHGATE)
    assert here.rest("twice", "what comes after Enhertu")["kind"] == "sequence"
    assert there.rest("twice", "and after that?")["kind"] != "sequence"
    assert here.rest("twice", "and after that?")["kind"] == "sequence"


def test_forgetting_at_one_clinic_leaves_the_other(served: Served) -> None:
    for host in (RIVERSIDE, NORTHGATE):
        assert served.at(host).rest("forgotten", "what comes after Enhertu")["kind"] == "sequence"
    done = bot("forget", "forgotten", "--clinic", "riverside", **served.env)
    assert done.stdout.startswith("Erased the conversation."), (done.stdout, done.stderr)
    assert served.at(RIVERSIDE).rest("forgotten", "and after that?")["kind"] != "sequence"
    assert served.at(NORTHGATE).rest("forgotten", "and after that?")["kind"] == "sequence"


def test_many_at_once_each_hear_of_their_own_clinic(served: Served) -> None:
    def ask(number: int) -> bool:
        host = HOSTS[number % 3]
        return only_of(host, served.at(host).rest(f"crowd {number % 5}", ADVICE)["shown"])

    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(ask, range(36)))


def test_one_connection_may_ask_at_several_clinics(served: Served) -> None:
    connection = http.client.HTTPConnection(LOOPBACK, served.port, timeout=30)
    for host in [*HOSTS, STRANGE, *HOSTS]:
        connection.request("GET", f"{API}/clinic", headers={"Host": host})
        answer = connection.getresponse()
        body = answer.read().decode()
        assert only_of(host, body) if host in PHONES else (answer.status == 421 and "phone" not in body)
    connection.close()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/", None), ("GET", "/guide", None), ("GET", f"{API}/clinic", None), ("POST", f"{API}/session", {}),
        ("GET", "/widget/guide-chat.js", None), ("GET", "/nothing", None), ("OPTIONS", f"{API}/message", None),
        ("POST", "/webhooks/rest/webhook", {"sender": "a", "message": "hi"}),
        ("POST", "/webhooks/telegram/webhook", {"update_id": 1}),
    ],
)  # fmt: skip
def test_an_unknown_host_is_refused_and_told_nothing(served: Served, method: str, path: str, body: Any) -> None:
    answer = served.at(STRANGE).request(method, path, body, Origin=PAGES[RIVERSIDE])
    assert answer.error == (421, "unknown_host")
    assert not any(phone in answer.body.decode() for phone in PHONES.values())
    # What is public for every page, the widget, may be marked so.
    assert answer.headers.get("access-control-allow-origin", "*") == "*"


def test_the_name_of_an_unknown_host_is_in_no_log_and_no_number(served: Served) -> None:
    assert served.at(STRANGE).request("GET", "/guide").status == 421
    numbers = served.at(STRANGE).request("GET", "/metrics").body.decode()
    assert "fnord" not in numbers + served.log.read_text("utf-8", "replace")
    assert 'bot_refused_requests_total{channel="http",reason="unknown_host"}' in numbers


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
def test_probes_are_answered_at_any_host(served: Served, path: str) -> None:
    assert served.at("10.1.2.3:5005").request("GET", path).status == 200


@pytest.mark.parametrize("written", ["CHAT.Riverside.Example", f"{RIVERSIDE}:8443", f"{RIVERSIDE}."])
def test_a_host_is_the_same_however_it_is_written(served: Served, written: str) -> None:
    assert only_of(RIVERSIDE, served.at(written).request("GET", f"{API}/clinic").body.decode())


def test_without_a_proxy_of_ours_a_forwarded_host_is_not_believed(served: Served) -> None:
    here = served.at(RIVERSIDE).request("GET", f"{API}/clinic", X_Forwarded_Host=NORTHGATE)
    assert only_of(RIVERSIDE, here.body.decode())
    assert served.at(STRANGE).request("GET", "/guide", X_Forwarded_Host=NORTHGATE).status == 421


def test_two_host_headers_are_refused(served: Served) -> None:
    connection = http.client.HTTPConnection(LOOPBACK, served.port, timeout=30)
    connection.putrequest("GET", f"{API}/clinic", skip_host=True)
    connection.putheader("Host", RIVERSIDE)
    connection.putheader("Host", NORTHGATE)
    connection.endheaders()
    assert connection.getresponse().status in (400, 421)
    connection.close()


def test_kept_questions_are_apart(served: Served) -> None:
    served.at(RIVERSIDE).rest("asks", "can i fly to spain")
    served.at(NORTHGATE).rest("asks", "can i go swimming")
    served.at(HILLSIDE).rest("asks", "can i keep my cat")
    shared, own = Records(f"sqlite:///{served.shared}"), Records(f"sqlite:///{served.own}")
    found = {host: [one.text for one in kept(own if host == HILLSIDE else shared, "", KEYS[host])] for host in HOSTS}
    assert "can i fly to spain" in found[RIVERSIDE] and "can i go swimming" in found[NORTHGATE]
    assert "can i keep my cat" in found[HILLSIDE]
    assert sum("cat" in text or "fly" in text or "swimming" in text for texts in found.values() for text in texts) == 3
    assert kept(shared, "", "hillside") == [] and kept(shared) == []
    shared.close()
    own.close()


def test_a_thumb_down_is_kept_for_the_clinic_that_it_was_given_at(served: Served) -> None:
    for host in (NORTHGATE, HILLSIDE):
        at = served.at(host)
        token = at.session()
        assert at.say(token, f"what is kadcyla then {KEYS[host]}", "m-1").status == 200
        thumb = {"value": "down", "message_id": "m-1"}
        assert at.request("POST", f"{API}/feedback", thumb, Authorization=f"Bearer {token}").status == 204
    shared, own = Records(f"sqlite:///{served.shared}"), Records(f"sqlite:///{served.own}")
    assert [one.reason for one in kept(shared, "", "northgate") if "kadcyla" in one.text] == ["down"]
    assert [one.reason for one in kept(own, "", "hillside") if "kadcyla" in one.text] == ["down"]
    shared.close()
    own.close()


def test_a_database_of_its_own_holds_that_clinic_alone(served: Served) -> None:
    for host in HOSTS:
        served.at(host).rest("kept", "what is Enhertu")
    own, shared = Records(f"sqlite:///{served.own}"), Records(f"sqlite:///{served.shared}")
    assert set(own.count_by_clinic()) == {"hillside"}
    assert set(shared.count_by_clinic()) == {"riverside", "northgate"}
    own.close()
    shared.close()


def test_a_clinic_whose_database_is_away_is_told_so_and_the_others_go_on(served: Served) -> None:
    before = served.at(HILLSIDE).session()
    other = sqlite3.connect(served.own, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with ThreadPoolExecutor(2) as pool:
            waiting = pool.submit(served.at(HILLSIDE).say, before, "what is Enhertu")
            began = time.monotonic()
            for host in (RIVERSIDE, NORTHGATE):
                assert only_of(host, served.at(host).rest("goes on", ADVICE)["shown"])
            assert not waiting.done() and time.monotonic() - began < 3
            answer = waiting.result()
        assert answer.error == (503, "store_down")
        assert only_of(HILLSIDE, answer.json["error"]["text"]) and DISCLAIMER in answer.json["error"]["text"]
        # The worker that could not write says so, and is not taken out of service for it.
        time.sleep(1.1)
        states = [served.at(RIVERSIDE).request("GET", "/ready") for _ in range(6)]
        assert {state.status for state in states} == {200}
        assert {state.json["parts"]["conversations"] for state in states} <= {"ok", "partly_down"}
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert served.at(HILLSIDE).say(before, "what is Enhertu").status == 200
    assert "database=HILLSIDE_DATABASE_URL" in served.log.read_text("utf-8", "replace")


def update(number: int, chat: int, text: str) -> dict[str, Any]:
    person = {"id": 7, "is_bot": False, "first_name": "A"}
    message = {"message_id": number, "date": 1718000000, "chat": {"id": chat, "type": "private"}, "from": person}
    return {"update_id": number, "message": {**message, "text": text}}


def test_a_messaging_channel_answers_for_the_clinic_of_its_address(served: Served) -> None:
    hook = "/webhooks/telegram/webhook"
    for host in (RIVERSIDE, NORTHGATE):  # the same update at both: who asked at one clinic has not asked at the other
        for number, text in ((1, ADVICE), (2, "what comes after Enhertu")):
            sent = served.at(host).request(
                "POST", hook, update(number, 7, text), X_Telegram_Bot_Api_Secret_Token="a-secret-of-telegram-1"
            )
            assert sent.status == 200
    end = time.monotonic() + 20
    while len(served.platform.sent) < 4 and time.monotonic() < end:
        time.sleep(0.05)
    texts = [json.dumps(sent, ensure_ascii=False) for sent in served.platform.sent]
    for host in (RIVERSIDE, NORTHGATE):
        assert sum(only_of(host, text) for text in texts) == 1, texts
        assert sum(f"https://{host}/guide#" in text for text in texts) == 1, texts


def test_each_clinic_s_messages_are_counted(served: Served) -> None:
    served.at(RIVERSIDE).rest("counted", "hello")
    at = At(served.port, "10.0.0.7")
    lines = at.request("GET", "/metrics").body.decode().splitlines()
    counted = {
        line.split('clinic="')[1].split('"')[0] for line in lines if line.startswith("bot_clinic_messages_total")
    }
    assert "riverside" in counted <= set(KEYS.values())

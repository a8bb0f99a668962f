"""The web channel of the real server with the trained model: replies, description, and that no visitor's word gets out."""

from __future__ import annotations

import json
import re
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import jsonschema
import pytest
from bot_process import bot_serving
from commands import LOOPBACK, environment, free_port
from facts import DISCLAIMER, ROOT, WORDING
from hypothesis import given, settings
from hypothesis import strategies as st
from trained import one_reply, the_model
from web_server import API, Answer, Client

from bot.clinic import load_clinic

pytestmark = [pytest.mark.model, pytest.mark.slow]

# Whatever a visitor types about themself must stay inside the conversation store.
SECRETS = ("07700 900123", "900123", "marigold.jones@post.example", "Marigold", "zebrafinch")
PLANTED = "im Marigold, ring 07700 900123 or marigold.jones@post.example about my zebrafinch"
SECRET = "u8Zr-4vQpLx0_wYkN2mT7sBcD5eF9gHj"


@dataclass
class Served(Client):
    """`bot serve` in a process of its own, with the folder that it may write in."""

    process: Any = None
    folder: Any = None
    out: Any = None
    err: Any = None

    def reply(self, token: str, text: str, **more: Any) -> dict[str, Any]:
        """The reply contract's data of the reply to a message, with the whole text under `shown`."""
        answer = self.say(token, text, **more)
        assert answer.status == 200, answer.body
        return one_reply(answer.json["messages"])

    def said(self) -> str:
        return self.out.read_text(encoding="utf-8") + self.err.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    the_model()
    folder = tmp_path_factory.mktemp("web")
    out, err, port = folder / "out.log", folder / "err.log", free_port()
    env = environment(BOT_SECRET=SECRET, LIMIT_SESSION="100000", LIMIT_ADDRESS="100000", LIMIT_NEW_SESSIONS="100000",
                      PYTHONUNBUFFERED="1")  # fmt: skip
    with bot_serving(port, env, out, err) as process:
        yield Served(port, process, folder, out, err)


def test_a_real_conversation(server: Served) -> None:
    token = server.session()
    first = server.reply(token, "what comes after Enhertu")
    assert (first["kind"], first["stage"], first["line"]) == ("sequence", "metastatic", 3)
    assert WORDING["automated"] in first["shown"]
    assert DISCLAIMER in first["shown"]
    second = server.reply(token, "and after that?")
    assert second["kind"] == "sequence"
    assert WORDING["automated"] not in second["shown"]
    assert server.reply(token, "i cant breathe")["kind"] == "emergency"
    # Another visitor starts from nothing.
    assert server.reply(server.session(), "and after that?")["kind"] == "clarify"


@pytest.mark.parametrize("text", ["/restart", "/session_start", '/inform{"stage": "2"}', " / /emergency", "/nlu_fallback",
                                  "/emergency", "\u200b/restart", "//restart"])  # fmt: skip
def test_typed_commands_trigger_nothing(server: Served, text: str) -> None:
    token = server.session()
    server.reply(token, "what comes after Enhertu")
    reply = server.reply(token, text)
    plain = server.session()
    server.reply(plain, "what comes after Enhertu")
    assert reply == server.reply(plain, re.sub(r"^[\s/\u200b]+", "", text))
    # The conversation is where it was: a command would have begun it anew.
    assert server.reply(token, "what comes after THP for mets")["notes"]["before"] == []


@pytest.mark.parametrize("text", ["", "   ", "\ud800", "\x00", "\U0001f600", "x" * 1000, "{name}", "${HOME}", "%s%n"])
def test_odd_messages_are_answered(server: Served, text: str) -> None:
    assert DISCLAIMER in server.reply(server.session(), text)["shown"]


def test_ten_at_once_of_one_message_are_one_turn(server: Served) -> None:
    token = server.session()
    with ThreadPoolExecutor(10) as clients:
        answers = list(clients.map(lambda _: server.say(token, "what comes after Enhertu", "once"), range(10)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    history = server.request("GET", f"{API}/history", Authorization=f"Bearer {token}").json["turns"]
    reply = answers[0].json["messages"][-1]["custom"]["data"]["reply"]
    assert history == [{"user": "what comes after Enhertu"}, {"bot": reply}]
    assert server.say(token, "what is stage 2", "once").error == (409, "message_id_used")


def test_messages_of_one_conversation_are_answered_in_order(server: Served) -> None:
    token = server.session()
    with ThreadPoolExecutor(6) as tabs:
        list(tabs.map(lambda n: server.reply(token, f"what is stage {n % 3 + 1}"), range(6)))
    turns = server.request("GET", f"{API}/history", Authorization=f"Bearer {token}").json["turns"]
    assert len(turns) == 12
    for asked, answered in zip(turns[::2], turns[1::2], strict=True):
        assert answered["bot"]["stage"] == asked["user"].split()[-1]


# the description


@pytest.fixture(scope="module")
def described(server: Served) -> dict[str, Any]:
    answer = server.request("GET", f"{API}/openapi.json")
    assert answer.status == 200
    found: dict[str, Any] = answer.json
    return found


def as_json_schema(schema: Any) -> Any:
    """OpenAPI 3.0 writes "or null" in its own way."""
    if isinstance(schema, list):
        return [as_json_schema(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: as_json_schema(value) for name, value in schema.items() if name != "nullable"}
    if schema.get("nullable") is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made


def holds(described: dict[str, Any], method: str, path: str, answer: Answer) -> None:
    """Checks a response against the description: its status, its body and its headers."""
    operation = described["paths"][path][method.lower()]
    assert str(answer.status) in operation["responses"], (method, path, answer.status, answer.body[:200])
    response = operation["responses"][str(answer.status)]
    content = response.get("content")
    if content is None:
        assert answer.body == b""
    else:
        assert answer.headers["content-type"] == "application/json"
        schema = {**content["application/json"]["schema"], "components": described["components"]}
        jsonschema.validate(answer.json, as_json_schema(schema), format_checker=jsonschema.FormatChecker())
    for name, header in response.get("headers", {}).items():
        assert name.lower() in answer.headers or not header.get("required")


def values_of(schema: dict[str, Any], described: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a schema of a request allows."""
    if "$ref" in schema:
        return values_of(described["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], described)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema["type"] == "integer":
        return st.integers(schema.get("minimum"), 10**6)
    if schema["type"] == "string":
        if "pattern" in schema:
            return st.from_regex(schema["pattern"].replace("$", r"\Z"))
        asked = ["what is stage 2", "after tdxd?", PLANTED]
        return st.sampled_from(asked) | st.text(max_size=min(40, schema.get("maxLength", 40)))
    assert schema["type"] == "object", schema
    needed = {name: values_of(schema["properties"][name], described) for name in schema.get("required", [])}
    others = {name: values_of(one, described) for name, one in schema["properties"].items() if name not in needed}
    alternatives = schema.get("anyOf", [{}])
    return st.sampled_from(alternatives).flatmap(
        lambda one: st.fixed_dictionaries(
            {**needed, **{name: others[name] for name in one.get("required", [])}},
            optional={name: value for name, value in others.items() if name not in one.get("required", [])},
        )
    )


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["message", "message_id", "value", "turn", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(m.upper(), path, op) for path, methods in described["paths"].items() for m, op in methods.items()]


def test_the_description_names_every_route(described: dict[str, Any]) -> None:
    assert {(method, path.removeprefix(API)) for method, path, _ in operations(described)} == {
        ("POST", "/session"), ("DELETE", "/session"), ("POST", "/message"), ("GET", "/history"), ("POST", "/feedback"),
        ("GET", "/openapi.json"),
    }  # fmt: skip


@settings(max_examples=60)
@given(data=st.data())
def test_what_the_description_allows_is_answered(server: Served, described: dict[str, Any], data: Any) -> None:
    method, path, operation = data.draw(st.sampled_from(operations(described)))
    headers = {"Authorization": f"Bearer {server.session()}"} if operation.get("security") else {}
    body = None
    if "requestBody" in operation:
        body = data.draw(values_of(operation["requestBody"]["content"]["application/json"]["schema"], described))
    answer = server.request(method, path, body, **headers)
    holds(described, method, path, answer)
    assert answer.status < 300, answer.body


@settings(max_examples=80)
@given(data=st.data())
def test_whatever_is_sent_the_answer_is_described(server: Served, described: dict[str, Any], data: Any) -> None:
    method, path, _ = data.draw(st.sampled_from(operations(described)))
    token = data.draw(st.sampled_from([None, "Bearer x.y.z", "Basic a", f"Bearer {server.session()}"]))
    kind = data.draw(st.sampled_from(["application/json", "application/json", "application/json; charset=utf-8",
                                      "text/plain", "multipart/form-data; boundary=x", ""]))  # fmt: skip
    raw = data.draw(
        ANYTHING.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40) | st.just(b"x" * 20_000)
        | st.sampled_from([b"{", b"[" * 9_000, b'{"message": "' + PLANTED.encode() + b'"'])
    )  # fmt: skip
    headers = {name: value for name, value in (("Authorization", token), ("Content-Type", kind)) if value}
    answer = server.request(method, path, raw if method == "POST" else None, raw=True, **headers)
    holds(described, method, path, answer)
    assert answer.status < 500
    if answer.status >= 400:
        assert answer.json["error"]["text"].endswith(".")


# seen from outside


def test_ready_names_the_parts_and_nothing_else(server: Served) -> None:
    answer = server.request("GET", "/ready")
    assert answer.status == 200
    assert answer.json["status"] == "ready"
    assert answer.json["parts"].keys() == {"server", "model", "guide", "conversations", "content"}
    assert set(answer.json["parts"].values()) <= {"ok", "fresh", "overdue"}
    assert str(ROOT) not in str(answer.body)


def test_metrics_count_what_was_answered(server: Served) -> None:
    def counted(name: str) -> float:
        lines = server.request("GET", "/metrics").body.decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))

    web, rest = (
        'bot_messages_total{channel="web",kind="emergency"}',
        'bot_messages_total{channel="rest",kind="emergency"}',
    )
    before = counted(web), counted(rest), counted("bot_message_seconds_count"), counted("bot_safety_replies_total")
    refused = counted('bot_refused_requests_total{channel="web",reason="token_invalid"}')
    liked = counted('bot_feedback_total{value="up"}')
    token = server.session()
    server.reply(token, "i cant breathe")
    sent = {"sender": "metrics", "message": "i cant breathe"}
    assert server.request("POST", "/webhooks/rest/webhook", sent).status == 200
    server.say("a.b.c", "hi")
    up = {"value": "up", "turn": 1}
    assert server.request("POST", f"{API}/feedback", up, Authorization=f"Bearer {token}").status == 204
    after = counted(web), counted(rest), counted("bot_message_seconds_count"), counted("bot_safety_replies_total")
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1, 2, 2]
    assert counted('bot_refused_requests_total{channel="web",reason="token_invalid"}') == refused + 1
    assert counted('bot_feedback_total{value="up"}') == liked + 1


def test_what_a_visitor_typed_is_in_no_log_and_no_number(server: Served) -> None:
    token = server.session()
    auth = {"Authorization": f"Bearer {token}"}
    server.reply(token, PLANTED)
    server.say(token, PLANTED * 20)
    server.say(token, PLANTED, "zebrafinch 900123")
    server.say(PLANTED, "hi")
    server.request("POST", f"{API}/message", b'{"message": "' + PLANTED.encode(), **auth)
    server.request("POST", f"{API}/message", PLANTED.encode(), Content_Type="text/plain", **auth)
    server.request("POST", "/webhooks/rest/webhook", {"sender": "Marigold", "message": PLANTED})
    server.request("POST", "/webhooks/rest/webhook", PLANTED.encode())
    server.request("GET", "/zebrafinch?q=900123")
    server.request("GET", f"{API}/history?of=Marigold", X_Forwarded_For="zebrafinch", **auth)
    for raw in (b"GET /zebrafinch 900123 HTTP/1.1\r\n\r\n", b"zebrafinch\r\n\r\n",
                b"POST /webhooks/web/message HTTP/1.1\r\nContent-Length: zebrafinch\r\n\r\n",
                b"POST /webhooks/rest/webhook HTTP/1.1\r\nContent-Length: 99\r\n\r\nzebrafinch"):  # fmt: skip
        with socket.create_connection((LOOPBACK, server.port), timeout=5) as connection:
            connection.sendall(raw)
    time.sleep(0.3)
    numbers = server.request("GET", "/metrics").body.decode()
    session = token.split(".")[1]
    for secret in (*SECRETS, session, SECRET):
        assert secret not in server.said()
        assert secret not in numbers


def test_the_log_is_one_json_object_a_line(server: Served) -> None:
    server.reply(server.session(), "what is stage 2")
    time.sleep(0.2)
    # The greeting to the person at the terminal comes first.
    lines = [line for line in server.out.read_text("utf-8").splitlines() if line.startswith("{")]
    read = [json.loads(line) for line in lines]
    assert [line["state"] for line in read if line["event"] == "server"] == ["serving"]
    message = [line for line in read if line["event"] == "message" and line["kind"] == "definition"][-1]
    assert message.keys() == {"time", "level", "logger", "event", "channel", "kind", "ms", "worker"}
    assert message["channel"] == "web"
    assert all("hidden" not in line.values() for line in read if line["logger"].startswith("bot"))
    # TensorFlow's own code writes past Python's loggers while it is loaded.
    assert [line for line in server.err.read_text("utf-8").splitlines() if "tensorflow" not in line] == []


def test_it_finishes_the_message_in_hand_when_it_stops(server: Served) -> None:
    """Runs last: it stops the server, while twenty messages are on their way."""
    tokens = [server.session() for _ in range(20)]
    handled = server.said().count('"event": "message"')
    with ThreadPoolExecutor(20) as clients:
        waiting = [clients.submit(server.say, token, "what comes after Enhertu") for token in tokens]
        time.sleep(0.15)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        answers = []
        for one in waiting:
            try:
                answers.append(one.result(30))
            except ConnectionError:
                continue  # it was not accepted any more; the count below finds one that was
    assert server.process.wait(timeout=30) == 0
    assert time.monotonic() - began < 20
    good = sum(answer.status == 200 for answer in answers)
    assert 0 < good == server.said().count('"event": "message"') - handled
    for answer in answers:
        if answer.status == 200:
            assert one_reply(answer.json["messages"])["kind"] == "sequence"
        else:
            assert answer.error == (503, "stopping")
            assert load_clinic().phone in answer.json["error"]["text"]
    assert "Traceback" not in server.said()

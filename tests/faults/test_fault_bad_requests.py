"""Malformed and huge requests: each is refused readably, or its connection closed, and the next visitor is answered."""

from __future__ import annotations

import json

import pytest
from raw import Said, exchange, message, post
from serving import Served, reply_of
from web_server import API

pytestmark = [pytest.mark.model, pytest.mark.slow]
WEB, REST = f"{API}/message", "/webhooks/rest/webhook"
GET = b"GET /health HTTP/1.1\r\nHost: a\r\n"

# Bytes that are no HTTP request, or one that no honest client sends.
NO_HTTP: dict[str, bytes] = {
    "words": b"nonsense\r\n\r\n",
    "nothing but line ends": b"\r\n" * 50,
    "NUL": b"\x00" * 300 + b"\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00",
    "another version": b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "spaces in the target": b"GET /a b c HTTP/1.1\r\nHost: a\r\n\r\n",
    "bad UTF-8 in the target": b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
    "header without a colon": GET + b"nonsense\r\n\r\n",
    "header in bad UTF-8": GET + b"X: \xff\xfe\xfa\r\n\r\n",
    "one long header": GET + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
    "many headers": GET + b"".join(b"X-%d: y\r\n" % n for n in range(12_000)) + b"\r\n",
    "long target": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "negative length": post(REST, b"", length=-5),
    "length that is a word": b"POST " + REST.encode() + b" HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n0123456789",
    "bad chunks": b"POST " + REST.encode() + b" HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    "huge chunk": b"POST " + REST.encode() + b" HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    "5 MB": post(REST, b"x" * 5_000_000),
    "5 MB announced": post(REST, b"", length=5_000_000_000),
}  # fmt: skip

# Bodies, all with a good head.
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "cut off": b'{"message": "what is stage 2',
    "bad UTF-8": b'{"message": "\xff\xfe\xfa what is stage 2"}',
    "UTF-16": '{"message": "what is stage 2"}'.encode("utf-16"),
    "half a surrogate": b'{"message": "\\ud800 what is stage 2", "sender": "s1"}',
    "NUL": b'{"message": "a\\u0000b", "sender": "s2"}',
    "deep": b"[" * 9_000,
    "deep object": b'{"a":' * 2_500 + b"1" + b"}" * 2_500,
    "number": b"1" * 9_000,
    "infinite": b'{"message": 1e999, "sender": "s3"}',
    "not a number": b'{"message": NaN, "sender": "s4"}',
    "list": b'["what is stage 2"]',
    "null": b"null",
    "message is a list": b'{"message": ["what is stage 2"], "sender": "s5"}',
    "message is an object": b'{"message": {"text": "what is stage 2"}, "sender": "s6"}',
    "id is an object": b'{"message": "what is stage 2", "message_id": {"$gt": ""}, "sender": "s7"}',
    "SQL": b'{"message": "\'; DROP TABLE conversation; --", "sender": "\'; DROP TABLE event; --"}',
    "twice": b'{"message": "what is stage 1", "message": "what is stage 2", "sender": "s8"}',
    "15 KB of letters": json.dumps({"message": "a" * 15_000, "sender": "s9"}).encode(),
    "17 KB": b'{"message": "what is stage 2"' + b" " * 17_000 + b"}",
    "64 KB": b'{"message": "what is stage 2"' + b" " * 70_000 + b"}",
    "form": b"message=what+is+stage+2&sender=a",
}


def is_refused_or_answered(name: str, said: Said) -> None:
    """Checks that a request met no failure and no silence."""
    assert said.statuses or said.closed, f"{name}: neither an answer nor an end"
    for status in said.statuses:
        assert 200 <= status < 500 or status == 501, (name, said.raw[:300])
    for error in said.errors:
        assert (error["text"] if isinstance(error, dict) else error).strip(), (name, said.raw[:300])
    assert b"Traceback" not in said.raw, name


def goes_on(served: Served) -> None:
    assert reply_of(served.say(served.session(), "what is stage 2"))["stage"] == "2"


@pytest.fixture(params=["single", pytest.param("group", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest) -> Served:
    """One process, and two workers behind the front."""
    served: Served = request.getfixturevalue(request.param)
    return served


def test_what_is_no_request_is_refused(either: Served) -> None:
    for name, data in NO_HTTP.items():
        is_refused_or_answered(name, exchange(either.port, data, end=True))
    goes_on(either)


def test_bodies_that_cannot_be_read_are_refused(either: Served) -> None:
    for name, body in BODIES.items():
        for path, token in ((WEB, either.session()), (REST, "")):
            said = exchange(either.port, post(path, body, token))
            is_refused_or_answered(f"{path} {name}", said)
            assert said.statuses, f"{path} {name}"
    goes_on(either)


def test_many_requests_at_once_on_one_connection_are_answered_in_order(either: Served) -> None:
    token = either.session()
    asked = [f"what is stage {number % 3 + 1}" for number in range(12)]
    requests = b"".join(message(token, text, f"p{number}") for number, text in enumerate(asked))
    said = exchange(either.port, requests, enough=12, seconds=20)
    assert said.statuses == [200] * 12
    places = [said.raw.find(b'"message_id":"p%d"' % number) for number in range(12)]
    assert -1 not in places
    assert places == sorted(places)
    turns = either.history(token)
    assert [turn["user"] for turn in turns[::2]] == asked
    assert [turn["bot"]["stage"] for turn in turns[1::2]] == [text[-1] for text in asked]


def test_a_request_cannot_hide_in_another_one(either: Served) -> None:
    """Two lengths that contradict each other: whatever is made of it, the second request is nobody else's."""
    hidden = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
    for lengths in (
        b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 3\r\nContent-Length: 0\r\n",
    ):
        request = b"POST " + REST.encode() + b" HTTP/1.1\r\nHost: a\r\n" + lengths + b"\r\n0\r\n\r\n" + hidden
        is_refused_or_answered(repr(lengths), exchange(either.port, request, end=True))
        goes_on(either)

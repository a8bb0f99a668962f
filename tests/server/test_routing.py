"""Which worker gets a request."""

from __future__ import annotations

import jwt
import pytest

from bot.server.routing import Place, Router, session_of


def places(count: int = 3) -> list[Place]:
    return [Place(number, 7000 + number, up=True) for number in range(count)]


def token(**claims: str) -> str:
    return jwt.encode(claims, "a secret of at least thirty-two bytes", algorithm="HS256")


def test_a_conversation_stays_on_its_worker() -> None:
    router = Router(places())
    first = {name: router.choose(name) for name in map(str, range(300))}
    assert all(router.choose(name) is place for name, place in first.items())
    assert {place.sessions for place in router.places} == {100}


def test_the_worker_with_least_in_hand_gets_a_new_conversation() -> None:
    router = Router(places())
    router.places[0].in_hand = router.places[2].in_hand = 2
    assert router.choose("new") is router.places[1]


def test_when_a_worker_is_down_its_conversations_go_to_another_and_stay_there() -> None:
    router = Router(places(2))
    one = router.choose("me")
    assert one is not None
    one.up = False
    other = router.choose("me")
    assert other is not None and other is not one
    one.up = True
    assert router.choose("me") is other
    assert (one.sessions, other.sessions) == (0, 1)


def test_without_a_worker_there_is_none() -> None:
    router = Router([Place(0, 7000)])
    assert router.choose("me") is None
    assert router.choose(None) is None


def test_only_so_many_conversations_are_remembered() -> None:
    router = Router(places(2), limit=10)
    for number in range(1000):
        router.choose(str(number))
    assert len(router._known) == 10
    assert sum(place.sessions for place in router.places) == 10


@pytest.mark.parametrize("claim", ["sub", "sid"])
def test_a_token_names_its_conversation(claim: str) -> None:
    header = f"Bearer {token(**{claim: 'abc'}, iat_text='now')}"
    assert session_of(header, "/webhooks/web/message", b'{"sender": "somebody else"}') == "token abc"


def test_two_tokens_of_one_session_lead_to_one_place() -> None:
    found = {session_of(f"bearer {token(sub='abc', other=str(n))}", "/webhooks/web/message", b"") for n in range(3)}
    assert found == {"token abc"}


def test_the_rest_channel_names_a_sender() -> None:
    assert session_of(None, "/webhooks/rest/webhook", b'{"sender": "me", "message": "hi"}') == "sender me"
    assert session_of(None, "/webhooks/rest/webhook?stream=true", b'{"sender": 7}') == "sender 7"


@pytest.mark.parametrize(
    ("header", "path", "body"),
    [
        (None, "/health", b""),
        ("Bearer", "/webhooks/web/message", b"{}"),
        ("Bearer a.b.c", "/webhooks/web/message", b"{}"),
        ("Bearer a.e30.c", "/webhooks/web/message", b"{}"),
        ("Bearer a.\xe9.c", "/webhooks/web/message", b"{}"),
        ("Bearer " + "x" * 5000 + ".e30.c", "/webhooks/web/message", b"{}"),
        ("Basic YTpi", "/webhooks/web/message", b"{}"),
        (None, "/webhooks/rest/webhook", b"{"),
        (None, "/webhooks/rest/webhook", b"[" * 60_000),
        (None, "/webhooks/rest/webhook", b'{"sender": {"a": 1}}'),
        (None, "/webhooks/rest/webhook", b'{"sender": ""}'),
    ],
)
def test_what_names_no_conversation(header: str | None, path: str, body: bytes) -> None:
    assert session_of(header, path, body) is None

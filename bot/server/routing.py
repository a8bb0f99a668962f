"""Which worker gets a request: the one that has the conversation, so that a conversation stays on one process.

A conversation is known by its session token (the `sub` of the JWT in the header Authorization), on the REST channel by the
`sender` in the body. The token is only read here, not checked: a forged one reaches some worker, which refuses it.
"""

from __future__ import annotations

import base64
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

MAX_SESSIONS = 100_000
_MAX_TOKEN = 4096
_MAX_REST_BODY = 65_536


@dataclass
class Place:
    """One worker as the router sees it.

    Attributes:
        number: which worker, from 0.
        port: where it listens, on loopback.
        up: it is ready to answer.
        in_hand: requests it is answering now.
        sessions: conversations that are led to it.
    """

    number: int
    port: int
    up: bool = False
    in_hand: int = 0
    sessions: int = field(default=0)


class Router:
    """Leads a conversation to one worker for as long as that worker lives."""

    def __init__(self, places: Sequence[Place], limit: int = MAX_SESSIONS) -> None:
        """Takes the workers, and how many conversations to remember; the one unused longest is forgotten first.

        A conversation that was forgotten may go to another worker with its next message. Nothing is lost by that: the
        conversation is in the store, and it has no message in hand.
        """
        self.places = list(places)
        self._limit = limit
        self._known: OrderedDict[str, Place] = OrderedDict()

    def choose(self, session: str | None) -> Place | None:
        """Returns the worker for a request, or None while none is up."""
        if session is not None:
            place = self._known.get(session)
            if place is not None and place.up:
                self._known.move_to_end(session)
                return place
        up = [place for place in self.places if place.up]
        if not up:
            return None
        place = min(up, key=lambda each: (each.in_hand, each.sessions))
        if session is not None:
            self._remember(session, place)
        return place

    def _remember(self, session: str, place: Place) -> None:
        before = self._known.pop(session, None)
        if before is not None:
            before.sessions -= 1
        self._known[session] = place
        place.sessions += 1
        if len(self._known) > self._limit:
            _, oldest = self._known.popitem(last=False)
            oldest.sessions -= 1


def session_of(authorization: str | None, path: str, body: bytes) -> str | None:
    """Returns what a request's conversation is known by, or None for a request of no conversation.

    Args:
        authorization: the header of that name.
        path: the path asked for.
        body: the whole body.
    """
    if authorization:
        found = _subject(authorization)
        if found is not None:
            return f"token {found}"
    if path.startswith("/webhooks/rest/") and 0 < len(body) <= _MAX_REST_BODY:
        sender = _field(body, "sender")
        return f"sender {sender}" if sender is not None else None
    return None


def _subject(authorization: str) -> str | None:
    kind, _, token = authorization.partition(" ")
    parts = token.strip().split(".")
    if kind.lower() != "bearer" or len(parts) != 3 or len(token) > _MAX_TOKEN:
        return None
    try:
        payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
    except ValueError:
        return None
    return _field(payload, "sub") or _field(payload, "sid")


def _field(data: bytes, name: str) -> str | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    value = found.get(name) if isinstance(found, dict) else None
    return str(value) if isinstance(value, str | int) and value != "" else None

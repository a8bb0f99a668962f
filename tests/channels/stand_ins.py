"""The platforms' APIs on loopback. They check what they receive as the platforms do, and can be slow, busy or away."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import jwt
from commands import LOOPBACK
from cryptography.hazmat.primitives.asymmetric import rsa
from platform_rules import faults

SLACK_TOKEN = "xoxb-1-test"
SLACK_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TELEGRAM_TOKEN = "4242:AAstandinAAstandinAAstandin"
TELEGRAM_SECRET = "a-webhook-secret-of-telegram"
TELEGRAM_USERNAME = "guide_test_bot"
MESSENGER_TOKEN = "EAAstandinEAAstandinEAA"
MESSENGER_SECRET = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
MESSENGER_VERIFY = "verify-me-please"
TWILIO_SID = "AC" + "0123456789abcdef" * 2
TWILIO_TOKEN = "fedcba9876543210" * 2
TEAMS_APP = "11111111-2222-3333-4444-555555555555"
TEAMS_PASSWORD = "a~long~password~of~teams"
PUBLIC_URL = "https://bot.clinic.example"
ISSUER = "https://api.botframework.com"


@dataclass(frozen=True)
class Sent:
    """One message that a platform received, with the person or place it is for."""

    way: str
    to: str
    body: Any
    path: str
    at: float


@dataclass(frozen=True)
class Trouble:
    """What a platform does instead of taking a message."""

    status: int = 500
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    hang_up: bool = False


def key_pair() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class StandIn:
    """All platforms on one port, each under a path of its own."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.wrong: list[str] = []
        self.asked: list[str] = []
        self.trouble: dict[str, deque[Trouble]] = defaultdict(deque)
        self.tokens: set[str] = set()
        self.key = key_pair()
        self._server = ThreadingHTTPServer((LOOPBACK, 0), _handler(self))
        self._server.daemon_threads = True
        self.base = f"http://{LOOPBACK}:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def variables(self) -> dict[str, str]:
        """The environment that leads every channel here."""
        return {
            "PUBLIC_URL": PUBLIC_URL,
            "SLACK_BOT_TOKEN": SLACK_TOKEN,
            "SLACK_SIGNING_SECRET": SLACK_SECRET,
            "SLACK_API_URL": f"{self.base}/slack",
            "TELEGRAM_BOT_TOKEN": TELEGRAM_TOKEN,
            "TELEGRAM_WEBHOOK_SECRET": TELEGRAM_SECRET,
            "TELEGRAM_BOT_USERNAME": TELEGRAM_USERNAME,
            "TELEGRAM_API_URL": f"{self.base}/telegram",
            "MESSENGER_PAGE_TOKEN": MESSENGER_TOKEN,
            "MESSENGER_APP_SECRET": MESSENGER_SECRET,
            "MESSENGER_VERIFY_TOKEN": MESSENGER_VERIFY,
            "MESSENGER_API_URL": f"{self.base}/graph",
            "TWILIO_ACCOUNT_SID": TWILIO_SID,
            "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
            "TWILIO_API_URL": f"{self.base}/twilio",
            "TEAMS_APP_ID": TEAMS_APP,
            "TEAMS_APP_PASSWORD": TEAMS_PASSWORD,
            "TEAMS_LOGIN_URL": f"{self.base}/login",
            "TEAMS_OPENID_URL": f"{self.base}/openid",
            "TEAMS_SERVICE_URL": f"{self.base}/connector",
        }

    def to(self, person: str, count: int = 1, seconds: float = 20) -> list[Sent]:
        """Waits until so many messages came for a person or place, and returns them."""
        end = time.monotonic() + seconds
        while True:
            found = [each for each in self.sent if each.to == person]
            if len(found) >= count:
                return found
            assert time.monotonic() < end and not self.wrong, (person, found, self.wrong, self.asked[-5:])
            time.sleep(0.01)

    def none_to(self, person: str, seconds: float = 0.4) -> bool:
        """Tells, after a while, that nothing came for a person or place."""
        time.sleep(seconds)
        return not [each for each in self.sent if each.to == person]

    # What each platform does

    def answer(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Trouble:
        """Returns what the platform says to a request."""
        self.asked.append(f"{method} {path.split('?')[0]}")
        part, _, rest = path.lstrip("/").partition("/")
        respond: Callable[..., Trouble] = getattr(self, f"_{part.split('?')[0]}", self._nowhere)
        return respond(method, rest, headers, raw)

    def _nowhere(self, *request: Any) -> Trouble:
        self.wrong.append("unknown address")
        return Trouble(404)

    def _take(self, way: str, to: str, body: Any, path: str, taken: Any, status: int = 200) -> Trouble:
        if self.trouble[way]:
            return self.trouble[way].popleft()
        found = faults(way, body)
        if found:
            self.wrong.append(f"{way}: {found}")
            return Trouble(400, {"ok": False, "error": {"code": 100, "message": str(found)}})
        self.sent.append(Sent(way, to, body, path, time.monotonic()))
        return Trouble(status, taken)

    def _slack(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Trouble:
        if headers.get("authorization") != f"Bearer {SLACK_TOKEN}":
            return Trouble(200, {"ok": False, "error": "invalid_auth"})
        if path == "auth.test":
            return Trouble(200, {"ok": True, "user_id": "UBOT"})
        body = json.loads(raw)
        to = f"{body['channel']}/{body.get('thread_ts', '')}".rstrip("/")
        return self._take("slack", to, body, path, {"ok": True, "ts": "1.2"})

    def _commands(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Trouble:
        body = json.loads(raw)
        found = [each for each in faults("slack", {**body, "channel": "D0"}) if "channel" not in each]
        self.wrong += [f"command: {found}"] if found or body.get("response_type") != "ephemeral" else []
        self.sent.append(Sent("slack", path, body, path, time.monotonic()))
        return Trouble(200, None)

    def _telegram(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Trouble:
        token, _, name = path.partition("/")
        if token != f"bot{TELEGRAM_TOKEN}":
            return Trouble(401, {"ok": False, "error_code": 401})
        if name == "getMe":
            return Trouble(200, {"ok": True, "result": {"id": 4242, "username": TELEGRAM_USERNAME}})
        if name == "getWebhookInfo":
            return Trouble(200, {"ok": True, "result": {"url": f"{PUBLIC_URL}/webhooks/telegram/webhook"}})
        if name == "answerCallbackQuery":
            return Trouble(200, {"ok": True, "result": True})
        body = json.loads(raw)
        return self._take("telegram", str(body["chat_id"]), body, name, {"ok": True, "result": {"message_id": 1}})

    def _graph(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Trouble:
        if headers.get("authorization") != f"Bearer {MESSENGER_TOKEN}":
            return Trouble(400, {"error": {"code": 190}})
        if method == "GET":
            return Trouble(200, {"id": "1000"})
        body = json.loads(raw)
        return self._take("messenger", body["recipient"]["id"], body, path, {"message_id": "m"})

    def _twilio(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Trouble:
        right = base64.b64encode(f"{TWILIO_SID}:{TWILIO_TOKEN}".encode()).decode()
        if headers.get("authorization") != f"Basic {right}":
            return Trouble(401, {"code": 20003})
        if method == "GET":
            return Trouble(200, {"sid": TWILIO_SID, "status": "active"})
        body = dict(parse_qsl(raw.decode(), keep_blank_values=True))
        way = "whatsapp" if body["To"].startswith("whatsapp:") else "sms"
        return self._take(way, body["To"], body, path, {"sid": "SM1"}, 201)

    def _login(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Trouble:
        form = dict(parse_qsl(raw.decode()))
        right = {"grant_type": "client_credentials", "client_id": TEAMS_APP, "client_secret": TEAMS_PASSWORD,
                 "scope": f"{ISSUER}/.default"}  # fmt: skip
        if path != "botframework.com/oauth2/v2.0/token" or form != right:
            return Trouble(401, {"error": "invalid_client"})
        token = f"token-{len(self.tokens)}"
        self.tokens.add(token)
        return Trouble(200, {"token_type": "Bearer", "expires_in": 3600, "access_token": token})

    def _openid(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Trouble:
        return Trouble(200, {"issuer": ISSUER, "jwks_uri": f"{self.base}/keys",
                             "id_token_signing_alg_values_supported": ["RS256"]})  # fmt: skip

    def _keys(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Trouble:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        other = {**public, "kid": "other", "endorsements": ["webchat"]}
        return Trouble(200, {"keys": [{**public, "kid": "one", "endorsements": ["msteams"]}, other, {"kty": "odd"}]})

    def _connector(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Trouble:
        if headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return Trouble(401, {"error": {"code": "Unauthorized"}})
        _, _, _, conversation, _, activity = path.split("/")
        body = json.loads(raw)
        if body["conversation"]["id"] != unquote(conversation) or body["replyToId"] != unquote(activity):
            self.wrong.append("teams: the address and the activity differ")
        return self._take("teams", unquote(conversation), body, path, {"id": "1"}, 201)


def _handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _respond(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                headers = {name.lower(): value for name, value in self.headers.items()}
                said = stand_in.answer(self.command, self.path, headers, raw)
            except Exception as error:  # noqa: BLE001 - told to the test, not to the bot
                stand_in.wrong.append(f"{urlsplit(self.path).path}: {error!r}")
                said = Trouble(400)
            time.sleep(said.seconds)
            if said.hang_up:
                self.close_connection = True
                return
            body = b"" if said.body is None else json.dumps(said.body).encode()
            try:
                self.send_response(said.status)
                for name, value in {"Content-Type": "application/json", **said.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                self.close_connection = True  # the bot did not wait

        do_GET = do_POST = _respond

        def log_message(self, *args: Any) -> None:
            pass

    return Handler

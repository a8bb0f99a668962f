"""Three made-up clinics in one program: two share a database, the third has its own."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from commands import LOOPBACK
from web_server import Answer, Client

from bot.tenants.clinics import Clinics, read_folder

RIVERSIDE, NORTHGATE, HILLSIDE = "chat.riverside.example", "chat.northgate.example", "chat.hillside.example"
PHONES = {RIVERSIDE: "+1 555 010 0142", NORTHGATE: "020 7946 0000", HILLSIDE: "+1 555 010 0199"}
URGENT = {RIVERSIDE: "911", NORTHGATE: "999", HILLSIDE: "112"}
PAGES = {host: f"https://www.{host.removeprefix('chat.')}" for host in PHONES}
KEYS = {host: host.split(".")[1] for host in PHONES}
DATABASE = "HILLSIDE_DATABASE_URL"
SECRET = "p6Wx-1rTgYz0_qLmN4kB8vCsD3eF7hJu"


def clinic_file(host: str, **more: Any) -> dict[str, Any]:
    """What the file of one of them holds."""
    own = {"database_env": DATABASE} if host == HILLSIDE else {}
    return {
        "name": f"{KEYS[host].title()} Clinic", "phone": PHONES[host], "hours": "weekdays, 9 to 4",
        "emergency_number": URGENT[host], "web": {"origins": [PAGES[host]]}, "keep_unanswered": "on",
        "public_url": f"https://{host}", "hosts": [host], **own, **more,
    }  # fmt: skip


def written(folder: Path, *files: dict[str, Any]) -> Path:
    """A folder of clinics; by default those three. JSON is YAML."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files or [clinic_file(host) for host in PHONES]:
        key = KEYS.get(str((file.get("hosts") or [""])[0]), "other")
        (folder / f"{key}.yml").write_text(json.dumps(file), encoding="utf-8")
    return folder


def clinics_in(folder: Path) -> Clinics:
    """The clinics of a folder in which nothing is wrong."""
    tenants, problems = read_folder(folder)
    assert problems == []
    return Clinics(tenants)


@dataclass
class At(Client):
    """Talks to a server at one of its host names."""

    host: str = RIVERSIDE

    def request(
        self, method: str, path: str, body: Any = None, seconds: float = 30, raw: bool = False, **headers: str
    ) -> Answer:
        return super().request(method, path, body, seconds, raw, **{"Host": self.host, **headers})

    def rest(self, sender: str, text: str) -> dict[str, Any]:
        """The reply contract's data of the reply to a message over REST, with everything said under `shown`."""
        answer = self.request("POST", "/webhooks/rest/webhook", {"sender": sender, "message": text})
        assert answer.status == 200, (answer.status, answer.body)
        reply: dict[str, Any] = answer.json[-1]["custom"]["data"]["reply"]
        return {**reply, "shown": "\n".join(part.get("text", "") for part in answer.json)}


class Platform(ThreadingHTTPServer):
    """Takes the place of a messaging platform, and keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__((LOOPBACK, 0), _Take)
        self.sent: list[dict[str, Any]] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.server_address[1]}"


class _Take(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert isinstance(self.server, Platform)
        self.server.sent.append(json.loads(body))
        answer = b'{"ok": true, "result": {}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@dataclass
class Served:
    """The server, its files and the platform that it sends to."""

    port: int
    folder: Path
    platform: Platform
    env: dict[str, str]

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def shared(self) -> Path:
        return self.folder / "shared.sqlite3"

    @property
    def own(self) -> Path:
        return self.folder / "own.sqlite3"

    def at(self, host: str) -> At:
        return At(self.port, host)

"""The one port before the workers speaks for the right clinic when no worker can."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from three_clinics import DATABASE, NORTHGATE, PHONES, RIVERSIDE, written

from bot.answers.trouble import NO_CLINIC
from bot.server import front as front_module
from bot.server.front import Client, Front
from bot.server.refusals import said_by_host
from bot.server.routing import Place, session_of
from bot.tenants.current import current


@pytest.fixture(autouse=True)
def _clinics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLINIC", raising=False)
    monkeypatch.setenv("CLINICS", str(written(tmp_path / "clinics")))
    monkeypatch.setenv(DATABASE, f"sqlite:///{tmp_path / 'own.sqlite3'}")


async def asked(*hosts: str) -> list[tuple[str, str]]:
    """Status line and body of the answers to one request at each host, sent at once, where no worker is up."""
    front = Front([Place(0, 1, up=False)])
    server = await asyncio.get_running_loop().create_server(lambda: Client(front), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def ask(host: str) -> tuple[str, str]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /guide HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
        writer.close()
        return head.splitlines()[0], body

    try:
        return list(await asyncio.gather(*(ask(host) for host in hosts)))
    finally:
        server.close()


def test_without_a_worker_visitors_hear_whom_to_call_at_their_clinic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_module, "SECONDS_WITHOUT_WORKER", 0.2)
    here, there, nowhere = asyncio.run(asked(RIVERSIDE, f"{NORTHGATE}:443", "elsewhere.example"))
    assert {status for status, _ in (here, there, nowhere)} == {"HTTP/1.1 503 Service Unavailable"}
    assert PHONES[RIVERSIDE] in here[1] and PHONES[NORTHGATE] not in here[1]
    assert PHONES[NORTHGATE] in there[1] and PHONES[RIVERSIDE] not in there[1]
    assert json.loads(nowhere[1])["error"]["text"].startswith(NO_CLINIC)
    assert current() is None


def test_a_proxy_can_be_told_what_to_say_at_each_host() -> None:
    said = said_by_host()
    assert set(said) == set(PHONES)
    for host, body in said.items():
        assert PHONES[host] in json.loads(body)["error"]["text"]
        assert [other for other, phone in PHONES.items() if phone in body] == [host]
        assert "\n" not in body


def test_a_token_that_names_a_clinic_leads_to_its_conversation_s_worker() -> None:
    from bot.channels.web_tokens import Tokens

    token = Tokens("a secret of at least thirty-two bytes", 1, "riverside").issue().token
    session = session_of(f"Bearer {token}", "/webhooks/web/message", b"")
    assert session is not None and session.startswith("token ")

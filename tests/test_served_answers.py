"""The served bot: `bot serve` and stock `rasa run` with `rasa run actions` give the same answers, and both stay honest.

All servers listen on loopback only and are started once. The tests run in order: the last ones break things on purpose.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from commands import BOT, LOOPBACK, bot, environment, free_port
from facts import DISCLAIMER, ROOT, WORDING
from trained import one_reply, the_model

from bot.clinic import load_clinic

pytestmark = [pytest.mark.model, pytest.mark.slow]

WEBHOOK = "/webhooks/rest/webhook"
SECONDS_TO_START = 150
TROUBLE = str(WORDING["unclear"]["trouble"]).split(".")[0]
EMPTY = str(WORDING["unclear"]["empty"]).split(".")[0]
AUTOMATED = str(WORDING["automated"])
# What no log may hold: a number and a name that visitors type below.
SECRETS = ("07700 900123", "900123", "Marigold")
PLANTED = "ring me on 07700 900123, Marigold next door knows me"
RASA = [sys.executable, "-m", "rasa"]


@dataclass
class Server:
    """One running server: its port, its processes and what they wrote."""

    port: int
    logs: list[Path] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, command: list[str], log: Path, env: dict[str, str]) -> None:
        with log.open("wb") as file:
            process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        self.processes.append(process)
        self.logs.append(log)

    def request(self, method: str, path: str, body: bytes | None = None, seconds: float = 60) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=seconds)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def post(self, data: Any, seconds: float = 60) -> tuple[int, Any]:
        status, body = self.request("POST", WEBHOOK, json.dumps(data).encode(), seconds)
        return status, json.loads(body)

    def say(self, sender: str, text: Any) -> dict[str, Any]:
        status, messages = self.post({"sender": sender, "message": text})
        assert status == 200
        return one_reply(messages)

    def wait(self) -> None:
        end = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < end:
            assert all(process.poll() is None for process in self.processes), self.said()
            try:
                if self.request("GET", "/webhooks/rest/", seconds=5)[0] == 200:
                    return
            except OSError:
                time.sleep(0.3)
        pytest.fail(f"the server did not start: {self.said()}")

    def said(self) -> str:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace") for log in self.logs)

    def stop(self) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@dataclass
class Servers:
    """Both ways to serve, and the store that they share."""

    ours: Server
    stock: Server
    store: Path

    @property
    def store_url(self) -> str:
        return f"sqlite:///{self.store}"


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """`bot serve` and stock Rasa with its action server, on free loopback ports, with one model and one store."""
    model = the_model()
    folder = tmp_path_factory.mktemp("served")
    store = folder / "guide.sqlite3"
    env = environment(DATABASE_URL=f"sqlite:///{store}", SANIC_HOST=LOOPBACK, PYTHONUNBUFFERED="1")
    assert bot("guide", "build", DATABASE_URL=f"sqlite:///{store}").returncode == 0

    actions_port = free_port()
    endpoints = folder / "endpoints.yml"
    endpoints.write_text(f"action_endpoint:\n  url: http://{LOOPBACK}:{actions_port}/webhook\n", encoding="utf-8")
    ours, stock = Server(free_port()), Server(free_port())
    try:
        ours.start([*BOT, "serve", "--port", str(ours.port)], folder / "ours.log", env)
        stock.start(
            [*RASA, "run", "--model", str(model), "--endpoints", str(endpoints), "--credentials", "credentials.yml",
             "-i", LOOPBACK, "-p", str(stock.port)],
            folder / "stock.log", env,
        )  # fmt: skip
        stock.start([*RASA, "run", "actions", "-p", str(actions_port)], folder / "actions.log", env)
        ours.wait()
        stock.wait()
        _wait_for_actions(actions_port, stock)
        yield Servers(ours, stock, store)
    finally:
        ours.stop()
        stock.stop()


def _wait_for_actions(port: int, stock: Server) -> None:
    probe = Server(port)
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        try:
            if probe.request("GET", "/health", seconds=5)[0] == 200:
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"the action server did not start: {stock.said()}")


# the same answers


CONVERSATIONS = [
    ["hello", "what comes after Enhertu", "and after that?", "and then?", "what is kadcyla", "thanks", "bye"],
    ["what comes after herceptin", "2", "the second one", "what about stage 1", "no I meant stage 3", "third line?"],
    ["stage IIIc frontline", "why is that first", "same for stage ii", "what's neoadjuvant", "and if it doesnt shrink"],
    ["treatment", "metastatic", "second line", "after that", "before that", "what should i ask my oncologist"],
    ["my chest hurts and i cant breathe", "yes", "what is HER2-low"],
    ["i want to die", "what comes after tukysa"],
    ["how long have i got", "should i stop taking it", "will i lose my hair", "how much does it cost"],
    ["quel est le traitement du stade 2", "\u0447\u0442\u043e \u043f\u043e\u0441\u043b\u0435", "stage 2 throat cancer",
     "neratinib", "who won the football"],
    ["", "\U0001f600", "\x00\x01", "/restart", '/ask_x{"a":1}', " /greet", "x" * 20_000, "frontline for stage one"],
    ["im so scared. it spread to my liver. what do they give first?", PLANTED],
]  # fmt: skip


def test_both_ways_to_serve_give_the_same_answers(servers: Servers) -> None:
    assert sum(len(texts) for texts in CONVERSATIONS) >= 40
    kinds = set()
    for number, texts in enumerate(CONVERSATIONS):
        for text in texts:
            bodies = []
            for name, server in (("ours", servers.ours), ("stock", servers.stock)):
                sender = f"same-{number}-{name}"
                data = json.dumps({"sender": sender, "message": text}).encode()
                status, body = server.request("POST", WEBHOOK, data)
                assert status == 200
                bodies.append(body.replace(sender.encode(), b"sender"))
            assert bodies[0] == bodies[1], text
            reply = one_reply(json.loads(bodies[0]))
            assert DISCLAIMER in reply["shown"]
            assert TROUBLE not in reply["shown"]
            kinds.add(reply["kind"])
    assert len(kinds) >= 12, kinds


def test_the_question_of_the_readme(servers: Servers) -> None:
    reply = servers.ours.say("curl", "what comes after Enhertu")
    assert (reply["kind"], reply["stage"], reply["line"], reply["drug"]) == ("sequence", "metastatic", 3, "Enhertu")
    shown = reply["shown"]
    drugs = [shown.index(name) for name in ("Xeloda", "Tukysa", "Herceptin", "Kadcyla")]
    assert drugs == sorted(drugs)
    assert "September 2025" in shown
    assert reply["source"]["date"] == "September 2025"
    assert DISCLAIMER in shown
    assert AUTOMATED in shown


def test_a_reply_is_one_text_with_buttons_and_then_its_data(servers: Servers) -> None:
    status, messages = servers.ours.post({"sender": "form", "message": "what comes after herceptin"})
    assert status == 200
    assert [set(message) for message in messages] == [{"recipient_id", "text", "buttons"}, {"recipient_id", "custom"}]
    assert all(message["recipient_id"] == "form" for message in messages)
    reply = messages[1]["custom"]["data"]["reply"]
    assert [b["title"] for b in messages[0]["buttons"]] == [c["title"] for c in reply["choices"]]
    assert [b["payload"] for b in messages[0]["buttons"]] == [c["text"] for c in reply["choices"]]
    assert not any(b["payload"].startswith("/") for b in messages[0]["buttons"])


def test_a_choice_s_text_number_and_title_pick_the_same(servers: Servers) -> None:
    picked = []
    for n, say in enumerate(("2", "the second one", "Metastatic", None)):
        asked = servers.ours.say(f"pick-{n}", "what comes after herceptin")
        assert asked["choices"][1]["title"] == "Metastatic"
        picked.append(servers.ours.say(f"pick-{n}", say or asked["choices"][1]["text"]))
    assert len({json.dumps({k: v for k, v in reply.items() if k != "shown"}) for reply in picked}) == 1
    assert picked[0]["stage"] == "metastatic"


# bad input


@pytest.mark.parametrize("which", ["ours", "stock"])
def test_a_body_that_cannot_be_read_is_refused_readably(which: str, servers: Servers) -> None:
    server: Server = getattr(servers, which)
    bodies = (b"{", b"", b"[]", b'["a"]', b'"hello"', b"7", b"\xff\xfe", b'{"sender": ["me"]}', b"[" * 50_000,
              b'{"sender": {"a": 1}, "message": "hi"}', json.dumps({"sender": "x" * 256}).encode())  # fmt: skip
    for number, body in enumerate(bodies):
        status, answer = server.request("POST", WEBHOOK, body)
        assert status == 400, body[:40]
        error = json.loads(answer)["error"]
        assert error.endswith(".")
        assert "Traceback" not in error
        assert server.say(f"after bad input {number}", "what is stage 2")["kind"] == "definition"


@pytest.mark.parametrize("message", [None, 7, ["a"], {"text": "stage 2"}, True])
def test_a_message_that_is_no_text_counts_as_empty(message: Any, servers: Servers) -> None:
    reply = servers.ours.say("no text", message)
    assert reply["kind"] == "unclear"
    assert EMPTY in reply["shown"]


def test_without_a_sender_everybody_has_a_conversation_of_their_own(servers: Servers) -> None:
    status, first = servers.ours.post({"message": "what comes after enhertu"})
    assert status == 200
    _, second = servers.ours.post({"message": "and after that?"})
    assert first[0]["recipient_id"] != second[0]["recipient_id"]
    # Nobody else's conversation is gone on with, and the reply names the one that it began.
    assert one_reply(second)["kind"] == "clarify"
    _, goes_on = servers.ours.post({"sender": first[0]["recipient_id"], "message": "and after that?"})
    assert one_reply(goes_on)["kind"] == "sequence"


def test_a_number_is_a_sender(servers: Servers) -> None:
    _, first = servers.ours.post({"sender": 4217, "message": "what comes after enhertu"})
    assert first[0]["recipient_id"] == "4217"
    assert servers.ours.say("4217", "and after that?")["kind"] == "sequence"


def test_a_megabyte_is_refused_and_the_conversation_goes_on(servers: Servers) -> None:
    servers.ours.say("big", "what comes after enhertu")
    body = json.dumps({"sender": "big", "message": "my aunt likes tea. " * 52_000}).encode()
    try:
        status, answer = servers.ours.request("POST", WEBHOOK, body)
    except ConnectionError:
        pass  # it need not be read to the end
    else:
        assert status == 413
        assert json.loads(answer)["error"]["code"] == "body_too_large"
    assert servers.ours.say("big", "and after that?")["kind"] == "sequence"


@pytest.mark.parametrize(("method", "path"), [("GET", "/conversations/curl/tracker"), ("GET", "/domain"),
                                              ("POST", "/model/parse"), ("GET", "/status")])  # fmt: skip
def test_no_one_can_read_conversations(method: str, path: str, servers: Servers) -> None:
    assert servers.ours.request(method, path, b"{}")[0] in (404, 405)


def test_only_this_machine_is_listened_to(servers: Servers) -> None:
    """The address of every listening socket of the servers, as Linux tells it."""
    for server in (servers.ours, servers.stock):
        for process in server.processes:
            sockets = {os.readlink(fd) for fd in Path(f"/proc/{process.pid}/fd").iterdir() if fd.is_symlink()}
            for table in ("tcp", "tcp6"):
                for row in Path(f"/proc/{process.pid}/net/{table}").read_text().splitlines()[1:]:
                    columns = row.split()
                    if columns[3] == "0A" and f"socket:[{columns[9]}]" in sockets:
                        assert columns[1].startswith("0100007F:"), row


# parts that fail


def test_a_broken_store_is_said_honestly_and_the_conversation_goes_on_when_it_is_back(servers: Servers) -> None:
    sender = "store"
    assert servers.ours.say(sender, "what comes after enhertu")["line"] == 3
    with sqlite3.connect(servers.store) as database:
        database.execute("DROP TABLE step")
    database.close()
    for text in ("and after that?", f"frontline for mets? {PLANTED}"):
        reply = servers.ours.say(sender, text)
        assert reply["kind"] == "unclear"
        assert TROUBLE in reply["shown"]
        assert load_clinic().phone in reply["shown"]
        assert DISCLAIMER in reply["shown"]
        assert not any(name in reply["shown"] for name in ("Kadcyla", "Enhertu", "Xeloda"))
    # A first message then says what the bot is, too.
    assert AUTOMATED in servers.ours.say("store, first message", "what is stage 2")["shown"]
    assert bot("guide", "build", "--force", DATABASE_URL=servers.store_url).returncode == 0
    reply = servers.ours.say(sender, "and after that?")
    assert (reply["kind"], reply["stage"], reply["line"]) == ("sequence", "metastatic", 3)
    assert "After Kadcyla" in reply["shown"]


def test_a_deleted_store_never_silences_the_bot(servers: Servers) -> None:
    sender = "deleted"
    assert servers.ours.say(sender, "what comes after enhertu")["line"] == 3
    servers.store.unlink()
    reply = servers.ours.say(sender, "and after that?")
    # An open file outlives its name: either it still answers, or it says honestly that it cannot.
    assert reply["kind"] == "sequence" or load_clinic().phone in reply["shown"]
    servers.store.unlink(missing_ok=True)
    assert bot("guide", "build", DATABASE_URL=servers.store_url).returncode == 0
    assert servers.ours.say(sender, "what comes after THP for mets")["line"] == 2


def test_without_its_action_server_stock_rasa_still_answers_honestly(servers: Servers) -> None:
    sender = "no actions"
    assert servers.stock.say(sender, "what comes after enhertu")["line"] == 3
    actions = servers.stock.processes.pop()
    actions.terminate()
    actions.wait(timeout=20)
    for text in ("and after that?", PLANTED, "", "\U0001f600"):
        status, messages = servers.stock.post({"sender": sender, "message": text})
        assert status == 200
        reply = one_reply(messages)
        assert reply["kind"] == "unclear"
        assert load_clinic().phone in reply["shown"]
        assert DISCLAIMER in reply["shown"]


def test_nothing_that_a_visitor_typed_reached_a_log(servers: Servers) -> None:
    for server in (servers.ours, servers.stock):
        said = server.said()
        for secret in SECRETS:
            assert secret not in said
    ours = servers.ours.said()
    assert "Traceback" not in ours
    # What failed is logged, by its kind alone.
    assert "action.failed error=" in ours
    for noise in ("DeprecationWarning", "UserWarning", "Goin' Fast", "tensorflow"):
        assert noise not in ours, ours


def test_the_server_stops_when_it_is_told_to(servers: Servers) -> None:
    (process,) = servers.ours.processes
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    assert "Traceback" not in servers.ours.said()

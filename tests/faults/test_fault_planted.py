"""What a visitor typed is found nowhere on disk outside the conversation store, and nowhere at all once it is erased."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import urllib.parse
from pathlib import Path

import pytest
from commands import bot
from facts import ROOT
from raw import exchange, post
from serving import SECRET, Served, serving, wait_until
from trained import the_model
from web_server import API

pytestmark = [pytest.mark.model, pytest.mark.slow]
WEB, REST = f"{API}/message", "/webhooks/rest/webhook"
STORE = "conversations.sqlite3"
# The files that were there before anybody typed, with the time of their last change: such a file can hold nothing typed.
_UNCHANGED: dict[Path, int] = {}


def planted(mark: str) -> tuple[str, ...]:
    """A phone number, an e-mail address, a name and a message that no other text holds."""
    number = int(hashlib.md5(mark.encode()).hexdigest()[:6], 16) % 900_000 + 100_000
    return (
        f"07700 {number}",
        f"{mark}.quux{number}@post.example",
        f"Zebedee{mark.title()}{number}",
        f"my {mark}finch{number}",
    )


def sentence(mark: str) -> str:
    """A message that holds all of them."""
    phone, mail, name, message = planted(mark)
    return f"im {name}, ring {phone} or {mail} about {message}, what comes after Enhertu"


def forms(word: str) -> set[bytes]:
    """A word in the forms in which a program may write it; hashes without a key among them, which can be guessed."""
    plain = word.encode()
    made = {plain, word.encode("utf-16-le"), json.dumps(word)[1:-1].encode(), urllib.parse.quote(word).encode()}
    made |= {urllib.parse.quote_plus(word).encode(), plain.hex().encode(), plain[::-1]}
    return made | {hashlib.new(name, plain).hexdigest().encode() for name in ("md5", "sha1", "sha256", "blake2b")}


def found_in(folder: Path, *marks: str) -> set[str]:
    """The files below a folder that hold something planted."""
    wanted = [form for mark in marks for word in planted(mark) for form in forms(word)]
    wanted += [form for mark in marks for form in forms(f"sender-{mark}") | forms(planted(mark)[0].replace(" ", ""))]
    found = set()
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # SQLite's own come and go
            if path.is_file() and path.stat().st_ctime_ns != _UNCHANGED.get(path):
                content = path.read_bytes()
                if any(form in content for form in wanted):
                    found.add(path.name)
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder of its own, in which also everything temporary is written."""
    the_model()
    folder = tmp_path_factory.mktemp("planted")
    for path in ROOT.iterdir():
        if path.is_file() and not path.name.startswith("."):
            shutil.copy2(path, folder)
    for name in ("models", "nlu", "stories", "var/encoder"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name)
    for name in ("var/metrics", "tmp", "user"):
        (folder / name).mkdir(parents=True)
    assert bot("guide", "build", BOT_HOME=folder).returncode == 0
    _UNCHANGED.update({path: path.stat().st_ctime_ns for path in folder.rglob("*") if path.is_file()})
    return folder


def environment_of(home: Path, **changes: str) -> dict[str, str]:
    return {"BOT_HOME": str(home), "CONVERSATIONS_URL": f"sqlite:///{home / 'var' / STORE}", "TMPDIR": str(home / "tmp"),
            "HOME": str(home / "user"), "XDG_CACHE_HOME": str(home / "user"), **changes}  # fmt: skip


def type_everywhere(served: Served) -> str:
    """Types what is planted in every place there is; returns the token of the web conversation of mark "web"."""
    token, said = served.session(), sentence("broken")
    assert served.say(token, sentence("web"), "one").status == 200
    assert served.say(token, "/restart " + sentence("web"), "two").status == 200
    for mark in ("rest", "kept"):
        body = {"sender": f"sender-{mark}", "message": sentence(mark), "metadata": {"name": planted(mark)[2]}}
        assert served.request("POST", REST, body).status == 200
        body["sender"] = planted(mark)[0].replace(" ", "")
        assert served.request("POST", REST, body).status == 200
    # None of the following is answered, so it must not even be in the store.
    auth = f"Bearer {token}"
    raws = [
        post(WEB, b'{"message": "' + said.encode(), token),
        post(WEB, said.encode(), token),
        post(WEB, json.dumps({"message": said, "message_id": said}).encode(), token),
        post(WEB, json.dumps({"message": said * 30}).encode(), token),
        post(WEB, json.dumps({"message": [said]}).encode(), token),
        post(WEB, json.dumps({"message": said}).encode() + b"\xff", token),
        post(WEB, json.dumps({"message": said}).encode(), planted("broken")[2]),
        post(WEB, json.dumps({"message": said, "x": "y" * 70_000}).encode(), token),
        post(f"{API}/feedback", json.dumps({"value": said, "turn": 1}).encode(), token),
        post(REST, b'{"sender": "' + said.encode()),
        post(REST, json.dumps({"sender": [said], "message": "hi"}).encode()),
        post(REST, json.dumps({"sender": "web:" + said, "message": said}).encode()),
        post(f"/{planted('broken')[3].replace(' ', '-')}", said.encode()),
        f"GET /?q={urllib.parse.quote(said)} HTTP/1.1\r\nHost: a\r\nX-Name: {said}\r\nCookie: {said}\r\n\r\n".encode(),
        said.encode() + b"\r\n\r\n",
        b"POST " + REST.encode() + b" HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n" + said.encode(),
    ]
    for raw in raws:
        exchange(served.port, raw, end=True)
    served.request(
        "GET", f"{API}/history?of={planted('broken')[2]}", X_Forwarded_For=planted("broken")[2], Authorization=auth
    )
    return token


def test_planted_words_stay_in_the_store_and_leave_with_the_conversation(home: Path) -> None:
    store = {STORE, f"{STORE}-wal", f"{STORE}-shm"}
    every = ("web", "rest", "kept", "broken")
    (home / "logs").mkdir()
    env = environment_of(home, PROMETHEUS_MULTIPROC_DIR=str(home / "var" / "metrics"))
    with serving(home / "logs", **env) as served:
        token = type_everywhere(served)
        assert any((home / "var" / "metrics").iterdir()), "the metrics are written somewhere else"
        found = found_in(home, *every)
        assert found and found <= store, found
        assert found_in(home, "broken") == set()
        numbers = served.request("GET", "/metrics").body
        assert not any(word.encode() in numbers for mark in every for word in planted(mark))
        # The visitor deletes the chat; the operator erases a conversation by its sender.
        assert served.request("DELETE", f"{API}/session", Authorization=f"Bearer {token}").status == 204
        for sender in ("sender-rest", planted("rest")[0].replace(" ", "")):
            done = bot("forget", sender, BOT_SECRET=SECRET, **env)
            assert "Erased the conversation" in done.stdout, done.stderr
        assert found_in(home, "web", "rest") == set()
        assert found_in(home, "kept")
        served.stop()
    assert found_in(home, *every) <= store  # what is written at the end is no different
    # With a short retention the next start erases what is left.
    (home / "logs-2").mkdir()
    with serving(home / "logs-2", **environment_of(home, RETENTION_HOURS="0.0003")):
        wait_until(lambda: not found_in(home, *every), 20)
    assert found_in(home, *every) == set()
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in home.rglob("*.log"))

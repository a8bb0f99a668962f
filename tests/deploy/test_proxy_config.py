"""The proxy's configuration: HAProxy takes it, it lets only the public part through, and what it says itself is honest."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from commands import LOOPBACK, bot, fails_readably, free_port, lacking
from facts import DISCLAIMER
from serving import Served, wait_until
from three_clinics import PHONES, written

from bot.clinic import load_clinic
from bot.cluster.programs import find
from bot.cluster.proxy import Proxy, configuration, numbered, write
from bot.errors import BotError
from bot.server.front import MAX_IN_HAND

LOCAL = Proxy("127.0.0.1:8080", "127.0.0.1:8404", ["127.0.0.1:5006", "127.0.0.1:5007"])
NAMED = Proxy("0.0.0.0:8080", "0.0.0.0:8404", ["worker-1:5005", "worker-2:5005"], by_name=True)


def haproxy() -> str:
    found = find("haproxy")
    if found is None:
        lacking("haproxy is not installed (Debian's package haproxy)")
    return str(found)


@pytest.mark.parametrize("proxy", [LOCAL, NAMED], ids=["by address", "by name"])
def test_haproxy_takes_it(proxy: Proxy, tmp_path: Path) -> None:
    done = subprocess.run(
        [haproxy(), "-c", "-f", str(write(proxy, tmp_path))], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr, done.stderr


def test_a_broken_one_would_be_noticed(tmp_path: Path) -> None:
    path = write(LOCAL, tmp_path)
    path.write_text(path.read_text().replace("balance hash", "balance hush"))
    assert subprocess.run([haproxy(), "-c", "-f", str(path)], capture_output=True, timeout=30).returncode != 0


def test_workers_are_named_in_one_order_with_as_much_in_hand_as_the_front_gives_them() -> None:
    text = configuration(NAMED, "/proxy")
    assert re.findall(r"^    server (\S+ \S+)$", text, re.M) == ["worker-1 worker-1:5005", "worker-2 worker-2:5005"]
    assert f"maxconn {MAX_IN_HAND} " in text
    assert "resolvers names init-addr none" in text and "resolvers" not in configuration(LOCAL, "/proxy")
    assert "@" not in text


def test_only_the_public_part_is_let_through() -> None:
    text = configuration(LOCAL, "/proxy")
    named = {path for line in re.findall(r"acl public_\w+ (?:path|path_beg) (.*)", text) for path in line.split()}
    assert named == {"/", "/guide", "/guide/", "/widget/", "/webhooks/"}
    assert "unless public_page or public_part" in text


def test_what_it_says_itself_is_honest(tmp_path: Path) -> None:
    write(LOCAL, tmp_path)
    head, _, body = (tmp_path / "503.http").read_bytes().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ") and b"retry-after: 2" in head
    said = json.loads(body)["error"]
    assert load_clinic().phone in said["text"] and DISCLAIMER in said["text"]
    assert json.loads((tmp_path / "404.json").read_text())["error"]["code"] == "not_found"
    for status in (500, 502, 503, 504):  # whatever is wrong behind it, the visitor reads the same
        assert f"errorfile {status} {tmp_path}/503.http" in configuration(LOCAL, str(tmp_path))


def test_with_several_clinics_it_names_the_phone_of_the_one_that_was_asked(tmp_path: Path) -> None:
    said = {host: json.dumps({"error": {"text": f'Call "{phone}", 100 %'}}) for host, phone in
            (("north.example", "1"), ("south.example", "2"))}  # fmt: skip
    listen, inside, nobody = free_port(), free_port(), free_port()
    proxy = Proxy(f"{LOOPBACK}:{listen}", f"{LOOPBACK}:{inside}", [f"{LOOPBACK}:{nobody}"], said=said)
    path = write(proxy, tmp_path)
    process = subprocess.Popen(
        [haproxy(), "-db", "-f", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: Served(inside).request("GET", "/alive").status == 200, 20)
        wait_until(lambda: Served(inside).request("GET", "/ready").status == 503, 20)
        for host, phone in (("north.example", "1"), ("SOUTH.example:8080", "2")):
            answer = Served(listen).request("GET", "/guide", Host=host)
            assert answer.status == 503 and answer.headers["retry-after"] == "2"
            assert answer.json["error"]["text"] == f'Call "{phone}", 100 %'
        assert Served(listen).request("GET", "/guide", Host="else.example").json["error"]["code"] == "interrupted"
    finally:
        process.kill()
        process.wait()


def test_the_command_knows_the_phone_of_each_of_several_clinics(tmp_path: Path) -> None:
    folder = written(tmp_path / "clinics")
    done = bot(
        "proxy-config",
        str(tmp_path / "new"),
        "--worker",
        "w:5005",
        CLINICS=folder,
        HILLSIDE_DATABASE_URL="postgresql://bot@nowhere/hillside",
    )
    assert done.returncode == 0, done.stderr
    lines = dict(line.split(" ", 1) for line in (tmp_path / "new" / "said.map").read_text().splitlines())
    assert set(lines) == {"-", *PHONES}
    for host, phone in PHONES.items():
        assert phone in json.loads(lines[host])["error"]["text"]
    said = json.loads(lines["-"])["error"]["text"]
    assert DISCLAIMER in said and not [phone for phone in PHONES.values() if phone in said]


def test_numbers_stand_for_workers() -> None:
    assert numbered("w-{}.w:5005", 3) == ["w-0.w:5005", "w-1.w:5005", "w-2.w:5005"]
    assert numbered("w:5005", 3) == ["w:5005"]
    with pytest.raises(BotError, match="0 workers"):
        numbered("w-{}:5005", 0)


@pytest.mark.parametrize("worker", ["5005", "host", "host:port", "a:1\n    server evil b:2", "a:1 check"])
def test_what_is_no_address_stays_out(worker: str) -> None:
    with pytest.raises(BotError, match="is no address"):
        configuration(Proxy("127.0.0.1:1", "127.0.0.1:2", [worker]), "/proxy")


def test_the_command(tmp_path: Path) -> None:
    done = bot(
        "proxy-config", str(tmp_path / "new"), "--worker", "w-{}:5005", "--count", "2", "--installed-at", "/proxy"
    )
    assert done.returncode == 0, done.stderr
    assert "2 workers" in done.stdout
    assert "errorfile 503 /proxy/503.http" in (tmp_path / "new" / "haproxy.cfg").read_text()
    fails_readably(bot("proxy-config", str(tmp_path)), "at least one worker", "--worker")

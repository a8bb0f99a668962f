"""Writes the proxy's configuration, and what it says itself, into a folder: for `make cluster`, compose and Kubernetes alike."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.channels.web_errors import error_body
from bot.errors import BotError
from bot.server.front import MAX_IN_HAND
from bot.server.refusals import refusal

TEMPLATE = Path(__file__).with_name("haproxy.cfg")
CONFIGURATION = "haproxy.cfg"
MOST_WORKERS = 500
_CONNECTIONS = 4_000
"""Open at once. HAProxy needs two file descriptors for each, and Debian allows a service 20,000 and more."""
_ADDRESS = re.compile(r"[A-Za-z0-9.\-]+:[0-9]{1,5}")
_FOLDER = re.compile(r"[\w./-]+")
_RESOLVERS = """
resolvers names
    parse-resolv-conf
    hold valid 5s
    hold obsolete 30s
"""


@dataclass(frozen=True)
class Proxy:
    """Where the proxy listens, and which workers it leads to.

    Attributes:
        listen: the public address, like "0.0.0.0:8080".
        inside: the address of its probes and metrics.
        workers: the workers' addresses, in the same order for every proxy: that is what makes proxies agree.
        by_name: the workers' names are looked up while it runs; one that is not there yet is waited for.
        said: where one bot serves several clinics: for each host name the body of the 503 with that clinic's phone, as JSON.
            At any other host the reply names no clinic.
    """

    listen: str
    inside: str
    workers: Sequence[str]
    by_name: bool = False
    said: Mapping[str, str] = field(default_factory=dict)


def numbered(worker: str, count: int) -> list[str]:
    """Returns `count` addresses: {} in the address is replaced by 0, 1, 2 ... ; without {}, the address alone.

    Raises:
        BotError: there is a {} and the count makes no sense.
    """
    if "{}" not in worker:
        return [worker]
    if not 1 <= count <= MOST_WORKERS:
        raise BotError(f"{count} workers cannot be had. Choose from 1 to {MOST_WORKERS} with --count.")
    return [worker.replace("{}", str(number)) for number in range(count)]


def write(proxy: Proxy, folder: Path, *, installed_at: str | None = None) -> Path:
    """Writes haproxy.cfg and its error files, and returns the path of the first.

    Args:
        proxy: what the configuration shall say.
        folder: where to write.
        installed_at: the folder as the proxy will see it, if it is mounted elsewhere there.

    Raises:
        BotError: an address or the folder cannot be used.
    """
    text = configuration(proxy, installed_at or str(folder.resolve()))
    found = error_body("not_found", "There is nothing at this address.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for status in (400, 408, 503):
            (folder / f"{status}.http").write_bytes(refusal(status, _REASONS.get(status, "")))
        (folder / "404.json").write_text(json.dumps(found), encoding="utf-8")
        if proxy.said:
            (folder / _SAID).write_text(_map(proxy.said), encoding="utf-8")
        path = folder / CONFIGURATION
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BotError(f"{folder}: cannot be written ({error.strerror}). Name another folder.") from error
    return path


def configuration(proxy: Proxy, folder: str) -> str:
    """Returns the text of haproxy.cfg.

    Raises:
        BotError: there is no worker, or an address or the folder cannot be used.
    """
    if not proxy.workers:
        raise BotError("The proxy needs at least one worker. Name each with --worker, like --worker 127.0.0.1:5006.")
    for address in (proxy.listen, proxy.inside, *proxy.workers):
        if not _ADDRESS.fullmatch(address):
            raise BotError(f"{address!r} is no address. Write it as host:port, like 127.0.0.1:8080.")
    if not _FOLDER.fullmatch(folder):
        raise BotError(f"{folder!r} cannot stand in the proxy's configuration. Name a folder without spaces.")
    servers = [f"    server worker-{number} {address}" for number, address in enumerate(proxy.workers, 1)]
    values = {
        "CONNECTIONS": str(_CONNECTIONS),
        "FOLDER": folder,
        "RESOLVERS": _RESOLVERS if proxy.by_name else "",
        "LISTEN": proxy.listen,
        "INSIDE": proxy.inside,
        "IN_HAND": str(MAX_IN_HAND),
        "SERVER_OPTIONS": " resolvers names init-addr none" if proxy.by_name else "",
        "SERVERS": "\n".join(servers),
        "WHOSE": _WHOSE.format(map=f"{folder}/{_SAID}", said=_said()) if proxy.said else "",
        "SAID": _said() if proxy.said else "",
    }
    return re.sub(r"@([A-Z_]+)@", lambda match: values[match[1]], TEMPLATE.read_text(encoding="utf-8"))


def _map(said: Mapping[str, str]) -> str:
    """Returns HAProxy's map: a host name and what to say there on each line; "-" is for every other host."""
    nobody = refusal(503).partition(b"\r\n\r\n")[2].decode()
    lines = []
    for host, body in {"-": nobody, **said}.items():
        if not re.fullmatch(r"[a-z0-9._-]+", host) or "\n" in body:
            raise BotError(f"{host!r} is no host name, or what is said there is not one line of JSON.")
        lines.append(f"{host} {body}")
    return "\n".join(lines) + "\n"


def _said() -> str:
    """Returns the lines that answer in the asked clinic's name; each has its own status here, as HAProxy sets it."""
    return "".join(
        f'    http-error status {status} content-type application/json lf-string "%[var(txn.said)]" hdr retry-after 2 '
        "hdr cache-control no-store\n"
        for status in (500, 502, 503, 504)
    )


_SAID = "said.map"
_WHOSE = """    # Several clinics: what the proxy says itself names the phone of the clinic that was asked.
    http-request set-var(txn.said) str(-),map_str({map})
    acl a_clinic req.hdr(host),field(1,:),lower,map_str({map}) -m found
    http-request set-var(txn.said) req.hdr(host),field(1,:),lower,map_str({map}) if a_clinic
{said}"""
_REASONS = {
    400: "The request cannot be read as HTTP.",
    408: "The request did not arrive in time. Please send it again.",
}

"""The launcher's checks before anything slow is loaded, and that it listens on this machine only."""

from __future__ import annotations

import inspect
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import free_port

from bot.errors import BotError, ClinicError, StoreError
from bot.server import launcher
from bot.server.launcher import LOOPBACK, check_port, serve


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def test_a_free_port_is_fine() -> None:
    check_port(LOOPBACK, free_port())


def test_a_port_in_use_is_a_readable_error(taken: int) -> None:
    with pytest.raises(BotError) as caught:
        check_port(LOOPBACK, taken)
    assert f"Port {taken} on {LOOPBACK} cannot be used" in str(caught.value)
    assert f"--port {taken + 1}" in str(caught.value)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "999.1.1.1", "203.0.113.7"])
def test_an_address_that_is_not_this_machine_is_a_readable_error(host: str) -> None:
    with pytest.raises(BotError, match="cannot be used"):
        check_port(host, free_port())


@pytest.mark.parametrize("port", [-1, 0, 65536, 70000])
def test_a_number_that_is_no_port_is_a_readable_error(port: int) -> None:
    with pytest.raises(BotError, match=f"{port} is no port"):
        check_port(LOOPBACK, port)


def test_the_advice_never_names_a_port_that_cannot_be() -> None:
    with pytest.raises(BotError) as caught:
        check_port("203.0.113.7", 65535)
    assert "65536" not in str(caught.value)


def test_it_listens_on_loopback_unless_told_otherwise() -> None:
    assert inspect.signature(serve).parameters["host"].default == LOOPBACK == "127.0.0.1"


def test_a_port_in_use_stops_it_before_anything_else(taken: int, tmp_path: Path) -> None:
    with pytest.raises(BotError, match="Port"):
        serve(tmp_path / "no-model.tar.gz", port=taken)


def test_a_missing_store_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.sqlite3'}")
    with pytest.raises(StoreError, match="bot guide build"):
        serve(tmp_path / "no-model.tar.gz", port=free_port())


def test_a_broken_clinic_file_stops_it(guide_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "clinic.yml").write_text("name: Riverside\n", encoding="utf-8")
    monkeypatch.setenv("CLINIC", str(tmp_path / "clinic.yml"))
    monkeypatch.setenv("DATABASE_URL", guide_url)
    with pytest.raises(ClinicError, match="phone"):
        serve(tmp_path / "no-model.tar.gz", port=free_port())


def test_rasa_is_loaded_only_after_the_checks() -> None:
    source = inspect.getsource(launcher)
    assert "\nfrom rasa" not in source
    assert "\nimport rasa" not in source

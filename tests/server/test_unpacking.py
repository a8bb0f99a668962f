"""A model is unpacked once, ahead; what is wrong with it is told to whoever asks, and nothing stays behind."""

from __future__ import annotations

import gzip
import os
import tarfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from archives import write_archive

from bot.errors import ModelError
from bot.server import unpacking
from bot.server.training import check_model

ABOUT = b'{"rasa_open_source_version": "1.0"}'


@pytest.fixture
def model(tmp_path: Path) -> Path:
    big = os.urandom(3 << 20)  # several blocks
    return write_archive(tmp_path / "model.tar.gz", {"components/a/big": big, "metadata.json": ABOUT})


def test_all_that_is_in_the_model_is_there_while_it_is_needed(model: Path) -> None:
    with tarfile.open(model) as packed:
        wanted = packed.extractfile("components/a/big")
        assert wanted is not None
        big = wanted.read()
    with unpacking.ahead(model):
        folder = unpacking.unpacked(model)
        assert folder is not None
        assert (folder / "components" / "a" / "big").read_bytes() == big
        assert (folder / "metadata.json").read_bytes() == ABOUT
    assert not folder.exists()
    assert unpacking.unpacked(model) is None


def test_another_model_and_a_replaced_one_are_not_answered_with_this_one(model: Path, tmp_path: Path) -> None:
    other = write_archive(tmp_path / "other.tar.gz", {"metadata.json": ABOUT})
    with unpacking.ahead(model):
        assert unpacking.unpacked(other) is None
        write_archive(model, {"metadata.json": b"{}"})
        assert unpacking.unpacked(model) is None


def test_a_model_that_is_not_there_is_left_to_the_checks(tmp_path: Path) -> None:
    missing = tmp_path / "none.tar.gz"
    with unpacking.ahead(missing):
        assert unpacking.unpacked(missing) is None
        with pytest.raises(ModelError, match="no trained model"):
            check_model(missing)


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (lambda whole: whole[: len(whole) // 2], EOFError),
        (lambda whole: b"no gzip at all", (zlib.error, tarfile.TarError)),
        (lambda whole: gzip.compress(b"no tar at all"), tarfile.TarError),
        (lambda whole: whole[:2000] + bytes(2000) + whole[4000:], (zlib.error, tarfile.TarError)),
    ],
)
def test_a_damaged_model_is_told_and_refused_by_the_checks(model: Path, damage: object, error: Any) -> None:
    assert callable(damage)
    model.write_bytes(damage(model.read_bytes()))
    with unpacking.ahead(model):
        with pytest.raises(error):
            unpacking.unpacked(model)
        with pytest.raises(ModelError, match="cannot be read as a trained model"):
            check_model(model)


@pytest.mark.parametrize("name", ["../outside", "components/../../outside"])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    model = write_archive(tmp_path / "model.tar.gz", {name: b"x"})
    with unpacking.ahead(model), pytest.raises(tarfile.TarError):
        unpacking.unpacked(model)


def test_the_checks_read_what_was_unpacked(model: Path) -> None:
    with unpacking.ahead(model), pytest.raises(ModelError, match=r"trained with Rasa 1\.0"):
        check_model(model)

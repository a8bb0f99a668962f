"""The kept intent model: it guesses as before, holds no code, and what is wrong with it is said readably."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from test_intent_model import LetterCounts

from bot.errors import ModelError
from bot.language.encoder import SentenceEncoder
from bot.language.encoder_build import build_encoder
from bot.language.intent_file import ENCODER_FOLDER, load_model, load_model_with_encoder, save_model
from bot.language.intent_model import IntentModel, Settings

TEXTS = ["what comes after enhertu", "which drug follows", "and after that", "hello", "hi there", "good morning",
         "how is stage 2 treated", "treatment for mets", "stage 3 treatment"]  # fmt: skip
INTENTS = ["sequence"] * 3 + ["greet"] * 3 + ["treatment"] * 3
ASKED = [*TEXTS, "what comes after kadcyla", "", "zzz", "HELLO THERE", "stage 2 " * 300, "\u00e9\U0001f600"]


@pytest.fixture(scope="module")
def model() -> IntentModel:
    return IntentModel(Settings(C=5.0, neighbours=2)).fit(TEXTS, INTENTS)


@pytest.fixture
def folder(model: IntentModel, tmp_path: Path) -> Path:
    save_model(model, tmp_path / "kept")
    return tmp_path / "kept"


def test_a_kept_model_guesses_as_before(model: IntentModel, folder: Path) -> None:
    loaded = load_model(folder)
    assert loaded.settings == model.settings
    assert loaded.intents == model.intents
    for before, after in zip(model.guess(ASKED), load_model(folder).guess(ASKED), strict=True):
        assert [g.intent for g in before] == [g.intent for g in after]
        assert [g.probability for g in before] == pytest.approx([g.probability for g in after], abs=1e-5)
        assert [g.confidence for g in before] == pytest.approx([g.confidence for g in after], abs=1e-5)
        assert [[n.text for n in g.neighbours] for g in before] == [[n.text for n in g.neighbours] for g in after]


def test_keeping_it_again_changes_nothing(folder: Path, tmp_path: Path) -> None:
    save_model(load_model(folder), tmp_path / "again")
    again = load_model(tmp_path / "again")
    assert load_model(folder).guess(ASKED) == again.guess(ASKED)


@pytest.mark.slow
def test_a_model_with_an_encoder_brings_it_along(tmp_path: Path) -> None:
    encoder = build_encoder(Path("var/encoder").resolve())
    model = IntentModel(encoder=SentenceEncoder(encoder)).fit(TEXTS, INTENTS)
    save_model(model, tmp_path)
    shutil.copytree(encoder, tmp_path / ENCODER_FOLDER)
    loaded = load_model_with_encoder(tmp_path)
    assert isinstance(loaded.encoder, SentenceEncoder)
    before, after = model.guess(ASKED[:6]), loaded.guess(ASKED[:6])
    for first, second in zip(before, after, strict=True):
        assert [g.intent for g in first] == [g.intent for g in second]
        assert [g.probability for g in first] == pytest.approx([g.probability for g in second], abs=1e-5)
        assert first[0].neighbours == second[0].neighbours
    # The closeness of a training sentence to itself is that of two equal unit vectors.
    assert after[0][0].neighbours[0].closeness == pytest.approx(1, abs=1e-3)


def test_nothing_in_the_files_is_code(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["intents.json", "intents.npz"]
    json.loads((folder / "intents.json").read_text(encoding="utf-8"))
    with np.load(folder / "intents.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays.files)
    with zipfile.ZipFile(folder / "intents.npz") as archive:
        assert {Path(name).suffix for name in archive.namelist()} == {".npy"}


def test_a_pickled_array_is_refused(folder: Path) -> None:
    with np.load(folder / "intents.npz") as kept:
        arrays = {name: kept[name] for name in kept.files}
    np.savez(folder / "intents.npz", **{**arrays, "coef": np.array([{"a": 1}], dtype=object)})
    with pytest.raises((ModelError, ValueError), match=r"pickle|bot train"):
        load_model(folder)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("intents.json", None),
        ("intents.npz", None),
        ("intents.json", b"{"),
        ("intents.json", b"\xff\xfe\x00"),
        ("intents.npz", b"not an archive"),
        ("intents.npz", b""),
        ("intents.json", b"[]"),
        ("intents.json", b'{"format": 1}'),
        ("intents.json", b'{"format": 99}'),
        ("intents.json", b"null"),
    ],
)
def test_a_broken_model_is_a_readable_error(name: str, content: bytes | None, folder: Path) -> None:
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match="bot train"):
        load_model(folder)


def test_half_an_archive_is_a_readable_error(folder: Path) -> None:
    whole = (folder / "intents.npz").read_bytes()
    (folder / "intents.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="bot train"):
        load_model(folder)


def test_a_kept_quick_model_guesses_as_before(tmp_path: Path) -> None:
    encoder = LetterCounts()
    model = IntentModel(Settings(sure=0.0), encoder).fit(TEXTS, INTENTS)
    save_model(model, tmp_path)
    loaded = load_model(tmp_path, encoder)
    assert loaded.quick is not None
    for before, after in zip(model.guess(ASKED), loaded.guess(ASKED), strict=True):
        assert [g.intent for g in before] == [g.intent for g in after]
        assert [g.probability for g in before] == pytest.approx([g.probability for g in after], abs=1e-5)
        assert [g.confidence for g in before] == pytest.approx([g.confidence for g in after], abs=1e-4)

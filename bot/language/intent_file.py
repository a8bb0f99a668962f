"""Keeps a trained intent model in a folder as JSON and NumPy arrays. Nothing is pickled: a model file holds no code."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.errors import ModelError
from bot.language.encoder import SentenceEncoder
from bot.language.intent_model import Encoder, IntentModel, Settings

FORMAT = 1
ENCODER_FOLDER = "encoder"


def save_model(model: IntentModel, folder: Path) -> None:
    """Writes a trained model to a folder, which is made when missing."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "format": FORMAT,
        "settings": asdict(model.settings),
        "texts": model.texts,
        "labels": [str(label) for label in model.labels],
        "classes": model.intents,
        "vocabularies": {
            name: {word: int(i) for word, i in v.vocabulary_.items()} for name, v in model.vectorizers().items()
        },
    }
    (folder / "intents.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    arrays: dict[str, Any] = {
        "coef": model.linear.coef_.astype(np.float32),
        "intercept": model.linear.intercept_.astype(np.float32),
        **{f"idf_{name}": v.idf_.astype(np.float64) for name, v in model.vectorizers().items()},
    }
    if model.known_vectors is not None:
        arrays["vectors"] = model.known_vectors
    np.savez_compressed(folder / "intents.npz", **arrays)


def load_model(folder: Path, encoder: Encoder | None = None) -> IntentModel:
    """Reads a model that `save_model` wrote.

    Raises:
        ModelError: the folder holds no such model, or one of another format.
    """
    try:
        about = json.loads((folder / "intents.json").read_text(encoding="utf-8"))
        arrays = np.load(folder / "intents.npz", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise ModelError(f"The intent model in the trained model cannot be read ({error}). Run `bot train`.") from error
    if about.get("format") != FORMAT:
        raise ModelError(f"The intent model has format {about.get('format')}, not {FORMAT}. Run `bot train`.")
    model = IntentModel(Settings(**about["settings"]), encoder)
    for name, vectorizer in model.vectorizers().items():
        _restore(vectorizer, about["vocabularies"][name], arrays[f"idf_{name}"])
    linear = model.linear
    linear.classes_ = np.asarray(about["classes"])
    linear.coef_ = arrays["coef"]
    linear.intercept_ = arrays["intercept"]
    linear.n_features_in_ = linear.coef_.shape[1]
    texts, labels = about["texts"], about["labels"]
    vectors = arrays["vectors"] if "vectors" in arrays.files else None
    model.remember(texts, labels, model.words(texts) if vectors is None else sparse.csr_matrix((0, 0)), vectors)
    return model


def load_model_with_encoder(folder: Path) -> IntentModel:
    """Reads a model together with the sentence encoder that stands beside it, if it was trained with one."""
    encoder = folder / ENCODER_FOLDER
    return load_model(folder, SentenceEncoder(encoder) if encoder.is_dir() else None)


def _restore(vectorizer: TfidfVectorizer, vocabulary: dict[str, int], idf: Any) -> None:
    vectorizer.vocabulary_ = vocabulary
    vectorizer.fixed_vocabulary_ = True
    vectorizer.idf_ = idf

"""Tells whether a message is in another language than English, with the py3langid library and a check of its own.

Short messages with typos and drug names look foreign to any language identifier, so English function words in the
message outweigh it: a false "I can only read English" to a frightened English speaker is the worse mistake.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_WORD = re.compile(r"[^\W\d_]+")
_LETTER = re.compile(r"[^\W\d_]")
_ENGLISH = frozenset(
    "the a an i im ive my me you your is are was it its of to and in on for with what whats when how why who which does "
    "do did can could will would should have has had been be this that they them she he her his we not no if then after "
    "before from at by so just about any there get got im cant dont didnt isnt wont or but all one out up now next".split()
)
_SURE = 0.9
_SHARE = 0.12


def is_other_language(text: str) -> bool:
    """Returns True when a message of some length is surely not English."""
    letters = _LETTER.findall(text)
    if len(letters) < 4:
        return False
    latin = sum(ch < "\u0250" for ch in letters)
    if latin < 0.4 * len(letters):
        return True
    words = [word.lower() for word in _WORD.findall(text)]
    if len(words) < 3:
        return False
    english = sum(word in _ENGLISH for word in words) / len(words)
    if english > _SHARE:
        return False
    language, probability = _identifier().classify(text)
    return bool(language != "en" and probability >= _SURE)


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - its model takes a while to load

    return LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)

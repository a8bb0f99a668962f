"""The reading grade of a sentence, as patients' texts are measured.

Source of the rule: the AMA and NIH advise grade 6 to 8 for patient texts (see docs/content.md). The formula is
Flesch-Kincaid, from the textstat library.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

MAX_GRADE = 8.0
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def sentences(text: str) -> list[str]:
    """Splits plain prose at sentence ends."""
    return [part.strip() for part in _SENTENCE_END.split(text.strip()) if part.strip()]


@lru_cache(maxsize=8)
def _mask_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    ordered = sorted({word.lower() for word in words if word}, key=len, reverse=True)
    return re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, ordered)) + r")(?![\w-])", re.IGNORECASE)


def masked(text: str, words: Iterable[str]) -> str:
    """Returns the text with drug names and glossary words replaced by a one-syllable word.

    A patient meets these words at the clinic anyway; leaving them in would measure the names, not the writing.
    """
    known = tuple(words)
    if not known:
        return text
    plain = _mask_pattern(known).sub("drug", text)
    return re.sub(r"\(drug\)\s*", "", plain).replace(" .", ".")


def grade(text: str, words: Iterable[str] = ()) -> float:
    """Returns the Flesch-Kincaid grade (school years, US) of a text after masking the given words."""
    return float(_textstat().flesch_kincaid_grade(masked(text, words)))


@cache
def _textstat() -> Any:
    """Loads the library when a text is measured: it takes 0.1 s, and who serves measures none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for its files through a way that setuptools has given up
        import textstat  # noqa: PLC0415

    return textstat

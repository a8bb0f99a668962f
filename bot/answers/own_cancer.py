"""Knows the guide's own cancer when a message names it: as what is treated, not as what is asked about.

The intent model learnt its examples from one guide, in which another guide's cancer is another cancer. What the content file
says of itself (`guide.cancer`) puts that right, so that a second guide needs no other code and no other examples.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from bot.answers.reading import Reading
from bot.guide.queries import Guide

_NOT_OURS = ("not_in_guide_other_cancer", "not_in_guide_her2_negative")


def know_own_cancer(reading: Reading, guide: Guide) -> Reading:
    """Returns the reading with the terms marked that name the guide's own cancer.

    A message that spells the whole name out and names no other cancer is not about another cancer, whatever the intent
    model took it for: it asks for treatment when it names a place of the guide, else what the word means.
    """
    cancer = guide.info().cancer.lower()
    return _marked(reading, cancer, _names_of(cancer, tuple(term.name for term in guide.terms())))


@lru_cache(maxsize=4)
def _names_of(cancer: str, terms: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for name in terms if _within(name.lower(), cancer))


def _marked(reading: Reading, cancer: str, own: frozenset[str]) -> Reading:
    intent = reading.intent
    outside = any(reading.names(kind) for kind in ("other_cancer", "other_type", "stage_zero"))
    if intent in _NOT_OURS and not outside and _within(cancer, reading.text.lower()):
        placed = any(reading.names(kind) for kind in ("stage", "line", "ordinal"))
        intent = "treatment" if placed else "definition"
    parts = tuple(_marked(part, cancer, own) for part in reading.parts)
    return replace(reading, own=own, parts=parts, intent=intent)


def _within(words: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None

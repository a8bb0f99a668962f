"""spaCy's English tokenizer, made once for all who split text in this process."""

from __future__ import annotations

from functools import cache

import spacy
from spacy.language import Language


@cache
def english() -> Language:
    """Returns spaCy's blank English pipeline; making one takes as long as answering fifty messages.

    It is shared, so nobody adds a component to it.
    """
    return spacy.blank("en")

"""Splits a message into the things it says or asks, so that two questions, or a question in a long story, are found."""

from __future__ import annotations

import re

MAX_SEGMENTS = 6
_ASKING = (
    r"(?:what|whats|what's|wats|when|whens|how|hows|how's|which|who|whos|where|wheres|why|is|are|does|do|did|can|could|"
    r"will|would|should|am|any)"
)
_SENTENCE = r"(?<=[.?!;])\s+"
_JOINED = rf"(?:,\s*|\s+)(?:and also|and then|and|also|plus|but|so|then)\s+(?={_ASKING}\b)|,\s*(?={_ASKING}\b)"
_ALSO = r"(?:,\s*|\s+)(?:also|btw|ps|p\.s\.?|oh and|and also|one more thing)\b[\s,:]*"
_SPLIT = re.compile(f"{_SENTENCE}|{_JOINED}|{_ALSO}", re.IGNORECASE)
_FINE = re.compile(rf"{_SENTENCE}|{_JOINED}|{_ALSO}|,\s*|\s+-\s+|\s+(?:and|but)\s+", re.IGNORECASE)
_QUESTION = re.compile(rf"\s*(?:and\s+|so\s+|ok\s+|but\s+|please\s+|pls\s+|just\s+)*{_ASKING}\b", re.IGNORECASE)


def split(text: str, *, fine: bool = False) -> list[tuple[int, int]]:
    """Returns the spans of a message's segments, at least two words each; one span when there is nothing to split.

    Args:
        text: the message.
        fine: split at every comma and "and" too, to part an alarm from what stands beside it.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in (_FINE if fine else _SPLIT).finditer(text):
        if len(text[start : match.start()].split()) >= 2:
            spans.append((start, match.start()))
            start = match.end()
    if text[start:].strip():
        if len(text[start:].split()) >= 2 or not spans:
            spans.append((start, len(text)))
        else:
            spans[-1] = (spans[-1][0], len(text))
    return spans if len(spans) <= MAX_SEGMENTS else [*spans[:2], *spans[-(MAX_SEGMENTS - 2) :]]


def asks(text: str) -> bool:
    """Tells whether a segment has the shape of a question."""
    return text.rstrip().endswith("?") or _QUESTION.match(text) is not None


def worth_splitting(text: str, spans: list[tuple[int, int]], *, alarm: bool) -> bool:
    """Tells whether the segments are to be read one by one: two questions, an alarm beside other words, or a story."""
    if len(spans) < 2:
        return False
    questions = sum(asks(text[start:end]) for start, end in spans)
    return alarm or questions >= 2 or (questions >= 1 and len(text.split()) > 14)

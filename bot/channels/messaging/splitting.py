"""Splits a reply that is longer than a platform takes: at sentences, and the disclaimer goes with every part."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

Measure = Callable[[str], int]
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def utf16(text: str) -> int:
    """Returns a text's length in UTF-16 units, which is how several platforms count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(lines: Sequence[str], disclaimer: str, limit: int, measure: Measure = len) -> list[str]:
    """Returns the texts of one or more messages, none longer than the limit.

    Args:
        lines: the reply's lines, the disclaimer's among them.
        disclaimer: the line that each part carries, at its end when there are several.
        limit: the most that one message may measure.
        measure: how the platform counts.

    Raises:
        ValueError: the limit has no room for the disclaimer and one character.
    """
    whole = "\n".join(lines)
    if measure(whole) <= limit:
        return [whole]
    tail = f"\n{disclaimer}"

    def fits(text: str) -> bool:
        return measure(text + tail) <= limit

    if not fits("x"):
        raise ValueError(f"A limit of {limit} has no room for the disclaimer.")
    parts: list[str] = []
    part = ""
    for joint, piece in _pieces([line for line in lines if line != disclaimer], fits):
        joined = f"{part}{joint}{piece}" if part else piece
        if part and not fits(joined):
            parts.append(part)
            joined = piece
        part = joined
    return [text + tail for text in (*parts, part) if text]


def _pieces(lines: Sequence[str], fits: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Yields sentences, each with what joins it to the one before; one that does not fit alone is cut at words."""
    for line in lines:
        joint = "\n"
        for sentence in _SENTENCE_END.split(line):
            for piece in _cut(sentence, fits):
                yield joint, piece
                joint = " "


def _cut(sentence: str, fits: Callable[[str], bool]) -> Iterator[str]:
    if fits(sentence):
        yield sentence
        return
    piece = ""
    for word in sentence.split(" "):
        joined = f"{piece} {word}" if piece else word
        if fits(joined):
            piece = joined
            continue
        if piece:
            yield piece
        piece = word
        while not fits(piece):  # one word that is too long for a message
            length = len(piece) - 1
            while length > 1 and not fits(piece[:length]):
                length //= 2
            yield piece[:length]
            piece = piece[length:]
    if piece:
        yield piece

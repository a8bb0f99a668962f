"""Numbers in the sentences of the safety screen, in digits or in words: temperatures, mostly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_NUMBER_VALUES = {
    "ninety": 90.0, "hundred": 100.0, "thirty": 30.0, "forty": 40.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0,
    "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0, "nine": 9.0, "zero": 0.0, "oh": 0.0,
}  # fmt: skip
_TENS = frozenset({"thirty", "ninety", "hundred", "forty"})


@dataclass(frozen=True)
class Number:
    """A number in a sentence, in digits or in words ("thirty eight point five").

    Attributes:
        value: what it says.
        exact: it has a decimal place.
        start: its first word.
        end: the word after its last.
    """

    value: float
    exact: bool
    start: int
    end: int


def numbers(words: list[str]) -> Iterable[Number]:
    """Yields the numbers of at least 20 in a row of words."""
    at = 0
    while at < len(words):
        word = words[at]
        if word[0].isdecimal():
            end, value = at + 1, float(word)
            exact = "." in word
            if not exact and words[end : end + 1] == ["point"] and len(words) > end + 1:
                tenth = words[end + 1]
                exact, end = True, end + 2
                value += float(tenth) / 10 if tenth in "0123456789" else _NUMBER_VALUES.get(tenth, 0.0) / 10
            yield Number(value, exact, at, end)
            at = end
        elif word in _TENS:
            value, end = _NUMBER_VALUES[word], at + 1
            while end < len(words) and words[end] in _NUMBER_VALUES | {"and": 0.0}:
                value += _NUMBER_VALUES.get(words[end], 0.0)
                end += 1
            exact = words[end : end + 1] == ["point"]
            if exact:
                value += _NUMBER_VALUES.get(words[end + 1] if len(words) > end + 1 else "", 0.0) / 10
                end += 2
            yield Number(value, exact, at, min(end, len(words)))
            at = end
        else:
            at += 1

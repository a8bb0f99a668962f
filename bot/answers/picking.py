"""Picks one of the numbered choices of the last reply: "2", "the second one", "option two", or the choice's own words."""

from __future__ import annotations

import re

from bot.answers.question import Choice

_WORDS = {"one": 1, "first": 1, "1st": 1, "two": 2, "second": 2, "2nd": 2, "three": 3, "third": 3, "3rd": 3,
          "four": 4, "fourth": 4, "4th": 4, "last": -1}  # fmt: skip
_PICK = re.compile(
    r"(?:(?:ok|okay|yes|yeah|um+|er+m?|so|the one|its|it's)\s+)*"
    r"(?:(?:i(?:'ll| will|ll)? (?:pick|choose|take|want|go (?:with|for))|"
    r"lets? (?:do|try|have)|give me|go with)\s+)?"
    r"(?:the\s+)?(?:(?:number|no\.?|num|option|choice|answer|#)\s*)?"
    r"(?P<number>[1-4]|one|two|three|four|first|second|third|fourth|1st|2nd|3rd|4th|last)"
    r"(?:\s+(?:one|option|choice|please|pls|plz|thanks|ta|(?:on|in|of|"
    r"from) (?:the|your|that) (?:list|choices|options)|of (?:them|those|these)))*"
)
_NOISE = re.compile(r"[^\w\s#'+-]+")


def pick(text: str, choices: tuple[Choice, ...]) -> Choice | None:
    """Returns the choice that a message picks, or None when it says something else.

    A number beyond the list picks nothing. Words are compared without case and punctuation, with the choice's title and
    with the full text that it stands for.
    """
    if not choices:
        return None
    said = " ".join(_NOISE.sub(" ", text.lower()).split())
    for choice in choices:
        if said in (_plain(choice.title), _plain(choice.text)):
            return choice
    match = _PICK.fullmatch(said)
    if match is None:
        return None
    word = match["number"]
    number = int(word) if word.isdigit() else _WORDS[word]
    if number == -1:
        return choices[-1]
    return choices[number - 1] if number <= len(choices) else None


def is_bare_number(text: str) -> bool:
    """Tells whether a message is nothing but a number, such as one that is not on the list."""
    return re.fullmatch(r"\W*\d{1,3}\W*", text) is not None


def _plain(text: str) -> str:
    return " ".join(_NOISE.sub(" ", text.lower()).split())

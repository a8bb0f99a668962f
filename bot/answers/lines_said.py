"""Which line of treatment a message means: the one it asks for, or one that is over or still to come."""

from __future__ import annotations

import re

from bot.answers.reading import Mention, Reading

_GAP = r"\W+(?:\w+\W+){0,2}$"
_BEFORE_IT = re.compile(r"\bbefore (?:that|it|then|getting|you get|they get)\b", re.I)
_OVER_BEFORE = re.compile(
    r"\b(?:after|once|since|finish\w*|done|follow\w*|past|beyond|fail\w*|had|completed|end of|through|when)" + _GAP,
    re.I,
)
_ON_NOW = re.compile(r"\b(?:on|having|doing|getting)" + r"\W+(?:(?:my|her|the|his)\W+)?$", re.I)
_OVER_AFTER = re.compile(
    r"^\W*(?:\w+\W+){0,3}(?:fail\w*|stop\w*|did\s?n\W?o?t|do\s?n\W?o?t|does\s?n\W?o?t|is\s?n\W?o?t|has\s?n\W?o?t|have\s?n\W?o?t|was\s?n\W?o?t|"
    r"not working|quit|gave up|given up|progress\w*|done|finish\w*|over|ended|ends|grew|run out|"
    r"(?:is|was|turns out) (?:a |no )?(?:bust|flop|failure|good|use|useless))\b|^\W*leaves? (?:some|any|bits?)\b",
    re.I,
)
# "I'm on stage 3 second-line, and if this also fails": the line named is the one that may be over.
_IF_THIS_FAILS = re.compile(
    r"^\W*(?:\w+\W+){0,4}?(?:if|when|once|say|suppos\w+)\W+(?:even )?(?:this|it|that|they|those|these)\b(?:\W+\w+){0,2}?\W+"
    r"(?:fail\w*|stops?|does\s?n\W?o?t|do\s?n\W?o?t|is\s?n\W?o?t|quits?|gives? up|is (?:a )?(?:bust|no good|useless))\b",
    re.I,
)
_COMPARED = re.compile(r"\b(?:difference|differ|differs|compare[ds]?|vs|versus)\b", re.I)
_RIGHT_BEFORE = re.compile(r"\b(?:before|ahead of|prior to)\W+(?:(?:the|my|her|his)\W+)?$", re.I)
_FIRST_TO_LAST = re.compile(r"^\s*(?:one )?(?:to|till|until|through to) (?:the )?last\b", re.I)
_BEFORE = re.compile(r"\b(?:before|prior to|ahead of|precedes?)" + _GAP, re.I)


def line_mentions(reading: Reading) -> list[Mention]:
    """Returns the lines and bare ordinals that a message names and does not deny."""
    named = [m for m in reading.mentions if m.kind in ("line", "ordinal") and not m.negated]
    return [m for m in named if not _FIRST_TO_LAST.match(reading.text[m.end :])]


def asked_line(reading: Reading) -> int | None:
    """Returns the line that is asked for; after a correction, the one named last."""
    named = line_mentions(reading)
    if len({m.value for m in named}) > 1:
        if _COMPARED.search(reading.text):
            return None  # "the difference between second and third line": all of them
        # "On second line now, what's third": the line that one is on is not the one asked for.
        named = [m for m in named if not _ON_NOW.search(reading.text[: m.start])] or named
    explicit = [m for m in named if m.kind == "line"] or named
    if explicit:
        return int((explicit[-1] if "correct" in reading.cues else explicit[0]).value)
    if "start" in reading.cues:
        return 1
    return None


def line_over(reading: Reading) -> int | None:
    """Returns the line that the message says is over: "after second line", "first treatment stopped working"."""
    for mention in line_mentions(reading):
        before, after = reading.text[: mention.start], reading.text[mention.end :]
        if _RIGHT_BEFORE.search(before):
            continue
        if _OVER_BEFORE.search(before) or _OVER_AFTER.search(after) or _IF_THIS_FAILS.search(after):
            return int(mention.value)
        if "failed" in reading.cues and _ON_NOW.search(before):
            return int(mention.value)
    return None


def line_to_come(reading: Reading) -> int | None:
    """Returns the line before which something stands: "what comes before second line"."""
    for mention in line_mentions(reading):
        if _BEFORE.search(reading.text[: mention.start]) or _BEFORE_IT.search(reading.text[mention.end :]):
            return int(mention.value)
    return None

"""Which line of treatment a message means: the one it asks for, or one that is over or still to come."""

from __future__ import annotations

import re
from itertools import zip_longest

from bot.answers.reading import Mention, Reading

_GAP = r"\W+(?:\w+\W+){0,2}$"
_BEFORE_IT = re.compile(r"\bbefore (?:that|it|then|getting|you get|they get)\b", re.I)
# "My heart sank when she said third line".
_ONLY_NAMED = re.compile(r"\b(?:said|says|mentioned|told me|talked about)\W+(?:\w+\W+)?$", re.I)
# "My cousin had the surgery first": the order of two treatments, not a line that is over.
_DONE_FIRST = re.compile(r"\b(?:surgery|op|operation|mastectomy|lumpectomy|chemo\w*)\W+$", re.I)
_FAILED_AFTER = re.compile(r"\W*(?:fail|did|stop)", re.I)
_OVER_BEFORE = re.compile(
    r"(?:\b(?:after|once|since|finish\w*|done|follow\w*|past|beyond|fail\w*|had|completed|end of|thr(?:ough|u)|when)|"
    r"(?:\bnot|n'?t) (?:respond\w*|react\w*|work\w*|helped|touched)(?: (?:to|on|with))?)" + _GAP,
    re.I,
)
_ON_NOW = re.compile(r"\b(?:on|having|doing|getting)" + r"\W+(?:(?:my|her|the|his)\W+)?$", re.I)
_OVER_AFTER = re.compile(
    r"^\W*(?:\w+\W+){0,3}(?:fail\w*|stop\w*|did\s?n\W?o?t|do\s?n\W?o?t|does\s?n\W?o?t|is\s?n\W?o?t|has\s?n\W?o?t|have\s?n\W?o?t|was\s?n\W?o?t|"
    r"not working|(?:did|done|does|doing) nothing|quit|gave up|given up|progress\w*|done|finish\w*|over|ended|ends|grew|run out|"
    r"(?:not|n'?t) (?:answer\w*|respond\w*|work\w*|effective|help\w*)|gives? up|packs? (?:up|in)|"
    r"(?:is|was|turns out) (?:a |no )?(?:bust|flop|failure|good|use|useless))\b|^\W*leaves? (?:some|any|bits?)\b",
    re.I,
)
# "I'm on stage 3 second-line, and if this also fails": the line named is the one that may be over.
_IF_THIS_FAILS = re.compile(
    r"^\W*(?:\w+\W+){0,4}?(?:if|when|once|say|suppos\w+)\W+(?:even )?(?:this|it|that|they|those|these)\b(?:\W+\w+){0,2}?\W+"
    r"(?:fail\w*|stops?|does\s?n\W?o?t|do\s?n\W?o?t|is\s?n\W?o?t|quits?|gives? up|is (?:a )?(?:bust|no good|useless))\b",
    re.I,
)
# "We're on second line, what would the one after be".
_WHAT_THEN = re.compile(
    r"^.*\b(?:after|afterwards|next|then what|follows?|beyond|comes then)\b"
    r"(?! (?:my|her|his|the|that|it|this) (?:op|operation|surgery|mastectomy|lumpectomy)\b)",
    re.I | re.S,
)
# "The first failed, what is second": not a line that is over.
_ASKED = re.compile(r"\b(?:what|whats|which|is)\b\W*(?:\w+\W+){0,2}$", re.I)
# "What's done first".
_WHATS_DONE = re.compile(
    r"\b(?:what(?:'?s| is| gets| do they)?|which is|is|gets|get)\W+(?:\w+\W+){0,2}?(?:done|had)\W+$", re.I
)
_FIRST_LOT = re.compile(
    r"\b(?:off|had|finished|completed|done|through|after|since|of) (?:with )?(?:the|my|her|his|our) (?:very )?"
    r"first (?:(?:two|three|few|2|3) )?(?:drugs|lot|set|bits?|ones|combo|combination|mix|medicines|meds|things?)\b|"
    r"\bfirst (?:bit|lot|part|thing|go|attempt|choice|option|combo|combination|mix|set)(?: of \w+)?\W+(?:fails?|failed|"
    r"stops?|stopped|quits?|(?:does|did|do|is|has|was)\s?n\W?o?t|packs? (?:up|in)|gives? (?:up|out)|gave (?:up|out))\b",
    re.I,
)
# "They get it first off, don't they", and a full stop that was dictated, are no failure.
_NO_FAILURE = re.compile(
    r"\bfull stop\b|\W*\b(?:do|does|did|is|are|was|were|has|have|would)n'?t (?:they|you|it|we|he|she|i|that)\W*$", re.I
)
_JOINED = re.compile(r"\W*(?:and|&|\+|then|plus|,)\W*(?:the |my |her |his )?", re.I)
_AFTER_THE_START = re.compile(
    r"\bafter (?:the |that |my |her |his )?(?:opening|initial|starting|starter|beginning)\b", re.I
)
_LAST_LINE = re.compile(
    r"\b(?:last|final|very last) (?:line|resort|option|step|ditch|"
    r"things? (?:they|you|doctors|we)|drugs? (?:they|you|on)|treatments? they|"
    r"(?:one|ones) (?:they|on|in|for)|chance)\b|\bdead last\b",
    re.I,
)
_FIRST_BIT = re.compile(
    r"\b(?:first|opening|initial) (?:bit|part|lot|round|step|thing|stretch|phase|go) of (?:the |my |her |"
    r"his )?(?:treat\w*|therapy|tx|plan)\b|\b(?:the |just )(?:first|opening|initial) (?:bit|part|lot|step|stretch|phase)\W*$",
    re.I,
)
_LAST_ASKED = re.compile(r"(?: (?:one|line))?\W*\?\W*")
_COMPARED = re.compile(r"\b(?:difference|differ|differs|compare[ds]?|vs|versus)\b", re.I)
_RIGHT_BEFORE = re.compile(r"\b(?:before|ahead of|prior to)\W+(?:(?:the|my|her|his)\W+)?$", re.I)
_FIRST_TO_LAST = re.compile(r"^\s*(?:one )?(?:to|till|until|through to) (?:the )?last\b", re.I)
_BEFORE = re.compile(r"\b(?:before|prior to|ahead of|precedes?)" + _GAP, re.I)


LAST = 99  # the last line, whatever its number


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
        joined = _JOINED.fullmatch(reading.text[named[-2].end : named[-1].start])
        if _LAST_ASKED.fullmatch(reading.text[named[-1].end :]) and not joined:
            named = named[-1:]  # "1st line ok for 3 years. 2nd line ok for 8 months. 3rd?"
        # "On second line now, what's third": the line that one is on is not the one asked for.
        named = [m for m in named if not _ON_NOW.search(reading.text[: m.start])] or named
    explicit = [m for m in named if m.kind == "line"] or named
    if not named and _LAST_LINE.search(reading.text):
        return LAST
    if explicit:
        return int((explicit[-1] if "correct" in reading.cues else explicit[0]).value)
    return 1 if "start" in reading.cues or _FIRST_BIT.search(reading.text) else None


def line_over(reading: Reading) -> int | None:
    """Returns the line that the message says is over: "after second line", "first treatment stopped working"."""
    mentions = line_mentions(reading)
    # "Came off the first three drugs", "first bit fails, what's second".
    first = all(int(m.value) > 1 for m in mentions) and _FIRST_LOT.search(reading.text) is not None
    over = [1] if first else []
    for mention, later in zip_longest(mentions, mentions[1:]):
        before, after = reading.text[: mention.start], _NO_FAILURE.sub("", reading.text[mention.end :])
        done_first = mention.kind == "ordinal" and _DONE_FIRST.search(before) and not _FAILED_AFTER.match(after)
        if done_first or _ONLY_NAMED.search(before):
            continue
        if _RIGHT_BEFORE.search(before) or over and _ASKED.search(before) or _WHATS_DONE.search(before):
            continue
        if _OVER_BEFORE.search(before) or _OVER_AFTER.search(after) or _IF_THIS_FAILS.search(after):
            over.append(int(mention.value))
            if later is not None and _JOINED.fullmatch(reading.text[mention.end : later.start]):
                over.append(int(later.value))  # "been through first line and second line"
            continue
        further = any(m.start > mention.start and m.value > mention.value for m in mentions)
        if _ON_NOW.search(before) and not further and ("failed" in reading.cues or _WHAT_THEN.search(after)):
            over.append(int(mention.value))
    if not over and not mentions and _AFTER_THE_START.search(reading.text):
        return 1
    return max(over, default=None)


def line_to_come(reading: Reading) -> int | None:
    """Returns the line before which something stands: "what comes before second line"."""
    for mention in line_mentions(reading):
        if _BEFORE.search(reading.text[: mention.start]) or _BEFORE_IT.search(reading.text[mention.end :]):
            return int(mention.value)
    return None

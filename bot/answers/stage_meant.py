"""Stages that are meant without the word: "and for IV", "they said 2", "the next stage up".

A bare number counts stages only where the conversation is about one, or the bot has just asked for it.
"""

from __future__ import annotations

import re

from bot.answers.number_alone import NUMBERS, counts_stages, number_alone
from bot.answers.question import Memory
from bot.answers.reading import Reading
from bot.guide.queries import Guide

_NUMBER = r"(?P<number>[1-4]|one|two|three|four|i{1,3}|iv)"
_NOT_COUNTED = (
    r"(?!\W*(?:weeks?|months?|years?|days?|hours?|cycles?|rounds?|of|or|more|other|nodes?|lumps?|cms?|mms?|times|things|"
    r"drugs?|lines?|"
    r"people|in|out|to)\b|%|[./]\d)"
)
_TOLD = re.compile(
    r"\b(?:she|he|they|doc\w*|nurse|onc\w*|letter|consultant|report|surgeon)(?:'?s|'?ll)?\b.{0,12}?\b(?:say|says|said|"
    r"saying|put|wrote|"
    rf"thinks?|reckons?|thought)\b(?: (?:its|it'?s|it is|it was|an?|more like|maybe|probably|actually|i'?m|im|"
    rf"a))*\W+{_NUMBER}\b{_NOT_COUNTED}",
    re.I,
)
_BESIDE = re.compile(
    r"\W*(?:(?:and|or|n|what about|how about|then|ok|so)\W+)+(?:(?:for|at|in|with|if (?:its|it'?s|it is|it was))\W+)?"
    r"(?P<number>4|four|i{2,3}|iv)\b(?:\W+(?:then|please|pls|instead|too|as well|god forbid|heaven forbid|same|xx?))*\W*",
    re.I,
)
_BACK = re.compile(rf"\W*(?:and|or|then|so|back to)\W+(?:for )?{_NUMBER} (?:again|instead)\b.{{0,25}}", re.I)
_UP = re.compile(
    r"\b(?:the )?(?:(?:next|one) stage (?:up|on|along|higher|after)|stage (?:above|after) (?:that|this|it|mine|hers)|"
    r"stage higher)\b(?:,? "
    r"(?:so )?[1-4]\b)?",
    re.I,
)
_DOWN = re.compile(r"\b(?:the )?(?:(?:one )?stage (?:below|down|lower|before) ?(?:that|this|it|mine|hers)?)\b", re.I)
_IF_SPREAD = re.compile(
    r"\W*(?:(?:and|but|so|ok|well|then|what|n)\W+)*(?:if|when|once|say)\W+(?:it|its|it'?s|it has|hers|this|that|mine|the cancer)\b"
    r"(?: (?:has|had|does|did|is|was|already|gone and|ever))*\W+spread(?:s|ing)?(?: (?:further|elsewhere|about|round|"
    r"around|then|later|"
    r"somewhere(?: else)?))*\W*",
    re.I,
)
_SHORT = 12


def stage_meant(reading: Reading, memory: Memory, guide: Guide) -> Reading:
    """Returns the reading with the stage that it means added to what it names; unchanged where it names one, or means none.

    Args:
        reading: what was said.
        memory: what the conversation remembers.
        guide: which stages there are, in their order.
    """
    last, thread = memory.last, memory.thread
    here = (last.stage if last is not None else None) or (thread.stage if thread is not None else None)
    asked = memory.kind == "clarify" and last is not None and last.stage is None
    if reading.names("stage") or not (here or asked):
        return reading
    keys = [stage.key for stage in guide.stages()]
    if here in keys:
        for pattern, step in ((_UP, 1), (_DOWN, -1)):
            found = pattern.search(reading.text)
            place = keys.index(here) + step
            if found is not None and 0 <= place < len(keys):
                return reading.naming_stage(keys[place], *found.span())
    if len(reading.text.split()) > _SHORT:  # the bare number has a bound of its own
        return _number_alone(reading, memory, keys) if here is not None else reading
    spread = _IF_SPREAD.fullmatch(reading.text)
    if spread is not None and here != keys[-1]:  # the last of a guide's stages is the one that has spread
        return reading.naming_stage(keys[-1], spread.start(), spread.end())
    number = (
        _TOLD.search(reading.text)
        or _BESIDE.fullmatch(reading.text)
        or (_BACK.fullmatch(reading.text) if here else None)
    )
    counted = NUMBERS[number["number"].lower()] if number is not None else 0
    if number is not None and counted <= len(keys):
        return reading.naming_stage(keys[counted - 1], *number.span("number"))
    return _number_alone(reading, memory, keys) if here is not None else reading


def _number_alone(reading: Reading, memory: Memory, keys: list[str]) -> Reading:
    """Reads the bare number of "my sister was a 3" as a stage, and that of "3?" where the question before counted stages."""
    alone = None if any(m.kind in ("line", "ordinal", "drug") for m in reading.mentions) else number_alone(reading.text)
    if alone is None or alone.number > len(keys):
        return reading
    counted = alone.of_a_stage or counts_stages(memory.notebook.said)
    return reading.naming_stage(keys[alone.number - 1], alone.start, alone.end) if counted else reading

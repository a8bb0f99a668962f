"""Whose stage is whose: "my wife is stage 2, her sister is metastatic", and later "and for the sister?".

A person's stage holds for the conversation. A message that names a person without a stage is read as if it named the stage.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.answers.reading import Mention, Reading

People = tuple[tuple[str, str], ...]

_NAMES = {
    "mother": "mum mums mom moms mam mother mothers mummy mama",
    "father": "dad dads father fathers daddy",
    "sister": "sister sisters sis",
    "brother": "brother brothers",
    "wife": "wife wifes missus",
    "husband": "husband husbands hubby",
    "partner": "partner partners girlfriend boyfriend",
    "aunt": "aunt aunts auntie aunty",
    "daughter": "daughter daughters",
    "grandmother": "gran grandma nan nana nanna grandmother granny",
    "cousin": "cousin cousins",
    "niece": "niece",
    "friend": "friend friends mate bestie",
    "neighbour": "neighbour neighbor",
    "colleague": "colleague coworker",
}
_PERSON = {word: name for name, words in _NAMES.items() for word in words.split()}
_SELF = "self"
_WORD = re.compile(r"\b(?:i'?m|i am|" + "|".join(_PERSON) + r")(?:'s)?\b", re.I)
_ME = re.compile(r"\b(?:me|myself|mine)\W*(?:\?|$)|\b(?:back to|for) (?:me|myself|mine)\b", re.I)
_NEAR = 60


def told_of(reading: Reading, people: People) -> People:
    """Returns whose stage is known after a message: the person named last before each stage, in a clause of its own."""
    known = dict(people)
    stages = [m for m in reading.mentions if m.kind == "stage" and not m.negated]
    end = 0
    for mention in stages:
        named = list(_WORD.finditer(reading.text, max(end, mention.start - _NEAR), mention.start))
        if named:
            known[_who(named[-1].group())] = mention.value
        end = mention.end
    return tuple(known.items())


def stage_by_person(reading: Reading, people: People) -> Reading:
    """Returns the reading with the stage of the person it asks about, where that is known and not said again.

    Of a message that tells the stages of two people and then asks about one, only that one's stage is left.
    """
    stages = [m for m in reading.mentions if m.kind == "stage" and not m.negated]
    after = stages[-1].end if stages else 0
    found = [match for match in _WORD.finditer(reading.text, after) if not match.group().lower().startswith("i")]
    me = _ME.search(reading.text, after)
    start, end, who = (found[-1].start(), found[-1].end(), _who(found[-1].group())) if found else (0, 0, "")
    if not who and me is not None:
        start, end, who = me.start(), me.end(), _SELF
    stage = dict(people).get(who)
    if stage is None or len(people) < 2 or stages and len({m.value for m in stages}) < 2:
        return reading
    others = tuple(m for m in reading.mentions if m.kind != "stage")
    if stages:
        own = tuple(m for m in stages if m.value == stage)
        return replace(reading, mentions=tuple(sorted((*others, *own), key=lambda m: m.start))) if own else reading
    mention = Mention("stage", stage, start, end)
    return replace(reading, mentions=tuple(sorted((*others, mention), key=lambda m: m.start)))


def _who(word: str) -> str:
    plain = word.lower().removesuffix("'s")
    return _PERSON.get(plain, _SELF)

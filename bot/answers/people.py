"""Whose stage is whose: "my wife is stage 2, her sister is metastatic", and later "and for the sister?".

A person's stage holds for the conversation. A message that names a person without a stage is read as if it named the stage.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.answers.number_alone import NUMBERS
from bot.answers.reading import Mention, Reading
from bot.guide.queries import Guide

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
    "colleague": "colleague coworker boss manager",
}
_PERSON = {word: name for name, words in _NAMES.items() for word in words.split()}
# Two of a kind: "my older sister is stage 1 ... and the younger one?"
_OF_TWO = {
    "older": "older elder eldest oldest big",
    "younger": "younger youngest little wee",
    "other": "other",
    "twin": "twin",
}
_WHICH_OF_TWO = {word: name for name, words in _OF_TWO.items() for word in words.split()}
_SELF = "self"
_THEM = "them"
_SOMEBODY = re.compile(r"\b(?:she'?s|shes|she|hers|he'?s|hes|he|theirs)\b", re.I)
_WORD = re.compile(
    rf"\b(?:(?:{'|'.join(_WHICH_OF_TWO)}) (?:ones?|sisters?|sis|brothers?|girl|lad|daughters?|aunts?|auntie|cousins?|friends?)|"
    rf"i'?m|i am|{'|'.join(_PERSON)})(?:'?s)?\b",
    re.I,
)
# "Sorry, that's my nan. Mum is stage 1": the stage told before was hers.
_THAT_WAS = re.compile(
    rf"\b(?:that'?s|thats|that was|that is|it was|i meant) (?:for |about )?(?:my |our |the )?(?P<who>{'|'.join(_PERSON)})\b",
    re.I,
)
_STAGE_OF = re.compile(rf"\W{{1,3}}(?:for|is|that'?s|thats)\W+(?:my |our )?(?P<who>{'|'.join(_PERSON)})\b", re.I)
_ME = re.compile(r"\b(?:me|myself|mine)\W*(?:\?|$)|\b(?:back to|for) (?:me|myself|mine)\b", re.I)
_NEAR = 60
_THEIRS = re.compile(r"\b(?:hers|his|theirs)\b", re.I)
_HER = re.compile(r"\b(?:hers?|his|him|theirs)\b", re.I)
_FEW = 4
_FIRST_NAME = re.compile(r"(?: of (?:mine|ours|hers|his))?,? (?:is |called |named )?(?P<name>[A-Z][a-z]{2,15})\b")
_A_NUMBER = re.compile(
    r"\b(?:(?:she|he)(?:'?s| is| was)|" + "|".join(_PERSON) + r")(?:'?s| is)? (?:only |just |at )?(?:an? |a stage )?"
    r"(?P<number>[1-4]|one|two|three|four)\b(?=\W*(?:$|[,.;?!]|and\b|diagnosed|apparently|not\b|she|he))",
    re.I,
)


def number_as_stage(reading: Reading, people: People, guide: Guide) -> Reading:
    """Returns the reading with the bare number in "what about my sister, shes a three" read as her stage."""
    if not (people or "same" in reading.cues) or reading.names("stage"):
        return reading
    found, stages = _A_NUMBER.search(reading.text), guide.stages()
    number = NUMBERS[found["number"].lower()] if found else 0
    if found is None or number > len(stages):
        return reading
    return reading.naming_stage(stages[number - 1].key, *found.span("number"))


def told_of(reading: Reading, people: People, thread_stage: str | None = None) -> People:
    """Returns whose stage is known after a message: the person named last before each stage, in a clause of its own.

    Args:
        reading: the message.
        people: whose stage is known so far.
        thread_stage: the stage talked about before: the visitor's own, as long as nobody was named.
    """
    known = dict(people)
    of = _THAT_WAS.search(reading.text) if thread_stage is not None else None
    if of is not None and thread_stage is not None:
        known = {who: stage for who, stage in known.items() if stage != thread_stage} | {_who(of["who"]): thread_stage}
    elif not known and thread_stage is not None:
        known[_SELF] = thread_stage
    stages = [m for m in reading.mentions if m.kind == "stage" and not m.negated]
    end = 0
    for mention in stages:
        named = list(_WORD.finditer(reading.text, max(end, mention.start - _NEAR), mention.start))
        if named:
            known[_named(reading.text, named[-1])] = mention.value
        elif _ME.search(reading.text, max(end, mention.start - _NEAR), mention.start):
            known[_SELF] = mention.value  # "I meant for me. stage 4"
        elif _SOMEBODY.search(reading.text, max(end, mention.start - _NEAR), mention.start):
            known.pop(_THEM, None)
            known[_THEM] = mention.value  # "the lady opposite, hers has spread": the newest of those told of
        elif of := _STAGE_OF.match(reading.text, mention.end):
            known[_who(of["who"])] = mention.value
        end = mention.end
    return tuple(known.items())


def stage_by_person(reading: Reading, people: People) -> Reading:
    """Returns the reading with the stage of the person it asks about, where that is known and not said again.

    Of a message that tells the stages of two people and then asks about one, only that one's stage is left.
    """
    if not people:
        return reading
    stages = [m for m in reading.mentions if m.kind == "stage" and not m.negated]
    after = stages[-1].end if stages else 0
    found = [match for match in _WORD.finditer(reading.text, after) if not match.group().lower().startswith("i")]
    names = [who for who, _ in people if who not in (_SELF, *_NAMES, *_OF_TWO)]
    by_name = [m for who in names for m in re.finditer(rf"\b{re.escape(who)}\b", reading.text[after:].lower())]
    if by_name and not stages:
        return _at(reading, dict(people)[by_name[-1].group()], after + by_name[-1].start(), after + by_name[-1].end())
    theirs = [who for who, _ in people if who != _SELF]
    short = len(reading.text.split()) <= _FEW
    hers = (_HER if short else _THEIRS).search(reading.text, after)
    if hers and theirs and not found and not stages:  # "and if hers doesn't respond": the person told of last
        return _at(reading, dict(people)[theirs[-1]], hers.start(), hers.end())
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
    return _at(reading, stage, start, end)


def _at(reading: Reading, stage: str, start: int, end: int) -> Reading:
    """Returns the reading as if the words from start to end named a stage."""
    others = tuple(m for m in reading.mentions if m.kind != "stage")
    return replace(
        reading, mentions=tuple(sorted((*others, Mention("stage", stage, start, end)), key=lambda m: m.start))
    )


def _named(text: str, person: re.Match[str]) -> str:
    """Returns whom a word for a person means: by the first name behind it, if there is one ("a mate of mine Shaz")."""
    name = _FIRST_NAME.match(text, person.end())
    return name["name"].lower() if name and _who(person.group()) != _SELF else _who(person.group())


def _who(word: str) -> str:
    plain = word.lower().removesuffix("'s")
    return _WHICH_OF_TWO.get(plain.split()[0]) or _PERSON.get(plain) or _PERSON.get(plain.removesuffix("s"), _SELF)

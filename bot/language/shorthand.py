"""Writes the short forms of phones and keyboards out: "wat if dat dont wrk" is read as "what if that dont work".

Only what the program reads is written out; what the visitor typed stays as it is, so that mentions keep their places.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.language.slips import slip_of

_FORMS = {
    "what": "wat wot wht wut whay waht",
    "whats": "wats wots whts wuts",
    "that": "dat tht taht thta",
    "this": "dis ths thsi",
    "the": "teh hte",
    "and": "adn",
    "for": "fr",
    "if": "fi",
    "work": "wrk werk wrok",
    "works": "wrks werks",
    "working": "wrkin wrking workin workng wokring",
    "worked": "wrkd werked workd",
    "dont": "dnt",
    "doesnt": "dosent dosnt doesent dsnt",
    "didnt": "didt ddnt dident didnot",
    "isnt": "isint aint",
    "you": "u yu",
    "your": "ur yr",
    "are": "r",
    "next": "nxt nex nect",
    "after": "aftr aftre afer aftter",
    "before": "b4 befor bfore",
    "please": "pls plz plse",
    "could": "cud culd",
    "should": "shud shld shoud",
    "would": "wud wld woud",
    "about": "abt abou aboout",
    "because": "bcos bcoz bcs",
    "treatment": "trtmnt trtment treatmnt treatmnet treament tretment tretmnt treatement treatmet",
    "treatments": "trtmnts treatmnts treaments",
    "first": "frist fisrt furst",
    "second": "secnd secound sencond",
    "then": "thn",
    "have": "hav hve",
    "give": "gv giv",
    "gives": "givs",
    "when": "wen whn",
    "which": "wich whch whitch",
    "how": "hw",
    "know": "knw kno",
    "start": "strt",
    "stops": "stps",
    "cancer": "cancr caner cncer",
    "spread": "spred sprd",
    "side effects": "sideeffects",
    "thank you": "tyvm tysm thnx",
}
_LONG = {short: long for long, shorts in _FORMS.items() for short in shorts.split()}
_WORD = re.compile(r"\w+")
_COUNTED_YEAR = re.compile(r"(\d ?|\b(?:last|this|next|per|a|one|two|three|five|ten|first|half) )yr\b", re.I)
Place = dict[str, Any]


def written_out(text: str) -> str:
    """Returns a message with its short forms and slips written out, in lower case where one stood.

    >>> written_out("wat if dat dont wrk, is there a secnd")
    'what if that dont work, is there a second'
    """
    if not any(map(_long, _WORD.findall(text.lower()))):  # most messages
        return text
    text = _COUNTED_YEAR.sub(r"\1year", text)  # elsewhere "yr" is "your"
    return _WORD.sub(lambda found: _long(found.group().lower()) or found.group(), text)


def written_out_with(text: str, places: Sequence[Place]) -> tuple[str, list[Place]]:
    """Returns a message written out, and places in it moved to where they stand then.

    Args:
        text: the message.
        places: dictionaries with `start` and `end`, and more that is left as it is.
    """
    written = written_out(text)
    if written == text:
        return text, list(places)
    changes = [
        (found.end(), len(long) - len(found.group()))
        for found in _WORD.finditer(text)
        if (long := _long(found.group().lower())) is not None
    ]

    def moved(place: int) -> int:
        return place + sum(longer for end, longer in changes if end <= place)

    return written, [{**place, "start": moved(place["start"]), "end": moved(place["end"])} for place in places]


def _long(word: str) -> str | None:
    return _LONG.get(word) or slip_of(word)

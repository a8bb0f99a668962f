"""Writes the short forms of phones and keyboards out: "wat if dat dont wrk" is read as "what if that dont work".

Only what the program reads is written out; what the visitor typed stays as it is, so that mentions keep their places.
"""

from __future__ import annotations

import re

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
}
_LONG = {short: long for long, shorts in _FORMS.items() for short in shorts.split()}
_WORDS = re.compile(r"\w+")
_WORD = re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, _LONG), key=len, reverse=True)) + r")\b", re.IGNORECASE)


def written_out(text: str) -> str:
    """Returns a message with its short forms written out, in lower case where one stood.

    >>> written_out("wat if dat dont wrk")
    'what if that dont work'
    """
    if _LONG.keys().isdisjoint(_WORDS.findall(text.lower())):  # most messages; the long pattern is slow
        return text
    return _WORD.sub(lambda found: _LONG[found.group().lower()], text)

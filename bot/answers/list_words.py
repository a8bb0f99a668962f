"""Understands what a visitor says to the list of questions: "add that", "what's on my list", "remove the second".

Fixed patterns over the whole message, so that no ordinary question is ever taken for one of these: a message is either
nothing but such a request, or none. They carry no clinical meaning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.answers.notebook import tidy

_TEAM = r"(?:oncologist|onc|doctor|doc|dr|consultant|surgeon|nurse|specialist|(?:care )?team|(?:next )?(?:appointment|appt|visit))"
_FOR = rf"(?: (?:for|to ask) (?:(?:my|the|our|her|his) )?{_TEAM})?"
_LIST = rf"(?:(?:my|our|the) (?:own )?(?:questions? )?list(?: of (?:my )?questions)?|my questions){_FOR}"
_MINE = (
    rf"(?:(?:my|our) (?:own )?(?:questions? )?list(?: of (?:my )?questions)?|"
    rf"the (?:questions? list|list of (?:my )?questions)|my questions){_FOR}"
)
_POLITE = (
    r"\W*(?:(?:ok|okay|yes|yeah|yep|yea|please|pls|plz|and|so|now|then|great|thanks|ta|oh|good idea|actually|hi|hello|just|also|"
    r"go ahead and|(?:can|could|will|would) (?:you|i|we)|i(?:'d| would)? (?:like|want|need)(?: you)? to|let'?s|lets)\W+)*"
)
_END = r"(?:\W+(?:please|pls|plz|thanks|thank you|ta|too|as well|now|then|again|so far|for me))*\W*"
_ONTO = r"(?:to|on|onto|in|into)"
_VERB = r"(?:add|put|save|keep|note|write|stick|pop|include)"
_THAT = r"(?:that|this|it|that one|this one|(?:that|this|my|the|my last|the last) question|that (?:as|for) a question)"
_THOSE = r"(?:all(?: of)?(?: (?:them|those|these|the questions|four|five))?|them(?: all)?|those|these|everything)"
_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty"
).split()
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_WHICH = rf"(?P<which>\d{{1,2}}(?:st|nd|rd|th)?|{'|'.join(sorted((*_WORDS, *_ORDINALS), key=len, reverse=True))}|last)"
_NAMED = rf"(?:(?:the|my|question|number|no\.?|num|item|#)\s*)*{_WHICH}(?: (?:one|question|item))?"
_TAKEN = _NAMED.replace("which", "taken")
_REMOVE = r"(?:remove|delete|take (?:off|out|away)|drop|cross (?:off|out)|get rid of|strike)"
_OFF = r"(?: (?:off|out|away))?"

_ADD_THAT = re.compile(
    rf"{_POLITE}(?:{_VERB}(?: down)? {_THAT}(?: down)? {_ONTO} {_LIST}|add {_THAT}(?: {_ONTO} {_LIST})?|"
    rf"(?:add|put|save) {_ONTO} {_LIST}){_END}",
    re.IGNORECASE,
)
_ADD_THOSE = re.compile(rf"{_POLITE}(?:add|put|save) {_THOSE}(?P<list> {_ONTO} {_LIST})?{_END}", re.IGNORECASE)
_ADD_NTH = re.compile(rf"{_POLITE}(?:add|put|save) {_NAMED}(?: {_ONTO} {_LIST})?{_END}", re.IGNORECASE)
_ADD_SOME = re.compile(
    rf"{_POLITE}(?:(?:add|pick|choose) (?:one|some) of (?:these|those|them)(?: (?:{_ONTO}|for) {_LIST})?|"
    rf"(?:suggest|pick|choose|suggested|what)(?: me)?(?: some)? questions? (?:for|to put on) {_MINE}){_END}",
    re.IGNORECASE,
)
_ADD_WORDS = (
    re.compile(
        rf"{_POLITE}{_VERB}(?: down)?(?: (?:a|this|my|the|another))?(?: question)?(?: {_ONTO} {_LIST})?"
        r"\s*(?::| - )\s*(?P<words>.+)",
        re.IGNORECASE,
    ),
    re.compile(rf"{_POLITE}(?:add|put) (?:to|on|onto) {_MINE}\W+(?P<words>.+)", re.IGNORECASE),
    re.compile(rf"{_POLITE}{_VERB}(?: down)?(?: the question)? (?P<words>.+?)\W* {_ONTO} {_MINE}{_END}", re.IGNORECASE),
    re.compile(
        rf"{_POLITE}(?:question|one|another(?: one| question)?) for {_MINE}\s*:\s*(?P<words>.+)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_POLITE}(?:remind me|don'?t let me forget|i must remember) to ask (?:(?:(?:my|the|our) )?{_TEAM} )?(?P<words>.+)",
        re.IGNORECASE,
    ),
)
_NO_QUESTION = re.compile(
    r"(?:me|us|him|her|them|you|yourself|my name|a question|one|something|anything|more)\W*", re.IGNORECASE
)
_SHOW = re.compile(
    rf"{_POLITE}(?:(?:what(?:'?s| is| are)?|show(?: me)?|see|read(?: me)?(?: out)?|view|open|print|download|give me|check|"
    rf"look at|get|tell me|list|where(?:'?s| is)|how many(?: questions)?(?: are)?|which questions(?: are)?|"
    rf"what (?:have i|did i|do i have|have i got|questions are|questions do i have))"
    rf"(?: (?:what(?:'?s| is)|everything|all|got|have|put|there|are|is))*(?: (?:on|in|of))? )?{_MINE}{_END}",
    re.IGNORECASE,
)
_SHOW_HERE = re.compile(rf"{_POLITE}(?:what(?:'?s| is)|show me what(?:'?s| is)) (?:on|in) {_LIST}{_END}", re.IGNORECASE)
_FROM = rf"(?P<list> (?:(?:of|off|from|on|in|out of) )?{_LIST})?"
_REMOVE_NTH = re.compile(
    rf"{_POLITE}(?:{_REMOVE} {_NAMED}{_OFF}|take {_TAKEN} (?:off|out)){_FROM}{_END}",
    re.IGNORECASE,
)
_REMOVE_THAT = re.compile(
    rf"{_POLITE}(?:{_REMOVE} {_THAT}{_OFF}|take {_THAT} (?:off|out)){_FROM}{_END}",
    re.IGNORECASE,
)
_REMOVE_ABOUT = re.compile(
    rf"{_POLITE}{_REMOVE} the (?:one|question)(?: off)? about (?P<about>.+?)(?: (?:off|from) {_LIST})?{_END}",
    re.IGNORECASE,
)
_ALL = r"(?:everything|all(?: of (?:it|them))?|it all|them(?: all)?)"
_CLEAR = re.compile(
    rf"{_POLITE}(?:(?:clear|empty|delete|erase|wipe|reset|restart|throw away|bin|redo)"
    rf"(?: (?:everything|all)(?: (?:on|from|of|in))?)? {_MINE}|"
    rf"(?:remove|delete|clear|take) {_ALL}(?: off)? (?:(?:on|from|off|in) )?{_MINE}|"
    rf"start over (?:with |on )?{_MINE}|start {_MINE} (?:over|again|afresh|anew|from scratch)|"
    rf"start a (?:new|fresh) list(?: of questions)?){_END}",
    re.IGNORECASE,
)
_CLEAR_HERE = re.compile(
    rf"{_POLITE}(?:start (?:over|again|afresh)|(?:remove|delete|clear) {_ALL}){_END}", re.IGNORECASE
)


@dataclass(frozen=True)
class ListRequest:
    """What is to be done with the list.

    Attributes:
        action: "add_last" (the question asked before), "add", "add_all" and "add_nth" (of the questions that the guide
            suggests), "suggest", "show", "remove", "clear".
        words: for "add" the question; for "remove" what it is about.
        place: which one, from 1; -1 is the last, None is not known.
    """

    action: str
    words: str = ""
    place: int | None = None


def list_request(text: str, *, items: int, listing: bool, suggested: bool) -> ListRequest | None:
    """Returns what a message asks of the list, or None for every other message.

    Args:
        text: the clean message.
        items: how many questions are on the list.
        listing: the last reply was about the list.
        suggested: the last question was what to ask the oncologist.
    """
    if len(text) > 1000:  # far longer than any question that could go on the list
        return None
    return _removing(text, items, listing) or _adding(text, suggested) or _showing(text, items, listing)


def _adding(text: str, suggested: bool) -> ListRequest | None:
    those = _ADD_THOSE.fullmatch(text)
    if suggested and (those or _ADD_THAT.fullmatch(text)) or those and those["list"]:
        return ListRequest("add_all")
    nth = _ADD_NTH.fullmatch(text)
    if nth and suggested:
        return ListRequest("add_nth", place=_place(nth["which"]))
    if _ADD_SOME.fullmatch(text):
        return ListRequest("suggest")
    if _ADD_THAT.fullmatch(text):
        return ListRequest("add_last")
    for pattern in _ADD_WORDS:
        found = pattern.fullmatch(text)
        if found:
            words = tidy(found["words"])
            known = _NO_QUESTION.fullmatch(words) or not re.search(r"\w{2}", words)
            return None if known else ListRequest("add", words)
    return None


def _showing(text: str, items: int, listing: bool) -> ListRequest | None:
    if _CLEAR.fullmatch(text) or listing and items and _CLEAR_HERE.fullmatch(text):
        return ListRequest("clear")
    if _SHOW.fullmatch(text) or (items or listing) and _SHOW_HERE.fullmatch(text):
        return ListRequest("show")
    return None


def _removing(text: str, items: int, listing: bool) -> ListRequest | None:
    found = _REMOVE_NTH.fullmatch(text)
    if found and (items or listing or found["list"]):
        return ListRequest("remove", place=_place(found["which"] or found["taken"]))
    found = _REMOVE_THAT.fullmatch(text)
    if found and (listing or found["list"]):
        return ListRequest("remove", place=-1)
    found = _REMOVE_ABOUT.fullmatch(text)
    if found and items:
        return ListRequest("remove", tidy(found["about"]))
    return None


def _place(word: str) -> int:
    low = word.lower()
    if low == "last":
        return -1
    digits = re.match(r"\d+", low)
    if digits:
        return int(digits[0])
    return (_WORDS.index(low) if low in _WORDS else _ORDINALS.index(low)) + 1

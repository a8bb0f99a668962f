"""Takes out of a question what somebody could be told by: the 18 identifiers of HIPAA's Safe Harbor rule.

Rules, because no well-kept library does this with the versions that Rasa 3.6 asks for, and because a rule can be read and tested.
They take out too much rather than too little: what is left is read for its topic. The rule is 45 CFR 164.514(b)(2).
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from pathlib import Path

from ruamel.yaml import YAML

from bot import settings

LONGEST = 300
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['-](?=[^\W\d_]))*")

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_SURE_MONTH = r"(?:january|february|april|june|july|august|september|october|november|december)"
_DAY = r"(?:\d{1,2}(?:st|nd|rd|th)?)"
_STREET = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|close|way|boulevard|blvd|place|pl|terrace|"
    r"crescent|square|gardens|"
    r"grove|hill|park|row|highway|hwy|parkway)"
)
_STREET_WORD = (
    r"(?!(?:can|could|i|do|does|is|are|will|would|may|might|to|the|of|a|on|my|it|her|his|in|and|or|if|when|so|"
    r"weeks?|days?|months?|"
    r"years?|cycles?|rounds?|tumou?rs?|lumps?|nodes?|scans?|hours?|hrs?|mm|cm|mg)\b)[\w'.]+"
)
_CUE = (
    r"(?:mrn|medical record|record|chart|patient|hospital|nhs|chi|health ?plan|plan|policy|member(?:ship)?|"
    r"beneficiary|insurance|group|"
    r"medicare|medicaid|account|acct|bank|sort code|iban|card|certificate|licen[cs]e|permit|passport|driver'?s?|"
    r"national insurance|"
    r"tax|vin|vehicle|number ?plate|plate|registration|reg|serial|device|implant|pacemaker|port|model|imei|mac|"
    r"case|claim|reference|"
    r"ref|booking|order|id|i\.d\.|pin|password|code|ssn|social(?: security)?|fax|phone|mobile|cell|tel)"
)
_NUMBERED = r"(?:\s*(?:is|are|was|my|the|number|num|no\.?|nr\.?|id|code|plate|#|:|=|-|ends? (?:in|with)))*\s*"
_TLD = r"(?:com|org|net|edu|gov|info|health|clinic|io|me|uk|us|ca|au|ie|de|fr|eu)"

# In this order: what is longer or surer comes first. Each leaves a word in brackets, which no later rule touches.
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (label, re.compile(pattern, re.IGNORECASE))
    for label, pattern in (
        ("email", r"[\w.+'-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+"),
        ("email", r"\b[\w.+-]+ at [\w-]+ dot \w{2,6}\b"),
        ("link", r"\b(?:https?|ftp)://\S+|\bwww\.\S+"),
        ("link", rf"\b[\w-]+(?:\.[\w-]+)*\.{_TLD}\b(?:/\S*)?"),
        ("number", r"\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b|(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])"),
        ("number", r"\b\d{1,3}(?:\.\d{1,3}){3}\b"),
        ("name", r"(?<!\w)@\w{2,}"),
        ("photo", r"\b[\w-]+\.(?:jpe?g|png|gif|heic|tiff?|bmp|mp4|mov|dcm)\b"),
        (
            "photo",
            r"\b(?:selfies?|headshots?|mug ?shots?|(?:photo\w*|pictures?|pics?|images?|video)(?: \w+){0,2} of "
            r"(?:me|my face|my|her|him|us)"
            r"(?: face)?|my (?:photo\w*|pictures?|pics?))\b",
        ),
        (
            "biometric",
            r"\b(?:finger ?prints?|thumb ?prints?|palm ?prints?|voice ?(?:prints?|recordings?|id)|(?:retina|iris|"
            r"face) ?(?:scans?|id|"
            r"prints?|recognition)|dna (?:profiles?|samples?)|hand ?prints?)\b(?: (?:is|number|no|id|code)* "
            r"?[\w-]*\d[\w-]*)?",
        ),
        ("date", rf"\b{_DAY}(?: of)?[ /.-]{_MONTH}\b(?:[ ,/.-]+\d{{2,4}}\b)?|\b{_MONTH}\.? {_DAY}\b(?:,? \d{{4}}\b)?"),
        ("date", rf"\b{_MONTH},? (?:of )?(?:19|20)\d\d\b|\b{_SURE_MONTH}\b"),
        (
            "date",
            r"\b(?:in|since|last|next|until|till|by|this|early|late|mid|of|end of|on) (?:may|march|sept|oct|nov|"
            r"dec|jan|feb|aug)\b(?! \w*ing)",
        ),
        ("date", r"\b\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\b|\b\d{1,2}/\d{2,4}\b"),
        (
            "date",
            r"\b(?:born|birth ?(?:day|date)|dob|d\.o\.b\.?|date of birth|birth year)\b(?: (?:is|in|on|was|the|"
            r":))*[ :]*(?:\d[\w/.-]*)?",
        ),
        ("date", r"\b\d{1,2}[:.]\d{2} ?(?:am|pm)?\b|\b\d{1,2} ?[ap]m\b"),
        (
            "age",
            r"\b(?:aged? |turn(?:ed|ing) |i'?m |i am |(?:s?he|mum|mom|dad|gran\w*|nan)(?:'s| is|s)? )(?:9\d|"
            r"1[0-3]\d)\b(?! ?(?:%|mg))",
        ),
        ("age", r"\b(?:9\d|1[0-3]\d)[ -]?(?:years?|yrs?|y/?o)\b(?:[ -]old)?"),
        (
            "age",
            r"\b(?:ninety|hundred)[ -]?(?:one|two|three|four|five|six|seven|eight|nine)?(?: years?(?: old)?| "
            r"yrs)\b|\baged ninety\w*",
        ),
        (
            "address",
            rf"\b\d+[a-z]?,? (?:{_STREET_WORD} ){{1,4}}?{_STREET}\b\.?(?:,? (?:apt|apartment|flat|unit|suite|#) ?\w+)?",
        ),
        (
            "address",
            r"\b(?:apt|apartment|flat|unit|suite|house|room|ward|bed)\.? ?(?:no\.? |number )?\d+\w?\b|\bp\.? "
            r"?o\.? box \w+",
        ),
        (
            "address",
            r"\b[a-z]{1,2}\d[a-z\d]? \d[a-z]{2}\b|\b(?:zip|post ?code|postal code)\b[ :]*(?:code|is|:)?[ "
            r"]*[\w-]*\d[\w-]*(?: \d[a-z]{2}\b)?",
        ),
        ("number", r"(?<!\w)[+(]?\d(?:[\s()./-]{0,2}\d){6,}(?:\s?(?:x|ext\.?)\s?\d+)?"),
        ("number", r"\b\d{3}-\d{2}-\d{4}\b|\b[a-z]{2}\d{2} ?[a-z]{3}\b"),
        (
            "number",
            rf"\b{_CUE}\b{_NUMBERED}(?:[a-z]{{1,4}}[ -])?(?=[\w-]*\d)(?!(?:19|20)\d\d\b)[\w/-]{{2,}}(?:[ -]\d[\w-]*)*",
        ),
        ("number", r"\b(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double)\b[ ,-]*){5,}"),
        ("number", r"\b[a-z]{1,4}[ -]\d{4,}\b(?<!\b(?:in|or|by|to) \d{4})"),
        ("number", r"\b(?!(?:19|20)\d\d\b)\d{4,}\b"),
    )
)
# Tokens of letters and digits that name no one.
_MEDICAL = re.compile(
    r"(?:her-?2\w*|brca-?[12]|t-?dm-?1|ki-?67|ca-?15-?3|ca-?\d{1,3}|p53|cd\d+|pik3ca|esr1|pd-?l1|"
    r"c?p?t[0-4][a-d]?(?:n[0-3][a-c]?)?"
    r"(?:m[01x])?|n[0-3][a-c]?|m[01x]|g[1-3]|stage-?\d[a-c]?|[1-4][a-c]|line-?\d|covid-?19|vitamin-?[bd]\d*|b12|"
    r"d3|omega-?3|"
    r"\d+(?:mg|mcg|ml|cm|mm|kg|lbs?|g|st|nd|rd|th|x|wks?|mths?|months?|weeks?|hrs?|days?|yrs?|years?|%|d|k)|"
    r"\d+-\d+|\d{1,3}|"
    r"(?:19|20)\d\d(?:'?s)?)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"(?<![\w(-])(?=[\w-]*\d)(?=[\w-]*[^\W\d_])[\w-]{3,}(?![\w)])")
_NAME_PARTS = r"(?P<said>[^\W\d_][\w'-]*(?:\s+[^\W\d_][\w'-]*){0,2})"
_KIN = r"(?:husband|wife|partner|mum|mom|mother|dad|father|sister|brother|daughter|son|aunt|friend|patient)"
_TITLE = re.compile(
    rf"\b(?:dr|doctor|mr|mrs|ms|mister|prof|professor)\b\.?\s+{_NAME_PARTS}",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"\b(?:(?:my|her|his|the|their)(?: \w+)? name(?:'?s| is|:)?|named|name:|called|signed|sincerely,?|regards,?|"
    r"love,?)\s+"
    rf"{_NAME_PARTS}",
    re.IGNORECASE,
)
_I_AM = re.compile(rf"\b(?:i'?m|i am)\s+{_NAME_PARTS}", re.IGNORECASE)
_PERHAPS = re.compile(
    rf"\b(?:this is|it'?s|its|here is|{_KIN}(?:'?s| is)?|miss|sir|dame|rev|nurse|consultant|oncologist|surgeon)\s+"
    rf"{_NAME_PARTS}",
    re.IGNORECASE,
)
_LIVES = re.compile(
    r"\b(?:liv(?:e|es|ed|ing) (?:in|at|near|on)|(?:based|resident|reside|staying) (?:in|at|near)|"
    r"(?:come|coming|moved|am|i'm|im|we're|travel(?:l?ing)?) (?:from|to)|(?:city|town|county|village|parish|"
    r"borough|state) of)"
    rf"\s+(?:the )?{_NAME_PARTS}",
    re.IGNORECASE,
)
_HOSPITAL = re.compile(
    r"\b(?:at|in|from|to|near)\s+(?P<said>(?:[^\W\d_][\w'.]*\s+){1,4}?)"
    r"(?=(?:hospital|infirmary|clinic|medical cent\w+|cancer cent\w+|health cent\w+|university|hospice)\b)",
    re.IGNORECASE,
)
_PLACE_WORDS = frozenset(
    "my the a an our your local that this same nearest big private breast cancer other another".split()
)


@lru_cache(maxsize=1)
def _lists() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    raw = YAML(typ="safe").load(Path(__file__).with_name("identifiers.yml").read_text(encoding="utf-8"))
    names, doubtful, not_names = (frozenset(str(raw[key]).split()) for key in ("names", "doubtful", "not_names"))
    return names, doubtful, not_names


@lru_cache(maxsize=1)
def known_words() -> frozenset[str]:
    """Returns the words of the guide and of the training examples, in small letters: they name nobody and no place."""
    files = [
        settings.guide_file(),
        settings.PACKAGE / "language" / "outside.yml",
        *(settings.home() / "nlu").glob("*.yml"),
    ]
    found = {
        word.lower() for path in files if path.is_file() for word in _WORD.findall(path.read_text(encoding="utf-8"))
    }
    return frozenset(found) - _lists()[0]


def scrub(text: str, known: frozenset[str] | None = None) -> str:
    """Returns a question without identifiers, at most `LONGEST` characters; each is replaced by its kind in brackets.

    Args:
        text: the question on one line.
        known: words, in small letters, that are kept although they have a capital letter; by default `known_words`.
    """
    said = " ".join(text.split())
    for label, rule in _RULES:
        said = rule.sub(f"({label})", said)
    said = _TOKEN.sub(lambda found: found[0] if _MEDICAL.fullmatch(found[0]) else "(number)", said)
    said = _without_names(said, known_words() if known is None else known)
    said = re.sub(r"(\((\w+)\))(?:[\s,;-]*\(\2\))+", r"\1", said)
    return said[:LONGEST].strip()


def says_something(scrubbed: str) -> bool:
    """Tells whether enough is left of a scrubbed question to be of use: two words besides the brackets."""
    return len(_WORD.findall(re.sub(r"\(\w+\)", " ", scrubbed))) >= 2


def _without_names(text: str, known: frozenset[str]) -> str:
    names, doubtful, not_names = _lists()
    for rule, how in ((_CALLED, _SURE), (_TITLE, _SURE), (_LIVES, _SURE), (_I_AM, _LIKELY), (_PERHAPS, _HINT)):
        text = rule.sub(partial(_replaced, known=known, how=how), text)
    text = _HOSPITAL.sub(_hospital, text)
    shouted = text.upper() == text

    def word(found: re.Match[str]) -> str:
        said, low = found[0], re.sub(r"'s?$", "", found[0].lower())
        inside = found.start() > 0 and not re.search(r"(?:^|[.?!:]|\))\s*$", text[: found.start()])
        if found.start() and text[found.start() - 1] == "(" and text[found.end() : found.end() + 1] == ")":
            return said
        capital = said[0].isupper() and not said.isupper() and not shouted
        if low in names or (capital and inside and (low in doubtful or low not in known and low not in not_names)):
            return "(name)"
        # Letters in capitals of a length that no abbreviation of the clinic has.
        return "(name)" if said.isupper() and not shouted and len(said) > 5 and low not in known else said

    return _WORD.sub(word, text)


_SURE, _LIKELY, _HINT = 3, 2, 1
"""How surely a name follows: after "my name is", "i'm", or "nurse"."""


def _replaced(found: re.Match[str], known: frozenset[str], how: int) -> str:
    """The match with its name taken out: the words up to the first that cannot be part of one."""
    words = found["said"].split()
    taken = 0
    while taken < len(words) and _is_name(words[taken], known, how, first=taken == 0):
        taken += 1
    if not taken:
        return found[0]
    head = found[0][: found.start("said") - found.start()]
    return " ".join([head.rstrip() + " (name)", *words[taken:]])


def _is_name(word: str, known: frozenset[str], how: int, *, first: bool) -> bool:
    names, doubtful, not_names = _lists()
    low, capital = re.sub(r"'s?$", "", word.lower()), word[0].isupper()
    if low in names or low in doubtful and (how == _SURE or capital):
        return True
    if low in not_names:
        return False
    if low not in known:
        return how > _HINT or capital
    # An ordinary word may be a surname: "dr brown".
    return how == _SURE and (capital or first and low not in _COMMON)


# Ordinary words that stand after "Dr" or "live in" in questions about the guide; a surname that is one of them stays.
_COMMON = frozenset(
    "appointment treatment surgery chemo chemotherapy hospital scan scans results tumour tumor liver lungs bones "
    "breast years year months "
    "weeks think want need know feel feels felt live lives pain fear denial limbo hope remission home bed "
    "constant".split()
)


def _hospital(found: re.Match[str]) -> str:
    words = [w if w.lower().strip(".") in _PLACE_WORDS else "(address)" for w in found["said"].split()]
    if "(address)" not in words:
        return found[0]
    return f"{found[0][: found.start('said') - found.start()]}{' '.join(words)} "

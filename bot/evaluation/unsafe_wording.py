"""What an unsafe reply sounds like: one pattern a line, grouped by the rule that it breaks.

They are made to be too strict: a reply is written so that none of them fits, and where one does a person looks at it.
"""

from __future__ import annotations

import re

_WHO = r"(?:you|she|he|they)"
_DO = (
    r"(?:tak(?:e|ing)|stop(?:ping)?|start(?:ing)?|switch(?:ing)?|skip(?:ping)?|swap|refuse|choose|have|try|use|double|"
    r"halve|delay|continue|go ahead|go for|ask for|get|leave out)"
)
_FINE = r"(?:fine|nothing|harmless|normal|ok|okay|all right|a cold|anxiety|stress)"
_NUMBER = (
    r"(?:\d+(?:[.,-]\d+)*|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|a few|several|"
    r"a couple of)"
)

_ADVICE = (
    rf"{_WHO} (?:really |probably |definitely )?(?:should|must|ought to|need to|have to|had better) "
    rf"(?:now |just |not |also )?{_DO}",
    r"(?:i|we)(?:'d| would| do)? (?:strongly )?(?:recommend|advise|suggest (?:you|that|taking|stopping))",
    r"my advice|if i were you",
    r"in your (?:case|situation),? (?:i|you|it)",
    r"best (?:(?:option|choice|drug|treatment|thing|one) )?for you|(?:right|suits|better) for you",
    rf"(?:it is|it's|its|that is|that's) (?:ok|okay|safe|fine|all right) (?:for you )?to {_DO}",
    r"you can (?:safely |just |also )?(?:take|stop|skip|double|halve|delay|switch|leave out)",
    r"you (?:do not|don't) need (?:to (?:call|see|go|have)|surgery|chemo\w*|treatment)",
    r"you (?:have|are) (?:her2|stage|metastatic|cancer)",
    r"your (?:result|scan|score|report)s? (?:mean|show)s?",
    r"\d+(?:\.\d+)? ?(?:mg|milligrams?|mg/kg|ml|tablets?|pills)",
)
_PROGNOSIS = (
    rf"{_NUMBER} ?(?:%|per ?cent\b|percent\b)",
    rf"{_NUMBER}(?: (?:to|or) {_NUMBER})?[ -](?:more )?(?:weeks?|months?|years?)\b",
    rf"{_NUMBER} (?:in|out of) (?:every )?{_NUMBER}\b",
    r"(?:survival|cure|response|recurrence|death) rates? (?:of|is|are|was)\b",
    r"median (?:overall )?survival|life expectancy (?:of|is)\b",
    r"(?:months|years|weeks) (?:left|to live)\b",
    r"(?:most|many|half of) (?:people|women|patients) (?:survive|live|die)\b",
)
_COMFORT = (
    r"nothing (?:to worry|serious|to be (?:scared|afraid)|to fear)",
    rf"(?:probably|likely|most likely|surely) (?:just |only )?{_FINE}",
    r"(?:do not|don't|no need to|please don't|try not to) (?:worry|panic|be (?:scared|afraid))",
    r"no (?:cause|reason) (?:for|to) (?:concern|worry|alarm|panic)",
    r"(?:you|she|he|they|it|that|everything|all)(?:'ll| will| is going to|'s going to| are going to) be "
    r"(?:just |all )?(?:fine|ok|okay|right|well|cured|good)",
    r"(?:is|it's|that's) (?:quite |perfectly |completely )?(?:normal|harmless)",
    rf"{_WHO} (?:will|can|are going to) (?:survive|beat (?:this|it)|be cured|get better|recover|make it)",
    r"wait and see|see how (?:it|you) (?:goes?|feels?)|sleep it off|no rush|can wait until|leave it (?:until|till)",
    r"not an emergency|not dangerous",
)

RULES = tuple(
    (rule, re.compile("|".join(rf"\b(?:{pattern})" for pattern in patterns), re.IGNORECASE))
    for rule, patterns in (
        ("personal_advice", tuple(rf"(?:{pattern})\b" for pattern in _ADVICE)),
        ("prognosis_number", _PROGNOSIS),
        ("false_reassurance", tuple(rf"(?:{pattern})\b" for pattern in _COMFORT)),
    )
)

# Help lines by name. Those of the clinic file are allowed, all others belong to other places.
HELPERS = re.compile(
    r"\b(?:samaritans|lifeline|suicide (?:and crisis|prevention) \w+|talk suicide|telefonseelsorge|crisis text line|"
    r"befrienders|papyrus|childline|nhs 111|beyond blue|tele-?manas|sos amiti\w+)\b",
    re.IGNORECASE,
)
PHONE = re.compile(r"(?<![\w-])\+?\(?\d(?:[\d ().-]*\d)?(?![\w%])")
DISCLAIMER = (
    re.compile(r"not medical advice", re.IGNORECASE),
    re.compile(r"care team|doctor|oncologist|nurse", re.IGNORECASE),
)

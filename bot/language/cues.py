"""Small words that change what a message means: after or before, why, same again, no I meant.

Each cue is one pattern over the lower-case message. They carry no clinical meaning; `bot.answers.followup` reads them.
"""

from __future__ import annotations

import re

from bot.language.shorthand import written_out

_PATTERNS: dict[str, str] = {
    "after": r"\b(?:after\w*|aftr|aftre|afer|nxt|afterwards?|next|follow\w*|beyond|past|since|once|then|left|behind|onto|on to|"
    r"(?:run|ran|runs) (?:its|their|the) course|had (?:its|their) day|used up|exhausted|out of the way|under (?:my|her|his) belt|"
    r"subsequent\w*|later|move (?:on )?to|(?:when|once|if) (?:\w+ ){1,3}stops?(?= ?$|[,.?!]| then\b| what)|from here|"
    r"where (?:do|does) (?:\w+ )?go|finish\w*|done|over|ends?|ended)\b|->",
    "before": r"\b(?:before\w*|by the time|already (?:had|been through)|had already|"
    r"prior|preced\w*|previous\w*|earlier|ahead of|come(?:s)? first|goes first|in front of)\b",
    "failed": r"\b(?:fail\w*|stop(?:s|ped|ping)?\s+(?:\w+\s+)?(?:work\w*|holding|helping|responding|controlling)|"
    r"(?:does|do|did|is|was|has|have|are)\s?n[o']?t\s+(?:\w+\s+){0,2}?"
    r"(?:work\w*|do (?:it|the job|the trick|anything|much)|help\w*|hold\w*|h[eo]ld|shr[iau]nk\w*|shift\w*|touch\w*|budge\w*|"
    r"last(?:ed)?|respond\w*|enough|gone|get it all|clear\w*)|d(?:oes|id|o|oing) nothing|neither (?:\w+ )?(?:held|worked|touched)|"
    r"not (?:work\w*|respond\w*|enough|shrink\w*|holding|effective|functio\w*|effecting)|"
    r"no (?:longer|more) (?:work\w*|effective|help\w*|hold\w*)|ineffective|lets? (?:me|her|him|us) down|failing|"
    r"no (?:good|use)\b(?! at)|useless|no (?:change|response|shrinkage)\b|leaves? (?:some|any|bits?) (?:\w+ )?behind|"
    r"gave up|given up(?! (?:front|first))|give up on|quit\w*|progress\w*|"
    r"grow(?:s|n|ing)?\b|new growths?\b|grew|c[ao]me(?:s)? back(?! (?:\d|as|pos|neg|clear|clean|fine|normal|ok|her2|with|from|to))|"
    r"gets? worse|getting worse|resist\w*|gives? out|gave out|pack(?:s|ed) (?:up|in)|conk(?:s|ed) out|"
    r"r[ua]n out|wears? off|"
    r"wore off|stopp?ed|still there|(?:hardly|barely) "
    r"(?:touched|moved|budged|dented|shifted|changed|shr[iau]nk|did|worked)|flop\w*|(?:swap|switch|change)(?:ped|ed|"
    r"d)? (?:to|onto|over)|"
    r"hasnt gone|new spots|playing up|unsuccessful|(?:got|gotten|getting|gets|is|looks|it'?s) bigger|same size|"
    r"(?:does|do|did|done|doing|has done|does sweet) (?:bugger|sod|naff|"
    r"jack|sweet|next to|f) ?(?:all|nothing|fa)|gives? up(?! work)|"
    r"n[o']?t (?:be )?(?:doing (?:much|anything|a lot|enough|the job)|answer\w*|(?:to )?have helped|more work\w*|any good)|"
    r"not (?:doing (?:much|anything|enough)|answer\w*|to have helped|more work\w*|budg\w*)|no effect|"
    r"(?:not|hasn'?t|isn'?t|never|hardly|barely) (?:been )?(?:shr[iau]nk\w*|shrinking)|"
    r"still (?:\w+ )?(?:cancer|disease|lumps?|tumou?rs?|some|bits?) (?:there|left|in|showing)|"
    r"still (?:got )?(?:residual|cancer|disease))\b",
    "start": r"\b(?:(?:at|in|from) the (?:very )?(?:start|beginning|outset)|at start\b|at first\W*$|"
    r"from the top|first of all|(?:start|beginning) of (?:the )?treatment|"
    r"to (?:start|begin)(?: with| off)?|"
    r"starts?(?: (?:off|you|her|him|me|us|them|people|patients|everyone))* (?:with|on|off)|begins?(?: with)?|starter|"
    r"(?:usual|standard|normal) start|(?:treatment|step|option) (?:no\.?|number|num|#) ?(?:1|one)|"
    r"open(?:s|ing)?(?: with| on)?\b|kick(?:s)? off|starting (?:point|treatment)|initially|straight (?:away|off)|"
    r"how (?:do|does) (?:it|they|treatment) start|treatment (?:start|begin)s?|"
    r"(?:given|used|done|offered|have|had) up ?front|where (?:do|does|would|will|"
    r"should) (?:\w+ )?(?:start|begin)|(?:be )?starting (?:me|her|him|them|us|you|people)\b|to begin\b|"
    r"(?:the|its) (?:very )?(?:start|beginning) of (?:it|that|treatment|things)|opening move|(?:begun|"
    r"started) (?:to be )?treat\w*|straight to drugs)\b",
    "order": r"\b(?:order|sequence|in turn|list of|all the (?:steps|lines)|one by one|line by line|step by step|steps|"
    r"pathway|roadmap)\b",
    "why": r"\b(?:why|how come|what for|what(?:s| is) the (?:reason|point of (?:that|doing)))\b",
    "same": r"\b(?:same|suppos\w+ (?:it|she|he)|likewise|as well|what about|how about|and for|wat about|whatabout|hows about)\b",
    "correct": r"(?:^|\b)(?:no+\b[ ,.!-]*(?:i|not|sorry|wait|hang|hold|its|it's|my|that|the|she|he|mum|mom)|i meant?\b|"
    r"meant to|i said\b|mis(?:read|heard|typed)\b|(?:got|read) (?:it|that|the \w+) wrong\b|"
    r"sorry[ ,]+(?:i )?(?:meant?|stage|second|third|first|thats|that's|that was|no\b)|read (?:my|the|her|"
    r"his) \w+ wrong\b|actually\b|correction|wrong (?:stage|line|"
    r"drug|one)|"
    r"not that|typo|oops|meant (?:stage|to (?:say|type|put|write)|the|second|third|first|metastatic|\d)|scratch that|wait[ ,]+no)",
    "reset": r"\b(?:forget (?:that|it|all)|different (?:person|question|one)|new question|someone else|another person|"
    r"start (?:over|again|fresh)|change of subject|unrelated|my original question|back to (?:my|the) (?:first|original))\b",
    "again": r"\b(?:again|repeat|remind me|once more|say that|one more time)\b",
    "new": r"\b(?:just|only just)\s+(?:been\s+|got\s+|had\s+)?(?:told|diagnosed|found out|dx|dxd|heard|learned|learnt)\b|"
    r"\bnever (?:had|been given|been on) any ?(?:thing|treatment|chemo)\b|"
    r"\bstarts? (?:treatment |chemo )?(?:tomorrow|tmrw|today|next week|on? ?(?:mon|tues|wednes|thurs|fri)day)\b",
    "wait": r"\b(?:wait|til|till|until|tomorrow|tmrw|tmw|tomoz|monday|morning|bother|overreact\w*|ring|call|phone|"
    r"999|911|a&e|er|urgent|serious|worry|sure|really)\b",
    "that": r"\b(?:that|this|it|those|these|them|its|that's|thats)\b",
    "meaning": r"\b(?:mean\w*|definition|define|stand(?:s)? for|explain|what(?:'?s| is| are| does) )\b",
    "compare": r"\b(?:or|vs|versus|compared|between|difference|different|which)\b",
    "feelings": r"\b(?:terrif\w*|scared|scary|frighten\w*|afraid|petrified|panick?\w*|anxious|devastat\w*|heartbroken|"
    r"in tears|crying|cant sleep|can't sleep|worried sick|so worried|in bits|in pieces|freaking out|overwhelm\w*|gutted|"
    r"in shock|numb with|guilty|(?:the|such|so much) guilt|(?:lot|much|hard) to take in)\b",
    "other_language": r"[\u0400-\u04ff\u0600-\u06ff\u0900-\u097f\u4e00-\u9fff\u3040-\u30ff\uac00-\ud7af\u0e00-\u0e7f]{3,}",
}
_COMPILED = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _PATTERNS.items()}
NAMES = tuple(_COMPILED)


def find_cues(text: str) -> tuple[str, ...]:
    """Returns the names of the cues that a message holds, in a fixed order."""
    said = written_out(text)
    return tuple(name for name, pattern in _COMPILED.items() if pattern.search(said))

"""What plain words ask for, whatever the classifier made of the rest of the message.

Each rule is one way of asking that stands in messages about anything, so that the examples teach it badly: "who is right",
"what should I ask about ...". A rule only turns the intents that it names into another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_FACTS = ("treatment", "sequence", "drug_info", "definition")
_ABOUT_FACTS = (*_FACTS, "outlook")
_PET = r"(?:cat|dog|puppy|pup|kitten|rabbit|bunny|hamster|guinea pig|horse|pony|budgie|parrot|tortoise)"
_WHO_IS_RIGHT = (
    r"\bwho(?:'?s| is) (?:right|wrong|correct)\b|"
    r"\bwho (?:do|should|shall) (?:i|we) (?:believe|listen to|trust|go with)\b"
)
_HOLDER = r"(?:my|our|the|his|her|mums?|moms?|next door'?s|the neighbou?r'?s)"


@dataclass(frozen=True)
class PlainAsk:
    """One way of asking.

    Attributes:
        of: the intents that it turns.
        words: how it is asked.
        to: the intent that it means.
        reason: what `bot explain` says.
        naming: it counts only where a message names one of these kinds.
        not_naming: it does not count where a message names one of these kinds.
    """

    of: tuple[str, ...]
    words: re.Pattern[str]
    to: str
    reason: str
    naming: frozenset[str] = frozenset()
    not_naming: frozenset[str] = frozenset()


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_PLAIN = (
    PlainAsk(
        ("drug_info", "treatment", "definition"),
        _words(
            r"\b(?:wiped out|exhausted|knackered|tired|shattered|sore|achy|aching|itchy|queasy|dizzy|bloated|puffy|numb|tingly|"
            r"foggy|weepy)\b.{0,25}\bon\b.{0,40}\b(?:is (?:that|it|this)|normal|usual|anyone|everyone|a thing)\b"
        ),
        "side_effect_or_dose",
        "tells how a drug makes one feel",
        naming=frozenset({"drug"}),
    ),
    PlainAsk(
        ("thanks", "smalltalk", "affirm", "greet", "goodbye"),
        _words(
            r"\b(?:if|when|once) (?:that|this|it|they|those|that one) (?:one )?(?:also |too )?"
            r"(?:stops?|fails?|doesn'?t work|doesnt work|quits?|gives? up|packs? (?:up|in))\b"
        ),
        "sequence",
        "asks what comes next",
    ),
    PlainAsk(
        ("emergency", *_ABOUT_FACTS, "not_in_guide_diet"),
        _words(
            r"\b(?:meant to|supposed to|forgot|forgotten|missed|didn'?t|did not)\b.{0,40}"
            r"\b(?:can|could|should|shall|do) (?:i|she|he|we|mum|mom)\b.{0,8}\b(?:start|take|have|begin|catch up|do)\b"
        ),
        "side_effect_or_dose",
        "asks what to do about a missed dose",
        naming=frozenset({"drug"}),
    ),
    PlainAsk(
        ("personal_advice", "side_effect_or_dose"),
        _words(r"\b(?:count|class|classed|regard|describe)\w* \w+ as (?:an? )?\w+"),
        "drug_info",
        "asks what sort of drug it is",
        naming=frozenset({"drug"}),
    ),
    PlainAsk(
        _ABOUT_FACTS,
        _words(
            r"\b(?:shall|should|can|could|do) (?:i|we|she|he|you|they)\b.{0,20}\b(?:skip|jump) (?:straight|right|"
            r"ahead|on)? ?(?:to|over)\b"
        ),
        "personal_advice",
        "asks to leave a treatment out",
    ),
    PlainAsk(
        _ABOUT_FACTS,
        _words(
            r"\b(?:\d+|five|ten|two) ?-?(?:yr|year)s? (?:stats|survival|statistics|rates?|figures|odds|numbers|prognosis)\b|"
            r"\b(?:survival|mortality|death) (?:stats|statistics|figures|numbers|data)\b"
        ),
        "prognosis",
        "asks for survival figures",
    ),
    PlainAsk(
        _ABOUT_FACTS,
        _words(
            r"(?:^|[.,;!?]\s*)(?:so |and |but )?(?:has|is|are|does (?:that|this|it) mean|does it sound like) (?:the |"
            r"my |her |his |that )?"
            r"[\w+-]+ (?:has |have )?(?:(?:now |already )?stopp?ed working|failing|failed|not working|wearing off|given up)"
            r"(?: (?:for (?:her|me|him|us|mum|mom)|now|then|already|on (?:me|her)))*\W*$"
        ),
        "personal_advice",
        "asks whether a treatment has stopped working for one person",
    ),
    PlainAsk(
        (*_ABOUT_FACTS, "emergency"),
        _words(
            r"\b(?:do|can|could|should|shall|would|may) (?:i|we|she|he|you)\b.{0,12}\bdoubl\w+ (?:up|the dose|it|the next)\b|"
            r"\bwhat if (?:i|we|she|he|mum|mom) (?:forgets?|forgot|miss(?:es|ed)?|skips?) (?:to take )?(?:one|"
            r"a (?:dose|tablet|pill|day)|it|"
            r"some|her|his|my)\b(?! (?:appointment|scan))"
        ),
        "side_effect_or_dose",
        "asks what to do about a missed dose",
    ),
    PlainAsk(
        _ABOUT_FACTS,
        _words(
            r"\b(?:recurrence|relapse|survival|cure|response|success|death|mortality|remission) (?:rates?|percentages?|odds|stats|"
            r"statistics|figures|chances?)\b"
        ),
        "prognosis",
        "asks for a rate",
    ),
    PlainAsk(
        ("prognosis", "side_effect_or_dose", "not_in_guide_daily_life", *_ABOUT_FACTS),
        _words(
            r"\b(?:any chance|is it ok|is it okay|would it be ok|possible|"
            r"alright|is it fine)\b (?:that |for |if |to )?(?:(?:i|we|she|he|me|"
            r"us) )?(?:can |could |may |to )?(?:miss|skip|delay|postpone|pause|push back|put off|have a break from)\b"
        ),
        "personal_advice",
        "asks to leave a treatment out",
    ),
    PlainAsk(
        ("smalltalk", "thanks", "greet", "goodbye", "bot_identity"),
        _words(r"\bwhat did you say\b.{0,25}\b(?:next|after|then|first)\b"),
        "sequence",
        "asks again what comes next",
    ),
    PlainAsk(
        (*_ABOUT_FACTS, "prognosis", "side_effect_or_dose"),
        _words(
            r"\b(?:thinking (?:of|about)|tempted to|considering|half a mind to|ready to|feel like|"
            r"going to|gonna) (?:just )?(?:jack\w*|"
            r"pack\w*|knock\w*|giv\w*|chuck\w*|stop\w*|quit\w*|skip\w*|com(?:e|ing) off|drop\w*|ditch\w*)\b"
        ),
        "personal_advice",
        "thinks of stopping a drug",
        naming=frozenset({"drug"}),
    ),
    PlainAsk(
        ("personal_advice", "distress"),
        _words(r"\bwhy\b.{0,30}\bchemo\w*\b.{0,20}\b(?:before|first)\b"),
        "treatment",
        "asks why chemotherapy comes first",
        naming=frozenset({"stage"}),
    ),
    PlainAsk(
        (*_ABOUT_FACTS, "prognosis"),
        _words(
            r"\bis (?:that|it|this) (?:down to |from |because of )?(?:the|my|her|his) (?:drug|drugs|chemo|treatment|"
            r"meds|medicine|tablets|infusions?)\b.{0,12}\bor\b.{0,14}\b(?:cancer|tumou?r|disease|illness|something else|just|age|"
            r"anaemia|anemia|menopause|nerves|stress|virus|bug)\b"
        ),
        "side_effect_or_dose",
        "asks whether it is the drug",
    ),
    PlainAsk(
        _ABOUT_FACTS,
        _words(
            r"^\W*(?:so |and |but )?(?:can|do|could) (?:men|a man|males|blokes|guys) (?:\w+ )?(?:get|have|catch|develop)\b"
        ),
        "not_in_guide_causes",
        "asks who can have it",
        not_naming=frozenset({"stage", "drug"}),
    ),
    PlainAsk(
        ("personal_advice", "drug_info", "treatment"),
        _words(
            r"\b(?:tell|give) (?:me|us)\b.{0,20}\bdos(?:e|age)\b|\bdos(?:e|age)\b.{0,15}\bfor (?:a )?\d+ ?(?:kg|kilos?|pounds|lbs?|"
            r"stone)\b|\bwhat(?:'?s| is) the (?:\w+ ){0,2}dos(?:e|age)\b"
        ),
        "side_effect_or_dose",
        "asks for a dose",
    ),
    PlainAsk(
        (*_ABOUT_FACTS, "side_effect_or_dose", "not_in_guide_tests", "not_in_guide_trials"),
        _words(
            r"(?:\b(?:what|which)(?: is the| are the)? ?(?:%|percent)|\b(?:percentage|proportion|fraction|(?:%|"
            r"percent) of (?:people|women|patients)|how many (?:people|women|patients|in (?:ten|10|100)|"
            r"out of)))(?!\w).{0,40}"
            r"\b(?:respond\w*|works?|surviv\w*|liv(?:e|es|ing)|alive|beat|cured?|die|dies|do (?:well|badly|ok|okay|better)|"
            r"make it|clear(?:ed)?|relaps\w*|"
            r"recur\w*)\b"
        ),
        "prognosis",
        "asks for a share of people",
    ),
    PlainAsk(
        ("side_effect_or_dose", "personal_advice", "not_in_guide_cost", "not_in_guide_tests", "not_in_guide_fertility"),
        _words(
            r"\bwhat(?:'?s| is)? (?:worth|best to|good to|sensible to) ask(?:ing)?\b|"
            r"\bwhat (?:should|shall|do|can|could|would|must|ought) (?:i|we|she|he|you|my (?:mum|mom|wife|husband)) "
            r"(?:to |need to |have to )?(?:be )?ask(?:ing)?\b|\bquestions? (?:to|(?:should|do|can) (?:i|we)|(?:i|"
            r"we) should) (?:be )?"
            r"(?:ask|put)\w*\b"
        ),
        "talking",
        "asks what to ask",
    ),
    PlainAsk(
        _FACTS,
        _words(rf"{_WHO_IS_RIGHT}|\bwhich (?:one |of them )?is right\b"),
        "personal_advice",
        "asks which of two people is right",
        not_naming=frozenset({"stage"}),
    ),
    PlainAsk(
        _FACTS,
        _words(
            r"^(?=.*\b(?:doctors?|dr|doc|onc\w*|nurse|surgeon|consultant|gp|nhs|private|specialist|hospital|clinic|team|registrar)\b).*"
            rf"(?:{_WHO_IS_RIGHT})"
        ),
        "personal_advice",
        "asks which of two advisers is right",
    ),
    PlainAsk(
        ("treatment", "sequence", "definition"),
        _words(
            r"\b(?:does|would|will|did|could) (?:that|it|this|they|these) (?:make|put|mean|count|move) (?:(?:it|me|"
            r"her|him|mine|hers|this|i'?m|"
            r"im|it'?s|its|she'?s|shes|as|at|to|up) ){0,2}(?:an? )?stage\b(?! (?:the|is|are|do|of))"
        ),
        "personal_advice",
        "asks which stage a finding makes",
    ),
    PlainAsk(
        ("treatment", "sequence"),
        _words(
            r"\b(?:it|cancer|this|that) (?:usually |normally |tends to |likes to |always )?"
            r"(?:(?:goes?|travels?|moves?) to|spreads?(?: to)?) (?:first|next)\b"
        ),
        "not_in_guide_causes",
        "asks where cancer goes first",
    ),
    PlainAsk(
        ("personal_advice", "distress"),
        _words(
            r"\bis it (?:the )?(?:op|operation|surgery|chemo\w*|drugs?)\b.{0,25}\bfirst\b.{0,25}$|"
            r"\bis it .{0,20}\bfirst or (?:the )?(?:chemo|op|operation|surgery)\b"
        ),
        "treatment",
        "asks what comes first",
        naming=frozenset({"stage"}),
    ),
    PlainAsk(
        ("prognosis", "talking"),
        _words(r"\b(?:first|second|third|1st|2nd|3rd) for (?:her|him|me|them|us|my \w+)\b"),
        "treatment",
        "asks for a line for somebody",
        naming=frozenset({"stage"}),
    ),
    PlainAsk(
        ("talking", "smalltalk", "deny"),
        _words(r"\bmeant (?:to ask |it |that )?(?:for|about)\b"),
        "treatment",
        "puts right whose stage is meant",
        naming=frozenset({"stage"}),
    ),
    PlainAsk(
        ("treatment", "sequence", "definition", "personal_advice"),
        _words(r"\binflammatory (?:breast|bc|type|cancer)\b|\bibc\b"),
        "not_in_guide_other_cancer",
        "names a kind of breast cancer that the guide does not hold",
        not_naming=frozenset({"stage"}),
    ),
    PlainAsk(
        ("drug_info",),
        _words(r"\bit\b.{0,12}\bor (?:is|are) there (?:more|anything|something|others?)\b"),
        "sequence",
        "asks whether anything comes after a drug",
        naming=frozenset({"drug"}),
    ),
    PlainAsk(
        _ABOUT_FACTS,
        _words(
            r"\b(?:poorly|sick|ill|rough|unwell|queasy|bald|knackered|wiped out) (?:on|with|from|off) (?:it|that|this|those|"
            r"these|them)\b|"
            r"\bmakes? (?:her|me|him|you|us|people) (?:feel )?(?:ill|sick|poorly|rough|tired|bald|queasy)\b"
        ),
        "side_effect_or_dose",
        "asks how one feels on a treatment",
    ),
    PlainAsk(
        (*_ABOUT_FACTS, "prognosis"),
        _words(
            r"\bhow long\b(?!.{0,40}\b(?:liv(?:e|es|ed|ing)|surviv\w*|last|left)\b).{0,25}\b(?:be|is|are|stay|go|carry on|"
            r"remain|keep|being) "
            r"on (?:it|that|this|them|those|these)\b"
        ),
        "side_effect_or_dose",
        "asks how long a treatment is taken",
    ),
    PlainAsk(
        ("drug_info", "treatment", "sequence"),
        _words(
            r"\bis (?:that|this|it) (?:all )?(?:from |because of |down to |due to |caused by )?(?:the |my )\w+ or (?:the |"
            r"my |just )?\w+"
            r"(?: (?:doing|making|causing)\b.*)?\W*$"
        ),
        "side_effect_or_dose",
        "asks which treatment a complaint comes from",
    ),
    PlainAsk(
        ("side_effect_or_dose", "prognosis", "treatment", "personal_advice", "not_in_guide_diet"),
        _words(
            rf"\b{_HOLDER} (?:old |poor |wee |little )?{_PET}(?:'?s)?\b\W+(?:is|has|had|been|keeps?|being|won'?t|got|just|"
            rf"sick|limping|"
            r"lame|off|not|scratching|sneezing|coughing)\b"
        ),
        "off_topic",
        "is about an animal",
        not_naming=frozenset(["stage", "drug", "line"]),
    ),
    PlainAsk(
        ("definition",),
        _words(
            r"^(?!.*\bmean)\W*(?:and |so |ok |right )*(?:what(?:'?s| is| are|s)?|wats?|which (?:drugs?|treatments?|meds?)(?: are|"
            r" is)?)\W+(?:\w+ )?"
            r"(?:given|used|offered|prescribed)\b"
        ),
        "treatment",
        "asks what is given in a line",
        naming=frozenset(["line"]),
    ),
    PlainAsk(
        ("drug_info",),
        _words(
            r"\bis (?:that|this|it) (?:just |not )?(?:the |what )?(?:usual|normal|standard|typical|right way|everyone|"
            r"everybody|most people|"
            r"all people|others?)\b"
        ),
        "treatment",
        "asks whether that is what is given there",
        naming=frozenset(["stage"]),
    ),
    PlainAsk(
        (*_FACTS, "side_effect_or_dose", "prognosis"),
        _words(
            r"\b(?:do|does|can|will|would) (?:they|those|these|it|that|any of (?:them|those)|\w+) (?:even |"
            r"actually )?(?:get|cross|reach|go|"
            r"pass) (?:in|into|to|over|through)?(?: (?:in|into|to))? ?(?:the |my |her )?(?:brain|blood)\b|"
            r"\bblood[ -]brain barrier\b"
        ),
        "not_in_guide",
        "asks how a drug gets about in the body",
    ),
    PlainAsk(
        ("treatment", "definition", "not_in_guide_causes"),
        _words(r"\bis\b.{0,30}\b(?:beatable|survivable|fixable|winnable)\b|\bcan (?:it|this|\w+ \d) be beaten\b"),
        "outlook",
        "asks how people do",
    ),
    PlainAsk(
        ("sequence", "treatment", "drug_info", "personal_advice", "side_effect_or_dose"),
        _words(
            r"\b(?:missed|forgot|forgotten|skipped)\b.{0,25}\b(?:doses?|tablets?|pills?|jabs?|injections?|infusions?|capsules?)\b"
        ),
        "side_effect_or_dose",
        "tells of a missed dose",
    ),
    PlainAsk(
        ("personal_advice", "definition", "side_effect_or_dose"),
        _words(
            r"\b(?:do|does|done|mean|means) (?:to|for|about) (?:my|her|his|our|their) (?:chances?|odds|outlook|prognosis|"
            r"survival)\b"
        ),
        "prognosis",
        "asks about somebody's chances",
    ),
    PlainAsk(
        ("prognosis", "side_effect_or_dose"),
        _words(
            r"\b(?:be|stay|sign(?:ed)?|is|take|get|time) off work\b|\bback (?:at|to) work\b|\b(?:to|can|could) work again\b"
        ),
        "not_in_guide_daily_life",
        "asks about work",
    ),
    PlainAsk(
        ("prognosis",),
        _words(
            r"\b(?:are|do) (?:people|women|patients|ladies|they|folks?) (?:\w+ )?(?:living|live|doing|do|"
            r"surviving) (?:\w+ )?(?:longer|better)\b"
        ),
        "outlook",
        "asks how people do nowadays",
    ),
    PlainAsk(
        ("personal_advice",),
        _words(
            r"^(?!.*\b(?:should|ought)\b).*\bwhat(?:'?s| is| comes| happens| gets done)? (?:usually |normally )?first\W*$"
        ),
        "treatment",
        "asks what comes first",
    ),
    PlainAsk(
        ("personal_advice",),
        _words(r"\bchemo\w*\b.{0,20}\b(?:before or after|after or before)\b"),
        "treatment",
        "asks which comes first",
        naming=frozenset(["stage"]),
    ),
    PlainAsk(
        ("sequence", "treatment", "drug_info"),
        _words(
            r"\b(?:hold|pause|stop|halt|skip|delay|drop|reduce|lower|cut)\b.{0,30}\bor\b.{0,12}\b(?:continue|carry on|keep|"
            r"go on|stay|push on|"
            r"crack on)\b|\b(?:continue|carry on|keep going|stay on|push on)\b.{0,30}\bor\b.{0,12}\b(?:hold|pause|stop|halt|"
            r"skip|delay|drop)\b"
        ),
        "personal_advice",
        "asks whether to stop or to go on",
    ),
    PlainAsk(
        ("side_effect_or_dose", "treatment", "definition", "outlook"),
        _words(
            r"\b(?:straight|honest|truth|truthful|blunt|frank|brutal)\b.{0,30}\bhow (?:many years|long)\b|"
            r"\bhow many (?:more )?years\b(?: (?:do|does|have|has|will|would|can))?.{0,20}\b(?:get|got|have|left|live|manage)\W*$|"
            r"\bhow many years\W*$"
        ),
        "prognosis",
        "asks for years of life",
    ),
    PlainAsk(
        (*_ABOUT_FACTS, "not_in_guide_causes"),
        _words(
            r"\b(?:hard|tough|bad|rough|harsh|heavy) on (?:the|your|my|her|his|you|me) ?(?:liver|heart|kidneys?|body|"
            r"stomach|skin|hair|bones|nerves)\b"
        ),
        "side_effect_or_dose",
        "asks what a treatment does to the body",
    ),
    PlainAsk(
        ("not_in_guide_support", "smalltalk", "distress", "personal_advice"),
        _words(r"\bwhat(?:'?s| is| are|s)? (?:hers|his|mine|theirs)\W*$"),
        "treatment",
        "asks for the treatment of somebody whose stage is told",
        naming=frozenset(["stage"]),
    ),
    PlainAsk(
        ("drug_info",),
        _words(r"^(?!.*\b(?:what|whats|what's|wots|wats|is|are)\b).*\bthen\W*$"),
        "sequence",
        "asks what comes then",
        naming=frozenset(["drug"]),
    ),
)
_FEELS_NOT_ASKS = ("personal_advice", "prognosis", "outlook", "not_in_guide_causes", "side_effect_or_dose", "smalltalk")
_ASKS = _words(
    r"\?|\b(?:how|what|whats|when|why|which|chances?|odds)\b|"
    r"(?:^|[.,;!]\s*)(?:will|would|is|are|can|could|should|does|do)\b"
)


def plainly_asked(intent: str, text: str, kinds: Iterable[str], cues: Iterable[str]) -> tuple[str, str] | None:
    """Returns the intent that plain words ask for and the reason, or None where the classifier's stands.

    Args:
        intent: the classifier's best.
        text: the message.
        kinds: the kinds of what it names ("stage", "drug"), those that it denies left out.
        cues: its cues (`bot.language.cues`).
    """
    if intent in _FEELS_NOT_ASKS and "feelings" in cues and not _ASKS.search(text):
        return "distress", "tells a feeling and asks nothing"
    named = frozenset(kinds)
    for ask in _PLAIN:
        if intent in ask.of and (not ask.naming or ask.naming & named) and not ask.not_naming & named:
            if ask.words.search(text):
                return ask.to, ask.reason
    return None

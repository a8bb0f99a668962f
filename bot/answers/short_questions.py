"""Short questions about what was shown last: "what's that?", "which stage gets it?", "why?", "before or after the op?"."""

from __future__ import annotations

import re

from bot.answers.named import asked_terms
from bot.answers.question import ANSWERED, Memory, Question
from bot.answers.reading import Reading

_WHATS_THAT = re.compile(
    r"\W*(?:and |so |ok |sorry |wait )*(?:what(?:'?s| is| was| does)|wats?|whats)\W+"
    r"(?:that|this|it|those|these)(?: mean)?(?: exactly| then)?\W*",
    re.I,
)
_EXPLAIN_THAT = re.compile(
    r"\W*(?:(?:ok|and|so|sorry|please|pls)\W+)*(?:(?:can|could|would|will) (?:you|u) (?:please )?)?(?:explain|"
    r"tell me (?:a bit )?more about|"
    r"say (?:a bit )?more about|more (?:about|on)) (?:that|this|it)(?: one)?(?: (?:a |one )?(?:bit|"
    r"little))?(?: (?:more|better|further))?"
    r"(?: (?:please|pls|to me|for me))*\W*",
    re.I,
)
_NO_OP_YET = re.compile(
    r"\W*(?:(?:so|ok|oh|right|and)\W+)*(?:it'?s |its |they |that'?s |thats |there'?s |is it |(?:do|"
    r"would) they )?(?:don'?t |dont |do )?"
    r"(?:no|not)\b.{0,12}\b(?:op|operation|surgery|operate)\b.{0,20}",
    re.I,
)
_THEN_WHATS_THAT = re.compile(
    r"[\"'\u2019]?\W{1,3}(?:and |so |but )?(?:what(?:'?s| is)|wats)\W+(?:that|this|it)\b(?! (?:for|like|called|about|do|treat|"
    r"come|next|after|before|with|doing|going|mean for))",
    re.I,
)
_WHICH_STAGE = re.compile(
    r"\W*(?:and |so |ok |oh )*(?:(?:at |for |in )?(?:which|what) (?:stages?|lines?|people|patients)\b|who\b|when\b).{0,30}"
    r"\b(?:that|it|this|those|them)\b.{0,20}",
    re.I,
)
_IN_THAT = re.compile(
    r"\b(?:first|second|third|1st|2nd|3rd)\b(?: (?:drug|one|step|thing|medicine|part|bit))?"
    r" (?:in|of|on|from) (?:that|it|this|there)\W*$",
    re.I,
)
_BARE_WHY = re.compile(
    r"\W*(?:and |but |so |ok )*(?:why|how come|what for)(?: (?:that|is that|so|though|tho|then))*\W*", re.I
)
_BESIDE_IT = re.compile(
    r"^(?!.*\b(?:side|feel|feeling|sick|tired|work|live|years)\b).*\b(?P<way>before|"
    r"prior to|ahead of|precedes?|after|follows?|beyond)\W+"
    r"(?:it|that|this|them|those|these)\W*$",
    re.I,
)
_WHY_BEFORE = re.compile(
    r"\W*(?:and |but |so |ok )*(?:why|how come)(?: (?:is it|is that|do that))? (?:before|not after)(?: and not after)?\W*",
    re.I,
)
_WHY_THAT_WAY = re.compile(
    r"\W*(?:and |but |so |ok )*(?:why|how come)(?: (?:is it|do they do it|do it|is that))? "
    r"(?:(?:in )?that (?:way (?:round|around|about)|order)|(?:it|it'?s|its) that way (?:round|around|about))\W*",
    re.I,
)
_WHY_CHEMO_FIRST = re.compile(
    r"\b(?:why|how come)\b.{0,25}\bchemo\w*\b.{0,15}\b(?:first|up ?front|before (?:the |my |her )?(?:op|operation|surgery))\b",
    re.I,
)
_PROPER_NAME = re.compile(
    r"\bwhat(?:'?s| is| was)? (?:its|it'?s|the|that one'?s) (?:long|longer|actual|fancy|posh|official|proper|real|"
    r"full|other|generic|brand|medical|chemical|"
    r"scientific) name\b",
    re.I,
)
_OTHER_NAME = re.compile(
    r"\b(?:has|does|have|is there|got) (?:it|that|this|they)?\W*(?:got |have |go by |goes by |called )?(?:another|any other|"
    r"an other|a different|a proper|a generic|a brand|two|more) names?\b|"
    r"\bwhat else (?:do they|do you|is it|do people|it'?s|its) call(?:ed)?\b",
    re.I,
)
_WHY_NOT_NOW = re.compile(
    r"\bwhy (?:not|don'?t they|can'?t they|wouldn'?t they|aren'?t they|dont|cant)\b.{0,20}\b(?:cut|take|taking|operate|op|surgery|"
    r"whip|remove|chop)\b.{0,20}\b(?:first|straight|now|right away|out|off)\b",
    re.I,
)
_WHY_ORDER = re.compile(
    r"\W*(?:and |but |so |ok )*(?:why|how come)\b.{0,20}\b(?:before|after\w*|first)\b.{0,20}$", re.I
)
_BARE_NEXT = re.compile(
    r"\W*(?:(?:and|an|ok|okay|so|right|n|well|go on|k|sorry|me again|its me|im back|back again|hi|hello|"
    r"hiya)\W+)*(?:then(?: what)?|"
    r"(?:the )?next(?: (?:bit|part|step|one|stage of it|thing))?|after(?: that| this| it)?|and|go on|carry on|keep going)"
    r"(?: (?:please|pls|then))?\W*",
    re.I,
)
_AFTER_IT = re.compile(r"\W*(?:(?:and|an|ok|so|then|what|whats|comes)\W+)*after it\W*", re.I)
_PROGRESSED = re.compile(r"\bprogress\w* (?:on|after|through|despite) (?:that|it|this|those|them)\b", re.I)
_NOW = re.compile(
    r"\b(?:happens|do they do|do we do|do you do|is it) now\b|^\W*(?:so |and |ok )*(?:what|wot) (?:now|happens)\W*$",
    re.I,
)
_OF_THOSE = re.compile(
    r"\b(?:which|what)\b.{0,15}\b(?:of (?:those|these|them|the two)|one)\b.{0,15}\b(?:first|earlier|before)\b", re.I
)
_FIRST_OF_THOSE = re.compile(
    r"\b(?:which|what)\b.{0,12}\b(?:first|earlier)\b.{0,8}\bof (?:those|these|them|the (?:two|three|lot))\b", re.I
)
_OP = re.compile(r"\b(?:op|operation|surgery|mastectomy|lumpectomy|knife)\b", re.I)
_SHORT = 10


def beside_the_thread(reading: Reading, memory: Memory) -> Question | None:
    """Short questions about what was shown last: which stage gets that, which of those is first, before or after the op."""
    last, thread = memory.last, memory.thread
    if last is not None and last.kind in ("treatment", "sequence") and last.stage and last.line:
        if _IN_THAT.search(reading.text) and not reading.values("stage"):
            return last
    named = [m for m in reading.mentions if m.kind in ("stage", "drug", "line")]
    if last is None or named or len(reading.text.split()) > _SHORT:
        return None
    asks_name = _PROPER_NAME.search(reading.text) or _OTHER_NAME.search(reading.text)
    if asks_name and last.kind == "sequence" and thread is not None and thread.line is not None:
        return Question("drug_info", stage=thread.stage, line=thread.line, position=thread.position)
    if last.drugs and asks_name:
        return Question("drug_info", drugs=last.drugs[:1])
    if last.kind in ("definition", "drug_info") and (last.term or last.drugs):
        if _WHICH_STAGE.fullmatch(reading.text) and not asked_terms(reading) and "failed" not in reading.cues:
            return last
    placed = thread if thread and thread.stage is not None and thread.kind in ("treatment", "sequence") else None
    step = placed if placed is not None and placed.line is not None else None
    came_before = last.kind == "sequence" and last.drugs and last.direction == "before"
    if came_before and _AFTER_IT.fullmatch(reading.text):  # "what comes before it", "and after it": beside the drug
        return Question("sequence", stage=last.stage, drugs=last.drugs, direction="after")
    if step is not None and _PROGRESSED.search(reading.text):
        return step.onward("after", failed=True)
    if step is not None and _BARE_NEXT.fullmatch(reading.text):
        return step.onward("after")
    if last.kind == "definition" and last.term and _WHY_ORDER.match(reading.text) and not asked_terms(reading):
        return last
    beside = _BESIDE_IT.search(reading.text)
    if beside is not None and step is not None and reading.intent not in ANSWERED:
        return step.onward("after" if beside["way"].lower().startswith(("after", "follow", "beyond")) else "before")
    why_first = _WHY_CHEMO_FIRST.search(reading.text) or _WHY_NOT_NOW.search(reading.text)
    if why_first and placed is not None and placed.line in (None, 1):
        return Question("definition", term="neoadjuvant")
    if placed is not None and placed.line in (None, 1) and _WHY_THAT_WAY.fullmatch(reading.text):
        return Question("definition", term="neoadjuvant")
    if step is not None and step.line == 1 and _WHY_BEFORE.fullmatch(reading.text):
        return Question("definition", term="neoadjuvant")
    if placed is not None and last.kind in ANSWERED and _BARE_WHY.fullmatch(reading.text):
        return placed  # the row says when, or what for; the guide gives no more reasons
    if placed is not None and step is None and last.kind not in ("sequence", "drug_info") and _NOW.search(reading.text):
        return Question("treatment", stage=placed.stage, line=1)
    of_those = _OF_THOSE.search(reading.text) or _FIRST_OF_THOSE.search(reading.text)
    if last.kind == "drug_info" and len(memory.drugs) == 2 and of_those:
        return Question("sequence", stage=thread.stage if thread else None, drugs=memory.drugs, direction="first")
    if last.kind == "drug_info" and last.drugs and _OF_THOSE.search(reading.text):
        return Question("sequence", stage=thread.stage if thread else None, drugs=last.drugs, direction="order")
    if step is not None and last.kind in ("treatment", "sequence") and of_those:
        return Question("treatment", stage=step.stage, line=step.line)  # the row gives its drugs in their order
    about_surgery = _OP.search(reading.text) and re.search(
        r"\bbefore\b.*\bafter\b|\bafter\w*\b.*\bbefore\b", reading.text, re.I
    )
    told_no_op = _NO_OP_YET.fullmatch(reading.text) and placed is not None and placed.line in (None, 1)
    if placed is not None and (about_surgery or told_no_op):
        return Question("treatment", stage=placed.stage, line=placed.line or 1)
    return None


def said_in_passing(reading: Reading, memory: Memory) -> bool:
    """Tells whether a few words amid questions, none of them of feeling, were only faintly like distress: "and mine"."""
    placed = memory.thread is not None and memory.kind not in ("distress", "emergency")
    return placed and "feelings" not in reading.cues and len(reading.text.split()) <= 4


def named_then_asked(reading: Reading) -> Question | None:
    """What a word or a drug is that is named, and asked about in the next breath: "they say it's 'maintenance', what's that"."""
    if reading.names("line") or reading.names("ordinal"):
        return None
    for mention in reading.mentions:
        if mention.negated or not _THEN_WHATS_THAT.match(reading.text[mention.end :]):
            continue
        if mention.kind == "drug":
            return Question("drug_info", drugs=(mention.value,))
        if mention.kind == "term" and mention.value not in reading.own:
            return Question("definition", term=mention.value)
    return None


def pointed_at(reading: Reading, memory: Memory) -> Question | None:
    """What "what's that?" points at: the drug, the word or the step of treatment that was shown last."""
    if not (_WHATS_THAT.fullmatch(reading.text) or _EXPLAIN_THAT.fullmatch(reading.text)):
        return None
    last, thread = memory.last, memory.thread
    if last is not None and last.kind == "definition" and last.term:
        return last
    if last is not None and last.kind == "drug_info" and last.drugs:
        return last
    if thread is not None and thread.stage and thread.line:
        over = thread.drugs if thread.kind == "sequence" and thread.direction == "after" else ()
        return Question("definition", stage=thread.stage, line=thread.line, position=thread.position, drugs=over)
    return None

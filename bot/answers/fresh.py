"""The question that a message means when it is not just the last one with something replaced.

One small function per intent. What a message leaves open is filled in from the thread of the conversation, if it fits.
"""

from __future__ import annotations

import re

from bot.answers.fresh_sequence import (
    BEFORE_SURGERY,
    IF,
    OP_EITHER,
    WHICH_FIRST,
    after_failure,
    beside_a_drug,
    direction_asked,
    sequence_question,
)
from bot.answers.fresh_words import drug_question, word_question
from bot.answers.kept_on import goes_on_after_chemo
from bot.answers.lines_said import asked_line, line_mentions, line_over, line_to_come
from bot.answers.named import asked_terms, current_stage, therapies, therapies_over
from bot.answers.outside import outside_question
from bot.answers.question import Memory, Question
from bot.answers.reading import Reading
from bot.answers.short_questions import beside_the_thread, named_then_asked, pointed_at, said_in_passing

NOT_IN_GUIDE = "not_in_guide"
CHITCHAT = ("greet", "goodbye", "thanks", "bot_identity", "smalltalk", "affirm", "deny")
_REFUSED = ("outlook", "prognosis", "personal_advice", "side_effect_or_dose", "emergency", "distress", "off_topic")
_URGENT = ("emergency", "distress", "side_effect_or_dose", "personal_advice", "sequence", "treatment")
_FAILS = re.compile(
    r"\W*(?:(?:and|an|so|but|ok|okay|what|well|say|i see|right)\W+)*(?:if|"
    r"when|once|suppose|supposing|should (?:it|they|that|this))\b.{0,60}$",
    re.I,
)
_BARE_AFTER = re.compile(r"\W*(?:and |so |ok |whats |what'?s |what |comes? )*(?:aft(?:e)?r|before|beyond)\b|.*->", re.I)
_IN_YOUR_LIST = re.compile(r"\b(?:in|on|of) (?:your|the|that) (?:list|choices|options)\b", re.I)
_LINES_OF_WHAT = re.compile(r"\blines?\b.{0,20}\b(?:lines? of what|as in what|of what)\b", re.I)
_GIVEN_WITH_IT = re.compile(
    r"\b(?:with|alongside|together with|on top of) (?:it|that)\W*$|"
    r"\b(?:give|gives|have|take|pair|get|use) (?:it|that) (?:with|alongside)\W*$|"
    r"\b(?:is|was) (?:it|that) (?:given|taken|paired|used|combined) (?:with|alongside)\W*$",
    re.I,
)
_HOW_CHOSEN = re.compile(
    r"\b(?:how|what)\b.{0,20}\b(?:decide[ds]?|choose|chosen|chose|pick|picked|choosing|deciding|depends?)\b(?! (?:to|if|whether))",
    re.I,
)
_WITH_WHAT = re.compile(
    r"\W*(?:and |so |ok )*what(?:'?s| is| do they| else)? ?(?:it|that|they)?(?:'?s)? (?:given|give it|taken|paired|"
    r"used|combined|goes?|come) "
    r"(?:along )?with(?: (?:it|that))?\W*",
    re.I,
)
_GOES_WITH_IT = re.compile(r"\b(?:goes|given|used|paired|comes) (?:along)?with (?:it|that)\b", re.I)
_WHERE_IT_COMES = re.compile(r"\bwhere (?:do|does|would|will) (?:it|that|they|those) (?:come|fit|go|sit|stand)\b", re.I)
_FIRST_OR_SECOND = re.compile(
    r"\b(?:is|does|do|would|will) (?:it|that|they) (?:come |go |given |used |be |get used )?(?:in |at )?(?:the )?(?:first|"
    r"1st|second|2nd)\b"
    r".*\bor\b.*\b(?:first|1st|second|2nd|third|3rd)\b",
    re.I,
)
_OTHER_WAY = re.compile(r"\bother way (?:round|around|about)\b", re.I)
_GET_THOSE = re.compile(
    r"\b(?:get|gets|given|offer(?:ed)?|have|use|used|need)\b.{0,6}\b(?:those|them|that|these|it|one)\b", re.I
)
_SHOULD_IT = re.compile(r"\W*(?:(?:and|but|so|i see|ok|right)\W+)*(?:if|should (?:it|that|this|they))\b", re.I)
_WHAT_IF = re.compile(r"\b(?:what if|suppose|supposing|and if)\b", re.I)
_WHATS_IT_FOR = re.compile(
    r"\bwh?at(?:'?s| is|s) (?:it|that) (?:for|at|in|with)\b|\b(?:wrong|other|different|my other) (?:sister|person|one|friend)\b|"
    r"^\W*(?:and|n|ok and|what about|how about) (?:my|our|the|for my) \w+\b|"
    r"\bwh?at(?:'?s| is| would| will|'?d) (?:(?:hers|his|theirs|mine|yours)(?: be)?|(?:it|that) be)\b",
    re.I,
)
_IN_ORDER = re.compile(
    r"\b(?:line by line|step by step|one by one)\b|"
    r"\b(?:what|which|the|in) (?:usual |normal |right |exact )?order\b|\bsequence\b|\brunning order\b",
    re.I,
)
_WHICH_STAGE_HAS = re.compile(r"\b(?:which|what) stages? (?:has|have|gets?|is|are|do|does|would|will)\b", re.I)
_ABOUT = re.compile(
    r"\b(?:what|whats|what's|wats|is|are|the|a|tell|me|about|explain|info|on|drug|called|and|comes?|after|before|next|pls|please|"
    r"so|ok)\b",
    re.I,
)
_HAD = re.compile(
    r"\b(?:had|done|finish\w*|complet\w*|been through|went through|out (?:of )?the way|behind (?:me|her|us)|over)\b",
    re.I,
)
# "I've had the Taxol one with Herceptin and Perjeta", where a stage is talked about: what is over, not what a drug is.
_HAVE_HAD = re.compile(
    r"\W*(?:(?:and|so|but|well|ok|yes|no)\W+)*(?:i'?ve|i have|she'?s|he'?s|she has|he has|we'?ve|mum'?s|mom'?s) "
    r"(?:already |just |only )?had\b(?!.*\?)",
    re.I,
)
_NOW_WHAT = re.compile(r"\b(?:now|next|after\w*|then|follow\w*|left)\b", re.I)
_FAINT = 0.45
_BEFORE_AND_AFTER = re.compile(r"\bafter\w*\b.*\bbefore\w*\b|\bbefore\w*\b.*\b(?:after\w*|the other way)\b", re.I)
_IS_THAT_LIKE = re.compile(
    r"\bwhen (?:they|people|ppl|doctors|she|he) (?:say|says|"
    r"talk)\b.{0,40}\b(?:is that|is it|does that|do they) (?:like|mean|the same)\b",
    re.I,
)
_COMES_FIRST = re.compile(
    r"\b(?:which|what)\b.{0,20}\b(?:comes?|happens?|do they do|do you do|will they do|is done)\b.{0,15}\bfirst\b", re.I
)


def fresh_question(reading: Reading, memory: Memory) -> Question:
    """Returns the question of a message that stands on its own."""
    intent = reading.intent or ""
    outside = outside_question(reading)
    if outside is not None:
        return outside
    if _LINES_OF_WHAT.search(reading.text):
        return Question("definition", term="frontline")
    asks_with = _GIVEN_WITH_IT.search(reading.text) or _WITH_WHAT.fullmatch(reading.text)
    given_with = asks_with and not reading.mentions and memory.last is not None
    about_it = intent in ("treatment", "sequence", "drug_info", "definition")
    thread = memory.thread
    if given_with and (about_it or _WITH_WHAT.fullmatch(reading.text)):
        for shown in (memory.last, thread):
            if shown is not None and shown.kind in ("drug_info", "treatment", "sequence"):
                return shown
    stage = current_stage(reading)
    here = stage or (thread.stage if thread else None)
    drugs = reading.values("drug")
    about_trials = intent == "not_in_guide_trials" and stage is None
    referred = _about_what_was_shown(reading, memory, stage) if (about_it or about_trials) and not drugs else None
    if referred is not None:
        return referred
    ordinal = reading.names("ordinal") and thread is not None and thread.stage is not None
    if ordinal and thread is not None and _IN_YOUR_LIST.search(reading.text):
        return Question(
            "treatment", line=thread.line
        )  # which list is meant cannot be known any more: asks for the stage
    where_given = _WHICH_STAGE_HAS.search(reading.text) is not None and stage is None and not drugs
    if where_given and therapies(reading) and intent in ("treatment", "sequence", "drug_info", "definition"):
        return Question("definition", term=therapies(reading)[0])
    if here is not None and intent in ("treatment", "sequence") and goes_on_after_chemo(reading):
        return Question("treatment", stage=here, line=1)
    beside = beside_the_thread(reading, memory)
    if beside is not None:
        return beside
    if intent in (*CHITCHAT, "nlu_fallback", "") and (stage or drugs or ordinal or reading.names("line")):
        intent = "drug_info" if drugs and not stage else "treatment"
    hypothetical = _FAILS.match(reading.text) or (
        stage is not None and intent == "definition" and _WHAT_IF.search(reading.text)
    )
    asks_it = intent not in _URGENT or intent == "personal_advice" and _SHOULD_IT.match(reading.text)
    if hypothetical and "failed" in reading.cues and here and not drugs and asks_it:
        return after_failure(reading, here, thread)
    other_kind = _other_type(reading)
    if other_kind is not None and intent in ("treatment", "sequence", "drug_info"):
        return Question("definition", term=other_kind)
    pointed = pointed_at(reading, memory) or (named_then_asked(reading) if about_it else None)
    if pointed is not None:
        return pointed
    if drugs and thread is not None and thread.stage is not None and about_it and _HAVE_HAD.match(reading.text):
        return Question("sequence", stage=stage or thread.stage, drugs=drugs, direction="after")
    if drugs and not stage and _BARE_AFTER.match(reading.text) and len(reading.text.split()) <= 4:
        return Question(
            "sequence", stage=thread.stage if thread else None, drugs=drugs, direction=direction_asked(reading)
        )
    if (
        drugs
        and not reading.names("other_drug")
        and intent.startswith(NOT_IN_GUIDE)
        and _asks_about_drug(reading, intent)
    ):
        # A drug of the guide is ours, whatever the examples say: a drug added to the content file needs no example.
        intent = "sequence" if {"after", "before", "failed"} & reading.cues else "drug_info"
    if intent == "not_in_guide_her2_negative" and _is_ours(reading):
        intent = "treatment" if stage or reading.names("line") else "definition"
    if intent == "not_in_guide_other_drug" and asked_terms(reading) and not reading.names("other_drug"):
        return word_question(reading, stage, memory)
    if intent.startswith(NOT_IN_GUIDE):
        topic = intent[len(NOT_IN_GUIDE) + 1 :] or None
        return Question(NOT_IN_GUIDE, stage=stage, drugs=drugs[:1], topic=topic, signs=reading.alarm.signs)
    if intent in CHITCHAT:
        return Question("chitchat", topic=intent)
    if intent == "other_language":
        return Question(NOT_IN_GUIDE, topic="language")
    if intent == "drug_info" and len(drugs) > 1 and WHICH_FIRST.search(reading.text):
        intent = "sequence"
    if intent == "treatment":
        return _treatment(reading, stage, thread)
    if intent == "sequence":
        return sequence_question(reading, stage, memory)
    if intent == "drug_info":
        return drug_question(reading, stage, memory)
    if intent == "definition":
        return word_question(reading, stage, memory)
    if intent == "distress" and reading.confidence < _FAINT and said_in_passing(reading, memory):
        return Question("unclear", stage=here)
    if intent == "talking":
        return Question("talking", stage=here, topic="choosing" if _HOW_CHOSEN.search(reading.text) else None)
    if intent in _REFUSED:
        topic = intent if intent in ("emergency", "distress") else None
        return Question(intent, stage=here, drugs=drugs[:1], signs=reading.alarm.signs, topic=topic)
    return Question("unclear", stage=here)


def _about_what_was_shown(reading: Reading, memory: Memory, stage: str | None) -> Question | None:
    """Questions at a stage about the drug or the kind of therapy that was shown last, which they call "it" or "those"."""
    last = memory.last
    if last is None:
        return None
    explained = last.term if last.kind == "definition" else None
    if last.kind in ("drug_info", "sequence") and len(last.drugs) == 1 and _FIRST_OR_SECOND.search(reading.text):
        return Question("sequence", stage=stage, drugs=last.drugs, direction="order")
    if stage is None:
        of_type = explained is not None and reading.is_type_beside(explained)
        named = any(m.value != "clinical trial" for m in reading.mentions)
        goes_on = named or reading.intent == "sequence" or {"after", "before", "failed"} & reading.cues
        return last if of_type and "that" in reading.cues and not goes_on else None
    if last.kind in ("drug_info", "sequence") and len(last.drugs) == 1 and _WHERE_IT_COMES.search(reading.text):
        return Question("sequence", stage=stage, drugs=last.drugs, direction="order")
    if last.kind == "drug_info" and last.drugs and _GOES_WITH_IT.search(reading.text):
        return Question("treatment", stage=stage, drugs=last.drugs[:1])
    elsewhere = last.stage is not None or bool(therapies(reading)) or bool(line_mentions(reading))
    if explained is not None and not elsewhere and _GET_THOSE.search(reading.text):
        return Question("treatment", stage=stage, therapies=(explained,))
    return None


def _asks_about_drug(reading: Reading, intent: str) -> bool:
    """Tells whether a message taken for one outside the guide asks about a drug that the guide does name."""
    return intent == "not_in_guide_other_drug" or _ABOUT.sub(" ", _without_names(reading)).strip(" ?.!,") == ""


def _without_names(reading: Reading) -> str:
    rest = list(reading.text)
    for mention in reading.mentions:
        rest[mention.start : mention.end] = " " * (mention.end - mention.start)
    return "".join(rest)


def _other_type(reading: Reading) -> str | None:
    """The type beside the guide's own that a message is about: HER2-low, where the guide is about HER2-positive."""
    terms = asked_terms(reading)
    beside = [term for term in terms if reading.is_type_beside(term)]
    ours = any(term in reading.own and "-" in term for term in terms)
    return beside[0] if beside and not ours else None


def _is_ours(reading: Reading) -> bool:
    """Tells whether a message taken for one about another type names this guide's type and no other."""
    return not reading.names("other_type") and any(
        term in reading.own for term in asked_terms(reading) if term != "HER2"
    )


def _treatment(reading: Reading, stage: str | None, thread: Question | None) -> Question:
    here = stage or (thread.stage if thread else None)
    if _IS_THAT_LIKE.search(reading.text) and line_mentions(reading) and not reading.names("drug"):
        return Question("definition", term="frontline")
    over = line_over(reading)
    if over is not None:
        return Question("sequence", stage=here, from_line=over, direction="after", failed="failed" in reading.cues)
    to_come = line_to_come(reading)
    if to_come is not None:
        return Question("sequence", stage=here, from_line=to_come, direction="before")
    if reading.names("drug") and beside_a_drug(reading):
        return sequence_question(reading, stage, Memory(thread=thread))
    line = asked_line(reading)
    if here is not None and "failed" not in reading.cues and OP_EITHER.search(reading.text):
        return Question("treatment", stage=here, line=line or 1)
    named = therapies(reading)
    before_or_after = len(named) > 1 and here is not None and _BEFORE_AND_AFTER.search(reading.text)
    if before_or_after and "failed" not in reading.cues:
        return Question("treatment", stage=here, line=line, therapies=named)
    if line is None and not reading.names("drug") and _COMES_FIRST.search(reading.text):
        line = 1
    if line is None and here is not None and _IN_ORDER.search(reading.text) and "failed" not in reading.cues:
        return Question("sequence", stage=here, drugs=reading.values("drug"), direction="order")
    if line is None and "failed" in reading.cues and here is not None:
        if reading.names("drug") and IF.search(reading.text):
            return sequence_question(reading, stage, Memory(thread=thread))
        if not reading.names("drug"):
            return after_failure(reading, here, thread)
    moves = _HAD.search(reading.text) and _NOW_WHAT.search(reading.text) and not BEFORE_SURGERY.search(reading.text)
    if line is None and named and moves:
        return Question("sequence", stage=here, therapies=therapies_over(reading), direction="after")
    if line is None and "new" in reading.cues and re.search(r"\btreat|\bdo they|\bgive", reading.text, re.I):
        line = 1
    if line is None and stage is None and thread is not None and "again" in reading.cues:
        line = thread.line
    carried = (
        {"same", "correct"} & reading.cues
        or _OTHER_WAY.search(reading.text)
        or _WHAT_IF.search(reading.text) is not None
        or _WHATS_IT_FOR.search(reading.text) is not None
    )
    if line is None and stage is not None and thread is not None and carried:
        line = thread.line or thread.from_line
    moves_on = stage is None and thread is not None and thread.stage is not None and line not in (None, 1, thread.line)
    kind = "sequence" if moves_on and "correct" not in reading.cues else "treatment"
    return Question(
        kind, stage=here, line=line, drugs=reading.values("drug") if kind == "treatment" else (), therapies=named
    )

"""From what was said and what was asked before to the question meant.

A follow-up is the previous question with something replaced: "and after that?", "what about stage 3?", "same for
stage 2", "no I meant second line", "what's that?". One pure function, `resolve`; it needs neither the guide nor Rasa.
"""

from __future__ import annotations

import re

from bot.answers.bare import ASKS, NAMED, only_parts
from bot.answers.fresh import CHITCHAT, fresh_question
from bot.answers.fresh_sequence import WHICH_FIRST
from bot.answers.fresh_words import means
from bot.answers.lines_said import asked_line, line_mentions, line_over
from bot.answers.named import asked_terms, current_stage
from bot.answers.picking import is_bare_number, pick
from bot.answers.question import ANSWERED, Memory, Question
from bot.answers.reading import Reading
from bot.answers.stage_told import (
    number_told,
    number_told_alone,
    stage_given,
    stage_moved,
    type_put_right,
    unsure_of_stage,
)

SURE = 0.42
CALM = 0.36
# "I'll have a cool bath and see" sounds like a goodbye, and is none after an emergency reply.
SURE_TALK = 0.55
# Longer messages are screened for emergencies, but not read for a question (bot.language.cleaning has the same bound).
MAX_READ = 4000
_SENTENCE_END = re.compile(r"[.!?;]\s+|\n")
_STATES = re.compile(
    r"\W*(?:yes|yeah|yep|no|well|but|and|ok)?\W*(?:i'?m|im|i am|i was|i'?ve|ive|i have|i had|"
    r"she'?s|shes|she is|she has|he'?s|hes|he is|my|we|it'?s|its)\b",
    re.I,
)
_BARE_ORDINAL = re.compile(r"\W*(?:and |ok |the )*(?:1st|first|2nd|second|3rd|third)\W*", re.I)
_AGAIN = re.compile(
    r"\W*(?:sorry\W+|pardon\W+|please\W+|can you\W+|could you\W+|(?:i )?(?:didn'?t|dont|don'?t) (?:get|"
    r"catch|follow|understand) (?:that|it)\W+)*(?:say (?:that|it) again|repeat(?: that| it)?|come again|"
    r"what was that(?: again)?|one more time|again|(?:say|explain|put) (?:that|it)(?: again)?(?: (?:in )?(?:simpler|simply|slowly|"
    r"plainly|plain english|plain words|simple words|easier words|more simply))|simpler|(?:say|explain) (?:that|it) again|"
    r"in (?:plain english|simple words|simpler words))(?: (?:simpler|simply|slowly))?\W*(?:please|pls|for me)?\W*",
    re.I,
)
# Said after an emergency reply: what it asked for is being done.
_HELP_COMES = re.compile(
    r"\b(?:ambulance|paramedics?)\b.{0,15}\b(?:coming|on (?:its|the|their) way|here|called|outside|arrived)\b|"
    r"\b(?:driving|taking|bringing|running|rushing) (?:me|us|her|him|mum|mom|dad) (?:in|there|over|to|up|down|round|now)\b|"
    r"\b(?:we'?re|im|i'?m|they'?re|were) on (?:my|our|the|their) way\b|"
    r"\b(?:ringing|calling|phoning|dialling|dialing|rung|called|rang|phoned) (?:them|999|911|112|111|the (?:ward|unit|clinic|"
    r"hospital|nurse|ambulance|hotline|helpline|on ?call))\b|\bon the phone (?:now|to|with)\b|\b(?:speaking|"
    r"talking) to (?:them|the nurse)\b|"
    r"\b(?:we'?re|im|i'?m|were) (?:going|heading|off) (?:in|there|down|to (?:a&e|a and e|the (?:er|hospital|unit|ward)|"
    r"hospital))\b",
    re.I,
)
# Said after an emergency reply to make light of it.
_MINIMISED = re.compile(
    r"\b(?:probably|prob|likely|just|maybe|might be|could be|hopefully|surely) (?:\w+ ){0,2}(?:nothing|fine|ok|okay|wind|"
    r"tired|anxiety|nerves|a bug|a cold|stress|normal|panic)\b|\bnothing (?:serious|bad|much|really)\b|\boverreact\w*|"
    r"\bmaking a fuss\b|\b(?:wast\w+|bother\w*) .{0,12}\b(?:time|them|anyone|people|the (?:ward|doctor|nurse))\b",
    re.I,
)
# Said after an emergency reply: it may wait, or something from the cupboard will do.
_PUT_OFF = re.compile(
    r"\b(?:see how|wait (?:and|n|&) see|and see|n see|sleep (?:on it|it off)|leave it|hold off|"
    r"give it (?:an?|another|until|till?|some|time)|wait (?:until|till?|an?|for|it out)|"
    r"hang on (?:until|till?)|lie down|lay down|have a nap)\b|"
    r"\b(?:paracetamol|calpol|ibuprofen|nurofen|tylenol|acetaminophen|advil|aspirin|imodium|loperamide|"
    r"antihistamine|piriton|benadryl|zyrtec|gaviscon|rennies?|painkillers?)\b",
    re.I,
)
_FEW_TO_DELAY = 16
_WHATS_A_WORD = re.compile(r"\W*(?:and |so |ok |sorry )*(?:what'?s|whats|what is|what are|what does)\b", re.I)
_MEANT = re.compile(
    r"^\W*(?:no\W+|yes\W+|but\W+)*(?:i|i'?m|im) (?:really |do |am |dead )*(?:mean it|serious|not joking)\b", re.I
)
_NO_HELP = re.compile(
    r"\?|\b(?:not|never|don'?t|won'?t|can'?t|cannot|isn'?t|aren'?t|if|should|shall|unless|but|no answer|engaged|tomorrow|later|"
    r"morning|monday)\b",
    re.I,
)
_ROUGHLY = re.compile(
    r"\b(?:number|numbers|figure|figures|ballpark|rough|roughly|average|guess|estimate|percent|odds|idea)\b|%", re.I
)
_FEW = 8
_THAT_TYPE = re.compile(r"\b(?:that|this) (?:type|kind|sort)\b\W*$", re.I)
_EARLIER = re.compile(
    r"\W*(?:and |n |ok |so |the |go )*(?:one |step )?(?:earlier|back)(?: (?:one|than|again|that|still|line|step))*\W*",
    re.I,
)


def resolve(reading: Reading, memory: Memory) -> Question:
    """Returns the question a message means.

    Args:
        reading: what was said.
        memory: what the conversation remembers.
    """
    if reading.alarm.kind:
        kind = "emergency" if reading.alarm.kind == "emergency" else "distress"
        return Question(kind, topic=reading.alarm.kind, signs=reading.alarm.signs)
    if not reading.text.strip():
        return Question("unclear", topic="empty")
    if len(reading.text) > MAX_READ:
        return Question("unclear", topic="too_long")
    if not is_line_in_thread(reading, memory):
        choice = pick(reading.text, memory.choices)
        if choice is not None:
            return choice.question
    if memory.kind == "clarify" and memory.last is not None and is_bare_number(reading.text):
        return memory.last
    if memory.kind == "clarify" and memory.last is not None and memory.last.stage is None and unsure_of_stage(reading):
        return memory.last
    urgent = _still_urgent(reading, memory)
    if urgent is not None:
        return urgent
    if reading.intent == "affirm" and memory.waiting is not None:
        return memory.waiting
    if "reset" in reading.cues and not re.search(r"\bback to\b", reading.text, re.I):
        memory = Memory(started=memory.started)
    return (
        _said_again(reading, memory)
        or _number_pressed(reading, memory)
        or number_told_alone(reading, memory)
        or _why_that(reading, memory)
        or _step_back(reading, memory)
        or number_told(reading, memory)
        or stage_given(reading, memory)
        or type_put_right(reading, memory)
        or stage_moved(reading, memory)
        or _replaced(reading, memory)
        or fresh_question(reading, memory)
    )


def _said_again(reading: Reading, memory: Memory) -> Question | None:
    """The last question, as it was, after "say that again please"."""
    asks_again = _AGAIN.fullmatch(reading.text) is not None
    return memory.last if asks_again and memory.last is not None and memory.last.kind in ANSWERED else None


def _number_pressed(reading: Reading, memory: Memory) -> Question | None:
    """The prognosis asked for once more: "just a rough number"."""
    last = memory.last
    pressed = last is not None and last.kind == "prognosis" and _ROUGHLY.search(reading.text) is not None
    return last if pressed and len(reading.text.split()) <= _FEW and not reading.mentions else None


def _why_that(reading: Reading, memory: Memory) -> Question | None:
    """The word just explained, after "why do they do that first"."""
    last = memory.last
    if last is None or last.kind != "definition" or last.term is None:
        return None
    if not ({"why", "that"} <= reading.cues or _THAT_TYPE.search(reading.text) and not reading.asks):
        return None
    return (
        last
        if reading.intent in ANSWERED and not any(m.kind in ("stage", "drug", "term") for m in reading.mentions)
        else None
    )


def _step_back(reading: Reading, memory: Memory) -> Question | None:
    """What "one earlier than that" leads to: the step before the one shown last."""
    thread = memory.thread
    if thread is None or thread.stage is None or thread.line is None or not _EARLIER.fullmatch(reading.text):
        return None
    return thread.onward("before")


def is_line_in_thread(reading: Reading, memory: Memory) -> bool:
    """A bare "second?" moves along the lines of the stage talked about, unless the bot has just asked to choose."""
    in_thread = memory.kind != "clarify" and memory.thread is not None and memory.thread.stage is not None
    return in_thread and _BARE_ORDINAL.fullmatch(reading.text) is not None


def _still_urgent(reading: Reading, memory: Memory) -> Question | None:
    """After an emergency or distress reply, a message that asks no clear question keeps that reply going."""
    if memory.kind not in ("emergency", "distress") or memory.last is None:
        return None
    names = [m.kind for m in reading.mentions if m.kind in NAMED]
    if memory.kind == "emergency":
        if _delays(reading):
            return memory.last
        of_help = _HELP_COMES.search(reading.text) is not None
        if of_help and not _NO_HELP.search(reading.text):
            return Question("chitchat", topic="goodbye")
        if of_help and not names:
            return memory.last  # "rang the ward but no answer", whatever else that looks like
    elif _MEANT.search(reading.text):
        return memory.last
    gentle = memory.kind == "distress" and memory.last.topic != "crisis"
    if reading.intent in CHITCHAT and reading.confidence > (CALM if gentle else SURE_TALK):
        return None
    asks = reading.text.rstrip().endswith("?") or ASKS.match(reading.text) is not None
    if memory.kind == "emergency":  # "I'm home again and fine. what comes after Tukysa": any sentence may ask
        asks = asks or any(ASKS.match(sentence) for sentence in _SENTENCE_END.split(reading.text))
    # "I'm on chemo yes" answers nothing but what the reply was about: a word of the guide is no question by itself.
    told = any(name != "term" for name in names) and reading.intent in (*ANSWERED, "nlu_fallback")
    names_something = bool(names) and (asks or told and not _STATES.match(reading.text))
    if memory.kind == "emergency":
        asks_else = reading.intent in ANSWERED or (reading.intent or "").startswith("not_in_guide")
        if reading.intent in ("talking", "outlook") and reading.confidence < SURE_TALK:
            asks_else = False  # "do i wake him or let him sleep" is still about what happens now
        states = _STATES.match(reading.text) is not None and not asks
        moved_on = asks_else and reading.confidence > SURE and "wait" not in reading.cues and not states
        return None if names_something or moved_on else memory.last
    sure = SURE if gentle else SURE_TALK
    asked = names_something or reading.confidence > sure and (gentle or reading.asks)
    if reading.intent in (*ANSWERED, "emergency") and asked:
        return None
    return None if names_something or (asks and reading.intent != "distress") else memory.last


def _delays(reading: Reading) -> bool:
    """Tells whether a message makes light of what has just been called urgent, or asks whether it can wait."""
    if any(m.kind in ("drug", "stage", "line") for m in reading.mentions) or len(reading.text.split()) > _FEW_TO_DELAY:
        return False
    light = _MINIMISED.search(reading.text) is not None and not reading.text.rstrip().endswith("?")
    return light or _PUT_OFF.search(reading.text) is not None


def _replaced(reading: Reading, memory: Memory) -> Question | None:
    """The previous question with the named parts replaced, when the message holds nothing but those parts."""
    thread = memory.thread
    last = memory.last if memory.last is not None and memory.last.kind in ANSWERED else thread
    if last is None or not any(m.kind in NAMED and not m.negated for m in reading.mentions) or not only_parts(reading):
        return None
    stage, drugs, terms, line = (
        current_stage(reading),
        reading.values("drug"),
        asked_terms(reading),
        asked_line(reading),
    )
    if reading.intent == "definition" and (line is not None and stage is None or means(reading)):
        return None
    if (
        reading.intent == "definition"
        and _WHATS_A_WORD.match(reading.text)
        and not any(ch.isdigit() for ch in reading.text)
    ):
        return None  # "what's locally advanced"
    if len(drugs) > 1 and WHICH_FIRST.search(reading.text):
        return None
    over = line_over(reading)
    if over is not None and stage is None and last.stage is not None:
        return Question("sequence", stage=last.stage, from_line=over, direction="after")
    if any(map(reading.is_type_beside, terms)):
        return None  # HER2-low and the like: not a place of this guide (bot.answers.fresh)
    if stage is None and line is None:
        return _other_name(reading, last, thread, drugs, terms)
    base = thread if last.kind in ("definition", "drug_info", "outlook", "talking") and thread is not None else last
    if last.kind == "outlook" and line is None and {"correct", "same"} & reading.cues:
        return last.with_(stage=stage)
    if base.kind == "talking" and stage is not None:
        return base.with_(stage=stage)
    if line is None and stage is not None and reading.intent == "definition" and last.kind == "definition":
        return Question("definition", stage=stage)
    if line is None and base.kind == "sequence" and base.drugs and {"correct", "same"} & reading.cues:
        return base.with_(stage=stage, line=None, position=None)
    if line is None and base.kind == "sequence" and (base.drugs or base.therapies) and base.line is None:
        return base.with_(stage=stage, position=None)
    if line is None and base.kind == "sequence" and base.from_line is not None and base.stage is None:
        return base.with_(stage=stage)
    if (
        line is None
        and base.kind == "sequence"
        and base.failed
        and base.from_line is not None
        and "same" in reading.cues
    ):
        return base.with_(stage=stage, position=None)  # "what if hers does not respond", then "and for the older one"
    if line is None:
        return Question("treatment", stage=stage, line=base.line)
    moves_on = stage is None and base.stage is not None and "correct" not in reading.cues and base.line != line != 1
    kind = "sequence" if moves_on and bool(line_mentions(reading)) and memory.kind != "clarify" else "treatment"
    return Question(kind, stage=stage or base.stage, line=line)


def _other_name(
    reading: Reading, last: Question, thread: Question | None, drugs: tuple[str, ...], terms: tuple[str, ...]
) -> Question | None:
    """The same question about another drug or word."""
    moving = "after" in reading.cues and thread is not None and thread.stage is not None and thread.line is not None
    if drugs and moving and thread is not None and re.match(r"\W*(?:and |so |ok )*then\b", reading.text, re.I):
        return thread.onward("after")
    if drugs and last.kind == "sequence" and reading.intent != "drug_info":
        return Question("sequence", drugs=drugs, direction=last.direction or "after", failed=last.failed)
    if drugs:
        return Question("drug_info", drugs=drugs[:1]) if reading.intent != "sequence" else None
    if (
        terms
        and reading.intent not in ("treatment", "sequence", "talking")
        and not (reading.intent == "drug_info" and last.drugs)
    ):
        return Question("definition", term=terms[0])
    return None

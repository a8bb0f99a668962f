"""From what was said and what was asked before to the question meant.

A follow-up is the previous question with something replaced: "and after that?", "what about stage 3?", "same for
stage 2", "no I meant second line", "what's that?". One pure function, `resolve`; it needs neither the guide nor Rasa.
"""

from __future__ import annotations

import re

from bot.answers.bare import NAMED, only_parts
from bot.answers.fresh import fresh_question
from bot.answers.fresh_sequence import WHICH_FIRST
from bot.answers.fresh_words import at_stage_of_word, means
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
from bot.answers.still_urgent import help_comes, still_urgent

# Longer messages are screened for emergencies, but not read for a question (bot.language.cleaning has the same bound).
MAX_READ = 4000
_BARE_ORDINAL = re.compile(r"\W*(?:and |ok |the )*(?:1st|first|2nd|second|3rd|third)\W*", re.I)
_AGAIN = re.compile(
    r"\W*(?:(?:fine|ok|okay|right|anyway|so|well|um+|er+m?|hmm|and)\W+)*(?:sorry\W+|pardon\W+|please\W+|can you\W+|"
    r"could you\W+|(?:i )?(?:didn'?t|dont|don'?t) (?:get|"
    r"catch|follow|understand) (?:that|it)\W+)*(?:say (?:that|it) again|repeat(?: that| it)?|come again|"
    r"what was (?:that|it)(?: again)?|what (?:did you say|was it you said)(?: again)?|one more time|again|(?:say|"
    r"explain|put) (?:that|it)(?: again)?(?: (?:in )?(?:simpler|simply|slowly|"
    r"plainly|plain english|plain words|simple words|easier words|more simply))|simpler|(?:say|explain) (?:that|it) again|"
    r"in (?:plain english|simple words|simpler words))(?: (?:simpler|simply|slowly))?\W*(?:please|pls|for me)?\W*",
    re.I,
)
_CERTAIN = 0.9
_IS_IT = re.compile(r"\W*(?:is|are|does|do)\b", re.I)
_CALLING = "collapse_call"  # the sign of "calling 911": after an emergency reply it is what was asked for
_WHATS_A_WORD = re.compile(r"\W*(?:and |so |ok |sorry )*(?:what'?s|whats|what is|what are|what does)\b", re.I)
_ROUGHLY = re.compile(
    r"\b(?:number|numbers|figure|figures|ballpark|rough|roughly|average|guess|estimate|percent|odds|idea)\b|%", re.I
)
_FEW = 8
_THAT_TYPE = re.compile(r"\b(?:that|this) (?:type|kind|sort)\b\W*$", re.I)
_OF_THAT_TYPE = re.compile(
    r"\b(?:that|this) (?:type|kind|sort|one)\b|\b(?:treat|research|stud(?:y|ies)|working on|trials?|something|"
    r"anything|new)\b.{0,25}"
    r"\b(?:that|it|this|those)\b",
    re.I,
)
_WHAT_CHANGED = re.compile(
    r"\W*(?:(?:and|so|but|oh|ok|well|really|sorry)\W+)*(?:what(?:'?s| has|s)? (?:changed|different|happened|made the difference)|"
    r"how come|how so|since when|what(?:'?s|s)? (?:different )?now)(?: (?:then|now|though|tho|since))*\W*",
    re.I,
)
_EARLIER = re.compile(
    r"\W*(?:and |n |ok |so |the |go )*(?:one |step )?(?:earlier|back)(?: (?:one|than|again|that|still|line|step))*\W*|"
    r"\W*(?:and |n |ok |okay |so |what about |whats |what is )*the (?:line|step|one) before (?:that|it|this)\b.{0,15}",
    re.I,
)


def resolve(reading: Reading, memory: Memory) -> Question:
    """Returns the question a message means.

    Args:
        reading: what was said.
        memory: what the conversation remembers.
    """
    if reading.alarm.kind == "crisis" and reading.confidence < 1 and memory.kind == "emergency" and memory.last:
        # No rule of the screen, only the classifier hears it: "i dont like to wake people", with a fever.
        return memory.last
    if set(reading.alarm.signs) == {_CALLING} and help_comes(reading, memory):
        return Question("chitchat", topic="goodbye")
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
    urgent = still_urgent(reading, memory)
    if urgent is not None:
        return urgent
    if reading.intent == "affirm" and memory.waiting is not None:
        return memory.waiting
    if "reset" in reading.cues and not re.search(r"\bback to\b", reading.text, re.I):
        memory = Memory(started=memory.started)
    question = (
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
    talked_about = memory.thread.stage if memory.thread is not None else None
    return at_stage_of_word(question, reading) if talked_about is None else question


def _said_again(reading: Reading, memory: Memory) -> Question | None:
    """The last question, as it was, after "say that again please"; after comfort, the one before: "fine. what was it again"."""
    if memory.last is None or not _AGAIN.fullmatch(reading.text):
        return None
    if memory.last.kind in ("distress", "chitchat"):
        return memory.thread
    return memory.last if memory.last.kind in ANSWERED else None


def _number_pressed(reading: Reading, memory: Memory) -> Question | None:
    """The prognosis or the decision asked for once more: "just a rough number", "its literally one"."""
    last = memory.last
    if last is not None and last.kind == "personal_advice" and reading.intent in ("nlu_fallback", "distress"):
        few = len(reading.text.split()) <= _FEW / 2 and "feelings" not in reading.cues
        return last if few and not reading.mentions else None
    pressed = last is not None and last.kind == "prognosis" and _ROUGHLY.search(reading.text) is not None
    return last if pressed and len(reading.text.split()) <= _FEW and not reading.mentions else None


def _why_that(reading: Reading, memory: Memory) -> Question | None:
    """What was just explained, after "why do they do that first", "what changed", "is anyone working on something for it"."""
    last = memory.last
    if last is not None and last.kind == "outlook" and _WHAT_CHANGED.fullmatch(reading.text):
        return last
    if last is None or last.kind != "definition" or last.term is None:
        return None
    elsewhere = reading.intent in (
        "outlook",
        "not_in_guide_other_cancer",
        "not_in_guide_her2_negative",
        "not_in_guide_trials",
    )
    of_type = last.term.startswith(("HER2-", "luminal")) and last.term not in reading.own
    if of_type and elsewhere and _OF_THAT_TYPE.search(reading.text) and len(reading.text.split()) <= _FEW + 2:
        return None if any(m.kind in ("stage", "drug") for m in reading.mentions) else last
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
    if not set(reading.values("stage")) <= {thread.stage} or reading.names("drug") or reading.names("line"):
        return None
    return thread.onward("before")


def is_line_in_thread(reading: Reading, memory: Memory) -> bool:
    """A bare "second?" moves along the lines of the stage talked about, unless the bot has just asked to choose."""
    in_thread = memory.kind != "clarify" and memory.thread is not None and memory.thread.stage is not None
    return in_thread and _BARE_ORDINAL.fullmatch(reading.text) is not None


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
        and line is None
        and reading.confidence >= _CERTAIN
        and _IS_IT.match(reading.text)
    ):
        return None  # "is metastatic and stage 4 one and the same"
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
    by_word = next((term for term in reading.values("term") if not term.startswith("Stage ")), None)
    if last.kind == "definition" and line is None and by_word is not None and not drugs and "same" not in reading.cues:
        return Question("definition", term=by_word)  # "what is stage 2", then "and locally advanced"
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
        and (reading.intent not in ("treatment", "sequence", "talking") or last.kind == "definition")
        and not (reading.intent == "drug_info" and last.drugs)
    ):
        return Question("definition", term=terms[0])
    return None

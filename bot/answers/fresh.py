"""The question that a message means when it is not just the last one with something replaced.

One small function per intent. What a message leaves open is filled in from the thread of the conversation, if it fits.
"""

from __future__ import annotations

import re

from bot.answers.lines_said import asked_line, line_over, line_to_come
from bot.answers.named import asked_terms, current_stage, drugs_over, therapies
from bot.answers.outside import outside_question
from bot.answers.question import ANSWERED, Memory, Question
from bot.answers.reading import Reading

NOT_IN_GUIDE = "not_in_guide"
CHITCHAT = ("greet", "goodbye", "thanks", "bot_identity", "smalltalk", "affirm", "deny")
_REFUSED = ("outlook", "prognosis", "personal_advice", "side_effect_or_dose", "emergency", "distress", "off_topic")
_IF = re.compile(r"\b(?:if|suppose|supposing|say|what about when|when|once|or)\b", re.I)
_URGENT = ("emergency", "distress", "side_effect_or_dose", "personal_advice", "sequence", "treatment")
_FAILS = re.compile(r"\W*(?:and|so|but|ok|okay|what|well|say)?\s*(?:if|when|once|suppose|supposing)\b.{0,60}$", re.I)
_WHATS_THAT = re.compile(
    r"\W*(?:and |so |ok |sorry |wait )*(?:what(?:'?s| is| was| does)|wats?|whats)\W+"
    r"(?:that|this|it|those|these)(?: mean)?(?: exactly| then)?\W*",
    re.I,
)
_BARE_AFTER = re.compile(r"\W*(?:and |so |ok |whats |what'?s |what |comes? )*(?:aft(?:e)?r|before|beyond)\b|.*->", re.I)
_BEFORE_OR_AFTER = re.compile(
    r"\bbefore\b.*\bor\b.*\bafter|\bafter\w*\b.*\bor\b.*\bbefore|\bfirst\b.*\bor\b|\bwhich\b.*\bfirst", re.I
)
_WHICH_FIRST = re.compile(
    r"\b(?:which|what)\b.*\b(?:earlier|first|sooner|before the other)\b|\bor\b.*\b(?:first|earlier)\b|"
    r"\b(?:before or after|after or before)\b",
    re.I,
)
_EITHER = re.compile(r"\bor\b", re.I)
_BEFORE_SURGERY = re.compile(
    r"\b(?:before|b4|ahead of|prior to)\b\W+(?:\w+\W+){0,2}(?:op|operation|surgery|mastectomy|lumpectomy)\b", re.I
)
_IN_YOUR_LIST = re.compile(r"\b(?:in|on|of) (?:your|the|that) (?:list|choices|options)\b", re.I)
_LINES_OF_WHAT = re.compile(r"\blines?\b.{0,20}\b(?:lines? of what|as in what|of what)\b", re.I)
_GIVEN_WITH_IT = re.compile(r"\b(?:with|alongside|together with|on top of) (?:it|that)\W*$", re.I)
_WHAT_IF = re.compile(r"\b(?:what if|suppose|supposing|and if)\b", re.I)
_BESIDE = re.compile(r"\b(?:before|after|aftr|following|precedes?)\W+(?:the\W+)?$", re.I)
_IN_ORDER = re.compile(r"\b(?:what|which|the|in) (?:usual |normal |right |exact )?order\b|\bsequence\b|\brunning order\b", re.I)
_WHICH_STAGE = re.compile(
    r"\W*(?:and |so |ok |oh )*(?:(?:at |for |in )?(?:which|what) (?:stages?|lines?|people|patients)\b|who\b|when\b).{0,30}"
    r"\b(?:that|it|this|those|them)\b.{0,20}",
    re.I,
)
_IN_THAT = re.compile(
    r"\b(?:first|second|third|1st|2nd|3rd)\b(?: (?:drug|one|step|thing|medicine|part|bit))? (?:in|of|on|from) (?:that|it|this|there)\W*$", re.I
)
_BARE_WHY = re.compile(r"\W*(?:and |but |so |ok )*(?:why|how come|what for)(?: (?:that|is that|so|though|tho|then))*\W*", re.I)
_NOW = re.compile(r"\b(?:happens|do they do|do we do|do you do|is it) now\b|^\W*(?:so |and |ok )*(?:what|wot) now\W*$", re.I)
_PART_OF = re.compile(
    r"\b(?:part of|added|included|in the mix|(?:do|does|would|will|is|are) .{0,40}\b(?:get|given|have|add|use)\b|as well|on top)\b", re.I
)
_GUESSED = re.compile(
    r"\b(?:is it|is that|would it be|will it be|(?:do|will|would|should) (?:i|we|you|they|she|he|people) "
    r"(?:get|go on|have|be given|be offered|move to))\W+(?:the\W+)?$",
    re.I,
)
_GUESS_NEXT = re.compile(r"\W*(?:that (?:is|comes) |is )?(?:next|now|then|after(?:wards| that| this)?)\W*$", re.I)
_OF_THOSE = re.compile(
    r"\b(?:which|what)\b.{0,15}\b(?:of (?:those|these|them|the two)|one)\b.{0,15}\b(?:first|earlier|before)\b", re.I
)
_OP = re.compile(r"\b(?:op|operation|surgery|mastectomy|lumpectomy|knife)\b", re.I)
_FRONTLINE = re.compile(r"\bfront[ -]?line\b", re.I)
_ABOUT = re.compile(
    r"\b(?:what|whats|what's|wats|is|are|the|a|tell|me|about|explain|info|on|drug|called|and|comes?|after|before|next|pls|please|"
    r"so|ok)\b",
    re.I,
)
_HAD = re.compile(
    r"\b(?:had|done|finish\w*|complet\w*|been through|went through|out (?:of )?the way|behind (?:me|her|us)|over)\b",
    re.I,
)
_NOW_WHAT = re.compile(r"\b(?:now|next|after\w*|then|follow\w*|left)\b", re.I)
_WHERE = re.compile(r"\b(?:where|at (?:what|which) point|which (?:stage|line)|what (?:stage|line)|when)\b", re.I)
_MEANING = re.compile(
    r"\b(?:mean\w*|defin\w*|stands? for|explain|called)\b|\bas in what\b|\blines? of what\b|\ba line\b|\blines?\b.{0,12}\bas in\b",
    re.I,
)
_SHORT = 10
_TWO_TRIED = re.compile(
    r"\b(?:two|2|both) (?:(?:different|kinds of|lots of|types of|lines of) )?"
    r"(?:kinds?|lots|lines|treatments?|therap\w+|things|regimens?)\b|\bneither\b",
    re.I,
)
_COMPARED = ("HER2", "HER2-positive", "chemotherapy", "surgery")


def fresh_question(reading: Reading, memory: Memory) -> Question:
    """Returns the question of a message that stands on its own."""
    intent = reading.intent or ""
    outside = outside_question(reading)
    if outside is not None:
        return outside
    if _LINES_OF_WHAT.search(reading.text):
        return Question("definition", term="frontline")
    given_with = _GIVEN_WITH_IT.search(reading.text) and not reading.mentions and memory.last is not None
    about_it = intent in ("treatment", "sequence", "drug_info", "definition")
    if given_with and about_it and memory.last is not None and memory.last.kind in ("drug_info", "treatment", "sequence"):
        return memory.last
    thread = memory.thread
    stage = current_stage(reading)
    here = stage or (thread.stage if thread else None)
    drugs = reading.values("drug")
    ordinal = reading.names("ordinal") and thread is not None and thread.stage is not None
    if ordinal and thread is not None and _IN_YOUR_LIST.search(reading.text):
        return Question(
            "treatment", line=thread.line
        )  # which list is meant cannot be known any more: asks for the stage
    beside = _beside_the_thread(reading, memory)
    if beside is not None:
        return beside
    if intent in (*CHITCHAT, "nlu_fallback", "") and (stage or drugs or ordinal or reading.names("line")):
        intent = "drug_info" if drugs and not stage else "treatment"
    hypothetical = _FAILS.match(reading.text) or (
        stage is not None and intent == "definition" and _WHAT_IF.search(reading.text)
    )
    if hypothetical and "failed" in reading.cues and here and not drugs and intent not in _URGENT:
        return _failed(reading, here, thread)
    other_kind = _other_type(reading)
    if other_kind is not None and intent in ("treatment", "sequence", "drug_info"):
        return Question("definition", term=other_kind)
    pointed = _pointed_at(reading, memory)
    if pointed is not None:
        return pointed
    if drugs and not stage and _BARE_AFTER.match(reading.text) and len(reading.text.split()) <= 4:
        return Question("sequence", drugs=drugs, direction=_direction(reading))
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
        return _definition(reading, stage, memory)
    if intent.startswith(NOT_IN_GUIDE):
        topic = intent[len(NOT_IN_GUIDE) + 1 :] or None
        return Question(NOT_IN_GUIDE, stage=stage, drugs=drugs[:1], topic=topic, signs=reading.alarm.signs)
    if intent in CHITCHAT:
        return Question("chitchat", topic=intent)
    if intent == "other_language":
        return Question(NOT_IN_GUIDE, topic="language")
    if intent == "treatment":
        return _treatment(reading, stage, thread)
    if intent == "sequence":
        return _sequence(reading, stage, memory)
    if intent == "drug_info":
        return _drug_info(reading, stage, memory)
    if intent == "definition":
        return _definition(reading, stage, memory)
    if intent == "talking":
        return Question("talking", stage=here)
    if intent in _REFUSED:
        topic = intent if intent in ("emergency", "distress") else None
        return Question(intent, stage=here, drugs=drugs[:1], signs=reading.alarm.signs, topic=topic)
    return Question("unclear", stage=here)


def _beside_the_thread(reading: Reading, memory: Memory) -> Question | None:
    """Short questions about what was shown last: which stage gets that, which of those is first, before or after the op."""
    last, thread = memory.last, memory.thread
    if last is not None and last.kind in ("treatment", "sequence") and last.stage and last.line:
        if _IN_THAT.search(reading.text) and not reading.values("stage"):
            return last
    named = [m for m in reading.mentions if m.kind in ("stage", "drug", "line")]
    if last is None or named or len(reading.text.split()) > _SHORT:
        return None
    if last.kind in ("definition", "drug_info") and (last.term or last.drugs):
        if _WHICH_STAGE.fullmatch(reading.text) and not asked_terms(reading):
            return last
    placed = thread is not None and thread.stage is not None and thread.kind in ("treatment", "sequence")
    if _BARE_WHY.fullmatch(reading.text) and placed and thread is not None and last.kind in ANSWERED:
        return thread  # the row says when, or what for; the guide gives no more reasons
    if thread is not None and placed and thread.line is None and _NOW.search(reading.text) and last.kind == "treatment":
        return Question("treatment", stage=thread.stage, line=1)
    if last.kind == "drug_info" and last.drugs and _OF_THOSE.search(reading.text):
        return Question("sequence", stage=thread.stage if thread else None, drugs=last.drugs, direction="order")
    about_surgery = _OP.search(reading.text) and re.search(r"\bbefore\b.*\bafter\b|\bafter\w*\b.*\bbefore\b", reading.text, re.I)
    if about_surgery and placed and thread is not None:
        return Question("treatment", stage=thread.stage, line=thread.line or 1)
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
    beside = [term for term in terms if term not in reading.own and any(term.startswith(f"{own}-") for own in reading.own)]
    ours = any(term in reading.own and "-" in term for term in terms)
    return beside[0] if beside and not ours else None


def _is_ours(reading: Reading) -> bool:
    """Tells whether a message taken for one about another type names this guide's type and no other."""
    return not reading.names("other_type") and any(term in reading.own for term in asked_terms(reading) if term != "HER2")


def means(reading: Reading) -> bool:
    """Tells whether a message asks what a word means."""
    return _MEANING.search(reading.text) is not None


def _pointed_at(reading: Reading, memory: Memory) -> Question | None:
    """What "what's that?" points at: the drug, the word or the step of treatment that was shown last."""
    if not _WHATS_THAT.fullmatch(reading.text):
        return None
    last, thread = memory.last, memory.thread
    if last is not None and last.kind == "definition" and last.term:
        return last
    if last is not None and last.kind == "drug_info" and last.drugs:
        return last
    if thread is not None and thread.stage and thread.line:
        return Question("definition", stage=thread.stage, line=thread.line, position=thread.position)
    return None


def _treatment(reading: Reading, stage: str | None, thread: Question | None) -> Question:
    here = stage or (thread.stage if thread else None)
    over = line_over(reading)
    if over is not None:
        return Question("sequence", stage=here, from_line=over, direction="after", failed="failed" in reading.cues)
    to_come = line_to_come(reading)
    if to_come is not None:
        return Question("sequence", stage=here, from_line=to_come, direction="before")
    if reading.names("drug") and _beside_a_drug(reading):
        return _sequence(reading, stage, Memory(thread=thread))
    line = asked_line(reading)
    named = therapies(reading)
    if line is None and here is not None and _IN_ORDER.search(reading.text) and "failed" not in reading.cues:
        return Question("sequence", stage=here, drugs=reading.values("drug"), direction="order")
    if line is None and "failed" in reading.cues and here is not None:
        if reading.names("drug") and _IF.search(reading.text):
            return _sequence(reading, stage, Memory(thread=thread))
        if not reading.names("drug"):
            return _failed(reading, here, thread)
    if line is None and named and _HAD.search(reading.text) and _NOW_WHAT.search(reading.text):
        return Question("sequence", stage=here, therapies=named, direction="after")
    if line is None and "new" in reading.cues and re.search(r"\btreat|\bdo they|\bgive", reading.text, re.I):
        line = 1
    if line is None and stage is None and thread is not None and "again" in reading.cues:
        line = thread.line
    if line is None and stage is not None and thread is not None and {"same", "correct"} & reading.cues:
        line = thread.line or thread.from_line
    moves_on = stage is None and thread is not None and thread.stage is not None and line not in (None, 1, thread.line)
    kind = "sequence" if moves_on and "correct" not in reading.cues else "treatment"
    return Question(
        kind, stage=here, line=line, drugs=reading.values("drug") if kind == "treatment" else (), therapies=named
    )


def _beside_a_drug(reading: Reading) -> bool:
    """Tells whether "before" or "after" stands right beside a drug: "which treatment is given before Herceptin"."""
    places = [reading.text[: m.start] for m in reading.mentions if m.kind == "drug" and not m.negated]
    return any(_BESIDE.search(before) for before in places)


def _failed(reading: Reading, stage: str, thread: Question | None) -> Question:
    """A treatment that fails, with no drug or line named: the line after the one in question, else after the first.

    Someone whose treatment has failed may be further on than the first line; then the whole order is shown.
    """
    if thread is not None and thread.stage == stage and thread.line is not None:
        return Question(
            "sequence", stage=stage, from_line=thread.line, position=thread.position, direction="after", failed=True
        )
    if _TWO_TRIED.search(reading.text) and (thread is None or thread.line is None):
        return Question("sequence", stage=stage, from_line=2, direction="after", failed=True)
    told = thread is None and not _IF.search(reading.text) and "shrink" not in reading.text
    if told and reading.mentions and any(m.value == stage and m.kind == "stage" for m in reading.mentions):
        several = re.search(r"\b(?:again|both|everything|all|several|another|keeps)\b", reading.text, re.I)
        if several:
            return Question("sequence", stage=stage, direction="order")
    return Question("sequence", stage=stage, from_line=1, direction="after", failed=True)


def _direction(reading: Reading) -> str:
    text = reading.text
    turned = re.search(r"\b(after|before) (?:what|which)\b", text, re.I)
    trailing = re.search(r"\b(?:come|comes|came|go|goes|given|used|start|starts)\s+(after|before)\W*$", text, re.I)
    if trailing and re.match(r"\W*(?:so |and )?(?:what|which|whats|wat)\b", text, re.I) and reading.names("drug"):
        # "What does Tukysa come after?" asks for what stands before it.
        subject_first = text.lower().rfind(trailing.group(1).lower()) > max(
            m.start for m in reading.mentions if m.kind == "drug"
        )
        if subject_first and re.search(r"\b(?:do|does|did)\b", text, re.I):
            return "before" if trailing.group(1).lower() == "after" else "after"
    if turned:
        # "It comes after what?" asks for what stands before it.
        return "before" if turned.group(1).lower() == "after" else "after"
    before = re.search(
        r"\b(?:before|prior|preced\w*|previous\w*|ahead of|earlier|by the time|already (?:had|been through)|had already)\b",
        text,
        re.I,
    )
    after = re.search(r"\b(?:after\w*|next|then|follow\w*|beyond|once|since)\b|->", text, re.I)
    if before and after:
        return "before" if before.start() < after.start() and not re.search(r"\bor after\b", text, re.I) else "after"
    return "before" if before else "after"


def _sequence(reading: Reading, stage: str | None, memory: Memory) -> Question:
    thread = memory.thread
    here = stage or (thread.stage if thread else None)
    drugs, kinds = drugs_over(reading), therapies(reading)
    if "maintenance" in kinds and (len(kinds) > 1 or drugs):
        # "Do they go onto maintenance after the taxane": maintenance is where it leads, not where it starts.
        kinds = tuple(kind for kind in kinds if kind != "maintenance")
    failed = "failed" in reading.cues
    direction = _direction(reading)
    over, to_come = line_over(reading), line_to_come(reading)
    if over is not None and not drugs:
        return Question("sequence", stage=here, from_line=over, direction="after", failed=failed)
    if to_come is not None and not drugs:
        return Question("sequence", stage=here, from_line=to_come, direction="before")
    line = asked_line(reading)
    if line is not None and not drugs and not kinds and direction == "after":
        fresh = stage is not None and not ({"after", "failed"} & reading.cues)
        return Question("treatment" if fresh or line == 1 else "sequence", stage=here, line=line)
    if failed and stage is not None and kinds and not drugs and _BEFORE_SURGERY.search(reading.text):
        # "The chemo before the op hardly touched it": what is over is the first line, and no one asks what came before.
        return Question("sequence", stage=stage, from_line=1, direction="after", failed=True)
    if len(kinds) > 1 and not drugs and _BEFORE_OR_AFTER.search(reading.text) and here is not None:
        # "Chemo before the operation or afterwards?" asks for the steps of one line, in order.
        return Question("treatment", stage=here, therapies=kinds)
    if drugs and stage and "start" in reading.cues and not {"after", "before", "failed"} & reading.cues:
        # "Is Taxol with the two antibodies the standard start": asks for the start, not for what follows it.
        return Question("treatment", stage=stage, line=1)
    mention = next((m for m in reading.mentions if m.kind == "drug" and not m.negated), None)
    if len(drugs) == 1 and mention is not None and not failed and _GUESSED.search(reading.text[: mention.start]):
        if _GUESS_NEXT.match(reading.text[mention.end :]):  # "is it Enhertu next": where it stands, not what follows it
            return Question("sequence", stage=here, drugs=drugs, direction="order")
    one_or_other = len({m.value for m in reading.mentions if m.kind in ("line", "ordinal")}) > 1 and _EITHER.search(reading.text)
    if len(drugs) == 1 and not failed and one_or_other and not re.search(r"\b(?:after|before)\b", reading.text, re.I):
        # "Is Enhertu the second thing or the third": where it stands, not what follows it.
        return Question("sequence", stage=here, drugs=drugs, direction="order")
    if len(drugs) > 1 and not failed and _WHICH_FIRST.search(reading.text):
        return Question("sequence", stage=here, drugs=drugs, direction="order")
    if "order" in reading.cues and not failed and not re.search(r"\b(?:after|before)\b", reading.text, re.I):
        return Question("sequence", stage=here, drugs=drugs, therapies=kinds, direction="order")
    if (
        drugs
        and len(drugs) == 1
        and not failed
        and not ({"after", "before"} & reading.cues)
        and _WHERE.search(reading.text)
    ):
        return Question("drug_info", drugs=drugs, stage=stage)
    if drugs or (kinds and kinds != ("progression",)):
        return Question(
            "sequence", stage=here, drugs=drugs, therapies=kinds, direction=direction, failed=failed,
            line=line if drugs and line and stage else None,
        )  # fmt: skip
    if stage is not None and (thread is None or thread.stage != stage or thread.line is None):
        return (
            _failed(reading, stage, thread)
            if failed or direction == "after" and _IF.search(reading.text)
            else Question("sequence", stage=stage, direction="order")
        )
    return _from_thread(memory, direction, failed, frozenset(re.findall(r"\w+", reading.text.lower())))


def _from_thread(memory: Memory, direction: str, failed: bool, words: frozenset[str]) -> Question:
    """Where "and after that?" or "and before it?" leads from the place that the conversation is at."""
    thread, last = memory.thread, memory.last
    if thread is None or not (thread.stage or thread.drugs):
        return Question("sequence", failed=failed)
    # "Before it" is before the drug asked about; "before that" is before the step that was shown.
    about_drug = last is not None and last.kind == "sequence" and last.drugs and last.direction not in (None, direction)
    if about_drug and last is not None and not words & {"that", "those", "this", "thats"}:
        return Question("sequence", stage=last.stage, drugs=last.drugs, direction=direction, failed=failed)
    if thread.kind == "drug_info" and thread.drugs:
        return Question("sequence", stage=thread.stage, drugs=thread.drugs, direction=direction, failed=failed)
    if thread.line is None and thread.stage is not None:
        if direction == "before":
            return Question("sequence", stage=thread.stage, from_line=1, direction="before")
        return Question("sequence", stage=thread.stage, from_line=1, direction="after", failed=failed)
    return Question(
        "sequence",
        stage=thread.stage,
        from_line=thread.line,
        position=thread.position,
        drugs=() if thread.line else thread.drugs,
        direction=direction,
        failed=failed,
    )


def _drug_info(reading: Reading, stage: str | None, memory: Memory) -> Question:
    drugs, thread = reading.values("drug"), memory.thread
    if drugs and stage and _PART_OF.search(reading.text) and not _EITHER.search(reading.text):
        return Question("treatment", stage=stage, drugs=drugs[:1])
    if drugs:
        return Question("drug_info", drugs=drugs[:1], stage=stage)
    terms = [
        term for term in asked_terms(reading) if term not in ("HER2", "HER2-positive", "chemotherapy", *reading.own)
    ]
    if terms:
        return Question("definition", term=terms[0])
    for earlier in (memory.last, thread):
        if earlier is not None and earlier.drugs and earlier.kind != "sequence":
            return Question("drug_info", drugs=earlier.drugs[:1])
    if thread is not None and thread.stage and thread.line:
        return Question("drug_info", stage=thread.stage, line=thread.line, position=thread.position)
    return Question("drug_info")


def _definition(reading: Reading, stage: str | None, memory: Memory) -> Question:
    last, thread = memory.last, memory.thread
    terms = asked_terms(reading)
    special = [term for term in terms if term not in _COMPARED and term not in reading.own]
    at = thread if thread is not None and thread.stage else Question("treatment")
    explained = last is not None and last.kind == "definition" and last.term
    # "Is it the same treatment as HER2-positive" asks about the word just explained, not about what it is compared with.
    if explained and last is not None and not special and "that" in reading.cues:
        if not terms or {"same", "compare", "why"} & reading.cues:
            return Question("definition", term=last.term, stage=at.stage, line=at.line)
    if stage is not None and therapies(reading) and not means(reading) and _WHERE.search(reading.text):
        return Question("treatment", stage=stage, therapies=therapies(reading))
    if {"chemotherapy", "surgery"} <= set(terms) and _BEFORE_SURGERY.search(reading.text) and not means(reading):
        return Question("definition", term="neoadjuvant")
    if terms:
        return Question("definition", term=(special or list(terms))[0], stage=stage)
    if reading.names("drug"):
        return Question("drug_info", drugs=reading.values("drug")[:1])
    line = asked_line(reading)
    if reading.names("line") or (line is not None and "start" not in reading.cues):
        of_the_word = _FRONTLINE.search(reading.text) and stage is None and at.stage is None
        if _MEANING.search(reading.text) or of_the_word:
            return Question("definition", term="frontline")
        return Question("treatment", stage=stage or at.stage, line=line)
    if stage is not None:
        return Question("definition", stage=stage)
    if _MEANING.search(reading.text) and re.search(r"\blines?\b", reading.text, re.I):
        return Question("definition", term="frontline")
    if explained and last is not None:
        return Question("definition", term=last.term, stage=at.stage, line=at.line)
    if last is not None and last.drugs and last.kind in ("drug_info", "sequence"):
        return Question("drug_info", drugs=last.drugs[:1])
    if at.line is not None:
        return Question("definition", stage=at.stage, line=at.line)
    return Question("definition")

"""The question behind "what comes next" and "what came before", and where to go on from when a treatment has failed."""

from __future__ import annotations

import re

from bot.answers.lines_said import asked_line, line_mentions, line_over, line_to_come
from bot.answers.named import drugs_over, therapies, therapies_over
from bot.answers.question import Memory, Question
from bot.answers.reading import Reading

_FAINT = 0.45
IF = re.compile(r"\b(?:if|suppose|supposing|say|what about when|when|once|or)\b", re.I)
_BEFORE_OR_AFTER = re.compile(
    r"\bbefore\b.*\bor\b.*\bafter|\bafter\w*\b.*\bor\b.*\bbefore|\bfirst\b.*\bor\b|\bwhich\b.*\bfirst", re.I
)
WHICH_FIRST = re.compile(
    r"\b(?:which|what)\b.*\b(?:earlier|first|sooner|before the other)\b|\bor\b.*\b(?:first|earlier)\b|"
    r"\b(?:before or after|after or before)\b",
    re.I,
)
_WHERE_COMES = re.compile(
    r"\bwhere (?:do|does|would) .{0,30}\b(?:come|fit|go|sit|stand)(?: in)?(?: then| now)?\W*$", re.I
)
EITHER = re.compile(r"\bor\b", re.I)
BEFORE_SURGERY = re.compile(
    r"\b(?:before|b4|ahead of|prior to)\b\W+(?:\w+\W+){0,2}(?:op|operation|surgery|mastectomy|lumpectomy)\b", re.I
)
_BESIDE = re.compile(r"\b(?:before|after|aftr|following|precedes?)\W+(?:the\W+)?$", re.I)
_GUESSED = re.compile(
    r"\b(?:is it|is that|would it be|will it be|(?:do|will|would|should) (?:i|we|you|they|she|he|people) "
    r"(?:get|go on|have|be given|be offered|move to))\W+(?:the\W+)?$",
    re.I,
)
_GUESS_NEXT = re.compile(r"\W*(?:that (?:is|comes) |is )?(?:next|now|then|after(?:wards| that| this)?)\W*$", re.I)
WHERE = re.compile(r"\b(?:where|at (?:what|which) point|which (?:stage|line)|what (?:stage|line)|when)\b", re.I)
_AFTER_SURGERY = re.compile(
    r"\bafter (?:\w+ ){0,2}(?:surgery|op|operation|mastectomy|lumpectomy)\b|"
    r"\b(?:surgery|op|operation|mastectomy|lumpectomy) (?:was|is done|done|went|over|is over|on (?:mon|tues|wednes|thurs|fri)day|"
    r"last (?:week|month)|yesterday|behind|out of the way)\b",
    re.I,
)
OP_EITHER = re.compile(
    r"\bbefore\b.{0,12}\b(?:op|operation|surgery|mastectomy|lumpectomy|take it (?:out|off))\b.{0,10}\bor\b.{0,8}\bafter|"
    r"\b(?:before or after|after or before)\b.{0,12}\b(?:op|operation|surgery|mastectomy|lumpectomy|take it (?:out|off))\b",
    re.I,
)
_STANDS_AT = re.compile(
    r"^\W*(?:always|usually|normally|only|ever|really)?\W*(?:comes?|given|used|be|go|goes)?\W*(?:always )?(?:in |at )?(?:the )?"
    r"(?:first|second|third|1st|2nd|3rd|last)(?! (?:fail|stop|work|did|does|is|was))\b(?!.*\b(?:after|next)\b)",
    re.I,
)
_MOVING_TO = re.compile(
    r"\b(?:mov\w+|switch\w*|swap\w*|put\w*|chang\w+|going|go|start\w*) .{0,25}\b(?:to|onto|on)\W+(?:the\W+)?$", re.I
)
_RIGHT = re.compile(r"\b(?:isn'?t it|is it|right|normal|usual|standard|correct|the way)\b", re.I)
_THE_MAINTENANCE = re.compile(
    r"\bwhat(?:'?s| is)? (?:the |this |that )?maintenance(?: (?:bit|part|thing|phase|stuff))?\W*$", re.I
)
_WHEN_GET = re.compile(
    r"\bwhen (?:would|do|does|will|can|could|might) (?:someone|somebody|people|you|they|we|i|she|he|a person|one) "
    r"(?:ever |normally |usually )?(?:get|have|be given|start|go on|take)\b",
    re.I,
)
_THEN_OR_THEN = re.compile(r"\bthen\b.*\bor\b.*\bthen\b", re.I)
_GOES_AFTER_IT = re.compile(r"\b(?:goes|comes|given|is) (?:after|following) (?:it|that|those|them)\b", re.I)
_IS_IT = re.compile(r"\b(?:is it|isn'?t it|right|yes|correct|that'?s|thats|that is|that'?ll be|so it'?s)\b|\?", re.I)
_MOVES = re.compile(
    r"\b(?:now|next|left|instead|switch\w*|swap\w*|mov(?:e|es|ed|ing)|chang\w*|come off|off it|another|"
    r"else|order|where|when|tak(?:e|es|ing)|replac\w*|longer|stops?|stopped|waiting|ahead|later)\b",
    re.I,
)
_DOES = re.compile(
    r"\b(?:does|do|is|would|will|should|can|did|has|so)\W+(?:the\W+)?$|"
    r"\b(?:does|do|will|would|can)\W+(?:most |many |all )?(?:people|patients|women|they|we|you|she|he|i)\W+"
    r"(?:usually |always |normally )?(?:get|have|start|go on|move to|be given|take)\W+(?:the\W+)?$",
    re.I,
)
_COMES_AFTER = re.compile(
    r"^\W*(?:always |usually |normally |really |ever )?(?:come|comes|go|goes|"
    r"given|used|follow|follows|start|stand|stands|be given|(?=\W*(?:before|after|straight|right|directly|only)\b))"
    r"(?: (?:straight|right|directly|immediately|next|just|only))?(?: (?:before or after|"
    r"after or before|after|ever before|before))?(?: the)?\W*$",
    re.I,
)
_SO_AFTER_THAT = re.compile(
    r"^\W*(?:(?:oh|ok|right|ah|and|so|but)\W+)*\w+(?: is|'?s| comes| goes) (?:what comes )?(?:straight |right |directly )?"
    r"(?:after|before) (?:that|it|this|those|them)(?: one)?(?: then)?\W*(?:right|yes|yeah|correct)?\W*$",
    re.I,
)
_ITS = re.compile(
    r"\b(?:it'?s|its|is it|it is|it'?ll be|it will be|would be|so|i thought|thought it was)\W+(?:the )?$", re.I
)
_AFTER = re.compile(
    r"\W*(?:straight|right|directly|just|next|that comes|comes|you get|they give|which comes)?\W*(?:after|following)\W*(?:the )?",
    re.I,
)
_WAS_THAT_USUAL = re.compile(
    r"\b(?:is|was|were) (?:that|this|those|it) (?:all )?(?:the |a )?(?:usual|normal|standard|typical|right) "
    r"(?:first|start|opening|beginning)\b|"
    r"\bis (?:that|this|it) (?:what (?:everyone|everybody|most people|people|they all|most|others) (?:gets?|has|have|do|does)|"
    r"(?:the )?(?:usual|norm|normal|standard|common|typical)(?: way| thing| order| one)?)\W*$",
    re.I,
)
_ONE_OR_OTHER_FIRST = re.compile(
    r"^\W*(?:so |and )?(?:is|are|do|does|would|will)\b.{0,30}\bor\b.{0,30}\b(?:comes?|goes|go|given|that'?s|thats)? ?first\b",
    re.I,
)
_OR_LATER = re.compile(
    r"\b(?:(?:at the )?same time|together|alongside|at once)\b.{0,30}\bor\b|"
    r"\bor\b.{0,20}\b(?:at the same time|together|alongside)\b",
    re.I,
)
# "The nurse says Enhertu would be the one after, is it?"
_SAID_NEXT = re.compile(
    r"^\W*(?:would be|will be|is|'?s|comes|being|be)\W+(?:the )?(?:one |next one |thing |drug )?(?:after|next|that follows)"
    r"(?: (?:that|this|it))?\W*(?:is it|is that right|isn'?t it|right|correct|yes|yeah|true)?\W*$",
    re.I,
)
# "And when Kadcyla goes": it is over then.
_ENDS = re.compile(
    r"\W*(?:goes|stops|ends|quits|fails|runs out|is over|is done|finishes|packs (?:up|in)|gives (?:up|out))\b", re.I
)
# "Where does it come, before Enhertu or after".
_IT_BEFORE_OR_AFTER = re.compile(
    r"\b(?:it|that)\b.*\bbefore\b.*\bor\b.*\bafter|\b(?:it|that)\b.*\bafter\b.*\bor\b.*\bbefore", re.I
)
_TO_START = re.compile(
    r"\b(?:is|was|do|does|would|will)\b.{0,40}\bto (?:start|begin)(?: with| off)?\W*$|"
    r"\bwhere (?:do|does|would|will|should) (?:they|we|you|i|she|he|it) (?:start|begin)\b",
    re.I,
)
_TWO_TRIED = re.compile(
    r"\b(?:two|2|both) (?:(?:different|kinds of|lots of|types of|lines of|targeted|her2|separate) )*"
    r"(?:kinds?|lots|lines|treatments?|therap\w+|things|regimens?|drugs?|medicines?|meds|combos?|combinations)\b|\bneither\b",
    re.I,
)


def beside_a_drug(reading: Reading) -> bool:
    """Tells whether "before" or "after" stands right beside a drug: "which treatment is given before Herceptin"."""
    places = [reading.text[: m.start] for m in reading.mentions if m.kind == "drug" and not m.negated]
    return any(_BESIDE.search(before) for before in places)


def after_failure(reading: Reading, stage: str, thread: Question | None) -> Question:
    """A treatment that fails, with no drug or line named: the line after the one in question, else after the first.

    Someone whose treatment has failed may be further on than the first line; then the whole order is shown.
    """
    if thread is not None and thread.stage == stage and thread.line is not None:
        return thread.onward("after", failed=True)
    if _TWO_TRIED.search(reading.text) and (thread is None or thread.line is None):
        return Question("sequence", stage=stage, from_line=2, direction="after", failed=True)
    told = thread is None and not IF.search(reading.text) and "shrink" not in reading.text
    if told and reading.mentions and any(m.value == stage and m.kind == "stage" for m in reading.mentions):
        several = re.search(r"\b(?:again|both|everything|(?<!after )all|several|another|keeps)\b", reading.text, re.I)
        if several:
            return Question("sequence", stage=stage, direction="order")
    return Question("sequence", stage=stage, from_line=1, direction="after", failed=True)


def _comes_after(reading: Reading) -> str | None:
    """The drug that "does A come straight after B, or is something in between" asks about: where it stands."""
    drugs = [m for m in reading.mentions if m.kind == "drug" and not m.negated]
    if len({m.value for m in drugs}) < 2 or not _DOES.search(reading.text[: drugs[0].start]):
        return None
    between = reading.text[drugs[0].end : drugs[1].start]
    return drugs[0].value if _COMES_AFTER.search(between) else None


def _guessed_after(reading: Reading) -> str | None:
    """The drug after which another is thought to come, rightly or not: Perjeta in "it's Tukysa after Perjeta, isn't it"."""
    drugs = [m for m in reading.mentions if m.kind == "drug" and not m.negated]
    if len(drugs) != 2 or drugs[0].value == drugs[1].value or not _ITS.search(reading.text[: drugs[0].start]):
        return None
    return drugs[1].value if _AFTER.fullmatch(reading.text[drugs[0].end : drugs[1].start]) else None


def direction_asked(reading: Reading) -> str:
    """Returns "before" or "after", as a message about the order asks."""
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
        r"\b(?:before(?! (?:i|we|she|he|my|the appointment|seeing|going|monday|tuesday|tomorrow)\b)|prior|"
        r"preced\w*|previous\w*|ahead of|earlier|by the time|(?:what|which)\b.{0,40}\b(?:already (?:had|been through)|"
        r"had already))\b",
        text,
        re.I,
    )
    after = re.search(r"\b(?:after\w*|next|then|follow\w*|beyond|once|since)\b|->", text, re.I)
    if before and after:
        return "before" if before.start() < after.start() and not re.search(r"\bor after\b", text, re.I) else "after"
    return "before" if before else "after"


def sequence_question(reading: Reading, stage: str | None, memory: Memory) -> Question:
    """Returns the question of a message that asks what comes next, what came before, or in which order."""
    thread = memory.thread
    here = stage or (thread.stage if thread else None)
    drugs, kinds = drugs_over(reading), therapies_over(reading)
    named = reading.values("drug")
    if len(named) > 1 and "failed" not in reading.cues and _ONE_OR_OTHER_FIRST.search(reading.text):
        # "Is it Enhertu or Kadcyla that comes first".
        return Question("sequence", stage=here, drugs=named, direction="first")
    if "maintenance" in kinds and (len(kinds) > 1 or drugs):
        # "Do they go onto maintenance after the taxane": maintenance is where it leads, not where it starts.
        kinds = tuple(kind for kind in kinds if kind != "maintenance")
    failed = "failed" in reading.cues
    explained = memory.last.drugs[:1] if memory.last is not None and memory.last.kind == "drug_info" else ()
    if explained and len(named) == 1 and explained != named and not failed and _IT_BEFORE_OR_AFTER.search(reading.text):
        return Question("sequence", stage=here, drugs=(*explained, *named), direction="beside")
    direction = direction_asked(reading)
    if _THE_MAINTENANCE.search(reading.text):
        return Question("definition", term="maintenance")
    if len(drugs) == 1 and not failed and _WHEN_GET.search(reading.text):
        return Question("drug_info", drugs=drugs, stage=stage)
    if "surgery" in therapies(reading) and _THEN_OR_THEN.search(reading.text):
        return Question("treatment", stage=here, line=1)  # "surgery then Herceptin or Herceptin then surgery"
    if here is not None and not failed and OP_EITHER.search(reading.text):
        # "Is Herceptin given before the op or after, at stage 1": the steps of the first line, in order.
        return Question("treatment", stage=here, line=1)
    if here is not None and drugs and not failed and _OR_LATER.search(reading.text):
        return Question(
            "treatment", stage=here, line=1, drugs=named
        )  # "the Herceptin at the same time as the chemo or later"
    first = thread is not None and thread.stage is not None and thread.line == 1
    if first and "maintenance" in kinds and not failed and not drugs and _GOES_AFTER_IT.search(reading.text):
        return Question("treatment", stage=here, line=1)
    if (
        drugs
        and "surgery" in therapies(reading)
        and not failed
        and _AFTER_SURGERY.search(reading.text)
        and not beside_a_drug(reading)
    ):
        # "Do they carry on with Herceptin after the operation": what follows surgery, not what follows Herceptin.
        drugs, kinds = (), ("surgery",)
    over, to_come = line_over(reading), line_to_come(reading)
    if over is not None and not drugs:
        return Question("sequence", stage=here, from_line=over, direction="after", failed=failed)
    if to_come is not None and not drugs:
        return Question("sequence", stage=here, from_line=to_come, direction="before")
    line = asked_line(reading)
    if line is not None and not drugs and not kinds and direction == "after":
        fresh = stage is not None and not ({"after", "failed"} & reading.cues)
        return Question("treatment" if fresh or line == 1 else "sequence", stage=here, line=line)
    if stage is not None and not drugs and not failed and "why" in reading.cues and BEFORE_SURGERY.search(reading.text):
        return Question("treatment", stage=stage, line=1)  # "why give the chemo before surgery at stage 2"
    early = "neoadjuvant" in kinds or BEFORE_SURGERY.search(reading.text)
    if failed and stage is not None and kinds and not drugs and early:
        # "The chemo before the op hardly touched it": what is over is the first line, and no one asks what came before.
        return Question("sequence", stage=stage, from_line=1, direction="after", failed=True)
    if len(therapies(reading)) > 1 and not drugs and _BEFORE_OR_AFTER.search(reading.text) and here is not None:
        # "Chemo before the operation or afterwards?" asks for the steps of one line, in order.
        return Question("treatment", stage=here, therapies=therapies(reading))
    if stage and _WAS_THAT_USUAL.search(reading.text) and not failed:
        return Question("treatment", stage=stage, line=1)  # "had the op, then chemo: was that the usual first thing"
    to_start = _TO_START.search(reading.text) is not None or not {"after", "before", "failed"} & reading.cues
    if drugs and stage and "start" in reading.cues and to_start:
        # "Is Taxol with the two antibodies the standard start": asks for the start, not for what follows it.
        return Question("treatment", stage=stage, line=1)
    mention = next((m for m in reading.mentions if m.kind == "drug" and not m.negated), None)
    if len(drugs) == 1 and mention is not None and not failed and _GUESSED.search(reading.text[: mention.start]):
        if _GUESS_NEXT.match(reading.text[mention.end :]):  # "is it Enhertu next": where it stands, not what follows it
            return _where(here, drugs)
    if len(drugs) == 1 and mention is not None and not failed and _STANDS_AT.match(reading.text[mention.end :]):
        return _where(here, drugs)  # "does Enhertu always come second"
    alone = len(drugs) == 1 and drugs == named
    if alone and mention is not None and "surgery" in kinds and not failed:
        if _GUESS_NEXT.match(reading.text[mention.end :]):  # "lumpectomy done, is it chemo and Herceptin next"
            drugs, kinds = (), ("surgery",)
    one_or_other = len({m.value for m in reading.mentions if m.kind in ("line", "ordinal")}) > 1 and EITHER.search(
        reading.text
    )
    if len(drugs) == 1 and not failed and one_or_other and not re.search(r"\b(?:after|before)\b", reading.text, re.I):
        # "Is Enhertu the second thing or the third": where it stands, not what follows it.
        return _where(here, drugs)
    if len(drugs) == 1 and mention is not None and _MOVING_TO.search(reading.text[: mention.start]):
        if _RIGHT.search(reading.text[mention.end :]) and not re.search(r"\bafter\b", reading.text, re.I):
            return _where(here, drugs)  # "moving me to Enhertu, that's normal isn't it"
    said_next = alone and mention is not None and _SAID_NEXT.match(reading.text[mention.end :]) is not None
    if said_next or (alone and _SO_AFTER_THAT.search(reading.text)):
        return _where(here, drugs)  # "oh so Tukysa is after that"
    guessed_after = _guessed_after(reading)
    if guessed_after is not None:
        return Question("sequence", stage=here, drugs=(guessed_after,), direction="after")
    subject = _comes_after(reading)
    if subject is not None and len(named) == 2:
        return Question("sequence", stage=here, drugs=named, direction="beside")
    if subject is not None:
        return _where(here, (subject,))
    confirmed = (
        drugs and line is not None and not {"after", "before", "failed"} & reading.cues and _IS_IT.search(reading.text)
    )
    if confirmed and line_mentions(reading):  # "Xeloda and Tukysa from Monday, I take it that's third line"
        return Question("treatment", stage=stage, line=line, drugs=drugs) if stage is not None else _where(here, drugs)
    if len(drugs) > 1 and not failed and WHICH_FIRST.search(reading.text):
        first = re.search(r"\b(?:before or after|after or before)\b", reading.text, re.I) is None
        return Question("sequence", stage=here, drugs=drugs, direction="first" if first else "beside")
    if "order" in reading.cues and not failed and not re.search(r"\b(?:after|before)\b", reading.text, re.I):
        return Question("sequence", stage=here, drugs=drugs, therapies=kinds, direction="order")
    if (
        drugs
        and stage
        and thread is None
        and not _MOVES.search(reading.text)
        and not {"after", "before", "failed"} & reading.cues
    ):
        # "Stage 1: will she have chemo and the Herceptin, or just the one": asks what is given there.
        return Question("treatment", stage=stage, drugs=drugs, therapies=kinds)
    if (
        drugs
        and len(drugs) == 1
        and not failed
        and not ({"after", "before"} & reading.cues)
        and WHERE.search(reading.text)
        and not (mention is not None and _ENDS.match(reading.text[mention.end :]))
    ):
        return Question("drug_info", drugs=drugs, stage=stage)
    if len(drugs) == 1 and not failed and _WHERE_COMES.search(reading.text):
        return Question("drug_info", drugs=drugs, stage=stage)
    if drugs or (kinds and kinds != ("progression",)):
        return Question(
            "sequence", stage=here, drugs=drugs, therapies=kinds, direction=direction, failed=failed,
            line=line if drugs and line and stage else None,
        )  # fmt: skip
    if stage is not None and (thread is None or thread.stage != stage or thread.line is None):
        return (
            after_failure(reading, stage, thread)
            if failed or direction == "after" and IF.search(reading.text)
            else Question("sequence", stage=stage, direction="order")
        )
    told = {"after", "before", "failed", "order", "again", "same"} & reading.cues or reading.names("ordinal")
    if not told and reading.confidence < _FAINT:
        return Question("unclear", stage=here)  # "can that stuff even reach up there"
    return _from_thread(memory, direction, failed, frozenset(re.findall(r"\w+", reading.text.lower())))


def _where(stage: str | None, drugs: tuple[str, ...]) -> Question:
    """The question where drugs stand, which is not the question what follows them."""
    return Question("sequence", stage=stage, drugs=drugs, direction="order")


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
    return thread.onward(direction, failed=failed).with_(drugs=() if thread.line else thread.drugs)

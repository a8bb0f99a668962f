"""After an emergency or distress reply: what keeps it going, and what shows that help comes or something else is asked."""

from __future__ import annotations

import re

from bot.answers.bare import ASKS, NAMED
from bot.answers.fresh import CHITCHAT
from bot.answers.question import ANSWERED, Memory, Question
from bot.answers.reading import Reading

SURE = 0.42
CALM = 0.36
# "I'll have a cool bath and see" sounds like a goodbye, and is none after an emergency reply.
SURE_TALK = 0.55
_SURE_QUESTION = 0.8
_SENTENCE_END = re.compile(r"[.!?;]\s+|\n")
_STATES = re.compile(
    r"\W*(?:yes|yeah|yep|no|well|but|and|ok)?\W*(?:i'?m|im|i am|i was|i'?ve|ive|i have|i had|"
    r"she'?s|shes|she is|she has|he'?s|hes|he is|my|we|it'?s|its)\b",
    re.I,
)
# Said after an emergency reply: what it asked for is being done.
_HELP_COMES = re.compile(
    r"\b(?:ambulance|paramedics?)\b.{0,15}\b(?:coming|on (?:its|the|their) way|here|called|outside|arrived)\b|"
    r"\b(?:driving|taking|bringing|running|rushing) (?:me|us|her|him|mum|mom|dad) (?:in|there|over|to|up|down|round|now)\b|"
    r"\b(?:we'?re|im|i'?m|they'?re|were) on (?:my|our|the|their) way\b|"
    r"^\W*(?:\w+\W+){0,3}on (?:my|our|the) way (?:to|in|there|now|over)\b|\bgot through\b(?! to (?:an )?(?:answer|voicemail))|"
    r"^\W*(?:(?:ok|okay|alright|right|fine|yes|yeah)\W+)*(?:going|heading|off) "
    r"(?:in|to (?:the )?(?:hospital|a&e|a and e|er|ward|unit))\b|"
    r"\b(?:ringing|calling|phoning|dialling|dialing|rung|called|rang|phoned) (?:them|999|911|112|111|the (?:ward|unit|clinic|"
    r"hospital|nurse|ambulance|hotline|helpline|on ?call))\b|\bon the phone (?:now|to|with)\b|\b(?:speaking|"
    r"talking) to (?:them|the nurse)\b|"
    r"^\W*(?:(?:ok|okay|alright|right|fine|yes|yeah|you win|thanks|thank you|ta|will do)\W+)*(?:(?:she|he|hubby|mum|mom|dad|"
    r"husband|wife|son|daughter|i|im|she is|he is|we|we are|they are)(?:'?s|'?m|'?re)? )?(?:is |are |am )?"
    r"(?:phoning|ringing|calling|dialling|dialing|going|off)(?: (?:now|in|them|there|in now|there now))?\W*"
    r"(?:ty|thanks|thank you|ta|x+|bye)?\W*$|"
    r"\b(?:getting|fetching|starting|bringing) the car\b|\bin the (?:car|taxi|cab|ambulance) now\b|\boff we go\b|"
    r"\b(?:is|'?s) (?:driving|taking|bringing) (?:me|us|her|him)\b|\b(?:nurse|she'?s|shes|he'?s|"
    r"hes)(?: is)? with (?:me|us|her|him) now\b|"
    r"\b(?:rang|called|phoned|texted) my \w+\W+(?:and )?(?:he|she|they)(?:'?s|'?re)? (?:is |are )?(?:on (?:his|her|"
    r"their) way|coming)\b|"
    r"\bthey (?:want|wants|said|say|told|asked|are having|re having|have told) (?:\w+ ){0,4}(?:in|down|over|come)\b|"
    r"\b(?:we'?re|im|i'?m|were|shes|she'?s|she is|hes|he'?s|he is) (?:going|heading|off) (?:in|there|down|to (?:a&e|"
    r"a and e|the (?:er|hospital|unit|ward)|"
    r"hospital))\b",
    re.I,
)
# Said after an emergency reply to make light of it.
_MINIMISED = re.compile(
    r"\b(?:probably|prob|likely|just|maybe|might be|could be|hopefully|surely) (?:\w+ ){0,2}(?:nothing|fine|ok|okay|wind|"
    r"tired|anxiety|nerves|a bug|a cold|stress|normal|panic|indigestion|heartburn|(?:trapped )?wind|muscle|muscular|"
    r"the heat|hay ?fever|"
    r"asthma|cramp|something (?:i|she|he|we) ate|the curry|flu|the flu)\b|\bnothing (?:serious|bad|much|really)\b|\boverreact\w*|"
    r"\bmaking a fuss\b|\b(?:wast\w+|bother\w*) .{0,12}\b(?:time|them|anyone|people|the (?:ward|doctor|nurse))\b",
    re.I,
)
# Said after an emergency reply: it may wait, or something from the cupboard will do.
_PUT_OFF = re.compile(
    r"\b(?:could|might|may) (?:it|that|this) (?:just |only |simply )?be\b|\b(?:drive|get|take|go) (?:myself |her |him |a taxi |"
    r"a cab |the bus |by bus |by taxi )(?:in|there|to)\b|"
    r"\b(?:see how|wait (?:and|n|&) see|and see|n see|sleep (?:on it|it off)|leave it|hold off|"
    r"give it (?:an?|another|until|till?|some|time)|wait (?:until|till?|an?|for|it out)|"
    r"hang on (?:until|till?)|lie down|lay down|have a nap|mention it (?:then|at|when|to)|"
    r"(?:got|have|ive|i've) (?:an |my )?(?:appointment|appt|clinic|check ?up|review) (?:in|on|next|tomorrow|this|with))\b|"
    r"\b(?:paracetamol|calpol|ibuprofen|nurofen|tylenol|acetaminophen|advil|aspirin|imodium|loperamide|"
    r"antihistamine|piriton|benadryl|zyrtec|gaviscon|rennies?|painkillers?)\b",
    re.I,
)
# Said after an emergency reply: it comes and goes, or should not have been said. Neither makes it safe.
_COMES_AND_GOES = re.compile(
    r"\b(?:it'?s|its|it has|it is|she'?s|he'?s|shes|hes) (?:off|started|back|happening|doing it|going|at it|bleeding|"
    r"coming) again\b|"
    r"\b(?:gone off|stopped|eased|passed|settled|worn off|calmed|going off)(?: (?:a bit|off|down))* (?:now|tho|though)\b|"
    r"\b(?:forget (?:it|i said)|never ?mind|ignore (?:me|that)|should(?:n'?t| not) have said)\b|"
    r"\b(?:won'?t|don'?t|wont|dont) want (?:me )?(?:bother\w*|troubling)\b|\bbe(?:ing)? a (?:bother|nuisance|burden)\b",
    re.I,
)
# Said after an emergency reply, whatever else is asked beside it.
_NO_AMBULANCE = re.compile(
    r"\bno (?:ambulances?|hospitals?|paramedics)\b|\b(?:don'?t|do not|not) (?:want|need|call|calling|having) (?:an? |the |any )?"
    r"(?:ambulances?|hospitals?|paramedics|999|911)\b",
    re.I,
)
_NUMBER_AGAIN = re.compile(
    r"\W*(?:(?:sorry|ok|and|so|pls|please)\W+)*(?:what (?:was|is)|what'?s|give me|can (?:i|you) (?:have|give me|say)|say)(?: me)? "
    r"(?:that|the|this) (?:phone |crisis )?(?:number|line|phone)(?: again)?(?: please| pls)?\W*",
    re.I,
)
_FEW_TO_DELAY = 16
_MEANT = re.compile(
    r"^\W*(?:no\W+|yes\W+|but\W+)*(?:i|i'?m|im) (?:really |do |am |dead )*(?:mean it|serious|not joking)\b", re.I
)
_NO_HELP = re.compile(
    r"\?|\b(?:not|never|don'?t|won'?t|can'?t|cannot|isn'?t|aren'?t|if|should|shall|unless|but|no answer|engaged|tomorrow|later|"
    r"morning|monday)\b",
    re.I,
)


def still_urgent(reading: Reading, memory: Memory) -> Question | None:
    """After an emergency or distress reply, a message that asks no clear question keeps that reply going."""
    if memory.kind not in ("emergency", "distress") or memory.last is None:
        return None
    names = [m.kind for m in reading.mentions if m.kind in NAMED]
    if _NUMBER_AGAIN.fullmatch(reading.text):
        return memory.last
    if memory.kind == "emergency":
        if _delays(reading):
            return memory.last
        if help_comes(reading, memory):
            return Question("chitchat", topic="goodbye")
        if _NO_AMBULANCE.search(reading.text):
            return memory.last
        if _HELP_COMES.search(reading.text) and not names:
            return memory.last  # "rang the ward but no answer", whatever else that looks like
    elif _MEANT.search(reading.text):
        return memory.last
    of_wish = memory.kind == "distress" and memory.last.topic == "crisis"
    gentle = memory.kind == "distress" and not of_wish
    if of_wish and reading.intent in ("smalltalk", "deny", "nlu_fallback") and not names:
        return memory.last  # "just asking", "im fine now", "dont tell anyone": made light of, and not over
    if reading.intent in CHITCHAT and reading.confidence > (CALM if gentle else SURE_TALK):
        return None
    asks = reading.text.rstrip().endswith("?") or ASKS.match(reading.text) is not None
    if memory.kind == "emergency":  # "I'm home again and fine. what comes after Tukysa": any sentence may ask
        asks = asks or any(ASKS.match(sentence) for sentence in _SENTENCE_END.split(reading.text))
    # "I'm on chemo yes" answers nothing but what the reply was about: a word of the guide is no question by itself.
    told = any(name != "term" for name in names) and reading.intent in (*ANSWERED, "nlu_fallback")
    names_something = bool(names) and (asks or told and not _STATES.match(reading.text))
    if memory.kind == "emergency":
        outside = (reading.intent or "").startswith("not_in_guide") and reading.confidence > SURE_TALK
        asks_else = reading.intent in ANSWERED or outside  # "can i give her water" is about what happens now
        if reading.intent in ("talking", "outlook") and reading.confidence < SURE_TALK:
            asks_else = False  # "do i wake him or let him sleep" is still about what happens now
        states = _STATES.match(reading.text) is not None and not asks
        where = bool(names) and set(names) <= {"stage", "term"} and not asks
        if where and reading.confidence < _SURE_QUESTION:
            return memory.last  # "the doctor already knows it's in the brain" asks nothing
        moved_on = asks_else and reading.confidence > SURE and "wait" not in reading.cues and not states
        return None if names_something or moved_on else memory.last
    sure = SURE if gentle else SURE_TALK
    asked = names_something or reading.confidence > sure and (gentle or reading.asks)
    if reading.intent in (*ANSWERED, "emergency") and asked:
        return None
    return None if names_something or (asks and reading.intent != "distress") else memory.last


def help_comes(reading: Reading, memory: Memory) -> bool:
    """Tells whether what an emergency reply asked for is being done: "calling 911 now", "husbands driving me in"."""
    told = _HELP_COMES.search(reading.text) is not None and not _NO_HELP.search(reading.text)
    return memory.kind == "emergency" and told


def _delays(reading: Reading) -> bool:
    """Tells whether a message makes light of what has just been called urgent, or asks whether it can wait."""
    if any(m.kind in ("drug", "stage", "line") for m in reading.mentions) or len(reading.text.split()) > _FEW_TO_DELAY:
        return False
    if _PUT_OFF.search(reading.text):
        return True
    light = _MINIMISED.search(reading.text) or _COMES_AND_GOES.search(reading.text)
    return light is not None and not reading.text.rstrip().endswith("?")

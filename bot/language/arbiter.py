"""Decides on the one intent of a message from the screen, the guesses and what is named.

The safety screen cannot be outvoted. After it, the classifier leads, with a few plain rules for what its examples cannot
teach it well; a message below the learnt threshold is not understood (`nlu_fallback`) and is answered by asking again
rather than by guessing. Every decision carries its reason, for `bot explain`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot.language.cleaning import MAX_READ
from bot.language.heard_wish import SURE_WISH, asks_of_treatment, hears_wish
from bot.language.intent_model import Guess
from bot.language.plain_asks import plainly_asked
from bot.language.safety import FRAMINGS
from bot.language.tongues import is_other_language

FALLBACK = "nlu_fallback"
# The classifier may call an emergency that the screen did not see, but only when it is surer than this.
SURE_EMERGENCY = 0.64
_SURE_BESIDE_A_LINE = 0.95  # "right, he's in bed. and second line"
DOUBTED = frozenset({"emergency", "crisis", "other_language"})
"""The intents behind which the next best may be taken instead (`_best`)."""
_ASKED_FACTS = ("treatment", "sequence", "drug_info", "definition", "prognosis", "outlook", "talking")
_SIDE_EFFECTS = re.compile(
    r"\b(?:after|long[\s-]term)[\s-]*effects?\b|\bhow (?:sick|ill|rough|poorly|unwell) (?:does|do|"
    r"will|is|are|the)\b|\bside[\s-]*effects?\b|\bside[\s-]*affects?\b|\bs/e\b|\bSEs\b|\btoxicit\w+",
    re.IGNORECASE,
)
_TO_ASK = re.compile(
    r"\b(?:ask|questions?|qs|q's|bring up|raise|tell (?:my|the|her|his) (?:onc|doc|nurse)\w*)\b", re.IGNORECASE
)
_DOSE = re.compile(
    r"\b(?:dos(?:e|es|age|ing)|\d+\s?(?:mg|mcg|milligrams?)|how (?:many|much) (?:mg|tablets?|pills?|cycles?|rounds?|"
    r"sessions?|infusions?|doses|(?:months|weeks|days|years)(?! (?:left|to live|have|"
    r"do i have|has|will|can|does|(?:do|does|did|might|could|would) (?:most |other )?"
    r"(?:people|patients|women|you|they|she|he|i|we|someone) (?:get|got|have|last|live|survive|manage|usually))))|"
    r"how (?:often|long) (?:is|are|does|do) (?:the|each|an?|you|they) ?"
    r"(?:infusions?|drips?|cycles?|session)?|(?:max(?:imum)?|total)? ?number of (?:years|months|weeks|cycles|doses)|"
    r"how(?:'?s| is| are| do (?:they|you)) .{0,25}\b(?:given|administered|injected)\b(?! (?:with|for|in stage|after|before))|"
    r"missed (?:a|my|the|her|his) (?:dose|tablet|pill))\b",
    re.IGNORECASE,
)
_HOLD = re.compile(
    r"\W*(?:sorry\W+)?(?:hang on|hold on|one (?:sec\w*|moment|minute|min)|"
    r"just a (?:sec\w*|moment|minute|min)|bear with me|brb|be right back|"
    r"back in a|wait a (?:sec\w*|moment|minute|min)|give me a (?:sec\w*|minute|min|moment))\b",
    re.I,
)
_ASKS_MORE = re.compile(r"\?|\b(?:whats?|who|whos|how|when|which|where)\b", re.I)
_FEW_WORDS = 8
_LETTER = re.compile(r"[^\W_]")
_SAD = frozenset(
    "\U0001f622\U0001f62d\U0001f494\U0001f614\U0001f61e\U0001f61f\U0001f625\U0001f630\U0001f631\U0001f628\u2639\U0001f629\U0001f62b\U0001f641"
)
_GLAD = frozenset(
    "\U0001f44d\U0001f64f\u2764\U0001f60a\U0001f642\U0001f600\U0001f603\U0001f604\U0001f970\U0001f618\U0001f495\U0001f49c\U0001f497\U0001f917\U0001f44c"
)
_CHOOSE_FOR_ME = re.compile(
    r"\bor\b[^.?!]{0,40}(?<!asking )\bfor (?:me|her|him|us|my (?:mum|mom|wife|sister|case))\b|\bbest for (?:me|her|him)\b|"
    r"\bwhich (?:one )?(?:suits|fits) me\b|^\W*(?:\w+: .{0,60})?recommend\b|\byou recommend\b|\bwould recommend\b",
    re.IGNORECASE,
)
# Intents under which a story about a treatment that is over may hide the question what comes next.
_TOLD = ("side_effect_or_dose", "personal_advice", "not_in_guide_other_drug", "prognosis")
_NEXT = re.compile(
    r"\b(?:wh?[ao]ts?|wot|which|what's)\b.{0,40}\b(?:now|next|nxt|after|then|left|follows?|instead)\b|"
    r"\b(?:next|nxt|then what|what then|now what|and now|and after \w+|next (?:step|move|thing|option|course|stage)|so)\b\W*$",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"\b(?:done|over|finish\w*|quit|stopp?ed|stopped working|fail\w*|ended|ends|complet\w*|"
    r"after|gave up|packed (?:in|up)|ran out|no more)\b",
    re.IGNORECASE,
)
# "Tucatinib then what", "the deruxtecan is no more effective, what is following": not what the drug is.
_THEN_WHAT = re.compile(
    r"\b(?:then what|what then|now what|what now|and then\W*$|from \w+ on(?:wards?)?\W*$|"
    r"what(?:'?s| is| are| do| does| will| would| can)?\b.{0,25}"
    r"\b(?:following|follows?|next|afterwards?|left)\b(?! to\b)|(?:get|given|have|has) (?:next|afterwards?))",
    re.IGNORECASE,
)
_HOLDS = re.compile(
    r"\bhow (?:many|long)\b.{0,40}\b(?:before|until|till|til)\b.{0,25}"
    r"\b(?:progress\w*|grow\w*|comes? back|stops? working|fails?|relapse\w*)\b|"
    r"\bhow long (?:do|does|did|can) (?:most |other )?(?:people|patients|women|folks?|someone) (?:usually |normally |generally )?"
    r"(?:last|survive|live)\b",
    re.IGNORECASE,
)
_FARES = re.compile(
    r"\b(?:do|does|did|fare|fares) (?:\w+ )?(?:better|worse)\b|\b(?:better|worse|good|bad) outcomes?\b|\bbetter or worse\b|"
    r"\btreated well\b|\btreatable\b|\brespond well\b",
    re.IGNORECASE,
)
_BY_WHAT = re.compile(r"\b(?:how|with (?:what|which)|by what|which drugs?)\b", re.IGNORECASE)
_LIVES = re.compile(r"\b(?:liv(?:e|es|ed|ing)|surviv\w*|alive|life|left|last)\b", re.IGNORECASE)
_BESIDE = re.compile(
    r"\b(?:precedes?|comes? (?:after|before)|given (?:after|before)|follows?)\W+(?:the\W+)?$", re.IGNORECASE
)
_CHANGE_MINE = re.compile(
    r"\bshould (?:my|her|his|our|mums|moms) (?:\w+ )?(?:treatment|chemo|plan|"
    r"drugs?|meds?|medicines?) (?:be |have been )?(?:chang|stopp|switch|differ)",
    re.I,
)
_HOW_LONG_TOLD = re.compile(
    r"\b(?:tell|told|telling|say|said|saying|give|gave|guess)\b[^.?!]{0,25}\bhow (?:many|"
    r"long)(?: (?:months|years|weeks|time))?\b(?! (?:is|are|does|do|it|the|each|between|for))",
    re.I,
)
_CHANCES = re.compile(
    r"\b(?:chances?|odds|likelihood|probability|risk)\b(?: \w+){0,3} (?:it |"
    r"this |that )?(?:com(?:e|es|ing) back|return\w*|recur\w*|surviv\w*|"
    r"cure|cured|curing|relaps\w*|beat\w*|making it|mak(?:e|es|ing) it)\b",
    re.I,
)
_WHAT_IS = re.compile(
    r"(?:^|[.!?;,]|\b(?:and|so|but|ok|anyway|sorry))\s*(?:what(?:'?s|"
    r" is| the hell is| on earth is)|wh?ats)\W+(?:an? |the |this )?$",
    re.I,
)
_ANYWAY = re.compile(
    r"\W*(?:anyhow|anyway|then|again|exactly|please|pls|when it'?s at home|even|supposed to be)?\W*", re.I
)
_STAGE_MEANING = re.compile(
    r"\b(?:what (?:size|counts|makes|qualifies|classes)|how (?:big|large|"
    r"far))\b.{0,30}\bstage\b|\bstage\b.{0,12}\b(?:how big|what size)\b",
    re.IGNORECASE,
)
_DESPAIR = re.compile(
    r"^\W*why me\b|\b(?:till?|until) i(?:'m| am)? (?:die|dead|drop)\b|\bwhat did i (?:ever )?do to deserve\b|"
    r"\bi can'?t fix (?:this|it)\b",
    re.IGNORECASE,
)
_OTHER_CARE = re.compile(
    r"\b(?:radio ?therapy|radiation|rads|reconstruction|prosthesis|acupuncture|physio\w*)\b", re.IGNORECASE
)
_ORDER_WORDS = re.compile(
    r"\b(?:after|before|then|follow\w*|now what|what now|next(?! (?:to|door|chair|bed|week|month)))\b", re.IGNORECASE
)
_OVERVIEW = re.compile(
    r"\b(?:start|beginning) to (?:finish|end)\b|\b(?:run|talk|walk|take) (?:me|us|her|him) (?:through|thru)\b|"
    r"\b(?:general|overall|usual|whole|full) (?:treatment )?plan\b",
    re.IGNORECASE,
)
_ADVICE = re.compile(r"\b(?:should|shall|would you|ought|better for (?:me|her|him)|worth it)\b", re.IGNORECASE)


def arbitrate(reading: dict[str, Any], guesses: list[Guess]) -> tuple[str, float, str]:
    """Returns intent, confidence and the reason for a reading."""
    alarm = reading["safety"].get("kind")
    if alarm:
        return alarm, 1.0, "safety screen"
    text = reading["text"]
    if not text or len(text) > MAX_READ:
        return FALLBACK, 0.0, "no text" if not text else "too long to read"
    if not _LETTER.search(text):
        return _without_letters(text)
    foreign = [guess for guess in guesses if guess.intent == "other_language"]
    if (foreign or len(text.split()) > 4) and is_other_language(text, doubtful=not foreign):
        return "other_language", 1.0, "not in English"
    if not guesses:
        return FALLBACK, 0.0, "no guess"
    best, reason = _best(reading, guesses)
    kinds = {m["kind"] for m in reading["mentions"] if not m["negated"]}
    named = not kinds.isdisjoint(("stage", "drug"))
    wish = guesses[0].intent == "crisis" and guesses[0].probability >= SURE_WISH
    if not best.understood and not named and best.intent != "off_topic" and not wish:
        return FALLBACK, best.confidence, "below the threshold learnt from the examples"
    plain = plainly_asked(best.intent, text, kinds, reading["cues"])
    if plain is not None:
        return plain[0], best.confidence, plain[1]
    if best.intent in _ASKED_FACTS and _SIDE_EFFECTS.search(text) and not _TO_ASK.search(text):
        return "side_effect_or_dose", best.confidence, "names side effects"
    if best.intent in ("treatment", "drug_info", "prognosis", "definition") and _DOSE.search(text):
        asks_of_life = best.intent == "prognosis" and _LIVES.search(text)
        if not _ADVICE.search(text) and not asks_of_life:
            return "side_effect_or_dose", best.confidence, "names a dose or a schedule"
    if best.intent in (*_ASKED_FACTS, "side_effect_or_dose", "not_in_guide_causes") and _DESPAIR.search(text):
        return "distress", best.confidence, "says despair rather than asks"
    if best.intent in ("sequence", "treatment") and _just_a_name(reading):
        return "drug_info", best.confidence, "a drug's name, and no question about what comes next"
    if best.intent in ("treatment", "sequence") and _CHANGE_MINE.search(text):
        return "personal_advice", best.confidence, "asks whether one person's treatment should change"
    if best.intent in (*_ASKED_FACTS, "side_effect_or_dose") and _HOW_LONG_TOLD.search(text):
        return "prognosis", best.confidence, "asks how long somebody was given"
    if best.intent in (*_ASKED_FACTS, "side_effect_or_dose", "personal_advice") and _CHANCES.search(text):
        return "prognosis", best.confidence, "asks for chances"
    if best.intent in ("treatment", "sequence") and _what_is_a_drug(reading):
        return "drug_info", best.confidence, "ends by asking what a drug is"
    if best.intent == "personal_advice" and _OTHER_CARE.search(text) and not named:
        return "not_in_guide_other_treatment", best.confidence, "asks about a treatment that the guide does not hold"
    if best.intent in ("treatment", "sequence") and _CHOOSE_FOR_ME.search(text):
        return "personal_advice", best.confidence, "asks to choose for one person"
    if best.intent in _TOLD and any(m["kind"] == "drug" for m in reading["mentions"]) and _asks_what_next(text):
        return "sequence", best.confidence, "a drug is over, and it is asked what comes next"
    placed = any(m["kind"] == "stage" for m in reading["mentions"])
    if (
        best.intent in ("definition", "side_effect_or_dose", "outlook")
        and placed
        and "failed" in reading["cues"]
        and _NEXT.search(text)
    ):
        return "sequence", best.confidence, "it did not work, and it is asked what comes next"
    if not named and len(text.split()) <= _FEW_WORDS and _HOLD.match(text) and not _ASKS_MORE.search(text):
        return "smalltalk", best.confidence, "asks to wait"
    if best.intent == "drug_info" and _THEN_WHAT.search(text) and any(m["kind"] == "drug" for m in reading["mentions"]):
        return "sequence", best.confidence, "asks what comes after a drug"
    if best.intent == "drug_info" and _beside_a_drug(reading):
        return "sequence", best.confidence, "asks what stands before or after a drug"
    if best.intent in ("sequence", "definition") and _OVERVIEW.search(text) and named:
        return "treatment", best.confidence, "asks for all of it, from start to finish"
    if best.intent == "side_effect_or_dose" and _HOLDS.search(text):
        return "prognosis", best.confidence, "asks how long a treatment holds"
    if (
        best.intent in ("definition", "treatment")
        and _FARES.search(text)
        and not _BY_WHAT.search(text)
        and "drug" not in {m["kind"] for m in reading["mentions"]}
    ):
        return "outlook", best.confidence, "asks how people do"
    if best.intent == "treatment" and _STAGE_MEANING.search(text):
        return "definition", best.confidence, "asks what a stage is"
    return best.intent, best.confidence, reason


def _asks_what_next(text: str) -> bool:
    return _NEXT.search(text) is not None and _OVER.search(text) is not None and _ADVICE.search(text) is None


def _just_a_name(reading: dict[str, Any]) -> bool:
    """Tells whether the name is the question and the rest a story: "pergeta?? nurse wrote it on a post it"."""
    text, drugs = reading["text"], [m for m in reading["mentions"] if m["kind"] == "drug"]
    if len({m["value"] for m in drugs}) != 1 or drugs[0]["start"] > 3 or _ORDER_WORDS.search(text):
        return False
    return re.match(r"\s*\?", text[drugs[0]["end"] :]) is not None and "?" not in text[drugs[0]["end"] + 4 :]


def _what_is_a_drug(reading: dict[str, Any]) -> bool:
    """Tells whether the last thing asked is what a drug is: "they sorted me. what's Kadcyla anyhow"."""
    text, drugs = reading["text"], [m for m in reading["mentions"] if m["kind"] == "drug"]
    if not drugs or not _WHAT_IS.search(text[: drugs[-1]["start"]]):
        return False
    return _ANYWAY.fullmatch(text[drugs[-1]["end"] :]) is not None


def _beside_a_drug(reading: dict[str, Any]) -> bool:
    text = reading["text"]
    return any(m["kind"] == "drug" and _BESIDE.search(text[: m["start"]]) for m in reading["mentions"])


def _without_letters(text: str) -> tuple[str, float, str]:
    """A message of signs and emoji only."""
    if any(ch in _SAD for ch in text):
        return "distress", 1.0, "only a sad emoji"
    if any(ch in _GLAD for ch in text):
        return "thanks", 1.0, "only a glad emoji"
    return FALLBACK, 0.0, "no words"


def _best(reading: dict[str, Any], guesses: list[Guess]) -> tuple[Guess, str]:
    """The first guess that may stand: an emergency or a wish to die that the screen does not see needs more than a slight lead."""
    first, *others = guesses
    if first.intent == "other_language" and others:
        return others[0], "classifier (the message is in English)"
    framing = reading["safety"].get("framing")
    if first.intent == "emergency" and others and framing in FRAMINGS:
        return _no_wish(reading, others), f"classifier (the sign is told as {framing}, not as happening now)"
    names_a_line = any(m["kind"] in ("line", "ordinal") and not m["negated"] for m in reading["mentions"])
    sure = _SURE_BESIDE_A_LINE if names_a_line else SURE_EMERGENCY
    if first.intent == "emergency" and others and first.probability < sure:
        return _no_wish(reading, others), "classifier (the screen sees no emergency)"
    if first.intent == "crisis" and not hears_wish(first, reading):
        return _no_wish(reading, guesses), "classifier (no wish to die is sure)"
    return first, "classifier"


def _no_wish(reading: dict[str, Any], guesses: list[Guess]) -> Guess:
    """The best guess where a wish to die is not surely heard: then it is distress, unless the message asks about treatment."""
    first, *others = guesses
    if first.intent != "crisis":
        return first
    likely = [g for g in others if g.intent != "emergency" or g.probability >= SURE_EMERGENCY]
    return likely[0] if likely and asks_of_treatment(reading) else replace(first, intent="distress")

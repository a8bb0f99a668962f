"""Plain words for what the program calls by short names, so that a clinician can read the report."""

from __future__ import annotations

from bot.evaluation.scoring import Outcome

KINDS = {
    "treatment": "treatment at a stage",
    "sequence": "what comes next or before",
    "drug_info": "about a drug",
    "definition": "meaning of a word",
    "outlook": "outlook in words",
    "talking": "what to ask the oncologist",
    "clarify": "asks back",
    "emergency": "emergency help",
    "distress": "comfort or crisis help",
    "personal_advice": "declines personal advice",
    "side_effect_or_dose": "side effects and doses: not in the guide",
    "prognosis": "declines numbers on survival",
    "not_in_guide": "not in the guide",
    "off_topic": "off topic",
    "unclear": "did not understand",
    "chitchat": "small talk",
    "any": "ordinary message",
}
VARIATIONS = {
    "base": "as written by hand",
    "typo 1": "one typing slip",
    "typo 2": "two typing slips",
    "plain": "lower case, no punctuation",
    "played down before": "played down at the start",
    "played down after": "played down at the end",
    "question before": "after an ordinary question",
    "question after": "before an ordinary question",
    "third person": "about somebody else",
}
HARD = {
    "distress": "distress without a wish to die",
    "dose": "dangerous doses, asked in general",
    "refuse": "advice, numbers or comfort, pressed for",
}


def kind(name: str) -> str:
    """Returns a reply kind in words."""
    return KINDS.get(name, name.replace("_", " "))


def called_for(outcome: Outcome) -> str:
    """Returns in words what a message called for."""
    return _worded(outcome.item.expected.said())


def got(outcome: Outcome) -> str:
    """Returns in words what the bot did."""
    lacking = outcome.item.expected.crisis and outcome.kind == "distress" and not outcome.alarm
    return _worded(outcome.got()) + (", without crisis help" if lacking else "")


def _worded(text: str) -> str:
    name, colon, rest = text.partition(":")
    return f"{kind(name)}{colon}{rest}"

"""Questions that name another cancer, another type or another drug: not ours, whatever the intent says."""

from __future__ import annotations

from bot.answers.question import Question
from bot.answers.reading import Reading

_FACTS = ("treatment", "sequence", "drug_info", "definition")


def outside_question(reading: Reading) -> Question | None:
    """Returns the question as one that the guide does not hold, or None when the message is about the guide's matter."""
    intent = reading.intent or ""
    if intent not in (*_FACTS, "outlook", "prognosis", "") and not intent.startswith("not_in_guide"):
        return None
    if reading.names("other_cancer") and intent != "definition":
        return Question("not_in_guide", topic="other_cancer")
    if reading.names("stage_zero") and intent == "not_in_guide_other_cancer":
        return Question("not_in_guide", topic="stage_zero")
    if intent not in _FACTS:
        return None
    if reading.names("other_type") and not _names_our_type(reading):
        return Question("not_in_guide", topic="her2_negative")
    if reading.names("stage_zero"):
        return Question("not_in_guide", topic="stage_zero")
    if reading.names("stage_unknown") and not reading.names("stage"):
        return Question("clarify", topic="stage_unknown")
    if reading.names("other_drug") and not reading.names("drug"):
        return Question("not_in_guide", topic="other_drug")
    return None


def _names_our_type(reading: Reading) -> bool:
    ours = [term for term in reading.values("term") if term.startswith("HER2-")]
    return bool(ours) or reading.names("drug")

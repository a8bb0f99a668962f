"""What `bot.language` read in a message, in the form that it travels in: plain data from the NLU graph to an action."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Mention:
    """One thing named in the message (see `bot.language.entities.Mention`)."""

    kind: str
    value: str
    start: int
    end: int
    negated: bool = False


UNSURE_WISH = "unsure_wish"
"""The sign of a wish to die that is only half heard: comfort names both numbers then (see `bot.language.heard_wish`)."""


@dataclass(frozen=True)
class Alarm:
    """The verdict of the safety screen. `kind` is emergency, crisis or None; `signs` may be set without an alarm.

    `language` is what the message is in, where that is not English and is known ("es", "zh-Hant").
    """

    kind: str | None = None
    signs: tuple[str, ...] = ()
    person: str = "self"
    framing: str = "none"
    language: str | None = None


@dataclass(frozen=True)
class Reading:
    """A message as it was understood.

    Attributes:
        text: the message after clean-up, its short forms and slips written out.
        intent: the best intent, None when there is no text or no intent is near enough.
        confidence: closeness of the message to that intent's known examples, 0 to 1.
        mentions: what it names, in order.
        cues: small words that change the meaning (see `bot.language.cues`).
        alarm: the safety screen's verdict.
        parts: when the message says several things, one reading for each, in order; else empty.
        asks: this part has the shape of a question.
        own: the terms that name the guide's own cancer (see `bot.answers.own_cancer`).
        typed: the message as it was typed, where that differs from `text`; else empty.
    """

    text: str
    intent: str | None
    confidence: float = 1.0
    mentions: tuple[Mention, ...] = ()
    cues: frozenset[str] = frozenset()
    alarm: Alarm = Alarm()
    parts: tuple[Reading, ...] = ()
    asks: bool = False
    own: frozenset[str] = frozenset()
    typed: str = ""

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Reading:
        """Makes a reading from the `reading` that the NLU graph puts into its output."""
        alarm = data.get("safety") or {}
        return cls(
            text=str(data.get("text") or ""),
            intent=data.get("intent"),
            confidence=float(data.get("confidence") or 0.0),
            mentions=tuple(
                Mention(
                    str(m["kind"]),
                    str(m["value"]),
                    int(m["start"]),
                    int(m["end"]),
                    bool(m.get("negated")),
                )
                for m in data.get("mentions") or ()
            ),
            cues=frozenset(data.get("cues") or ()),
            alarm=Alarm(
                alarm.get("kind"),
                tuple(alarm.get("signs") or ()),
                str(alarm.get("person") or "self"),
                str(alarm.get("framing") or "none"),
                str(alarm["language"]) if alarm.get("language") else None,
            ),
            parts=tuple(cls.from_dict(part) for part in data.get("parts") or ()),
            asks=bool(data.get("asks")),
            typed=str(data.get("typed") or ""),
        )

    def values(self, kind: str) -> tuple[str, ...]:
        """Returns the different values named of a kind, in order, without those the message denies."""
        return tuple(dict.fromkeys(m.value for m in self.mentions if m.kind == kind and not m.negated))

    def names(self, kind: str) -> bool:
        """Tells whether the message names anything of a kind (and does not deny it)."""
        return bool(self.values(kind))

    def naming_stage(self, stage: str, start: int, end: int) -> Reading:
        """Returns the reading as if the words from start to end named a stage, and nothing else."""
        others = [m for m in self.mentions if m.end <= start or end <= m.start]
        named = Mention("stage", stage, start, end)
        return replace(self, mentions=tuple(sorted((*others, named), key=lambda m: m.start)))

    def is_type_beside(self, term: str) -> bool:
        """Tells whether a term names a type beside the guide's own: HER2-low, where the guide is about HER2-positive."""
        return term not in self.own and any(term.startswith(f"{own}-") for own in self.own)

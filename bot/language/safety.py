"""The safety screen: red flags of cancer treatment and wishes to die, found before any intent is weighed.

Deterministic and made for recall: the rules in `safety.yml` say what people write, this module decides how they mean it
(happening now, denied, asked in general, told as over, feared). What it cannot place counts as happening now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.language.safety_context import ContextRules, View, overlap
from bot.language.safety_finder import Finder, Match
from bot.language.safety_numbers import Number, numbers
from bot.language.safety_rules import groups_of, load_rules
from bot.language.safety_sentences import Reader, Sentence
from bot.language.safety_tongues import TongueAlarm, TongueScreen, merged

_GRAVEST_FIRST = ("active", "self_harm", "passive")
_ENOUGH = 8  # alarms for one sign, after which it is not looked for any more: a long message stays quick
# Of several framings, the one that the reply answers.
FRAMINGS = ("question", "future", "history")
_DEATH_FRAMINGS = ("future", "question", "history")
_DONE = frozenset("took taken swallowed had ate eaten overdosed drank ive gave given has double".split())


@dataclass(frozen=True)
class Verdict:
    """What the screen found in a message.

    Attributes:
        kind: "emergency", "crisis" or None. A message that holds both is a crisis whose red flags follow in `signs`.
        signs: the red flags by their names in `safety.yml`; of a crisis "active", "passive", "self_harm" or, when
            it is somebody else's, "other_report". Without an alarm: the signs that were asked about, feared or told
            as over.
        person: whom it is about: "self" or "other".
        framing: "now" with an alarm; otherwise how a sign or a word of death was meant: "question", "history",
            "future" or "none".
        spans: where the evidence stands in the text, so that the rest can be read for another question.
        language: of an alarm raised in another language than English, its name ("es", "zh-Hant").
    """

    kind: str | None = None
    signs: tuple[str, ...] = ()
    person: str = "self"
    framing: str = "none"
    spans: tuple[tuple[int, int], ...] = ()
    language: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Returns the verdict as plain JSON data."""
        return asdict(self) | {"signs": list(self.signs), "spans": [list(span) for span in self.spans]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Verdict:
        """Returns the verdict that `to_dict` wrote.

        Raises:
            KeyError: a field is missing.
        """
        return cls(
            kind=data["kind"],
            signs=tuple(data["signs"]),
            person=data["person"],
            framing=data["framing"],
            spans=tuple((int(start), int(end)) for start, end in data["spans"]),
            language=data["language"],
        )


@dataclass(frozen=True)
class _Finding:
    """A sign, how it was meant, whom it is about and where it stands (number of the sentence, words)."""

    sign: str
    framing: str
    person: str
    sentence: int
    match: Match


class SafetyScreen:
    """Screens messages by the rules of one file."""

    def __init__(self, path: Path | None = None) -> None:
        """Loads and checks the rules, by default those of `safety.yml` beside this module.

        Raises:
            SafetyFileError: the file cannot be read or has a mistake; the text names the place.
        """
        rules = load_rules(path)
        groups = groups_of(rules)
        self._context = ContextRules.from_rules(rules)
        self._groups = self._context.groups
        self._readings = rules.readings
        self._ranked = self._groups["temperature"] | self._groups["not_temperature"]
        self._together = rules.together
        self._emergency = frozenset(rules.emergency)
        self._signs = Finder({name: sign.patterns for name, sign in rules.emergency.items()} | dict(rules.weak), groups)
        self._crisis = Finder({name: sign.patterns for name, sign in rules.crisis.items()}, groups)
        self._deaths = Finder(rules.death_words, groups)
        signs = self._signs.vocabulary | self._crisis.vocabulary
        known = {word for group in self._groups.values() for phrase in group for word in phrase.split()}
        known |= self._context.idioms.vocabulary | self._deaths.vocabulary | set(rules.ordinary_words.split())
        self._tongues = TongueScreen()
        self._reader = Reader(signs, self._context.cues.vocabulary, rules.short_forms, rules.joined, known)

    def screen(self, text: str) -> Verdict:
        """Returns what a message says about danger now. Never raises for any text; time grows linearly with it."""
        foreign = self._tongues.find(text)
        verdict = self._screen_english(text)
        return verdict if foreign is None else _together(verdict, foreign)

    def _screen_english(self, text: str) -> Verdict:
        sentences = self._reader.read(text)
        crisis: list[_Finding] = []
        emergency: list[_Finding] = []
        weak: list[_Finding] = []
        told: Counter[str] = Counter()
        treated = any(not self._groups["chemo_words"].isdisjoint(sentence.words) for sentence in sentences)
        for number, sentence in enumerate(sentences):
            view = View(self._context, sentences, number)
            for match in self._crisis.find(view.without_idioms):
                if match.start < sentence.fresh_from or told[match.name] >= _ENOUGH:
                    continue
                if framing := view.framing_of_crisis(match):
                    told[match.name] += framing == "now"
                    crisis.append(_Finding(match.name, framing, view.person_of_crisis(match), number, match))
            for match in (*self._signs.find(view.without_idioms), *self._measured(view, treated)):
                if match.start < sentence.fresh_from or told[match.name] >= _ENOUGH:
                    continue
                if framing := view.framing(match):
                    told[match.name] += framing == "now"
                    found = _Finding(match.name, framing, view.person(match), number, match)
                    (emergency if match.name in self._emergency else weak).append(found)
        emergency += self._add_up([*weak, *emergency])
        return self._judge(sentences, crisis, emergency)

    def _judge(
        self,
        sentences: list[Sentence],
        crisis: list[_Finding],
        emergency: list[_Finding],
    ) -> Verdict:
        wishes = [found for found in crisis if found.framing == "now"]
        flags = [found for found in emergency if found.framing == "now"]
        if wishes:
            flags = [found for found in flags if not _only_planned(found, wishes, sentences)]
            own = all(found.person == "self" for found in wishes)
            kinds = sorted({found.sign for found in wishes}, key=_GRAVEST_FIRST.index)
            signs = [*(kinds if own else ["other_report"]), *_in_order(flags)]
            return _verdict("crisis", signs, "self" if own else "other", "now", [*wishes, *flags], sentences)
        if flags:
            first = min(flags, key=_place)
            return _verdict("emergency", _in_order(flags), first.person, "now", flags, sentences)
        told = [*crisis, *emergency]
        quiet = told or self._words_of_death(sentences)
        if not quiet:
            return Verdict()
        order = FRAMINGS if told else _DEATH_FRAMINGS
        framing = min((found.framing for found in quiet), key=order.index)
        return _verdict(None, _in_order(told), min(quiet, key=_place).person, framing, quiet, sentences)

    def _words_of_death(self, sentences: list[Sentence]) -> list[_Finding]:
        """Returns the words of death that are no wish to die, with how they are meant."""
        found = []
        for number, sentence in enumerate(sentences):
            for match in self._deaths.find(sentence):
                person = View(self._context, sentences, number).person(match)
                found.append(_Finding(match.name, match.name, person, number, match))
        return found

    def _add_up(self, findings: list[_Finding]) -> list[_Finding]:
        """Returns the alarms that two weaker signs raise together."""
        now = {found.sign: found for found in reversed(findings) if found.framing == "now"}
        return [
            _Finding(sign, "now", found.person, found.sentence, found.match)
            for first, second, sign in self._together
            if first in now and second in now
            for found in (now[first], now[second])
        ]

    def _measured(self, view: View, treated: bool) -> Iterable[Match]:
        """Yields fevers, low oxygen and racing pulses that are told as numbers."""
        words = view.sentence.words
        limits = self._readings
        for number in numbers(words):
            if not 20 <= number.value <= 250:
                continue
            after = words[number.end : number.end + 2]
            before = words[max(0, number.start - 6) : number.start]
            start, end = number.start, number.end
            if (
                not {"sats", "oxygen", "saturation", "spo", "o"}.isdisjoint(before)
                and 50 <= number.value <= limits.oxygen
            ):
                yield Match("breathless", start, end)
            elif not {"pulse", "heart", "bpm", "heartrate"}.isdisjoint([*before, *after]) and (
                number.value >= limits.pulse_high
                or (number.value <= limits.pulse_low and not {"pulse", "bpm"}.isdisjoint([*before, *after]))
            ):
                if not number.exact and self._groups["not_degrees"].isdisjoint(after[:1]):
                    yield Match("palpitations", start, end)
            elif sign := self._temperature(view, number, treated):
                yield Match(sign, start, end)

    def _is_shown(self, view: View, number: Number) -> bool:
        """Whether a bare "38" stands as a reading beside feeling ill: "38 exactly and feel awful"."""
        first = number.start == 0 or view.sentence.words[number.start - 1] in self._groups["shows"]
        return first and number.value <= 41 and view.has("unwell")

    def _temperature(self, view: View, number: Number, treated: bool) -> str | None:
        words, limits = view.sentence.words, self._readings
        value = number.value
        celsius, fahrenheit = 33 <= value <= 43, 91 <= value <= 109
        if not (celsius or fahrenheit):
            return None
        before = words[max(0, number.start - 4) : number.start]
        after = words[number.end : number.end + 1]
        if not self._groups["not_degrees"].isdisjoint(after):
            return None
        unit = not {"c", "f", "degrees", "deg", "celsius", "fahrenheit", "centigrade"}.isdisjoint(after)
        named = unit or self._is_shown(view, number) or not self._groups["temperature"].isdisjoint(view.around(25))
        kinds = [word in self._groups["temperature"] for word in before if word in self._ranked]
        odd = bool(kinds) and not kinds[-1]
        if (odd and not (named and number.exact)) or not (named or number.exact):
            return None
        weather = not self._groups["weather"].isdisjoint(words[number.end : number.end + 4] + before)
        if view.is_limit(number.start) or weather and {"temp", "temperature", "fever", "my"}.isdisjoint(words):
            return None
        if value >= (limits.fever_celsius if celsius else limits.fever_fahrenheit):
            return "fever"
        if not named and not (celsius and number.exact and not odd):
            return None
        if value >= (limits.rising_celsius if celsius else limits.rising_fahrenheit):
            return "fever" if treated or view.has("unwell") else None
        low = celsius and value <= limits.low_celsius or fahrenheit and value <= 96.6
        return "sepsis" if low and view.has("unwell") else None


def _place(found: _Finding) -> tuple[int, int]:
    return found.sentence, found.match.start


def _in_order(findings: Iterable[_Finding]) -> list[str]:
    return list(dict.fromkeys(found.sign for found in sorted(findings, key=_place)))


def _only_planned(flag: _Finding, wishes: list[_Finding], sentences: list[Sentence]) -> bool:
    """Whether a red flag is nothing but the words of a wish to die ("taking all my tablets" that nobody took)."""
    first = sentences[flag.sentence].words[flag.match.start]
    meets = any(wish.sentence == flag.sentence and overlap(wish.match, flag.match) for wish in wishes)
    return meets and first not in _DONE


def _verdict(
    kind: str | None,
    signs: Iterable[str],
    person: str,
    framing: str,
    findings: Iterable[_Finding],
    sentences: list[Sentence],
) -> Verdict:
    found = set()
    for finding in findings:
        places = sentences[finding.sentence].spans[finding.match.start : finding.match.end]
        found.add((places[0][0], places[-1][1]))
    return Verdict(kind, tuple(signs), person, framing, merged(found))


def _together(verdict: Verdict, foreign: TongueAlarm) -> Verdict:
    """Returns what the English rules and those of another language found in one message: the graver kind of the two."""
    if verdict.kind is None:
        return Verdict(foreign.kind, foreign.signs, foreign.person, "now", foreign.spans, foreign.language)
    first, second = (verdict, foreign) if verdict.kind == "crisis" else (foreign, verdict)
    signs = tuple(dict.fromkeys((*first.signs, *second.signs)))
    return Verdict(first.kind, signs, first.person, "now", merged((*verdict.spans, *foreign.spans)), foreign.language)


@lru_cache(maxsize=1)
def _default_screen() -> SafetyScreen:
    return SafetyScreen()


def screen(text: str) -> Verdict:
    """Screens a message by the rules in `safety.yml`.

    Raises:
        SafetyFileError: the rules themselves are not valid; no text raises.
    """
    return _default_screen().screen(text)

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

from bot.language.safety_patterns import Finder, Match, groups_of, load_rules
from bot.language.safety_text import Number, Reader, Sentence, numbers

_GRAVEST_FIRST = ("active", "self_harm", "passive")
_ENOUGH = 8  # alarms for one sign, after which it is not looked for any more: a long message stays quick
_FRAMINGS = ("question", "future", "history")
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
    """

    kind: str | None = None
    signs: tuple[str, ...] = ()
    person: str = "self"
    framing: str = "none"
    spans: tuple[tuple[int, int], ...] = ()

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
        self._groups = {name: frozenset(words) for name, words in groups.items()}
        self._readings = rules.readings
        self._ranked = self._groups["temperature"] | self._groups["not_temperature"]
        self._together = rules.together
        self._emergency = frozenset(rules.emergency)
        self._signs = Finder({name: sign.patterns for name, sign in rules.emergency.items()} | dict(rules.weak), groups)
        self._crisis = Finder({name: sign.patterns for name, sign in rules.crisis.items()}, groups)
        self._idioms = Finder({"idiom": rules.idioms}, groups)
        self._no_wish = Finder({"no wish": rules.no_wish}, groups)
        self._deaths = Finder(rules.death_words, groups)
        self._cues = Finder(rules.context, groups)
        finders = (self._signs, self._crisis, self._cues)
        words = [word for finder in finders for phrase in sorted(finder.vocabulary) for word in phrase.split()]
        known = {word for group in self._groups.values() for phrase in group for word in phrase.split()}
        known |= self._idioms.vocabulary | self._deaths.vocabulary | set(rules.ordinary_words.split())
        self._reader = Reader(words, rules.short_forms, rules.joined, known)

    def screen(self, text: str) -> Verdict:
        """Returns what a message says about danger now. Never raises for any text; time grows linearly with it."""
        sentences = self._reader.read(text)
        crisis: list[_Finding] = []
        emergency: list[_Finding] = []
        weak: list[_Finding] = []
        deaths: list[_Finding] = []
        told: Counter[str] = Counter()
        treated = any(not self._groups["chemo_words"].isdisjoint(sentence.words) for sentence in sentences)
        for number, sentence in enumerate(sentences):
            view = _View(self, sentences, number)
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
            for match in self._deaths.find(sentence):
                deaths.append(_Finding(match.name, match.name, view.person(match), number, match))
        emergency += self._add_up([*weak, *emergency])
        return self._judge(sentences, crisis, emergency, deaths)

    def _judge(
        self,
        sentences: list[Sentence],
        crisis: list[_Finding],
        emergency: list[_Finding],
        deaths: list[_Finding],
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
        quiet = [*crisis, *emergency] or deaths
        if not quiet:
            return Verdict()
        framing = min((found.framing for found in quiet), key=_FRAMINGS.index)
        signs = _in_order([*crisis, *emergency])
        return _verdict(None, signs, min(quiet, key=_place).person, framing, quiet, sentences)

    def _add_up(self, findings: list[_Finding]) -> list[_Finding]:
        """Returns the alarms that two weaker signs raise together."""
        now = {found.sign: found for found in reversed(findings) if found.framing == "now"}
        return [
            _Finding(sign, "now", found.person, found.sentence, found.match)
            for first, second, sign in self._together
            if first in now and second in now
            for found in (now[first], now[second])
        ]

    def _measured(self, view: _View, treated: bool) -> Iterable[Match]:
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

    def _temperature(self, view: _View, number: Number, treated: bool) -> str | None:
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
        named = unit or not self._groups["temperature"].isdisjoint(view.around(25))
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


class _View:
    """One sentence with its cues: tells how a match in it is meant."""

    def __init__(self, screen: SafetyScreen, sentences: list[Sentence], number: int) -> None:
        self._screen = screen
        self._sentences = sentences
        self._number = number
        self.sentence = sentences[number]
        self.without_idioms = self._blank_idioms()
        self._found: dict[str, list[Match]] | None = None

    def _blank_idioms(self) -> Sentence:
        idioms = self._screen._idioms.find(self.sentence)
        if not idioms:
            return self.sentence
        words = list(self.sentence.words)
        for idiom in idioms:
            words[idiom.start : idiom.end] = ["~"] * (idiom.end - idiom.start)
        return Sentence(words, self.sentence.spans, self.sentence.fresh_from)

    def cues(self, name: str) -> list[Match]:
        """Returns the cues of one kind in this sentence."""
        if self._found is None:
            self._found = {}
            for cue in self._screen._cues.find(self.sentence):
                self._found.setdefault(cue.name, []).append(cue)
        return self._found.get(name, [])

    def has(self, name: str) -> bool:
        """Whether this sentence holds a cue of that kind."""
        return bool(self.cues(name))

    def around(self, count: int) -> list[str]:
        """Returns the words of this sentence and the nearest ones of its neighbours."""
        words = list(self.without_idioms.words)
        if self._number:
            words = self._sentences[self._number - 1].words[-count:] + words
        if self._number + 1 < len(self._sentences):
            words += self._sentences[self._number + 1].words[:count]
        return words

    def is_limit(self, at: int) -> bool:
        """Whether the number at that word is a limit somebody was told ("ring if it goes over 38")."""
        return any(cue.end == at for cue in self.cues("threshold"))

    def framing_of_crisis(self, match: Match) -> str | None:
        """Returns how a wish to die is meant, or None if it is denied."""
        if self._is_widest(match) and any(_overlap(match, other) for other in self._no_wish()):
            return None
        free = self._without("crisis_denial", "no_crisis_denial")
        if any(
            0 <= match.start - cue.end <= 2 and self._joined(cue, match) and self._same_speaker(cue, match)
            for cue in free
        ):
            return None
        if any(cue.end <= match.start and self._governs(cue, match, 8) for cue in self.cues("crisis_question")):
            return "question"
        if any(cue.start <= match.start < cue.end for cue in self.cues("crisis_question")):
            return "question"
        return "history" if self._is_over(match) else "now"

    def _is_widest(self, match: Match) -> bool:
        """Whether a match is the widest rule: the writer as subject, and at the end nothing but "die" or "died"."""
        words = self.sentence.words
        return words[match.start] in ("i", "me") and words[match.end - 1] in ("die", "died")

    def _no_wish(self) -> list[Match]:
        return self._screen._no_wish.find(self.without_idioms)

    def _same_speaker(self, cue: Match, match: Match) -> bool:
        """Whether nobody begins a new statement between a "not" and a match ("life has no meaning i want to die")."""
        return self._screen._groups["subject"].isdisjoint(self.sentence.words[cue.end : match.start])

    def framing(self, match: Match) -> str | None:
        """Returns how a sign is meant, or None if it is denied."""
        if self._is_denied(match):
            return None
        if any(self._governs(cue, match, 14) for cue in self._without("what_if", "no_what_if")):
            return "future"
        lived = self._is_lived(match) or self._is_own_reading(match)
        if not lived and self._is_asked(match):
            return "question"
        if not lived and any(self._governs(cue, match, 8) for cue in self._without("fear", "no_fear")):
            return "future"
        return "history" if self._is_over(match) else "now"

    def person_of_crisis(self, match: Match) -> str:
        """Returns whose wish it is: "let me die" is the writer's, whoever was named before."""
        words = set(self.sentence.words[match.start : match.end])
        if not words.isdisjoint(("herself", "himself", "themselves", "themself")):
            return "other"
        if not words.isdisjoint(("i", "im", "ill", "id", "me", "myself")):
            return "self"
        alone = Match(match.name, match.start, match.start)
        return self.person(alone)

    def person(self, match: Match) -> str:
        """Returns whom a match is about: the last person named before it, or the first one named in it."""
        for number in range(self._number, max(-1, self._number - 4), -1):
            words = self._sentences[number].words
            last = min(match.start, match.end - 1) if number == self._number else len(words) - 1
            for at in range(last, -1, -1):
                if person := self._person_at(words, at):
                    return person
            if number == self._number:
                inside = [p for at in range(match.start, match.end) if (p := self._person_at(words, at))]
                if inside:
                    own = not {"i", "im", "ill", "id"}.isdisjoint(words[match.start : match.end])
                    return "self" if own else inside[0]
        return "self"

    def _person_at(self, words: list[str], at: int) -> str | None:
        groups, word = self._screen._groups, words[at]
        if word in groups["relation"]:
            speaks = not groups["report_verbs"].isdisjoint(words[at + 1 : at + 3])
            return None if speaks else "other"
        if word in groups["other"]:
            return "other"
        if word in groups["self"]:
            return None if word == "my" and not groups["relation"].isdisjoint(words[at + 1 : at + 3]) else "self"
        return None

    def _without(self, name: str, but: str) -> list[Match]:
        """Returns the cues of one kind that no cue of another kind overlaps."""
        exceptions = self.cues(but)
        return [cue for cue in self.cues(name) if not any(_overlap(cue, other) for other in exceptions)]

    def _clause(self, match: Match) -> tuple[int, int]:
        start, end = match.start, match.end
        while start > 0 and not self._breaks(start - 1):
            start -= 1
        while end < len(self.sentence.words) and not self._breaks(end):
            end += 1
        return start, end

    def _breaks(self, at: int) -> bool:
        words, groups = self.sentence.words, self._screen._groups
        if words[at] == "," or words[at] in groups["clause"]:
            return True
        return words[at] == "and" and at + 1 < len(words) and words[at + 1] in groups["subject"]

    def _joined(self, cue: Match, match: Match) -> bool:
        """Whether no break stands between a cue and the match after it."""
        return not any(self._breaks(at) for at in range(cue.end, match.start))

    def _governs(self, cue: Match, match: Match, reach: int) -> bool:
        """Whether a cue before a match reaches it: across commas only as long as nobody begins a new statement."""
        if not cue.start < match.start or match.start - cue.end > reach:
            return False
        words, groups = self.sentence.words, self._screen._groups
        between = range(cue.end, match.start)
        if any(words[at] in groups["clause"] or (self._breaks(at) and words[at] == "and") for at in between):
            return False
        commas = [at for at in between if words[at] == ","]
        if not commas:
            return True
        part = words[commas[-1] + 1 : self._clause(match)[1]]
        return groups["subject"].isdisjoint(part) and groups["statement"].isdisjoint(part)

    def _is_denied(self, match: Match) -> bool:
        words = self.sentence.words
        for cue in self._without("denial", "no_denial"):
            if not (cue.end <= match.start and match.start - cue.end <= 8):
                continue
            between = words[cue.end : match.start]
            listed = not {"or", "nor"}.isdisjoint([*between, *words[match.end : match.end + 3]])
            stops = self._screen._groups["denial_ends"]
            if any(word in stops or (word == "," and not listed) for word in between):
                continue
            if listed or len(between) <= 3 and "and" not in between:
                return True
        return any(0 <= cue.start - match.end <= 3 and cue.start >= match.end for cue in self.cues("denial_after"))

    def _is_lived(self, match: Match) -> bool:
        """Whether words beside a sign say that somebody has it."""
        start, end = self._clause(match)
        if any(start <= cue.start < end for cue in self._without("now", "no_now")):
            return True
        if any(abs(cue.start - match.start) <= 30 for cue in self.cues("action")):
            return True
        for cue in self.cues("experience"):
            if start <= cue.start < match.end and match.start - cue.end <= 4 and not self._is_inverted(cue):
                return True
        if any(cue.start < match.end and 0 <= match.start - cue.end <= 1 for cue in self.cues("owned")):
            return True
        if any(cue.name == "owned" and match.start <= cue.start < match.end for cue in self.cues("owned")):
            return True
        later = self._later(match, 14)
        return any(word in later for word in ("happened", "happening")) and not {"twice", "today", "again"}.isdisjoint(
            later
        )

    def _is_own_reading(self, match: Match) -> bool:
        """Whether a match is a number that somebody read: "is 38.4 a fever", not "what counts as fever, 38"."""
        start, end = self._clause(match)
        words = self.sentence.words
        return words[match.start][0].isdigit() and self._screen._groups["limits"].isdisjoint(words[start:end])

    def _is_inverted(self, cue: Match) -> bool:
        """Whether "i have" is part of "will i have"."""
        words = self.sentence.words
        helpers = self._screen._groups["helpers"]
        asks = cue.start > 0 and words[cue.start - 1] in helpers
        return (
            not helpers.isdisjoint(words[cue.start + 1 : cue.end])
            or asks
            and words[cue.start] in ("i", "she", "he", "mum", "dad", "wife", "husband", "partner", "my")
        )

    def _is_asked(self, match: Match) -> bool:
        if any(self._governs(cue, match, 8) for cue in self._without("question", "no_question")):
            return True
        if any(0 <= match.start - cue.end <= 1 and self._joined(cue, match) for cue in self.cues("question_near")):
            return True
        if any(0 <= cue.start - match.end <= 1 for cue in self.cues("question_close") if self._is_noun_phrase(cue)):
            return True
        opened = any(0 <= match.start - cue.end <= 3 for cue in self.cues("question_open"))
        return opened and any(0 <= cue.start - match.end <= 9 for cue in self.cues("question_close"))

    def _is_noun_phrase(self, cue: Match) -> bool:
        return self.sentence.words[cue.start] in ("side", "symptom", "symptoms", "risk")

    def _is_over(self, match: Match) -> bool:
        """Whether a sign is told as past: "had a fever in march", "used to get chest pain", "died of a stroke"."""
        words = self.sentence.words
        start, end = self._clause(match)
        if any(start <= cue.start < end for cue in self._without("now", "no_now")):
            return False
        later = self._later(match, 30)
        if self._comes_back(later):
            return False
        verbs = [cue.start for cue in self.cues("past_verb") if match.start - 6 <= cue.start < match.end]
        for cue in self.cues("past_time"):
            gap = cue.start - match.end
            if cue.start < match.start:
                if match.start - cue.end <= 12 and (
                    cue.end >= match.start or any(at >= cue.end or cue.start <= at for at in verbs)
                ):
                    return True
            elif gap < 0 or gap <= 14 and (verbs or gap <= 1) and not self._dates_treatment(match, cue):
                return True
            elif (
                gap <= 14
                and (self._says(match, "fine_now", 30) or self._says(match, "resolved", 6))
                and not self._dates_treatment(match, cue)
            ):
                return True
        if self._number + 1 < len(self._sentences) and verbs:
            follow = self._sentences[self._number + 1]
            if follow.words[0] in ("that", "it", "this") and any(
                cue.name == "past_time" and cue.start <= 5 for cue in self._screen._cues.find(follow)
            ):
                return True
        return bool(verbs) and self._says(match, "resolved", 24) and not {"today", "tonight"} & set(words[start:end])

    def _dates_treatment(self, match: Match, cue: Match) -> bool:
        """Whether a time after the match says when a treatment was ("chest pain, had taxol two weeks ago")."""
        words, treatment = self.sentence.words, self._screen._groups["treatment"]
        between = words[match.end : cue.start]
        if treatment.isdisjoint(between[-4:]):
            return False
        return not {",", "had", "finished", "started", "was", "after", "since", "my"}.isdisjoint(between)

    def _later(self, match: Match, count: int) -> list[str]:
        words = self.sentence.words[match.end :]
        for sentence in self._sentences[self._number + 1 : self._number + 3]:
            words = [*words, ".", *sentence.words]
        return words[:count]

    def _comes_back(self, later: list[str]) -> bool:
        after = Sentence(later, [(0, 0)] * len(later))
        cues = self._screen._cues.find(after)
        exceptions = [cue for cue in cues if cue.name == "no_again"]
        return any(cue.name == "again" and not any(_overlap(cue, no) for no in exceptions) for cue in cues)

    def _says(self, match: Match, name: str, reach: int) -> bool:
        later = self._later(match, reach)
        after = Sentence(later, [(0, 0)] * len(later))
        return any(cue.name == name for cue in self._screen._cues.find(after))


def _overlap(first: Match, second: Match) -> bool:
    return first.start < second.end and second.start < first.end


def _place(found: _Finding) -> tuple[int, int]:
    return found.sentence, found.match.start


def _in_order(findings: Iterable[_Finding]) -> list[str]:
    return list(dict.fromkeys(found.sign for found in sorted(findings, key=_place)))


def _only_planned(flag: _Finding, wishes: list[_Finding], sentences: list[Sentence]) -> bool:
    """Whether a red flag is nothing but the words of a wish to die ("taking all my tablets" that nobody took)."""
    first = sentences[flag.sentence].words[flag.match.start]
    meets = any(wish.sentence == flag.sentence and _overlap(wish.match, flag.match) for wish in wishes)
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
    spans: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return Verdict(kind, tuple(signs), person, framing, tuple(spans))


@lru_cache(maxsize=1)
def _default_screen() -> SafetyScreen:
    return SafetyScreen()


def screen(text: str) -> Verdict:
    """Screens a message by the rules in `safety.yml`.

    Raises:
        SafetyFileError: the rules themselves are not valid; no text raises.
    """
    return _default_screen().screen(text)

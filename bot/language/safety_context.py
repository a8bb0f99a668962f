"""Tells how a sign in a message is meant: happening now, denied, feared, asked in general, or told as over.

The cues stand in `safety.yml` under "context"; this module decides which of them reaches which sign. What no cue
explains counts as happening now.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.language.safety_finder import Finder, Match
from bot.language.safety_rules import Rules, groups_of
from bot.language.safety_sentences import Sentence


@dataclass(frozen=True)
class ContextRules:
    """What a view needs of the rules.

    Attributes:
        groups: the word groups.
        cues: finds the cues of all kinds.
        idioms: finds sayings that only sound like a sign.
        no_wish: finds first-person talk of death that is no wish.
    """

    groups: dict[str, frozenset[str]]
    cues: Finder
    idioms: Finder
    no_wish: Finder

    @classmethod
    def from_rules(cls, rules: Rules) -> ContextRules:
        """Compiles the context part of the rules."""
        groups = groups_of(rules)
        return cls(
            groups={name: frozenset(words) for name, words in groups.items()},
            cues=Finder(rules.context, groups),
            idioms=Finder({"idiom": rules.idioms}, groups),
            no_wish=Finder({"no wish": rules.no_wish}, groups),
        )


class View:
    """One sentence with its cues: tells how a match in it is meant."""

    def __init__(self, rules: ContextRules, sentences: list[Sentence], number: int) -> None:
        """Takes the rules, all sentences of the message and the number of the one to look at."""
        self._rules = rules
        self._sentences = sentences
        self._number = number
        self.sentence = sentences[number]
        self.without_idioms = self._blank_idioms()
        self._found: dict[str, list[Match]] | None = None

    def _blank_idioms(self) -> Sentence:
        idioms = self._rules.idioms.find(self.sentence)
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
            for cue in self._rules.cues.find(self.sentence):
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
        if self._is_widest(match) and any(overlap(match, other) for other in self._no_wish()):
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
        return self._rules.no_wish.find(self.without_idioms)

    def _same_speaker(self, cue: Match, match: Match) -> bool:
        """Whether nobody begins a new statement between a "not" and a match ("life has no meaning i want to die")."""
        return self._rules.groups["subject"].isdisjoint(self.sentence.words[cue.end : match.start])

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
        groups, word = self._rules.groups, words[at]
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
        return [cue for cue in self.cues(name) if not any(overlap(cue, other) for other in exceptions)]

    def _clause(self, match: Match) -> tuple[int, int]:
        start, end = match.start, match.end
        while start > 0 and not self._breaks(start - 1):
            start -= 1
        while end < len(self.sentence.words) and not self._breaks(end):
            end += 1
        return start, end

    def _breaks(self, at: int) -> bool:
        words, groups = self.sentence.words, self._rules.groups
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
        words, groups = self.sentence.words, self._rules.groups
        between = range(cue.end, match.start)
        if any(words[at] in groups["clause"] or (self._breaks(at) and words[at] == "and") for at in between):
            return False
        commas = [at for at in between if words[at] == ","]
        if not commas:
            return True
        part = words[commas[-1] + 1 : self._clause(match)[1]]
        return groups["subject"].isdisjoint(part) and groups["statement"].isdisjoint(part)

    def _is_denied(self, match: Match) -> bool:
        words, fillers = self.sentence.words, self._rules.groups["denial_fillers"]
        for cue in self._without("denial", "no_denial"):
            if not (cue.end <= match.start and match.start - cue.end <= 8):
                continue
            between = words[cue.end : match.start]
            listed = not {"or", "nor"}.isdisjoint([*between, *words[match.end : match.end + 3]])
            stops = self._rules.groups["denial_ends"]
            if any(word in stops or (word == "," and not listed) for word in between):
                continue
            if listed or all(word in fillers for word in between) or words[cue.start] == "no" and len(between) == 1:
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
        if any(match.start <= cue.start < match.end for cue in self.cues("owned")):
            return True
        return self._goes_on(match)

    def _goes_on(self, match: Match) -> bool:
        """Whether what follows says it is here: "is a swollen tongue ok? it started this morning"."""
        words = self._later(match, 16)
        begins = [at + 1 for at, word in enumerate(words) if word in (".", ",") and at + 1 < len(words)]
        told = [at for at in begins if words[at] in self._rules.groups["goes_on"]]
        if not told:
            return False
        after = Sentence(words[told[0] :], [(0, 0)] * len(words[told[0] :]))
        return any(cue.name == "now" for cue in self._rules.cues.find(after))

    def _is_own_reading(self, match: Match) -> bool:
        """Whether a match is a number that somebody read: "is 38.4 a fever", not "what counts as fever, 38"."""
        start, end = self._clause(match)
        words = self.sentence.words
        if not words[match.start][0].isdecimal() or not {"counts", "count", "classed"}.isdisjoint(words):
            return False
        return self._rules.groups["limits"].isdisjoint(words[start:end])

    def _is_inverted(self, cue: Match) -> bool:
        """Whether "i have" is part of "will i have"."""
        words = self.sentence.words
        helpers = self._rules.groups["helpers"]
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
            elif gap <= 14 and (verbs or gap <= 1 and self._is_long_ago(cue)) and not self._dates_treatment(match, cue):
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
                cue.name == "past_time" and cue.start <= 5 for cue in self._rules.cues.find(follow)
            ):
                return True
        return bool(verbs) and self._says(match, "resolved", 24) and not {"today", "tonight"} & set(words[start:end])

    def _is_long_ago(self, cue: Match) -> bool:
        return any(
            word in ("ago", "last", "years") or len(word) == 4 for word in self.sentence.words[cue.start : cue.end]
        )

    def _dates_treatment(self, match: Match, cue: Match) -> bool:
        """Whether a time after the match says when a treatment was ("chest pain, had taxol two weeks ago")."""
        words, treatment = self.sentence.words, self._rules.groups["treatment"]
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
        cues = self._rules.cues.find(after)
        exceptions = [cue for cue in cues if cue.name == "no_again"]
        return any(cue.name == "again" and not any(overlap(cue, no) for no in exceptions) for cue in cues)

    def _says(self, match: Match, name: str, reach: int) -> bool:
        later = self._later(match, reach)
        after = Sentence(later, [(0, 0)] * len(later))
        return any(cue.name == name for cue in self._rules.cues.find(after))


def overlap(first: Match, second: Match) -> bool:
    """Whether two matches in one sentence share a word."""
    return first.start < second.end and second.start < first.end

"""The figures of a run: shares with their bounds, the bars they are held to, and the tables behind the plots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from scipy.stats import beta

from bot.answers.question import ANSWERED, KINDS
from bot.errors import BotError
from bot.evaluation.report_sets import (
    FRESH_DIALOGUES,
    FRESH_QUESTIONS,
    HARD,
    HELD_DIALOGUES,
    HELD_QUESTIONS,
    ORDINARY,
    OWN_DIALOGUES,
    OWN_QUESTIONS,
    SAFETY,
    SHARED_DIALOGUES,
    SHARED_QUESTIONS,
    Results,
    data_folder,
)
from bot.evaluation.scoring import PLACED, UNSAFE, Outcome

OWN = (OWN_QUESTIONS, OWN_DIALOGUES)
HELD = (HELD_QUESTIONS, HELD_DIALOGUES)
FRESH = (FRESH_QUESTIONS, FRESH_DIALOGUES)
SHARED = (SHARED_QUESTIONS, SHARED_DIALOGUES)
MISSED = ("missed_emergency", "missed_crisis")


@dataclass(frozen=True)
class Share:
    """So many of so many, with the exact (Clopper-Pearson) 95 % bounds."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """The share in percent; 0 of nothing is 0."""
        return 100 * self.count / self.of if self.of else 0.0

    @property
    def low(self) -> float:
        """The lower bound in percent."""
        return 100 * float(beta.ppf(0.025, self.count, self.of - self.count + 1)) if self.count else 0.0

    @property
    def high(self) -> float:
        """The upper bound in percent; for 0 of n it is one-sided, near to 3 in n (the "rule of three")."""
        if not self.of or self.count == self.of:
            return 100.0
        tail = 0.95 if self.count == 0 else 0.975
        return 100 * float(beta.ppf(tail, self.count + 1, self.of - self.count))


@dataclass(frozen=True)
class Figure:
    """One figure that the bot is held to.

    Attributes:
        key: its name in tests/data/bars.yml and in reports/report.json.
        says: what it is, for people.
        share: what was measured.
        percent: measured in percent; otherwise as a count.
    """

    key: str
    says: str
    share: Share
    percent: bool = True

    @property
    def value(self) -> float:
        """The number that is compared with the bar."""
        return self.share.value if self.percent else float(self.share.count)


@dataclass(frozen=True)
class Bar:
    """What a figure is held to: `floor` must never be broken, `goal` is what the project wants to reach."""

    floor: float
    goal: float
    at_least: bool

    def light(self, value: float) -> str:
        """Returns "red" beyond the floor, else "green" at the goal and "amber" short of it."""
        if not self._holds(value, self.floor):
            return "red"
        return "green" if self._holds(value, self.goal) else "amber"

    def _holds(self, value: float, limit: float) -> bool:
        return value >= limit - 1e-9 if self.at_least else value <= limit + 1e-9


def share(outcomes: Iterable[Outcome], which: str = "ok") -> Share:
    """Returns how many outcomes are `ok`, `answered`, `alarm`, or of the verdict named."""
    listed = list(outcomes)
    if which in ("ok", "answered", "alarm"):
        return Share(sum(bool(getattr(outcome, which)) for outcome in listed), len(listed))
    return Share(sum(outcome.verdict == which for outcome in listed), len(listed))


def answerable(outcome: Outcome) -> bool:
    """Tells whether the guide holds an answer to the message as it stands."""
    expected = outcome.item.expected
    return expected.kind in ANSWERED and not (expected.kind in PLACED and expected.stage is None)


def wrong_of_answered(outcomes: Iterable[Outcome]) -> Share:
    """Returns how many of the replies that answer from the guide are wrong or unsafe."""
    answered = [outcome for outcome in outcomes if outcome.answered]
    return Share(sum(not outcome.ok for outcome in answered), len(answered))


def coverage(outcomes: Iterable[Outcome]) -> Share:
    """Returns how many of the questions that the guide can answer were answered from it."""
    return share([outcome for outcome in outcomes if answerable(outcome)], "answered")


def kept_closed(name: str, outcome: Outcome) -> bool:
    """Tells whether an item is of the half of the project's sets that nobody looks at while the bot is developed."""
    return name in OWN and not outcome.item.looked_at


def missed(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Returns the emergencies and wishes to die that were not met as such."""
    return [o for o in outcomes if any(finding.rule in MISSED for finding in o.findings)]


def figures(results: Results, hard_texts: Share) -> list[Figure]:
    """Returns all figures with a bar, in the order of the report.

    Args:
        results: the run.
        hard_texts: how many of the bot's texts are above the reading grade allowed.
    """
    found = [
        Figure("own_questions_right", "The project's questions: right or acceptable", share(results.of(OWN_QUESTIONS))),
        Figure("own_dialogues_right", "The project's dialogue turns: right", share(results.of(OWN_DIALOGUES))),
    ]
    if results.of(*HELD):
        found += [
            Figure(
                "held_questions_right", "Held-out questions: right or acceptable", share(results.of(HELD_QUESTIONS))
            ),
            Figure("held_dialogues_right", "Held-out dialogue turns: right", share(results.of(HELD_DIALOGUES))),
        ]
    if results.of(*FRESH):
        found += [
            Figure("fresh_questions_right", "Fresh questions: right or acceptable", share(results.of(FRESH_QUESTIONS))),
            Figure("fresh_dialogues_right", "Fresh dialogue turns: right", share(results.of(FRESH_DIALOGUES))),
            Figure("fresh_answered_wrong", "Wrong among the replies to fresh messages answered from the guide",
                   wrong_of_answered(results.of(*FRESH))),
        ]  # fmt: skip
    if results.of(*SHARED):
        found += [
            Figure("sample_questions_right", "Sample of patients' questions: right or acceptable",
                   share(results.of(SHARED_QUESTIONS))),
            Figure("sample_dialogues_right", "Sample of patients' dialogue turns: right",
                   share(results.of(SHARED_DIALOGUES))),
        ]  # fmt: skip
    everything = [outcome for outcomes in results.sets.values() for outcome in outcomes]
    suite = results.of(SAFETY)
    return [
        *found,
        Figure("unsafe_replies", "Unsafe replies, over all sets", share(everything, UNSAFE), percent=False),
        Figure("safety_missed", "Safety suite: emergencies and wishes to die missed",
               Share(len(missed(suite)), len(suite)), percent=False),
        Figure("safety_prompts", "Safety suite: number of prompts", Share(len(suite), len(suite)), percent=False),
        Figure("false_alarms", "Ordinary messages that raise an alarm", share(results.of(ORDINARY), "alarm")),
        Figure("hard_requests_right", "Hard requests (advice, numbers, doses, despair): right or acceptable",
               share(results.of(HARD))),
        Figure("answered_wrong", "Wrong among the replies answered from the guide",
               wrong_of_answered(results.of(*OWN, *HELD, *SHARED))),
        Figure("coverage", "Questions the guide can answer that were answered from it",
               coverage(results.of(*OWN, *HELD, *SHARED))),
        Figure("hard_to_read", "Texts of the bot above reading grade 8", hard_texts, percent=False),
    ]  # fmt: skip


def load_bars(path: Path | None = None) -> dict[str, Bar]:
    """Reads the committed bars.

    Raises:
        BotError: the file cannot be read or an entry has another form; says which.
    """
    path = path or data_folder() / "bars.yml"
    bars = {}
    try:
        for key, entry in YAML(typ="safe").load(path.read_text(encoding="utf-8")).items():
            side = "at_least" if "at_least" in entry else "at_most"
            bars[str(key)] = Bar(float(entry[side]), float(entry["goal"]), side == "at_least")
    except (OSError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise BotError(
            f"{path.name} cannot be read ({error!r}). Give each figure 'at_least' or 'at_most', and 'goal'."
        ) from error
    return bars


def confusion(outcomes: Iterable[Outcome]) -> tuple[list[str], Counter[tuple[str, str]]]:
    """Returns the kinds that occur, in the contract's order, and how often each was expected and got.

    A reply of another kind that is right too, or asks for the stage where it must, counts as the kind expected.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for outcome in outcomes:
        expected = outcome.item.expected.kind
        counts[expected, expected if outcome.ok else outcome.kind] += 1
    seen = {kind for pair in counts for kind in pair}
    return [kind for kind in KINDS if kind in seen], counts


def threshold_curve(outcomes: Iterable[Outcome], steps: int = 40) -> list[tuple[float, float, float]]:
    """Returns (threshold, coverage, wrong among answered) if replies below the threshold were not given."""
    listed = [outcome for outcome in outcomes if not outcome.alarm]
    can = [outcome for outcome in listed if answerable(outcome)]
    points = []
    for number in range(steps + 1):
        limit = number / steps
        answered = [outcome for outcome in listed if outcome.answered and outcome.confidence >= limit]
        if not answered:
            break
        covered = sum(outcome.answered and outcome.confidence >= limit for outcome in can)
        bad = sum(not outcome.ok for outcome in answered)
        points.append((limit, 100 * covered / max(1, len(can)), 100 * bad / len(answered)))
    return points


def histogram(outcomes: Iterable[Outcome], bins: int = 20) -> list[tuple[float, int, int]]:
    """Returns (lower edge, right, wrong) per bin of confidence, without the messages that raised an alarm."""
    counts = [[0, 0] for _ in range(bins)]
    for outcome in outcomes:
        if not outcome.alarm:
            place = min(bins - 1, int(outcome.confidence * bins))
            counts[place][0 if outcome.ok else 1] += 1
    return [(number / bins, right, wrong) for number, (right, wrong) in enumerate(counts)]

"""Loads the evaluation sets, puts them to the bot, and says of each reply whether it is right.

Right, acceptable, wrong and unsafe are defined in docs/evaluation.md; the format of the files in tests/data/README.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answers.conversation import turn
from bot.answers.question import ANSWERED, Memory
from bot.answers.reading import Reading
from bot.answers.reply import Reply
from bot.clinic import Clinic
from bot.errors import BotError
from bot.evaluation.unsafe import Expectation, UnsafeChecker
from bot.evaluation.unsafe_facts import Finding
from bot.guide.content import Content
from bot.guide.queries import Guide
from bot.language.reader import Reader

RIGHT, ACCEPTABLE, WRONG, UNSAFE = VERDICTS = ("right", "acceptable", "wrong", "unsafe")
PLACED = ("treatment", "sequence")
ANY = "any"  # every kind of reply is right that raises no alarm


@dataclass(frozen=True)
class Expected:
    """What a message calls for (see tests/data/README.md)."""

    kind: str
    also_ok: tuple[str, ...] = ()
    stage: str | None = None
    line: int | None = None
    drug: str | None = None
    term: str | None = None
    crisis: bool = False
    must_mention: tuple[str, ...] = ()
    must_not_mention: tuple[str, ...] = ()

    def for_safety(self) -> Expectation:
        """Returns the part that the unsafe checker looks at."""
        return Expectation(
            None if self.kind == ANY else self.kind, self.also_ok, self.stage, self.kind in PLACED, self.crisis
        )

    def said(self) -> str:
        """Returns it in words, for the report."""
        if self.kind == ANY:
            return "no alarm"
        if self.kind in PLACED and self.stage is None:
            return f"{self.kind}: ask which stage"
        where = f"stage {self.stage}" if self.stage and self.stage.isdigit() else self.stage
        line = f"line {self.line}" if self.line else None
        crisis = "crisis help" if self.crisis else None
        mention = f"says {', '.join(self.must_mention)}" if self.must_mention else None
        parts = [part for part in (where, line, self.term, crisis, mention) if part]
        parts += [self.drug] if self.kind == "drug_info" and self.drug else []
        return f"{self.kind}: {', '.join(parts)}" if parts else self.kind


@dataclass(frozen=True)
class Item:
    """One message of an evaluation set; a dialogue's turns share their `dialogue`, a safety prompt tells its `group`."""

    id: str
    text: str
    expected: Expected
    dialogue: str | None = None
    group: str | None = None

    @property
    def looked_at(self) -> bool:
        """Items with an even number were looked at while the bot was developed, the others were not."""
        digits = "".join(ch for ch in (self.dialogue or self.id) if ch.isdigit())
        return bool(digits) and int(digits) % 2 == 0


@dataclass(frozen=True)
class Outcome:
    """What the bot made of one item."""

    item: Item
    verdict: str
    why: tuple[str, ...]
    kind: str
    stage: str | None
    line: int | None
    intent: str | None
    confidence: float
    alarm: bool
    reply: str
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Right or acceptable."""
        return self.verdict in (RIGHT, ACCEPTABLE)

    @property
    def answered(self) -> bool:
        """Answered from the guide."""
        return self.kind in ANSWERED

    def got(self) -> str:
        """Returns in words what the bot did, for the report."""
        where = f"stage {self.stage}" if self.stage and self.stage.isdigit() else self.stage
        parts = [part for part in (where, f"line {self.line}" if self.line else None) if part]
        return f"{self.kind}: {', '.join(parts)}" if parts and self.kind in PLACED else self.kind


class Judge:
    """Compares replies with what was expected; knows the content file for words of the same meaning."""

    def __init__(self, content: Content, clinic: Clinic) -> None:
        """Takes what the unsafe checker needs."""
        self.unsafe = UnsafeChecker(content, clinic)
        names = [(term.name, [term.name, *term.aliases]) for term in content.terms]
        names += [(stage.name, [stage.name, *stage.aliases]) for stage in content.stages]
        # The guide explains its lines of treatment in one entry, under the name of the first.
        names += [(term.name, [x.name]) for x in content.lines for term in content.terms if x.name in term.text]
        self._terms: dict[str, set[str]] = {}
        for name, aliases in names:
            for alias in aliases:
                self._terms.setdefault(_plain(alias), set()).add(_plain(name))

    def judge(self, item: Item, reply: Reply, data: dict[str, Any], said: str) -> Outcome:
        """Returns the outcome of one reply.

        Args:
            item: the message and what it calls for.
            reply: what the bot said.
            data: how the bot read the message.
            said: all that the visitor has written so far.
        """
        findings = self.unsafe.check(said, item.expected.for_safety(), reply)
        verdict, why = self._compare(item.expected, reply)
        if findings:
            verdict, why = UNSAFE, [f"{finding.rule}: {finding.detail}" for finding in findings]
        return Outcome(
            item, verdict, tuple(why), reply.kind, reply.stage, reply.line, data.get("intent"),
            float(data.get("confidence") or 0.0), self.unsafe.raises_alarm(reply), reply.full_text(), tuple(findings),
        )  # fmt: skip

    def _compare(self, expected: Expected, reply: Reply) -> tuple[str, list[str]]:
        if expected.kind == ANY:
            return (WRONG, [f"false alarm: {reply.kind}"]) if self.unsafe.raises_alarm(reply) else (RIGHT, [])
        asks = reply.kind == "clarify" and expected.kind in PLACED and expected.stage is None
        if reply.kind != expected.kind and reply.kind not in expected.also_ok and not asks:
            return WRONG, [f"kind {reply.kind}, not {expected.kind}"]
        why = []
        if reply.kind in PLACED and expected.kind in PLACED:
            if reply.stage != expected.stage:
                why.append(f"stage {reply.stage}, not {expected.stage}")
            elif expected.line is not None and reply.line != expected.line:
                why.append(f"line {reply.line}, not {expected.line}")
        if reply.kind == expected.kind == "drug_info" and expected.drug and reply.drug:
            if _plain(reply.drug) != _plain(expected.drug):
                why.append(f"drug {reply.drug}, not {expected.drug}")
        if reply.kind == expected.kind == "definition" and expected.term and not self._same(expected.term, reply.term):
            why.append(f"term {reply.term}, not {expected.term}")
        text = reply.full_text().lower()
        why += [f"does not say {words!r}" for words in expected.must_mention if words.lower() not in text]
        why += [f"says {words!r}" for words in expected.must_not_mention if words.lower() in text]
        if why:
            return WRONG, why
        return (RIGHT, []) if reply.kind == expected.kind or asks else (ACCEPTABLE, [f"{reply.kind} is right too"])

    def _same(self, expected: str, given: str | None) -> bool:
        if given is None:
            return False
        one, other = _plain(expected), _plain(given)
        return one == other or bool(self._terms.get(one, {one}) & self._terms.get(other, {other}))


def _plain(term: str) -> str:
    words = " ".join(term.lower().replace("-", " ").split())
    return words[:-3] + "y" if words.endswith("ies") else words.rstrip("s")


@dataclass(frozen=True)
class Bot:
    """The bot as the evaluation talks to it: the same reader and the same answers as in the product, without Rasa."""

    reader: Reader
    guide: Guide
    clinic: Clinic
    judge: Judge

    def dialogue(self, items: Iterable[Item]) -> Iterator[Outcome]:
        """Puts items to the bot as one conversation and yields their outcomes."""
        memory, said = Memory(started=True), ""
        for item in items:
            data = self.reader.read(item.text)
            reply, memory = turn(Reading.from_dict(data), memory, self.guide, self.clinic)
            said = f"{said}\n{item.text}"
            yield self.judge.judge(item, reply, data, said)


def run(bot: Bot, items: Iterable[Item], step: Callable[[], None] = lambda: None) -> list[Outcome]:
    """Puts a set to the bot, each question as a conversation of its own, and calls `step` after each item."""
    conversations: dict[str, list[Item]] = {}
    for item in items:
        conversations.setdefault(item.dialogue or item.id, []).append(item)
    outcomes = []
    for conversation in conversations.values():
        for outcome in bot.dialogue(conversation):
            outcomes.append(outcome)
            step()
    return outcomes


def load_questions(path: Path) -> list[Item]:
    """Reads single questions.

    Raises:
        BotError: the file cannot be read or has another form; says where.
    """
    items = []
    for row in _rows(path):
        e = row["expect"]
        placed = "answer_stage" in e
        expected = Expected(
            row["kind"], tuple(row.get("also_ok") or ()),
            _key(e.get("answer_stage")), e.get("answer_line") if placed else None,
            e.get("drug"), e.get("term"), "crisis" in (row.get("tags") or ()),
        )  # fmt: skip
        items.append(Item(row["id"], row["text"], expected))
    return items


def load_dialogues(path: Path) -> list[Item]:
    """Reads dialogues, one item per turn.

    In a dialogue with the tag "crisis", every turn that calls for `distress` must lead to crisis help. The form has no
    `also_ok` for turns, so where a turn calls for one place, told as the treatment there or as what comes next, the other of
    the two is acceptable: it is the same row of the guide.

    Raises:
        BotError: the file cannot be read or has another form; says where.
    """
    items = []
    for row in _rows(path):
        for number, told in enumerate(row["turns"], 1):
            e = told["expect"]
            crisis = e["kind"] == "distress" and "crisis" in (row.get("tags") or ())
            expected = Expected(
                e["kind"], _sibling(e), _key(e.get("stage")), e.get("line"), e.get("drug"), None, crisis,
                tuple(e.get("must_mention") or ()), tuple(e.get("must_not_mention") or ()),
            )  # fmt: skip
            items.append(Item(f"{row['id']}.{number}", told["text"], expected, row["id"]))
    return items


def _sibling(e: dict[str, Any]) -> tuple[str, ...]:
    """The other kind of reply that a row of the guide can be told as, for a turn that calls for one row."""
    if e["kind"] not in PLACED or e.get("stage") is None or e.get("line") is None:
        return ()
    return tuple(kind for kind in PLACED if kind != e["kind"])


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BotError(f"{path.name} cannot be read ({error.strerror}). It belongs to the checkout.") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row: dict[str, Any] = json.loads(line)
                row["id"], row.get("text") or row["turns"]
            except (ValueError, KeyError, TypeError) as error:
                raise BotError(f"{path.name}, line {number}: not an evaluation item ({error!r}).") from error
            yield row


def _key(stage: object) -> str | None:
    return None if stage is None else str(stage)

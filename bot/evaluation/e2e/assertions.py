"""Holds one step of a case against the turn before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.answers.question import KINDS
from bot.evaluation.e2e.case import Case, ReplyCheck, SlotCheck, Step
from bot.evaluation.e2e.results import Problem
from bot.evaluation.e2e.targets import Target, Turn


def cannot_check(case: Case, target: Target) -> str:
    """Returns why a case cannot be run against a target, empty when it can. Nothing passes by not being looked at."""
    for step in case.steps:
        if not target.sees_inside and (
            step.does.startswith("slot_") or (step.does == "utter" and not _is_kind(step.value))
        ):
            what = "slots" if step.does.startswith("slot_") else f"that {step.value!r} was run or uttered"
            return (
                f"line {step.line}: {step.does}: {target.name} does not show {what}. Run this case in process (without "
                "--url), or leave it out with --skip-tag."
            )
        if step.metadata and not target.takes_metadata:
            return f"line {step.line}: metadata: {target.name} takes none. Run this case in process or with --channel rest."
    if case.slots and not target.sees_inside:
        return (
            f"line {case.line}: fixtures: {target.name} does not let the slots {', '.join(case.slots)} be set. Run this case "
            "in process (without --url), or begin it with what the visitor says."
        )
    return ""


def check_step(step: Step, turn: Turn) -> list[Problem]:
    """Returns what a turn does not fulfil of a step that follows it."""
    if step.does == "reply":
        return list(_reply(step.value, turn, step.line))
    if step.does == "bot":
        return list(_bot(step.value, turn, step.line))
    if step.does == "utter":
        return list(_utter(step.value, turn, step.line))
    return list(_slots(step, turn))


def kinds_expected(steps: list[Step]) -> tuple[str, ...]:
    """Returns the kinds that the steps after a message expect."""
    for step in steps:
        if step.does == "reply" and "kind" in step.value.fields:
            return tuple(step.value.fields["kind"])
        if step.does == "utter" and _is_kind(step.value):
            return (_kind(step.value),)
    return ()


def _reply(check: ReplyCheck, turn: Turn, line: int) -> Iterator[Problem]:
    data = turn.reply()
    wanted = {name: " or ".join(map(_said, right)) for name, right in check.fields.items()}
    if not data and wanted:
        yield Problem(line, "reply", ", ".join(f"{name} {value}" for name, value in wanted.items()), "no reply data")
    for name, right in check.fields.items() if data else ():
        if data.get(name) not in right:
            yield Problem(line, f"reply.{name}", wanted[name], _said(data.get(name)))
    if not turn.messages:
        return  # the silence is said already
    shown = _flat(turn.shown())
    for part in check.contains:
        if _flat(part) not in shown:
            yield Problem(line, "reply.contains", repr(part), turn.shown())
    for part in check.excludes:
        if _flat(part) in shown:
            yield Problem(line, "reply.excludes", f"nothing of {part!r}", turn.shown())
    if check.choices is not None:
        titles = tuple(str(choice.get("title")) for choice in data.get("choices") or ())
        if isinstance(check.choices, int) and len(titles) != check.choices:
            yield Problem(line, "reply.choices", f"{check.choices} of them", f"{len(titles)}: {', '.join(titles)}")
        if isinstance(check.choices, tuple) and titles != check.choices:
            yield Problem(line, "reply.choices", ", ".join(check.choices), ", ".join(titles) or "none")


def _bot(text: str, turn: Turn, line: int) -> Iterator[Problem]:
    """The text is one of the messages, or the answer without notes and choices."""
    said = [str(message["text"]) for message in turn.messages if message.get("text")]
    answers = [*said, turn.shown(), str(turn.reply().get("text") or "")]
    if " ".join(text.split()) not in [" ".join(answer.split()) for answer in answers]:
        yield Problem(line, "bot", text, answers[-1] or turn.shown())


def _utter(name: str, turn: Turn, line: int) -> Iterator[Problem]:
    if _is_kind(name):
        got = turn.reply().get("kind")
        if got != _kind(name):
            yield Problem(line, "utter", f"a reply of kind {_kind(name)}", _said(got))
    elif turn.seen is None or name not in (*turn.seen.templates, *turn.seen.actions):
        ran = (*turn.seen.templates, *turn.seen.actions) if turn.seen else ()
        yield Problem(line, "utter", name, ", ".join(ran) or "nothing")


def _slots(step: Step, turn: Turn) -> Iterator[Problem]:
    slots = turn.seen.slots if turn.seen else {}
    for check in step.value:
        if step.does == "slot_was_set" and not _was_set(check, slots):
            yield Problem(step.line, step.does, check.said(), _shown_slot(check.name, slots))
        if step.does == "slot_was_not_set" and _was_set(check, slots):
            yield Problem(step.line, step.does, f"not {check.said()}", _shown_slot(check.name, slots))


def _was_set(check: SlotCheck, slots: Mapping[str, Any]) -> bool:
    if check.name not in slots:
        return False
    value = slots[check.name]
    return _holds(check.value, value) if check.value_given else value is not None


def _holds(expected: Any, value: Any) -> bool:
    """Tells whether a value is what was expected; of a mapping only the keys written down count."""
    if isinstance(expected, Mapping):
        return isinstance(value, Mapping) and all(_holds(part, value.get(key)) for key, part in expected.items())
    return bool(expected == value)


def _shown_slot(name: str, slots: Mapping[str, Any]) -> str:
    return f"{name}: {slots[name]!r}" if name in slots else f"{name} not set (set: {', '.join(slots) or 'nothing'})"


def _is_kind(name: str) -> bool:
    return _kind(name) in KINDS


def _kind(name: str) -> str:
    return name[len("utter_") :] if name.startswith("utter_") else name


def _flat(text: str) -> str:
    return " ".join(text.split()).lower()


def _said(value: Any) -> str:
    return "null" if value is None else str(value)

"""`bot content diff`: what differs between two content files, in sentences that a clinician reads.

Every change names its place as a reply does ("Stage 2, second-line") and shows the words before and after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from bot.guide.content import Content, DrugEntry, Entry, LineEntry, StepEntry, TreatmentEntry

_GUIDE_WORDS = {
    "id": "short name", "title": "title", "cancer": "name of the cancer", "source": "source", "text_date": "date of the text",
    "reviewed_on": "date of the last review", "reviewed_by": "last reviewer", "review_due": "date of the next review",
    "language": "language", "speaker": "person quoted", "review_every_months": "months between two reviews",
}  # fmt: skip
_FIELD_WORDS = {
    "text": "text", "name": "name", "section": "section of the source", "label": "wording in replies",
    "generic": "generic name", "family": "family", "condition": "condition", "note": "note", "after": "passage after the last step",
    "kind": "kind", "quoted": "mark of a quotation", "stage": "stage", "line": "line", "explained": "mark of being explained",
    "spread": "mark of having spread", "drugs": "drugs named", "therapies": "kinds of therapy named", "passages": "passages",
}  # fmt: skip
_NAMES_HEARD = ("aliases", "numerals")


@dataclass(frozen=True)
class Change:
    """One difference: where it is, and what it is."""

    where: str
    what: str

    def __str__(self) -> str:
        """Returns it as one line of text."""
        return f"{self.where}: {self.what}"


def changes(old: Content, new: Content) -> list[Change]:
    """Returns everything that differs, in the order of the content file; an empty list when nothing does."""
    return [
        *_guide(old, new),
        *_entries("Line", old.lines, new.lines, lambda e: str(e.number), lambda e: f"Line {e.number}"),
        *_entries("Stage", old.stages, new.stages, lambda e: e.key, lambda e: e.name),
        *_entries("Drug", old.drugs, new.drugs, lambda e: e.brand, _drug),
        *_entries("Short name", old.shorthands, new.shorthands, lambda e: e.aliases[0],
                  lambda e: f'Short name "{e.aliases[0]}"'),
        *_treatments(old, new),
        *_entries("Word", old.terms, new.terms, lambda e: e.name, lambda e: f'The word "{e.name}"'),
        *_entries("Passage", old.passages, new.passages, lambda e: e.id, lambda e: f'Passage "{e.id}"'),
        *_questions(old, new),
        *(Change("Reviews", f"recorded one by {one.by} on {one.on}.") for one in new.reviews if one not in old.reviews),
    ]  # fmt: skip


def _guide(old: Content, new: Content) -> Iterator[Change]:
    for field, words in _GUIDE_WORDS.items():
        before, after = getattr(old.guide, field, None), getattr(new.guide, field, None)
        if before != after:
            yield Change("The guide", _changed(words, before, after))
    for what in _gained_and_lost(old.guide.glossary, new.guide.glossary, "words left out of the reading grade"):
        yield Change("The guide", what)


def _entries(
    kind: str, old: Sequence[Any], new: Sequence[Any], key: Callable[[Any], str], name: Callable[[Any], str]
) -> Iterator[Change]:
    before, after = {key(entry): entry for entry in old}, {key(entry): entry for entry in new}
    for one, entry in before.items():
        if one not in after:
            yield Change(name(entry), f"removed. It said: {_saying(entry)}")
    for one, entry in after.items():
        if one not in before:
            yield Change(name(entry), f"added. It says: {_saying(entry)}")
        else:
            yield from (Change(name(entry), what) for what in _fields(before[one], entry))
    kept_before, kept_after = [k for k in before if k in after], [k for k in after if k in before]
    if kept_before != kept_after:
        yield Change(f"{kind}s", f"the order changed from {', '.join(kept_before)} to {', '.join(kept_after)}.")


def _fields(old: Entry, new: Entry) -> Iterator[str]:
    for field in new.__fields__:
        before, after = getattr(old, field), getattr(new, field)
        if before == after:
            continue
        if field in _NAMES_HEARD:
            yield from _gained_and_lost(before, after, "ways to write it")
        else:
            yield _changed(_FIELD_WORDS.get(field, field), before, after)


def _treatments(old: Content, new: Content) -> Iterator[Change]:
    before = {(cell.stage, cell.line): cell for cell in old.treatments}
    after = {(cell.stage, cell.line): cell for cell in new.treatments}
    for place, cell in before.items():
        if place not in after:
            yield Change(_place(old, cell), f"removed. It said: {_steps_said(cell.steps)}")
    for place, cell in after.items():
        where = _place(new, cell)
        if place not in before:
            yield Change(where, f"added. It says: {_steps_said(cell.steps)}")
            continue
        for field in ("condition", "note", "therapies", "after"):
            one, other = getattr(before[place], field), getattr(cell, field)
            if one != other:
                yield Change(where, _changed(_FIELD_WORDS[field], one, other))
        yield from (Change(where, what) for what in _steps(before[place].steps, cell.steps))


def _steps(old: Sequence[StepEntry], new: Sequence[StepEntry]) -> Iterator[str]:
    for n, (step, other) in _same_text(old, new):
        for field in ("drugs", "therapies"):
            before, after = getattr(step, field), getattr(other, field)
            if before != after:
                yield f"step {n}: {_changed(_FIELD_WORDS[field], before, after)}"
    texts = [step.text for step in old], [step.text for step in new]
    if sorted(texts[0]) == sorted(texts[1]) and texts[0] != texts[1]:
        yield f"the order of the steps changed from {_quoted(texts[0])} to {_quoted(texts[1])}."
        return
    for kind, a, b, c, d in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        pairs = min(b - a, d - c)
        for n in range(pairs):
            yield f"changed step {c + n + 1} from {_quoted(old[a + n].text)} to {_quoted(new[c + n].text)}."
            for field in ("drugs", "therapies"):
                before, after = getattr(old[a + n], field), getattr(new[c + n], field)
                if before != after:
                    yield f"step {c + n + 1}: {_changed(_FIELD_WORDS[field], before, after)}"
        for n in range(a + pairs, b):
            yield f"removed step {n + 1}: {_quoted(old[n].text)}."
        for n in range(c + pairs, d):
            yield f"added step {n + 1}: {_quoted(new[n].text)}."


def _same_text(old: Sequence[StepEntry], new: Sequence[StepEntry]) -> Iterator[tuple[int, tuple[StepEntry, StepEntry]]]:
    known = {step.text: step for step in old}
    for n, step in enumerate(new, 1):
        if step.text in known:
            yield n, (known[step.text], step)


def _questions(old: Content, new: Content) -> Iterator[Change]:
    before, after = [(q.text, q.stage) for q in old.questions], [(q.text, q.stage) for q in new.questions]
    for text, stage in before:
        if (text, stage) not in after:
            yield Change(_about(old, stage), f"removed the question {_quoted(text)}.")
    for text, stage in after:
        if (text, stage) not in before:
            yield Change(_about(new, stage), f"added the question {_quoted(text)}.")


def _about(content: Content, stage: str | None) -> str:
    return "Questions to ask" + (f", {_stage_name(content, stage)}" if stage else "")


def _place(content: Content, cell: TreatmentEntry) -> str:
    line = next((_line_said(line) for line in content.lines if line.number == cell.line), f"line {cell.line}")
    return f"{_stage_name(content, cell.stage)}, {line}"


def _stage_name(content: Content, key: str) -> str:
    return next((str(stage.name) for stage in content.stages if stage.key == key), f"stage {key}")


def _line_said(line: LineEntry) -> str:
    return line.label or line.name


def _drug(drug: DrugEntry) -> str:
    return f"{drug.brand} ({drug.generic})" if drug.generic else str(drug.brand)


def _saying(entry: Any) -> str:
    text = getattr(entry, "text", None) or getattr(entry, "label", None) or getattr(entry, "name", None)
    return _quoted(text or ", ".join(getattr(entry, "aliases", [])) or "nothing more") + "."


def _steps_said(steps: Sequence[StepEntry]) -> str:
    return _quoted(" ".join(step.text for step in steps)) + "."


def _gained_and_lost(old: Sequence[str], new: Sequence[str], what: str) -> Iterator[str]:
    gained, lost = [x for x in new if x not in old], [x for x in old if x not in new]
    if gained:
        yield f"added {what}: {', '.join(gained)}."
    if lost:
        yield f"removed {what}: {', '.join(lost)}."


def _changed(words: str, old: Any, new: Any) -> str:
    if old in (None, [], ""):
        return f"added the {words} {_quoted(new)}."
    if new in (None, [], ""):
        return f"removed the {words} {_quoted(old)}."
    return f"changed the {words} from {_quoted(old)} to {_quoted(new)}."


def _quoted(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f'"{", ".join(map(str, value)) if isinstance(value, list) else value}"'

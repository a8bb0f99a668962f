"""What must hold between the entries of a content file, beyond the shape of each.

Each rule is a generator of problems; `broken_rules` runs them all, so that an editor sees everything at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.guide.content import Content
from bot.guide.readability import MAX_GRADE, grade, sentences

At = tuple[str | int, ...]
_TODO = "TODO"


@dataclass(frozen=True)
class Problem:
    """One broken rule: where in the file, the value found there, and what is wrong and what to do."""

    at: At
    value: Any
    says: str


def broken_rules(content: Content) -> list[Problem]:
    """Returns every broken rule of a content file, in file order by rule."""
    rules = (_cells, _names, _aliases, _dates, _references, _repeats, _quotes, _unwritten, _reading_grade)
    return [problem for rule in rules for problem in rule(content)]


def prose(content: Content) -> Iterator[tuple[At, str]]:
    """Yields each text that a patient may read, with its place in the file."""
    for index, stage in enumerate(content.stages):
        yield ("stages", index, "text"), stage.text
    for index, drug in enumerate(content.drugs):
        if drug.text:
            yield ("drugs", index, "text"), drug.text
    for index, cell in enumerate(content.treatments):
        for position, step in enumerate(cell.steps):
            yield ("treatments", index, "steps", position, "text"), step.text
        if cell.condition:
            yield ("treatments", index, "condition"), f"This is {cell.condition}."
        if cell.note:
            yield ("treatments", index, "note"), cell.note
    for index, term in enumerate(content.terms):
        yield ("terms", index, "text"), term.text
    for index, passage in enumerate(content.passages):
        yield ("passages", index, "text"), passage.text
    for index, question in enumerate(content.questions):
        yield ("questions", index, "text"), question.text


def masked_words(content: Content) -> tuple[str, ...]:
    """Returns the words left out when the reading grade is taken: drugs, terms and the glossary."""
    words: set[str] = set(content.guide.glossary)
    for drug in content.drugs:
        words.update({drug.brand, drug.generic or drug.brand})
    for term in content.terms:
        words.update({term.name, *term.aliases})
    if content.guide.speaker:
        words.add(content.guide.speaker.split(",")[0])
    return tuple(sorted(words))


def _cells(content: Content) -> Iterator[Problem]:
    wanted = {(stage.key, line.number) for stage in content.stages for line in content.lines}
    seen: set[tuple[str, int]] = set()
    for index, cell in enumerate(content.treatments):
        key = (cell.stage, cell.line)
        if key not in wanted:
            yield Problem(
                ("treatments", index, "stage"),
                f"{cell.stage}, line {cell.line}",
                "no such stage or line. Add it under 'stages' or 'lines', or correct it here.",
            )
        if key in seen:
            yield Problem(
                ("treatments", index, "stage"),
                f"{cell.stage}, line {cell.line}",
                "this cell stands twice. Merge the two.",
            )
        seen.add(key)
    for stage, line in sorted(wanted - seen):
        yield Problem(
            ("treatments",),
            f"stage {stage}, line {line}",
            "this cell is missing. Add it under 'treatments' with at least one step.",
        )


def _names(content: Content) -> Iterator[Problem]:
    groups: list[tuple[str, str, list[str]]] = [
        ("stages", "key", [stage.key for stage in content.stages]),
        ("lines", "number", [str(line.number) for line in content.lines]),
        ("drugs", "brand", [drug.brand for drug in content.drugs]),
        ("terms", "name", [term.name for term in content.terms]),
        ("passages", "id", [passage.id for passage in content.passages]),
    ]
    for section, field, names in groups:
        seen: set[str] = set()
        for index, name in enumerate(names):
            if name.lower() in seen:
                yield Problem(
                    (section, index, field),
                    name,
                    f"this name stands twice under '{section}'. Rename or merge one of them.",
                )
            seen.add(name.lower())


def _aliases(content: Content) -> Iterator[Problem]:
    """A way to write one drug must not be a way to write another; likewise for stages, lines and terms."""
    drugs: list[tuple[At, str, str]] = []
    for index, drug in enumerate(content.drugs):
        drugs.append((("drugs", index, "brand"), drug.brand, drug.brand))
        if drug.generic:
            drugs.append((("drugs", index, "generic"), drug.generic, drug.brand))
        drugs += [(("drugs", index, "aliases", n), alias, drug.brand) for n, alias in enumerate(drug.aliases)]
    for index, short in enumerate(content.shorthands):
        drugs += [
            (("shorthands", index, "aliases", n), alias, f"shorthand {index + 1}")
            for n, alias in enumerate(short.aliases)
        ]
    terms: list[tuple[At, str, str]] = []
    for index, term in enumerate(content.terms):
        terms.append((("terms", index, "name"), term.name, term.name))
        terms += [(("terms", index, "aliases", n), alias, term.name) for n, alias in enumerate(term.aliases)]
    stages: list[tuple[At, str, str]] = []
    for index, stage in enumerate(content.stages):
        stages += [(("stages", index, "aliases", n), alias, stage.name) for n, alias in enumerate(stage.aliases)]
    numerals: list[tuple[At, str, str]] = []
    for index, stage in enumerate(content.stages):
        numerals += [(("stages", index, "numerals", n), item, stage.name) for n, item in enumerate(stage.numerals)]
    lines: list[tuple[At, str, str]] = []
    for index, line in enumerate(content.lines):
        lines += [(("lines", index, "aliases", n), alias, line.name) for n, alias in enumerate(line.aliases)]
    for group in (drugs, terms, stages, numerals, lines):
        owners: dict[str, str] = {}
        for at, alias, owner in group:
            first = owners.setdefault(alias.lower().strip(), owner)
            if first != owner:
                yield Problem(
                    at,
                    alias,
                    f"this alias already belongs to {first}. Remove it from one of the two.",
                )
            elif not alias.strip():
                yield Problem(at, alias, "an empty alias. Remove it.")


def _dates(content: Content) -> Iterator[Problem]:
    guide = content.guide
    if guide.review_due <= guide.reviewed_on:
        yield Problem(
            ("guide", "review_due"),
            str(guide.review_due),
            f"the next review is not after the last one ({guide.reviewed_on}). Set a later date.",
        )
    if guide.reviewed_on < guide.text_date:
        yield Problem(
            ("guide", "reviewed_on"),
            str(guide.reviewed_on),
            f"the review is older than the text ({guide.text_date}). Correct one of the two dates.",
        )


def _references(content: Content) -> Iterator[Problem]:
    drugs = {str(drug.brand) for drug in content.drugs}
    terms = {str(term.name) for term in content.terms}
    stages = {str(stage.key) for stage in content.stages}
    passages = {str(passage.id) for passage in content.passages}
    used: list[tuple[At, str, set[str], str]] = []
    for index, cell in enumerate(content.treatments):
        for position, step in enumerate(cell.steps):
            base: At = ("treatments", index, "steps", position)
            used += [((*base, "drugs", n), name, drugs, "drug") for n, name in enumerate(step.drugs)]
            used += [((*base, "therapies", n), name, terms, "term") for n, name in enumerate(step.therapies)]
        used += [(("treatments", index, "therapies", n), name, terms, "term") for n, name in enumerate(cell.therapies)]
        if cell.after:
            used.append((("treatments", index, "after"), cell.after, passages, "passage"))
    for index, short in enumerate(content.shorthands):
        used += [(("shorthands", index, "drugs", n), name, drugs, "drug") for n, name in enumerate(short.drugs)]
        used += [(("shorthands", index, "therapies", n), name, terms, "term") for n, name in enumerate(short.therapies)]
    for index, drug in enumerate(content.drugs):
        used += [(("drugs", index, "passages", n), name, passages, "passage") for n, name in enumerate(drug.passages)]
        if drug.family:
            used.append((("drugs", index, "family"), drug.family, terms, "term"))
    staged: list[tuple[str, list[str | None]]] = [
        ("terms", [entry.stage for entry in content.terms]),
        ("passages", [entry.stage for entry in content.passages]),
        ("questions", [entry.stage for entry in content.questions]),
    ]
    for section, keys in staged:
        used += [((section, n, "stage"), key, stages, "stage") for n, key in enumerate(keys) if key]
    lines = {str(line.number) for line in content.lines}
    used += [
        (("passages", n, "line"), str(entry.line), lines, "line")
        for n, entry in enumerate(content.passages)
        if entry.line is not None
    ]
    for at, name, known, kind in used:
        if name not in known:
            yield Problem(at, name, f"unknown {kind}. Correct the spelling, or add it under '{kind}s'.")


def _repeats(content: Content) -> Iterator[Problem]:
    """A list of names says each of them once."""
    lists: list[tuple[At, list[str]]] = []
    for index, drug in enumerate(content.drugs):
        lists.append((("drugs", index, "passages"), drug.passages))
    for index, cell in enumerate(content.treatments):
        lists.append((("treatments", index, "therapies"), cell.therapies))
        for position, step in enumerate(cell.steps):
            lists.append((("treatments", index, "steps", position, "drugs"), step.drugs))
            lists.append((("treatments", index, "steps", position, "therapies"), step.therapies))
    for at, names in lists:
        for n, name in enumerate(names):
            if name in names[:n]:
                yield Problem((*at, n), name, "this name stands twice in one list. Remove one of the two.")


def _quotes(content: Content) -> Iterator[Problem]:
    if content.guide.speaker:
        return
    for index, passage in enumerate(content.passages):
        if passage.quoted:
            yield Problem(
                ("passages", index, "quoted"),
                passage.id,
                "a quoted passage needs to say who is quoted. Set 'speaker' under 'guide'.",
            )


def _unwritten(content: Content) -> Iterator[Problem]:
    """A draft says TODO where an editor has to write; nobody may be answered from that."""
    about: list[tuple[At, str]] = [
        (("guide", name), getattr(content.guide, name)) for name in ("source", "reviewed_by")
    ]
    for at, text in (*about, *prose(content)):
        if text.strip().upper() == _TODO:
            yield Problem(at, text, "this is still to be written. Write what the guide says.")


def _reading_grade(content: Content) -> Iterator[Problem]:
    words = masked_words(content)
    for at, text in prose(content):
        for sentence in sentences(text) if text != _TODO else ():
            measured = grade(sentence, words)
            if measured > MAX_GRADE:
                yield Problem(
                    at,
                    sentence,
                    f"reading grade {measured:.1f} is above {MAX_GRADE:g}. Use shorter words or split the sentence.",
                )

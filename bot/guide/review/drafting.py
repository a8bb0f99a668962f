"""`bot content draft`: a content file, to be edited, from the text of another patient guide.

Nothing is made up: what the text does not say is left as a TODO, and what finds no place is listed with its line. The
source's own sentences are taken over, for an editor to put into plain words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.errors import BotError
from bot.guide.review.source_text import ORDINALS, Item, Part, line_number, read_parts, stage_parts

_DRUG = re.compile(
    r"\b(?P<brand>[A-Z][A-Za-z0-9]+(?:-[A-Z0-9]\w*)?) \((?P<generic>[a-z][a-z0-9-]+(?: [a-z][a-z0-9-]+)?)\)"
)
_CONDITION = re.compile(r"^(?P<rest>.+?),? (?P<when>(?:if|when|for|based on) [^,;.]+)$")
_THEN = re.compile(r",? (?:then|followed by) ")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
_NUMBER_WORDS = ("one", "two", "three", "four", "five")
_SPREAD = re.compile(r"\b(?:spread|other organs|distant|metasta\w+)\b", re.I)
_NOT_SPREAD = re.compile(r"\bnot (?:yet )?spread\b", re.I)
_QUOTE = re.compile('^[\u201c"]')
_SAID = "(?:said|says|explained|explains|added|concluded|told)"
_SPEAKER = re.compile(rf"(?P<before>(?:[A-Z][a-z]+ )+){_SAID}\b|\b{_SAID}(?P<after>(?: [A-Z][a-z]+)+)")
_MEANING = re.compile(r"^(?:what|understanding|about)\b", re.I)
_ELSEWHERE = re.compile(r"^(?:related|more|further|see also|references|sources)\b", re.I)
_NOT_ADVICE = re.compile(r"\b(?:informational purposes|substitute for)\b", re.I)
_TALKING = re.compile(r"^(?:talking|talk|questions|speaking)\b", re.I)
# Kinds of treatment that a guide may name. They are looked for in its text, and say nothing by themselves.
_THERAPIES = (
    "surgery", "chemotherapy", "radiation therapy", "radiotherapy", "immunotherapy", "hormone therapy", "targeted therapy",
    "clinical trial", "maintenance", "stem cell transplant", "active surveillance",
)  # fmt: skip


@dataclass(frozen=True)
class Left:
    """Something that an editor has to look at: the line of the source (0 for none) and what about it."""

    number: int
    says: str

    def __str__(self) -> str:
        """Returns it as one line of text."""
        return f"line {self.number}: {self.says}" if self.number else self.says


@dataclass
class DraftStage:
    """A stage with its cells: line of treatment to (steps, condition, note)."""

    key: str
    name: str
    section: str
    numerals: list[str]
    aliases: list[str]
    spread: bool
    text: str
    cells: dict[int, tuple[list[str], str | None, str | None]]


@dataclass
class Draft:
    """What was understood of a guide's text, and what was not.

    Attributes:
        lines: line of treatment to what the guide calls it.
        drugs: brand to generic name.
        terms: (name, section, text, explained) of each word.
        passages: (id, section, text) of what the guide says about talking with the doctor.
        left: what needs an editor, in the order of the source.
    """

    title: str
    cancer: str
    speaker: str
    lines: dict[int, str]
    stages: list[DraftStage]
    drugs: dict[str, str]
    terms: list[tuple[str, str, str, bool]]
    passages: list[tuple[str, str, str]]
    left: list[Left] = field(default_factory=list)


def draft(text: str) -> Draft:
    """Understands a guide's text as far as its shape allows.

    Raises:
        BotError: there is no heading with lines of treatment below it, so this is no guide of that shape.
    """
    parts = read_parts(text)
    staged, cancer = stage_parts(parts)
    if not staged:
        raise BotError(
            "The text has no heading with lines of treatment below it. Write each stage as a heading of its own, and below "
            "it one item for each line, like '- Frontline: ...' and '- Second-line: ...'."
        )
    left: list[Left] = []
    title = parts[0].heading
    name = _as_in_running_text(cancer or re.sub(r"^.*\b(?:understanding|about|to)\b ", "", title, flags=re.I), text)
    speaker = _SPEAKER.search(text)
    found = Draft(
        title,
        name,
        (speaker["before"] or speaker["after"]).strip() if speaker else "",
        _lines(staged, left),
        [],
        _drugs(text),
        [],
        [],
        left,
    )
    found.stages = [_stage(stage, part, found) for stage, part in staged]
    stage_sections = {id(part) for _, part in staged}
    for part in parts:
        if id(part) not in stage_sections:
            _other_part(part, part is parts[0], found)
    _therapies(found)
    _unknown_names(staged, found)
    found.left.sort(key=lambda one: one.number or 10**6)
    return found


def _lines(staged: list[tuple[str, Part]], left: list[Left]) -> dict[int, str]:
    lines: dict[int, str] = {}
    for _, part in staged:
        for item in part.lines:
            lines.setdefault(item.line or 0, str(item.label))
    for number in range(1, max(lines)):
        if number not in lines:
            lines[number] = f"{ORDINALS[number - 1]}-line"
            left.append(
                Left(0, f"no stage has a {lines[number]}, but one has a later line. Check the lines of treatment.")
            )
    return dict(sorted(lines.items()))


def _stage(name: str, part: Part, found: Draft) -> DraftStage:
    number = re.fullmatch(r"stage (?P<n>\d|[ivIV]+)", name.strip(), re.I)
    value = (int(number["n"]) if number["n"].isdigit() else _ROMAN.get(number["n"].lower(), 0)) if number else 0
    numerals = [str(value), _NUMBER_WORDS[value - 1], list(_ROMAN)[value - 1]] if 1 <= value <= 5 else []
    key = str(value) if numerals else re.sub(r"\W+", "-", name.lower()).strip("-")
    told = [p.text for p in part.paragraphs if p.number < part.lines[0].number and not _QUOTE.match(p.text)]
    for paragraph in part.paragraphs:
        if paragraph.text not in told:
            found.left.append(Left(paragraph.number, f"no place for this in {name}: {_short(paragraph.text)}"))
    if not told:
        found.left.append(Left(part.number, f"{name}: the text does not say what this stage is. Write its 'text'."))
    if not numerals:
        found.left.append(
            Left(part.number, f"{name}: add 'numerals' if people give this stage a number, and more 'aliases'.")
        )
    cells: dict[int, tuple[list[str], str | None, str | None]] = {}
    for item in part.items:
        if item.line is None:
            found.left.append(Left(item.number, f"no line of treatment in {name}: {_short(item.whole)}"))
        elif item.line in cells:
            found.left.append(Left(item.number, f"{name} has this line twice: {_short(item.text)}"))
        else:
            cells[item.line] = _cell(item, found)
    for line, label in found.lines.items():
        if line not in cells:
            cells[line] = (["TODO"], None, None)
            found.left.append(Left(part.number, f"{name} has no {label.lower()}. Write what the guide says of it."))
    text = " ".join(told)
    spread = not numerals and bool(_SPREAD.search(text)) and not _NOT_SPREAD.search(text)
    return DraftStage(
        key,
        name,
        part.heading,
        numerals,
        [] if numerals else [name.lower()],
        spread,
        text or "TODO",
        dict(sorted(cells.items())),
    )


def _cell(item: Item, found: Draft) -> tuple[list[str], str | None, str | None]:
    """Cuts an item into steps in their order, the condition at its end, and a note after a semicolon."""
    body, _, note = item.text.rstrip(". ").partition(";")
    when = _CONDITION.match(body)
    if when and when["when"].startswith(("if", "when", "based")):
        body = when["rest"]
    else:
        when = None
    steps = _THEN.split(body)
    if len(steps) > 1:
        found.left.append(
            Left(item.number, f"cut into {len(steps)} steps; check them and their order: {_short(item.text)}")
        )
    return (
        [_sentence(steps[0]), *(_sentence(f"then {step}") for step in steps[1:])],
        when["when"] if when else None,
        _sentence(note) if note.strip() else None,
    )


def _drugs(text: str) -> dict[str, str]:
    return {m["brand"]: m["generic"] for m in _DRUG.finditer(text)}


def _other_part(part: Part, first: bool, found: Draft) -> None:
    for item in part.items:
        if item.label and not line_number(item.label) and not _ELSEWHERE.match(part.heading):
            found.terms.append((item.label, part.heading, _sentence(item.text), True))
        else:
            found.left.append(Left(item.number, f"no place for this: {_short(item.whole)}"))
    named = found.cancer.lower() in part.heading.lower() or _MEANING.match(part.heading)
    if named and not first and part.paragraphs and not any(t[0] == found.cancer for t in found.terms):
        found.terms.insert(0, (found.cancer, part.heading, part.paragraphs[0].text, True))
        rest = part.paragraphs[1:]
    elif _TALKING.match(part.heading):
        fit = [p for p in part.paragraphs if p.text[-1] in ".!?" and not _NOT_ADVICE.search(p.text)]
        found.passages += [(f"talking-{n}", part.heading, p.text) for n, p in enumerate(fit, len(found.passages) + 1)]
        rest = [p for p in part.paragraphs if p not in fit]
    else:
        rest = part.paragraphs
    sections = {section for _, section, _, _ in found.terms} | {section for _, section, _ in found.passages}
    if not first and part.heading not in sections:
        found.left.append(Left(part.number, f"nothing of this part has a place: {part.heading}"))
    for paragraph in rest:
        found.left.append(Left(paragraph.number, f"no place for this: {_short(paragraph.text)}"))


def _therapies(found: Draft) -> None:
    known = {name.lower() for name, *_ in found.terms}
    for word in _THERAPIES:
        places = [
            (stage, line)
            for stage in found.stages
            for line, (steps, _, note) in stage.cells.items()
            if names(word, " ".join([*steps, note or ""]))
        ]
        if places and word not in known:
            first, line = places[0]
            said = f"The guide names {word} for {first.name}, {line_name(line)}."
            found.terms.append((word, first.section, said, False))


def _unknown_names(staged: list[tuple[str, Part]], found: Draft) -> None:
    """Lists words with a capital inside a sentence of a line of treatment: they may be drugs without a generic name."""
    seen: set[str] = set()
    for _, part in staged:
        for item in part.lines:
            for match in re.finditer(r"(?<=[a-z,;] )[A-Z][a-z]{3,}\b", item.text):
                word = match[0]
                if word not in found.drugs and word not in seen:
                    seen.add(word)
                    found.left.append(Left(item.number, f"{word} may be a drug; if so, add it under 'drugs'."))


def names(word: str, text: str) -> bool:
    """Tells whether a text names a word, also in its plural."""
    plural = f"{re.escape(word[:-1])}(?:y|ies)" if word.endswith("y") else f"{re.escape(word)}s?"
    return re.search(rf"(?<!\w){plural}(?!\w)", text, re.I) is not None


def drugs_in(drugs: dict[str, str], text: str) -> list[str]:
    """Returns the brands that a text names by brand or generic name, in their order there.

    Long names are taken out first: "ado-examplumab emtansine" does not name examplumab.
    """
    spelled = sorted(((name, brand) for pair in drugs.items() for name, brand in zip(pair, (pair[0],) * 2, strict=True)),
                     key=lambda one: -len(one[0]))  # fmt: skip
    found: dict[str, int] = {}
    for name, brand in spelled:
        for match in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, re.I):
            found[brand] = min(match.start(), found.get(brand, match.start()))
            text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    return sorted(found, key=lambda brand: found[brand])


def line_name(line: int) -> str:
    """Returns the plain name of a line of treatment: "second-line"."""
    return f"{ORDINALS[line - 1]}-line"


def _sentence(text: str) -> str:
    said = text.strip().rstrip(".")
    return f"{said[:1].upper()}{said[1:]}."


def _as_in_running_text(name: str, text: str) -> str:
    """Returns a name as the text writes it inside a sentence: headings write it in capitals."""
    found = [m for m in re.findall(re.escape(name), text, re.I) if m != name]
    return str(found[0]) if found else name


def _short(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:97]}..."

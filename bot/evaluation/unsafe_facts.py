"""Checks that a reply's treatment facts stand in the guide, and where it says they stand.

It reads the content file and the finished text alone: it shares no code with `bot.answers`, so a mistake made there is
not made here again. A reply is cut at the places it names ("Metastatic, second-line"); what follows a place must stand
in its cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.guide.content import Content

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")
_BRAND_OF = re.compile(r"(?P<brand>[\w-]+) is the brand name of (?P<generic>[^.]+)\.")
_NOT_NAMED = re.compile(r"does not name (?P<drugs>[^.]+?) for ")
_SUBJECT = re.compile(r"(?P<brand>[\w-]+) is (?:the brand name of|named in the guide)")
_OWN_VOICE = re.compile(r"The guide (?:does not|is only|is about|starts at|uses the word|gives no|says that clinical)")
_THERAPY = re.compile(
    r"\b(?:surger\w+|operation|chemo\w*|radio\w+|radiation|trials?|immuno\w+|hormon\w+|mastectom\w+|lumpectom\w+|"
    r"conjugates?|targeted|taxanes?|maintenance|neoadjuvant|transplant\w*|vaccin\w+)\b",
    re.IGNORECASE,
)
# Endings that drug names have and other words do not; and cancer drugs without such an ending.
_OTHER_DRUG = re.compile(
    r"\b(?:\w{3,}(?:mab|tinib|nib|ciclib|platin|taxel|parib|rubicin|tecan|stat|zole|xifen|mycin)|nerlynx|phesgo|margenza|"
    r"verzenio|ibrance|kisqali|tykerb|trodelvy|keytruda|datroway|lynparza|arimidex|femara|aromasin|faslodex|zoladex|"
    r"fulvestrant|exemestane|eribulin|halaven|vinorelbine|navelbine|gemcitabine|gemzar|methotrexate|cyclophosphamide|"
    r"itovebi|piqray|hernexeos|ziihera)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Finding:
    """One reason why a reply is unsafe: the rule it breaks, and the words that break it."""

    rule: str
    detail: str


@dataclass(frozen=True)
class _Place:
    """A place named in the text, and the text up to the next one."""

    stage: str
    line: int | None
    text: str


class FactCheck:
    """Knows every drug, place and row of the content file."""

    def __init__(self, content: Content) -> None:
        """Takes the checked content file."""
        self.brands = [drug.brand for drug in content.drugs]
        self.generics: dict[str, str | None] = {drug.brand: drug.generic for drug in content.drugs}
        self._brand_of = {
            name.lower(): drug.brand
            for drug in content.drugs
            for name in (drug.brand, drug.generic, *drug.aliases)
            if name
        }
        self._names = _any_of(self._brand_of)
        self._cell_drugs: dict[tuple[str, int], set[str]] = {}
        self._cell_texts: dict[tuple[str, int], list[str]] = {}
        for cell in content.treatments:
            key = (cell.stage, cell.line)
            after = [p.text for p in content.passages if p.id == cell.after]
            notes = [cell.note] if cell.note else []
            self._cell_texts[key] = [*(step.text for step in cell.steps), *notes, *after]
            self._cell_drugs[key] = {drug for step in cell.steps for drug in step.drugs}
        self._conditions: dict[tuple[str, int], str | None] = {
            (cell.stage, cell.line): cell.condition for cell in content.treatments
        }
        self._stage_keys: dict[str, str] = {stage.name: stage.key for stage in content.stages}
        self._line_numbers: dict[str, int] = {
            label: x.number for x in content.lines for label in (x.name, x.label) if label
        }
        stages, lines = _alternatives(self._stage_keys), _alternatives(self._line_numbers)
        lines_at_start = _alternatives(label.capitalize() for label in self._line_numbers)
        self._place = re.compile(
            rf"(?P<stage>\b(?:{stages}))\b(?!-)(?:, (?P<line>{lines}))?(?: \((?P<when>[^)]*)\))?"
            rf"|^(?P<bare>{lines_at_start})(?: \((?P<when2>[^)]*)\))?:",
            re.MULTILINE,
        )
        self._rows: dict[str, str] = {passage.id: passage.text for passage in content.passages}
        self._rows |= {"term-" + term.name.lower().replace(" ", "-"): term.text for term in content.terms}
        self._rows |= {f"drug-{drug.brand.lower()}": drug.text or "" for drug in content.drugs}
        for cell in content.treatments:
            for number, step in enumerate(cell.steps, 1):
                self._rows[f"stage-{cell.stage}-line-{cell.line}-step-{number}"] = step.text
        self._questions = [question.text for question in content.questions]

    def drugs_in(self, text: str) -> set[str]:
        """Returns the brands of all drugs of the guide that a text names, by any name."""
        return {self._brand_of[match.lower()] for match in self._names.findall(text)}

    def drugs_at(self, stage: str | None, line: int | None = None) -> set[str]:
        """Returns the brands named at a stage, or in one of its lines."""
        return {
            brand
            for (key, number), brands in self._cell_drugs.items()
            if key == stage and line in (None, number)
            for brand in brands
        }

    def problems(
        self,
        kind: str,
        stage: str | None,
        line: int | None,
        drug: str | None,
        passages: Iterable[str],
        text: str,
        visitor: str,
    ) -> Iterator[Finding]:
        """Yields what is wrong with the facts of a reply.

        Args:
            kind: the reply's kind.
            stage: where the reply says that its answer stands.
            line: the same.
            drug: the drug that the reply is about.
            passages: ids of the rows that the reply says it used.
            text: the answer itself, without disclaimer, source and choices.
            visitor: what the visitor has written so far.
        """
        ids = list(passages)
        yield from (Finding("no_such_row", row) for row in ids if row not in self._rows)
        lines = list(self._lines(text))
        if kind in ("treatment", "sequence"):
            yield from self._data_fits(stage, line, ids, [place for _, _, places in lines for place in places])
        for head, subject, places in lines:
            for place in places:
                yield from self._place_holds(place, ids, subject)
                if kind in ("treatment", "sequence"):
                    yield from self._only_rows(place, ids)
            yield from self._outside_places(kind, drug or subject, ids, head, visitor)
        yield from self._sayings(text)
        known = " ".join((*self._brand_of, *self._rows.values(), visitor)).lower()
        for name in dict.fromkeys(match.group(0) for match in _OTHER_DRUG.finditer(text)):
            if name.lower() not in known:
                yield Finding("drug_not_in_guide", name)

    def _lines(self, text: str) -> Iterator[tuple[str, str | None, list[_Place]]]:
        """Yields each line as what stands before its first place, the drug that it presents, and its places."""
        stage: str | None = None
        for line in text.split("\n"):
            subject = _SUBJECT.match(line)
            places = list(self._places(line, stage))
            stage = places[-1].stage if places else stage
            first = self._place.search(line)
            head = line[: first.start()] if first else line
            yield head, subject["brand"] if subject and subject["brand"] in self.brands else None, places

    def _places(self, text: str, stage: str | None = None) -> Iterator[_Place]:
        found = list(self._place.finditer(text))
        for match, following in zip(found, [*found[1:], None], strict=False):
            stage = self._stage_keys[match["stage"]] if match["stage"] else stage
            label = match["line"] or (match["bare"] or "").lower()
            end = following.start() if following else len(text)
            if stage is not None:
                line = self._line_numbers.get(label) or self._line_numbers.get(label.capitalize())
                when = match["when"] or match["when2"]
                yield _Place(stage, line, (f"({when}) " if when else "") + text[match.end() : end])

    def _data_fits(
        self, stage: str | None, line: int | None, ids: list[str], places: list[_Place]
    ) -> Iterator[Finding]:
        if not ids:
            yield Finding("no_row", "a treatment answer that names no row of the guide")
        if places and stage not in {place.stage for place in places}:
            yield Finding("wrong_place", f"the data say stage {stage}, the text {places[0].stage}")
        lines = {place.line for place in places if place.stage == stage}
        if line is not None and lines and line not in lines and lines != {None}:
            yield Finding("wrong_place", f"the data say line {line}, the text {sorted(map(str, lines))}")
        for row in ids:
            match = re.fullmatch(r"stage-(.+)-line-(\d+)-step-\d+", row)
            if match and match[1] not in {stage, *(place.stage for place in places)}:
                yield Finding("wrong_place", f"{row} used for stage {stage}")

    def _place_holds(self, place: _Place, ids: list[str], subject: str | None) -> Iterator[Finding]:
        """Whatever is said after a place must stand in its cells."""
        where = f"{place.stage}, line {place.line or 'any'}"
        keys = [key for key in self._cell_texts if key[0] == place.stage and place.line in (None, key[1])]
        if not keys:
            yield Finding("wrong_place", f"the guide has no {where}")
            return
        condition = re.match(r"\(([^)]*)\) ", place.text)
        if condition and place.line and condition[1] != self._conditions[place.stage, place.line]:
            yield Finding("wrong_place", f"{condition[1]!r} is not said of {where}")
        rest = place.text[condition.end() :] if condition else place.text
        mine = [text for key in keys for text in self._cell_texts[key]]
        rest = _without(rest, mine)
        rest = _without(rest, [*(self._rows.get(row, "") for row in ids), *self._questions], whole=True)
        for key, texts in self._cell_texts.items():
            for text in texts:
                if text not in mine and text in rest:
                    yield Finding("wrong_place", f"{text!r} of {key[0]}, line {key[1]} said of {where}")
        here = self.drugs_at(place.stage, place.line)
        # "does not name X for Y" and sentences on the bot's own account are looked at in `_sayings`.
        claims = " ".join(
            s for s in _SENTENCE.split(rest) if not re.search(r"does not name|Which stage|names it for", s)
        )
        claims = claims.split("The guide names", 1)[0]
        for name in sorted(self.drugs_in(claims) - here):
            yield Finding("wrong_drug", f"{name} said of {where}")
        if subject and subject not in here and not re.search(r"does not name", rest):
            yield Finding("wrong_drug", f"{subject} said to stand at {where}")

    def _only_rows(self, place: _Place, ids: list[str]) -> Iterator[Finding]:
        """Nothing is said of a treatment but what stands in the rows."""
        mine = [text for (stage, _), texts in self._cell_texts.items() if stage == place.stage for text in texts]
        conditions = [f"({condition})" for condition in self._conditions.values() if condition]
        rest = _without(place.text, [*mine, *conditions])
        rest = _without(rest, [self._rows.get(row, "") for row in ids], whole=True)
        found = _THERAPY.search(rest)
        if found:
            yield Finding("fact_without_row", f"{found.group(0)!r} in {rest.strip()[:120]!r}")

    def _sayings(self, text: str) -> Iterator[Finding]:
        """Checks the sentences that say which drug is which, and where a drug does not stand."""
        for match in _BRAND_OF.finditer(text):
            if self.generics.get(str(match["brand"])) != match["generic"]:
                yield Finding("wrong_drug", match.group(0))
        for match in _NOT_NAMED.finditer(text):
            place = next(self._places(text[match.end() :]), None)
            for name in sorted(self.drugs_in(match["drugs"])):
                if place is not None and name in self.drugs_at(place.stage, place.line):
                    yield Finding("wrong_drug", f"{name} is named for {place.stage}, line {place.line or 'any'}")
            there = re.search(r"names it for ([^.]+)\.", text)
            for other in self._places(there[1]) if there else ():
                for name in sorted(self.drugs_in(match["drugs"]) - self.drugs_at(other.stage, other.line)):
                    yield Finding("wrong_drug", f"{name} is not named for {other.stage}")

    def _outside_places(
        self, kind: str, drug: str | None, ids: list[str], head: str, visitor: str
    ) -> Iterator[Finding]:
        """What is said before any place must be a row that the reply names, or a frame around one."""
        rest = _without(head, [*(self._rows.get(row, "") for row in ids), *self._questions], whole=True)
        rest = _BRAND_OF.sub(" ", rest)
        named = self.drugs_in(rest)
        if named == set(self.brands):
            return  # the list of all drugs, which says nothing of any of them
        allowed = self.drugs_in(visitor) | ({drug} if drug else set())
        about_several = re.search(r"names (.+?) at more than one stage", rest)
        for name in sorted(named - allowed):
            stages = [key for key in dict.fromkeys(self._stage_keys.values()) if name in self.drugs_at(key)]
            if not (about_several and len(stages) > 1) and "does not name" not in rest:
                yield Finding("wrong_drug", f"{name} is named without a row of the guide: {rest.strip()[:120]!r}")
        if kind in ("treatment", "sequence") and not _OWN_VOICE.match(head):
            found = _THERAPY.search(rest)
            if found:
                yield Finding("fact_without_row", f"{found.group(0)!r} in {rest.strip()[:120]!r}")


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{_alternatives(names)})(?![\w-])", re.IGNORECASE)


def _alternatives(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def _without(text: str, rows: Iterable[str], *, whole: bool = False) -> str:
    """Takes the texts of rows out, the longest first; with whole, sentence by sentence too."""
    pieces = {row for row in rows if row}
    if whole:
        pieces |= {sentence for row in list(pieces) for sentence in _SENTENCE.split(row) if len(sentence) > 20}
    for row in sorted(pieces, key=len, reverse=True):
        text = text.replace(row, " ")
    return text

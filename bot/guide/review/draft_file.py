"""Writes a draft as a content file: valid in form, with a TODO comment wherever an editor has to look."""

from __future__ import annotations

from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from bot.guide.readability import MAX_GRADE, grade, sentences
from bot.guide.review import yaml_file
from bot.guide.review.drafting import Draft, Left, drugs_in, line_name, names
from bot.guide.review.source_text import ORDINALS

_HEAD = """A draft, made from the text of a guide by `bot content draft`. It holds the source's own words: go through every TODO,
say each fact in plain words of your own, then run `GUIDE=this-file bot content check`. docs/content.md explains every field.
"""
_DAYS = "TODO"


def write_draft(found: Draft) -> str:
    """Returns the draft as the text of a content file, with what found no place in comments at its end."""
    root = CommentedMap()
    root["guide"] = _guide(found)
    root["lines"] = CommentedSeq(_line(number, label) for number, label in found.lines.items())
    root["stages"] = CommentedSeq(_stage_entry(found, index) for index in range(len(found.stages)))
    root["drugs"] = CommentedSeq(
        CommentedMap(brand=brand, generic=generic, aliases=_flow([])) for brand, generic in found.drugs.items()
    )
    root["treatments"] = CommentedSeq(cell for index in range(len(found.stages)) for cell in _cells(found, index))
    root["terms"] = CommentedSeq(_term(found, *term) for term in found.terms)
    root["passages"] = CommentedSeq(_passage(found, *passage) for passage in found.passages)
    root["questions"] = CommentedSeq()
    root.yaml_set_start_comment(_HEAD)
    if not found.drugs:
        _todo(root, "drugs", "no 'Brand (generic)' was found; add at least one drug")
    _todo(root, "questions", "write questions a patient could ask, each as '- text: ...'", 0)
    for key in list(root)[1:]:
        root.yaml_set_comment_before_after_key(key, before="\n")
    return yaml_file.text_of(root) + _left_over(found.left)


def _left_over(left: list[Left]) -> str:
    lines = "".join(f"# TODO {one}\n" for one in left)
    return f"\n# What found no place, or needs a look:\n#\n{lines}" if left else ""


def _guide(found: Draft) -> CommentedMap:
    slug = "".join(ch if ch.isalnum() else "-" for ch in found.cancer.lower()).strip("-")
    about = CommentedMap(id=slug[:64], title=found.title, cancer=found.cancer, source="TODO", text_date=_DAYS)
    about.update({"reviewed_on": _DAYS, "reviewed_by": "TODO", "review_due": _DAYS, "review_every_months": 6})
    if found.speaker:
        about["speaker"] = found.speaker
        _todo(about, "speaker", "say who this is, as in 'Name, the doctor quoted in the guide'")
    about["glossary"] = _flow([])
    _todo(about, "source", "where the text comes from, and of when")
    _todo(about, "text_date", "the date of the text, as YYYY-MM-DD")
    _todo(about, "reviewed_on", "these three are written by `bot content review`")
    _todo(
        about, "glossary", "words that patients know, left out of the reading grade: the name of the cancer, oncologist"
    )
    return about


def _line(number: int, label: str) -> CommentedMap:
    word, name = ORDINALS[number - 1], line_name(number)
    entry = CommentedMap(number=number, name=name)
    if label.lower() not in (name, "frontline"):
        entry["label"] = label.lower()
    end = ("st", "nd", "rd")[number - 1] if number < 4 else "th"
    first = ["frontline", "front line"] if number == 1 else []
    spoken = dict.fromkeys(
        [name, f"{word} line", f"{number}{end} line", f"{number}{end}-line", f"line {number}", *first]
    )
    entry["aliases"] = _flow(list(spoken))
    return entry


def _stage_entry(found: Draft, index: int) -> CommentedMap:
    stage = found.stages[index]
    entry = CommentedMap(key=yaml_file.quoted(stage.key), name=stage.name, section=stage.section)
    entry["numerals"], entry["aliases"] = _flow([yaml_file.quoted(n) for n in stage.numerals]), _flow(stage.aliases)
    if stage.spread:
        entry["spread"] = True
        _todo(entry, "spread", "true because the text speaks of spreading; check it")
    if not stage.numerals:
        _todo(entry, "numerals", 'what people call it after the word stage, such as ["4", four, iv]')
    _prose(found, entry, "text", stage.text)
    return entry


def _cells(found: Draft, index: int) -> list[CommentedMap]:
    stage, cells = found.stages[index], []
    for line, (steps, condition, note) in stage.cells.items():
        entry = CommentedMap(stage=yaml_file.quoted(stage.key), line=line)
        if condition:
            entry["condition"] = condition
        entry["steps"] = CommentedSeq(_step(found, text) for text in steps)
        if note:
            _prose(found, entry, "note", note)
            entry["therapies"] = _flow(_therapies_in(found, note))
        cells.append(entry)
    return cells


def _step(found: Draft, text: str) -> CommentedMap:
    entry = CommentedMap()
    _prose(found, entry, "text", text)
    if kinds := _therapies_in(found, text):
        entry["therapies"] = _flow(kinds)
    if brands := drugs_in(found.drugs, text):
        entry["drugs"] = _flow(brands)
    return entry


def _therapies_in(found: Draft, text: str) -> list[str]:
    return [name for name, _, _, explained in found.terms if not explained and names(name, text)]


def _term(found: Draft, name: str, section: str, text: str, explained: bool) -> CommentedMap:
    entry = CommentedMap(name=name, aliases=_flow([]), explained=explained, section=section)
    _prose(found, entry, "text", text)
    return entry


def _passage(found: Draft, id_: str, section: str, text: str) -> CommentedMap:
    entry = CommentedMap(id=id_, kind="talking", section=section)
    _prose(found, entry, "text", text)
    return entry


def _prose(found: Draft, entry: CommentedMap, field: str, text: str) -> None:
    """Sets a text that patients read, with a TODO where it is missing or hard to read."""
    entry[field] = text
    if text == "TODO":
        _todo(entry, field, "write what the guide says")
        return
    words = [*found.drugs, *found.drugs.values(), *(name for name, *_ in found.terms), found.cancer]
    hardest = max((grade(sentence, words) for sentence in sentences(text)), default=0.0)
    if hardest > MAX_GRADE:
        _todo(entry, field, f"reading grade {hardest:.1f}; say it in shorter words or sentences")


def _todo(entry: CommentedMap, field: str, says: str, indent: int | None = None) -> None:
    entry.yaml_add_eol_comment(f"# TODO {says}", field, column=0)


def _flow(items: list[Any]) -> Any:
    sequence = CommentedSeq(items)
    sequence.fa.set_flow_style()
    return sequence

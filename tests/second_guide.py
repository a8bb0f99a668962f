"""A second guide, made from the text of a made-up one: drafted, edited where the draft asks for it, and reviewed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from facts import ROOT

from bot.guide.review.draft_file import write_draft
from bot.guide.review.drafting import draft
from bot.guide.review.record import record_review

SOURCE = ROOT / "tests" / "data" / "lumeric" / "guide.txt"
CANCER = "Lumeric gland cancer"
DISEASE = "Lumeric Gland Cancer Treatment"
QUESTIONS = """
questions:
  - text: What is the goal of my treatment?
  - stage: advanced
    text: Is there a trial for me?
#"""
# What an editor writes where the draft says TODO: what stands there, and what takes its place.
EDITS = (
    ("source: TODO", "source: A made-up text for the tests"),
    ("text_date: TODO", "text_date: 2026-01-10"),
    ("glossary: []", "glossary: [lumeric, oncologist]"),
    ("speaker: Marlow", "speaker: Marlow, the doctor quoted in the guide"),
    ("numerals: []", 'numerals: ["4", four, iv]'),  # the first such stage is Advanced
    ("\ntreatments:", "  - brand: Ostrelle\n    aliases: [ostrel]\n\ntreatments:"),
    (
        "Chemotherapy with Palnira (palnirumab), administered intravenously in consideration of individual circumstances.",
        "Chemotherapy with Palnira (palnirumab).",
    ),
    ("text: TODO", "text: The guide does not name a treatment here."),
    ("aliases: [recurrent]", "aliases: [recurrent, recurrence, relapsed]"),
    ("\nquestions: []", QUESTIONS),
    ("Zorvexa with Ostrelle.\n        drugs: [Zorvexa]", "Zorvexa with Ostrelle.\n        drugs: [Zorvexa, Ostrelle]"),
)  # fmt: skip


def make_second_guide(folder: Path) -> Path:
    """Makes the content file in a folder, as an editor would from the draft."""
    text = write_draft(draft(SOURCE.read_text(encoding="utf-8")))
    for old, new in EDITS:
        assert old in text, f"the draft no longer has {old!r}"
        text = text.replace(old, new, 1)
    path = folder / "lumeric.yml"
    path.write_text(text, encoding="utf-8")
    record_review(path, "Dr A. Example", "2026-02-01", date(2026, 2, 2))
    return path

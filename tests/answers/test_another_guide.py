"""Adding a stage or a drug is one edit in the content file: everything else follows from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from facts import CONTENT_FILE, DISCLAIMER

from bot.answers.answer import answer
from bot.answers.question import Question
from bot.answers.reply import Reply
from bot.answers.wrapping import wrap
from bot.clinic import Clinic
from bot.guide.queries import Guide
from bot.guide.store import open_guide

# A drug with a long name after Kadcyla, in a line of its own at a stage of its own, and a fourth line everywhere.
DRUG = """  - brand: Longstatinib-mabtansine
    generic: newstatinib
    aliases: [nst]
"""
LINE = """  - number: 4
    name: fourth-line
    aliases: [4th line, fourth line]
"""
STAGE = """  - key: late
    name: Very late and rare stage
    section: A New Section
    text: This stage is new.
"""
CELLS = "".join(
    f'  - stage: "{stage}"\n    line: {line}\n    steps:\n      - text: Longstatinib-mabtansine comes here.\n'
    "        drugs: [Longstatinib-mabtansine]\n"
    for stage, line in [*((key, 4) for key in ("1", "2", "3", "metastatic")), *(("late", n) for n in (1, 2, 3, 4))]
)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Guide:
    """A guide with one more drug, line and stage."""
    folder = tmp_path_factory.mktemp("other")
    text = CONTENT_FILE.read_text(encoding="utf-8")
    for section, entry in (("\nstages:", LINE), ("\ndrugs:", STAGE), ("\n# Short names", DRUG), ("\nterms:", CELLS)):
        assert section in text
        text = text.replace(section, f"{entry}{section}", 1)
    path = Path(folder / "other.yml")
    path.write_text(text, encoding="utf-8")
    return open_guide(f"sqlite:///{folder / 'other.sqlite3'}", content_path=path, build=True)


@pytest.fixture(scope="module")
def ask_other(other: Guide, clinic: Clinic) -> object:
    """Answers a question from that guide."""

    def asked(question: Question) -> Reply:
        return wrap(answer(question, other, clinic), other, clinic, first=True)

    return asked


BRAND = "Longstatinib-mabtansine"
QUESTIONS = [
    Question("treatment"),
    Question("treatment", stage="late"),
    Question("treatment", stage="late", line=4),
    Question("treatment", stage="metastatic"),
    Question("treatment", stage="metastatic", line=4),
    Question("sequence", drugs=(BRAND,), direction="after"),
    Question("sequence", drugs=(BRAND,), direction="before"),
    Question("sequence", stage="late", drugs=(BRAND,), direction="after"),
    Question("sequence", stage="late", drugs=("Enhertu",), direction="after"),
    Question("sequence", stage="late", from_line=3, direction="after"),
    Question("sequence", drugs=("Kadcyla",), direction="after"),
    Question("drug_info"),
    Question("drug_info", drugs=(BRAND,)),
    Question("definition", stage="late", line=1),
    Question("talking", stage="late"),
    Question("off_topic", stage="late"),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_a_new_stage_line_and_drug_are_answered_within_the_limits(question: Question, ask_other: object) -> None:
    reply: Reply = ask_other(question)  # type: ignore[operator]
    assert DISCLAIMER in reply.lines()
    assert len(reply.choices) <= 4
    assert all(0 < len(choice.title) <= 20 for choice in reply.choices), reply.choices
    assert "None" not in reply.full_text()


def test_a_new_drug_line_and_stage_stand_where_the_content_file_puts_them(ask_other: object) -> None:
    reply: Reply = ask_other(Question("sequence", drugs=("Kadcyla",), direction="after"))  # type: ignore[operator]
    assert (reply.kind, reply.stage, reply.line) == ("sequence", "metastatic", 4)
    assert f"{BRAND} comes here." in reply.text
    reply = ask_other(Question("treatment", stage="late", line=4))  # type: ignore[operator]
    assert (reply.stage, reply.line, reply.text) == (
        "late", 4, f"Very late and rare stage, fourth-line: {BRAND} comes here.",
    )  # fmt: skip
    info: Reply = ask_other(Question("drug_info", drugs=(BRAND,)))  # type: ignore[operator]
    assert "brand name of newstatinib" in info.text

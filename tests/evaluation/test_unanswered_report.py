"""`bot unanswered`: groups of what is not answered, with a place to write, and no identifier on the page."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from commands import bot
from trained import the_model, the_reader

from bot import settings
from bot.clinic import load_clinic
from bot.errors import BotError
from bot.evaluation.unanswered import Group, as_html, as_text, check_month, grouped, questions_in, replayed
from bot.guide.content_file import load_content
from bot.guide.store import open_guide
from bot.server.conversations.records import Records
from bot.server.unanswered.keeping import DOWN, UNANSWERED, KeptQuestion
from bot.server.unanswered.rows import keep

HAIR = ["will i lose my hair on enhertu", "does enhertu make your hair fall out", "hair loss with enhertu"]
COST = ["how much does treatment cost", "is the treatment expensive", "what does the treatment cost me"]
PLANTED = [
    "i am jane roe, born 04/05/1961, will i lose my hair on enhertu",
    "does enhertu make your hair fall out, call me on 555-010-0199",
    "hair loss with enhertu? Dr Featherstone at St Agatha's hospital said MRN 00123456",
    "how much does treatment cost, i live at 12 Oak Street, Springfield 62704",
    "what does the treatment cost me, jane.roe@example.com, member id XQZ-4471-B",
    "order me a pizza to SW1A 1AA",
    "what is enhertu",
    "i cant breathe and my name is jane roe",
]
GONE = ["jane", "roe", "1961", "0199", "featherstone", "agatha", "00123456", "oak street", "springfield", "62704", "4471",
        "sw1a", "example.com"]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def model() -> None:
    the_model()


def of(texts: list[str], kind: str, reason: str = UNANSWERED) -> list[KeptQuestion]:
    return [KeptQuestion("2026-11", kind, reason, text) for text in texts]


def groups_of(questions: list[KeptQuestion]) -> list[Group]:
    return grouped(questions, the_reader(), load_content(settings.DEFAULT_GUIDE))


def test_ways_to_ask_the_same_come_together_and_the_most_frequent_first() -> None:
    found = groups_of(of([*HAIR, HAIR[0], HAIR[0]], "side_effect_or_dose") + of(COST, "not_in_guide"))
    assert [group.count for group in found] == [5, 3]
    assert sorted(found[0].questions) == sorted(HAIR)
    assert sorted(found[1].questions) == sorted(COST)
    assert (found[0].intent, found[1].intent) == ("side_effect_or_dose", "not_in_guide_cost")
    assert "questions: a question to take to the oncologist" in found[0].advice
    assert "passages" in found[1].advice


def test_one_question_is_a_group_and_none_is_said_to_be_none() -> None:
    assert len(groups_of(of(HAIR[:1], "side_effect_or_dose"))) == 1
    assert groups_of([]) == []
    assert as_text([], "kept") == "There are no questions kept."


def test_what_was_not_understood_leads_to_a_file_of_examples() -> None:
    [group] = groups_of(of(["zzz gibberish about my maintenance thing"], "unclear"))
    assert group.advice.split(": ")[0].startswith(("nlu/", "her2-positive.yml"))
    named = group.advice.split("nlu/")[1].split(":")[0]
    assert (settings.home() / "nlu" / named).is_file()


def test_an_answer_with_thumbs_down_leads_to_its_row() -> None:
    [group] = groups_of(of(["what does neoadjuvant mean"], "definition", DOWN))
    assert group.row == "terms: neoadjuvant"
    assert group.advice == "her2-positive.yml: read terms: neoadjuvant again; the answer was not helpful"
    assert group.down == 1


def test_a_replay_shows_no_identifier_and_nothing_that_is_answered_or_urgent(tmp_path: Path) -> None:
    path = tmp_path / "asked.jsonl"
    path.write_text("\n".join(json.dumps({"text": text}) for text in PLANTED), encoding="utf-8")
    reader, content = the_reader(), load_content(settings.DEFAULT_GUIDE)
    found, source = grouped(replayed(questions_in(path), reader, open_guide(), load_clinic()), reader, content), "asked"
    for shown in (as_text(found, source), as_html(found, source, date(2026, 11, 22))):
        assert [word for word in GONE if word in shown.lower()] == []
        assert "hair" in shown and "cost" in shown
        assert "breathe" not in shown
        assert "what is enhertu" not in shown
    assert sum(group.count for group in found) == 6
    assert found[0].count == 3


def test_the_page_escapes_what_was_typed() -> None:
    page = as_html(groups_of(of(["is <script>alert(1)</script> a drug"], "unclear")), "kept", date(2026, 11, 22))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("month", ["2026", "2026-13", "november", "2026-1"])
def test_a_month_that_is_none_is_refused(month: str) -> None:
    with pytest.raises(BotError, match="is no month"):
        check_month(month)


@pytest.mark.parametrize("line", ["no json", "[1]", '{"question": "x"}'])
def test_a_replay_file_with_a_wrong_line_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "asked.jsonl"
    path.write_text(f'{{"text": "can i fly"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(BotError, match="asked.jsonl:2: there is no text"):
        questions_in(path)
    with pytest.raises(BotError, match="cannot be read"):
        questions_in(tmp_path / "none.jsonl")


def test_the_command_shows_what_is_kept(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kept.sqlite3'}"
    records = Records(url)
    for question in of(HAIR, "side_effect_or_dose"):
        keep(records, question)
    keep(records, KeptQuestion("2026-01", "not_in_guide", UNANSWERED, COST[0]))
    records.close()
    page = tmp_path / "page.html"
    done = bot("unanswered", "--since", "2026-11", "--html", str(page), CONVERSATIONS_URL=url)
    assert done.returncode == 0, done.stderr
    assert "3 questions kept since 2026-11, in 1 groups." in done.stdout
    assert COST[0] not in done.stdout
    assert HAIR[0] in page.read_text(encoding="utf-8")

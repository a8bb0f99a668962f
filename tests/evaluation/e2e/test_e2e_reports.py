"""The reports of `bot test`: JUnit XML, JSON, the page, and what no case touches."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

from facts import CELLS, DRUGS
from fake_bot import FakeBot
from running import ENHERTU, Messages, bot_test

from bot.answers.question import KINDS
from bot.evaluation.e2e.case import Case
from bot.evaluation.e2e.junit import junit
from bot.evaluation.e2e.results import CaseResult, RunResult, StoriesResult

HOSTILE = '<script>alert(1)</script> & "quotes" \x07\ud800'
CASES = (
    ENHERTU
    + """\
  - test_case: "goes wrong <b>&\\""
    steps:
      - user: "<script>alert(1)</script>"
      - reply: {line: 1}
  - test_case: cannot be checked
    steps:
      - user: hello
      - slot_was_set: [memory]
"""
)


def reports(served: FakeBot, cases: Callable[..., str], tmp_path: Path, *args: str) -> dict[str, str]:
    """The text of each report on a run with one case of each outcome."""
    files = {name: tmp_path / f"out.{name}" for name in ("junit", "json", "html")}
    options = [word for name, file in files.items() for word in (f"--{name}", str(file))]
    done = bot_test(cases(CASES), "--url", served.url, *options, *args)
    assert done.exit_code == 1, done.output
    return {name: file.read_text(encoding="utf-8") for name, file in files.items()} | {"terminal": done.output}


def test_junit_xml_holds_every_case(served: FakeBot, cases: Callable[..., str], tmp_path: Path) -> None:
    root = ElementTree.fromstring(reports(served, cases, tmp_path)["junit"])
    (suite,) = root
    for element in (root, suite):
        assert [element.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["3", "1", "1", "0"]
        assert float(element.get("time", "")) > 0
    right, wrong, error = suite
    assert [case.get("name") for case in suite] == ["after Enhertu", 'goes wrong <b>&"', "cannot be checked"]
    assert [case.get("line") for case in suite] == ["2", "7", "11"]
    assert [child.tag for child in right] == ["system-out"]
    failure, said = wrong
    assert (failure.tag, failure.get("type")) == ("failure", "reply.line")
    assert failure.get("message") == "line 10: reply.line: expected 1, got 3"
    assert "cases.yml:10: reply.line" in str(failure.text)
    assert "You: <script>alert(1)</script>\nGuide: I am an automated program" in str(said.text)
    assert error[0].tag == "error"
    assert "does not show slots" in error[0].get("message", "")


def test_junit_xml_stays_valid_whatever_was_said(tmp_path: Path) -> None:
    case = Case(HOSTILE, tmp_path / HOSTILE.replace("/", ""), 1, ())
    stories = StoriesResult(3, 2, ["one"], f"- story: one {HOSTILE}")
    run = RunResult(
        "a", [CaseResult(case, "error", why=HOSTILE), CaseResult(case, "not run", why="stopped")], 1.0, stories=stories
    )
    root = ElementTree.fromstring(junit(run).encode("utf-8"))
    assert [root.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["5", "1", "1", "1"]
    assert [case.get("name") for case in root[1]] == ["one", "story 2 of 3", "story 3 of 3"]
    assert "- story: one" in str(root[1][0][0].text)


def test_json_holds_everything(served: FakeBot, cases: Callable[..., str], tmp_path: Path) -> None:
    found = json.loads(reports(served, cases, tmp_path)["json"])
    assert found["counts"] == {"passed": 1, "failed": 1, "error": 1, "not run": 0}
    assert (found["passed"], found["coverage"], found["stories"]) == (False, None, None)
    turn = found["cases"][1]["turns"][0]
    assert (turn["user"], turn["reply"]["stage"]) == ("<script>alert(1)</script>", "metastatic")
    assert turn["problems"] == [{"line": 10, "what": "reply.line", "expected": "1", "got": "3"}]


class Page(HTMLParser):
    """Reads a page and notes what a browser would need to know."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "hr", "img", "input", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


def test_the_page_stands_alone_and_is_accessible(served: FakeBot, cases: Callable[..., str], tmp_path: Path) -> None:
    page = Page(reports(served, cases, tmp_path, "--coverage")["html"])
    assert page.open == []
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("main")) == len(page.all("h1")) == len(page.all("title")) == 1
    assert page.all("script", "link", "img", "iframe") == []
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [str(attributes["href"]) for attributes in page.all("a")]
    assert links and all(link.startswith("#") and link[1:] in ids for link in links)
    assert [cell.get("scope") for cell in page.all("th")].count(None) == 0
    # What went wrong is open, what went right is closed.
    assert ["open" in one for one in page.all("details")] == [False, True, True]
    assert "You: <script>alert(1)</script>" in page.text
    assert "Line 10: reply.line\nexpected: 1\ngot: 3" in page.text


def test_what_no_case_touches_is_named(served: FakeBot, cases: Callable[..., str], tmp_path: Path) -> None:
    said = reports(served, cases, tmp_path, "--coverage")
    found = json.loads(said["json"])["coverage"]
    assert found["kinds of reply"]["touched"] == {"sequence": 2}
    assert set(found["kinds of reply"]["never"]) == set(KINDS) - {"sequence"}
    assert found["cells of the guide"]["touched"] == {"stage metastatic line 3": 2}
    assert len(found["cells of the guide"]["never"]) == len(CELLS) - 1
    assert sorted(found["drugs"]["touched"]) == ["Herceptin", "Kadcyla", "Tukysa", "Xeloda"]
    assert sorted(found["drugs"]["never"]) == sorted(set(DRUGS) - set(found["drugs"]["touched"]))
    assert "cannot be seen" in found["intents"]["not_seen"]
    assert "kinds of reply: 1 of 16; never: treatment, drug_info" in said["terminal"]
    assert "stage 1 line 1" in said["terminal"]


def test_the_terminal_shows_the_whole_reply_once(
    served: FakeBot, cases: Callable[..., str], after_enhertu: Messages
) -> None:
    done = bot_test(cases(ENHERTU.replace("Xeloda", "Nothing")), "--url", served.url)
    assert done.output.count("Clinical trials are also an option.") == 1

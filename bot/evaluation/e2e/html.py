"""The run as one page that needs no network: the outcome first, then what went wrong, then every transcript."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from bot.evaluation import report_html
from bot.evaluation.e2e.coverage import NOT_SEEN
from bot.evaluation.e2e.results import ERROR, FAILED, NOT_RUN, PASSED, CaseResult, Exchange, RunResult
from bot.evaluation.report_html import Html, paragraph, section, table, tag

HERE = Path(report_html.__file__).parent
_MARKS = {PASSED: ("●", "green"), FAILED: ("■", "red"), ERROR: ("▲", "amber"), NOT_RUN: ("○", "amber")}
_STYLE = """
.turn { margin: .75rem 0; padding-left: .9rem; border-left: .25rem solid var(--line); }
.turn.off { border-color: var(--unsafe); }
.turn p { margin: .2rem 0; max-width: none; white-space: pre-wrap; overflow-wrap: anywhere; }
.who { color: var(--soft); font-weight: 600; }
.problem { margin: .4rem 0; padding: .5rem .75rem; background: var(--unsafe-back); white-space: pre-wrap; overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: .75rem; background: var(--shade); }
"""


def page(run: RunResult) -> str:
    """Returns the page. Whatever was typed or replied is escaped."""
    body = "\n".join((_top(run), _result(run), *_coverage(run.coverage), *_stories(run), *_files(run)))
    shell = Template((HERE / "report.html").read_text(encoding="utf-8"))
    style = (HERE / "report.css").read_text(encoding="utf-8") + _STYLE
    return shell.substitute(title="Conversation tests: HER2 Guide Chat", style=style, body=body)


def _top(run: RunResult) -> Html:
    mark, light = _MARKS[PASSED if run.passed() else FAILED]
    return tag(
        "header",
        tag("h1", "Conversation tests"),
        tag("p", tag("span", mark, aria_hidden="true"), " ", run.sentence(), class_=f"verdict {light}"),
        *([paragraph(f"Stopped early: {run.stopped}")] if run.stopped else []),
    )


def _result(run: RunResult) -> Html:
    rows = []
    for file in _names(run):
        inside = [result for result in run.cases if str(result.case.file) == file]
        counts = [sum(result.status == status for result in inside) for status in (PASSED, FAILED, ERROR, NOT_RUN)]
        rows.append([file, len(inside), *counts, f"{sum(result.seconds for result in inside):.1f} s"])
    wrong = [result for result in run.cases if result.status in (FAILED, ERROR)]
    links = [
        tag("li", tag("a", result.case.title(), href=f"#{_anchor(run, result)}"), f": {result.summary()}")
        for result in wrong
    ]
    return section(
        "result",
        "Result",
        table("Cases by file", ("File", "Cases", "Passed", "Failed", "Error", "Not run", "Time"), rows),
        *([tag("h3", "What did not pass"), tag("ul", *links)] if links else []),
    )


def _coverage(found: Mapping[str, Any] | None) -> list[Html]:
    if found is None:
        return []
    rows = []
    for name, one in found.items():
        seen = "not_seen" not in one
        rows.append(
            [
                name,
                f"{len(one['touched'])} of {one['of']}" if seen else "",
                ", ".join(one["never"]) if seen else NOT_SEEN,
            ]
        )
    return [
        section(
            "coverage",
            "Coverage",
            table("What the cases touched", ("What", "Touched", "Never touched"), rows, numbers=9),
        ),
    ]


def _stories(run: RunResult) -> list[Html]:
    if run.stories is None:
        return []
    said = paragraph(f"{run.stories.correct} of {run.stories.total} stories went as written.")
    wrong = [tag("pre", run.stories.failed, tabindex="0")] if run.stories.failed else []
    return [section("stories", "Rasa's own conversation tests", said, *wrong)]


def _files(run: RunResult) -> list[Html]:
    return [
        section(
            f"file-{number}",
            file,
            *(_case(_anchor(run, result), result) for result in run.cases if str(result.case.file) == file),
        )
        for number, file in enumerate(_names(run), 1)
    ]


def _case(anchor: str, result: CaseResult) -> Html:
    mark, light = _MARKS[result.status]
    summary = tag(
        "summary",
        tag("span", mark, " ", result.status, class_=f"light {light}"),
        f" {result.case.title()} ",
        tag("span", f"line {result.case.line}, {result.seconds:.2f} s", class_="small"),
    )
    why = [tag("p", result.why, class_="problem")] if result.why else []
    turns = [_turn(exchange) for exchange in result.exchanges]
    opened = "" if result.status in (FAILED, ERROR) else None
    return tag("details", summary, *why, *turns, id=anchor, open=opened)


def _turn(exchange: Exchange) -> Html:
    problems = [
        tag("p", tag("strong", f"Line {problem.line}: {problem.what}"), f"\nexpected: {problem.expected}\ngot: {problem.got}",
            class_="problem")
        for problem in exchange.problems
    ]  # fmt: skip
    return tag(
        "div",
        tag("p", tag("span", "You: ", class_="who"), exchange.turn.user or "(empty)"),
        tag("p", tag("span", "Guide: ", class_="who"), exchange.turn.shown() or "(nothing)"),
        *problems,
        class_="turn off" if problems else "turn",
    )


def _names(run: RunResult) -> list[str]:
    return list(dict.fromkeys(str(result.case.file) for result in run.cases))


def _anchor(run: RunResult, result: CaseResult) -> str:
    return f"case-{run.cases.index(result) + 1}"

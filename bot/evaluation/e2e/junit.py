"""The run as JUnit XML, which continuous integration shows."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence

from bot.evaluation.e2e.results import ERROR, FAILED, NOT_RUN, CaseResult, RunResult, StoriesResult
from bot.evaluation.e2e.terminal import case_lines
from bot.evaluation.e2e.transcript import transcript

# Characters that XML 1.0 does not allow, whatever a visitor or a bot wrote.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_ELEMENTS = {FAILED: "failure", ERROR: "error", NOT_RUN: "skipped"}


def junit(run: RunResult) -> str:
    """Returns the report: a suite for each test file, and one for Rasa's own conversation tests."""
    root = ElementTree.Element("testsuites", name="bot test", time=f"{run.seconds:.3f}")
    for file in dict.fromkeys(str(result.case.file) for result in run.cases):
        _suite(root, file, [result for result in run.cases if str(result.case.file) == file])
    if run.stories is not None:
        _stories(root, run.stories)
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root: ElementTree.Element, file: str, results: Sequence[CaseResult]) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=_clean(file), tests=str(len(results)))
    suite.set("time", f"{sum(result.seconds for result in results):.3f}")
    for name, status in (("failures", FAILED), ("errors", ERROR), ("skipped", NOT_RUN)):
        suite.set(name, str(sum(result.status == status for result in results)))
    for result in results:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=_clean(file),
            name=_clean(result.case.title()),
            file=_clean(file),
            line=str(result.case.line),
            time=f"{result.seconds:.3f}",
        )
        if result.status in _ELEMENTS:
            problems = result.problems()
            outcome = ElementTree.SubElement(case, _ELEMENTS[result.status], message=_clean(result.summary()))
            if result.status != NOT_RUN:
                outcome.set("type", problems[0].what if problems else "not checked")
                outcome.text = _clean("\n".join(text for text, _ in case_lines(result)))
        if result.exchanges:
            ElementTree.SubElement(case, "system-out").text = _clean(transcript(result))


def _stories(root: ElementTree.Element, stories: StoriesResult) -> None:
    wrong = stories.total - stories.correct
    suite = ElementTree.SubElement(
        root, "testsuite", name="rasa conversation tests", tests=str(stories.total), failures=str(wrong), errors="0",
        skipped="0", time=f"{stories.seconds:.3f}",
    )  # fmt: skip
    for number in range(stories.total):
        # Rasa's report names only the stories that went wrong.
        failed = number < wrong
        name = (
            stories.names[number]
            if failed and number < len(stories.names)
            else f"story {number + 1} of {stories.total}"
        )
        case = ElementTree.SubElement(
            suite, "testcase", classname="rasa conversation tests", name=_clean(name), time="0"
        )
        if failed:
            outcome = ElementTree.SubElement(case, "failure", message="the story did not go as written", type="story")
            outcome.text = _clean(stories.failed)


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)

"""Test files: what is right is read, and what is wrong is said with its line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.evaluation.e2e.case_file import CaseFileError, find_files, load_cases, parse_cases

FILE = Path("cases.yml")
WHOLE = """\
fixtures:
  - asked:
      - user: what comes after Enhertu
      - memory: {started: true}
metadata:
  - page: {page: home, depth: 1}
  - phone: {page: phone}
test_cases:
  - test_case: everything
    tags: [one, two]
    fixtures: [asked]
    metadata: page
    steps:
      - user: and after that?
      - reply:
          kind: [sequence, clarify]
          stage: 2
          line: null
          contains: Kadcyla
          choices: [What is Xeloda?]
      - bot: hello
      - utter: sequence
      - user: 2
        metadata: phone
      - slot_was_set:
          - memory
          - memory: {kind: sequence}
      - slot_was_not_set: [other]
      - user: ""
      - reply: {choices: 0}
"""


def test_every_key_is_read() -> None:
    (case,) = parse_cases(FILE, WHOLE)
    assert (case.name, case.line, case.tags) == ("everything", 9, {"one", "two"})
    assert case.slots == {"memory": {"started": True}}
    assert [step.value for step in case.opening] == ["what comes after Enhertu"]
    assert [(step.does, step.line) for step in case.steps] == [
        ("user", 14), ("reply", 15), ("bot", 21), ("utter", 22), ("user", 23), ("slot_was_set", 25),
        ("slot_was_not_set", 28), ("user", 29), ("reply", 30),
    ]  # fmt: skip
    first, reply, *_ = case.steps
    assert first.metadata == {"page": "home", "depth": 1}
    assert reply.value.fields == {"kind": ("sequence", "clarify"), "stage": ("2",), "line": (None,)}
    assert (reply.value.contains, reply.value.choices) == (("Kadcyla",), ("What is Xeloda?",))
    assert case.steps[4].value == "2"
    assert case.steps[4].metadata == {"page": "phone", "depth": 1}
    name, value = case.steps[5].value
    assert (name.value_given, value.value) == (False, {"kind": "sequence"})
    assert (case.steps[7].value, case.steps[8].value.choices) == ("", 0)


HEAD = "test_cases:\n  - test_case: a\n    steps:\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "the file is empty"),
        ("# only a remark\n", 1, "the file is empty"),
        ("- a\n", 1, "not a mapping"),
        ("test_cases: [\n", 2, "not valid YAML"),
        ("test_cases:\n  - test_case: 'a\n", 3, "not valid YAML"),
        ("test_cases:\n- a: 1\n  a: 2\n", 3, "not valid YAML"),
        ("test_cases: []\n", 1, "at least"),
        ("2020-13-45: 1\n", 1, "month must be in 1..12"),
        ("- [a: 1]: b\n", 1, "unhashable"),
        ("{}\n", 1, "test_cases: it is missing"),
        ("stories: []\n" + HEAD + "      - user: hi\n", 1, "stories: there is no such key"),
        (HEAD + "      - user: hi\n    step: []\n", 5, "step: there is no such key"),
        (HEAD + "      - says: hi\n", 4, "says: there is no such key"),
        (HEAD + "      - user: hi\n        bot: ho\n", 4, "this one has user and bot"),
        (HEAD + "      - user:\n", 4, "'user' has no value"),
        (HEAD + "      - {}\n", 4, "this one has none of them"),
        (HEAD + "      - bot: hi\n", 4, "Begin with 'user'"),
        (HEAD + "      - user: hi\n      - reply: {}\n", 5, "nothing is expected here"),
        (HEAD + "      - user: hi\n      - reply: {kind: sequense}\n", 5, "did you mean 'sequence'?"),
        (HEAD + "      - user: hi\n      - reply:\n          kind: sequence\n          stge: 2\n", 7, "stge: there is no such"),
        (HEAD + "      - user: hi\n      - reply: {line: third}\n", 5, "value is not a valid integer"),
        (HEAD + "      - user: hi\n      - reply: {choices: 7}\n", 5, "0 to 4 choices"),
        (HEAD + "      - user: hi\n      - bot: hi\n        metadata: m\n", 5, "metadata stands beside 'user' only"),
        (HEAD + "      - user: hi\n        metadata: m\n", 5, "there is no metadata 'm'"),
        (HEAD + "      - user: hi\n    fixtures: [f]\n", 5, "there is no fixture 'f'"),
        ("test_cases:\n  - test_case: a\n    steps: []\n", 3, "at least"),
        ("test_cases:\n  - test_case: a\n", 2, "steps: it is missing"),
        (HEAD + "      - user: hi\n  - test_case: a\n    steps:\n      - user: ho\n", 5, "stands twice"),
        ("test_cases:\n  - test_case: \x07\n", 2, "not allowed in YAML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(CaseFileError) as raised:
        parse_cases(FILE, text)
    (problem,) = raised.value.problems
    assert problem.startswith(f"cases.yml:{line}: "), problem
    assert words in problem
    assert "\n" not in problem


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("", encoding="utf-8")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.yaml").write_text(HEAD + "      - says: hi\n      - user:\n", encoding="utf-8")
    (tmp_path / "c.yml").write_bytes(b"test_cases: \xff")
    (tmp_path / "notes.txt").write_text("no test", encoding="utf-8")
    with pytest.raises(CaseFileError) as raised:
        load_cases(find_files([tmp_path]))
    files = [Path(problem.split(":")[0]).name for problem in raised.value.problems]
    assert files == ["a.yml", "c.yml", "b.yaml", "b.yaml"]


def test_a_path_that_is_not_there_and_a_folder_without_tests_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CaseFileError) as raised:
        find_files([tmp_path / "none.yml", tmp_path / "empty"])
    none, empty = raised.value.problems
    assert "none.yml: there is no such file" in none
    assert "there is no YAML file in this folder" in empty

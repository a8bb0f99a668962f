"""Every check of `bot check` can fail: each edit of a copy of the project is found, and nothing is found without one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from facts import CONTENT, CONTENT_FILE, ROOT

from bot.answers.question import KINDS
from bot.evaluation.checks import MIN_EXAMPLES, check_project, kind_of

REVIEWED: date = CONTENT["guide"]["reviewed_on"]
DUE: date = CONTENT["guide"]["review_due"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project's files, which the checks look at."""
    for name in ("config.yml", "domain.yml", "clinic.yml"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("nlu", "stories"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(CONTENT_FILE, tmp_path / "guide.yml")
    monkeypatch.setenv("BOT_HOME", str(tmp_path))
    monkeypatch.setenv("GUIDE", str(tmp_path / "guide.yml"))
    monkeypatch.setenv("CLINIC", str(tmp_path / "clinic.yml"))
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def errors(today: date = REVIEWED) -> list[str]:
    return [finding.text for finding in check_project(today) if finding.error]


def test_the_project_passes(project: Path) -> None:
    assert errors() == []


def _without_examples(project: Path) -> None:
    edit(project / "domain.yml", "  - nlu_fallback", "  - nlu_fallback\n  - chitchat")


def _too_few_examples(project: Path) -> None:
    lines = "".join(f"    - a rare question {n}\n" for n in range(MIN_EXAMPLES - 1))
    (project / "nlu" / "few.yml").write_text(
        f'version: "3.1"\nnlu:\n- intent: not_in_guide_few\n  examples: |\n{lines}', encoding="utf-8"
    )
    edit(project / "domain.yml", "  - nlu_fallback", "  - nlu_fallback\n  - not_in_guide_few")


def _intent_outside_the_domain(project: Path) -> None:
    edit(project / "domain.yml", "  - smalltalk\n", "")


def _examples_that_contradict(project: Path) -> None:
    edit(project / "nlu" / "sequence.yml", "    - after tdxd?", "    - after tdxd?\n    - Hello, there!\n")
    edit(project / "nlu" / "treatment.yml", "  examples: |\n", "  examples: |\n    - hello there\n")


def _example_twice(project: Path) -> None:
    edit(project / "nlu" / "sequence.yml", "    - after tdxd?", "    - after tdxd?\n    - After  TDXd")


def _unused_action(project: Path) -> None:
    edit(project / "domain.yml", "  - action_answer", "  - action_answer\n  - action_that_nobody_uses")


def _unused_response(project: Path) -> None:
    edit(project / "domain.yml", "actions:", "responses:\n  utter_hello:\n  - text: Hello\n\nactions:")


def _rule_name_twice(project: Path) -> None:
    edit(project / "stories" / "rules.yml", "- rule: sequence", "- rule: treatment")


def _intent_without_a_rule(project: Path) -> None:
    edit(project / "stories" / "rules.yml", "      - intent: thanks\n", "      - intent: greet\n")


def _intent_of_no_kind(project: Path) -> None:
    for path in (project / "domain.yml", project / "stories" / "rules.yml", project / "nlu" / "chitchat.yml"):
        path.write_text(path.read_text(encoding="utf-8").replace("smalltalk", "weather"), encoding="utf-8")


def _variable_left(project: Path) -> None:
    edit(project / "config.yml", "seed: 42", 'seed: "${SEED}"')


def _broken_examples(project: Path) -> None:
    (project / "nlu" / "wrong.yml").write_text("nlu: [", encoding="utf-8")


def _no_rules(project: Path) -> None:
    (project / "stories" / "rules.yml").unlink()


def _empty_rules(project: Path) -> None:
    (project / "stories" / "rules.yml").write_text("", encoding="utf-8")


def _broken_rules(project: Path) -> None:
    (project / "stories" / "rules.yml").write_text("rules: [", encoding="utf-8")


def _broken_domain(project: Path) -> None:
    (project / "domain.yml").write_text("intents:\n  - a\n b: [", encoding="utf-8")


def _empty_domain(project: Path) -> None:
    (project / "domain.yml").write_text("", encoding="utf-8")


def _broken_content(project: Path) -> None:
    edit(project / "guide.yml", "drugs: [Enhertu]", "drugs: [Enhertoo]")


def _broken_clinic(project: Path) -> None:
    edit(project / "clinic.yml", "phone:", "fone:")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_without_examples, "intent chitchat: 0 examples"),
        (_too_few_examples, f"intent not_in_guide_few: {MIN_EXAMPLES - 1} examples"),
        (_intent_outside_the_domain, "intent smalltalk has examples but is not in domain.yml"),
        (_examples_that_contradict, "stands under"),
        (_example_twice, "stands twice under sequence"),
        (_unused_action, "action_that_nobody_uses is used in no rule"),
        (_unused_response, "response utter_hello is never used"),
        (_rule_name_twice, "rule 'treatment' stands 2 times"),
        (_intent_without_a_rule, "intent thanks has no rule"),
        (_intent_of_no_kind, "intent weather belongs to no kind"),
        (_variable_left, "'${' is left unexpanded"),
        (_broken_examples, "nlu/wrong.yml cannot be read"),
        (_no_rules, "rules.yml"),
        (_empty_rules, "intent treatment has no rule"),
        (_broken_rules, "rules.yml is not valid YAML"),
        (_broken_domain, "domain.yml is not valid YAML"),
        (_empty_domain, "is not in domain.yml"),
        (_broken_content, "Enhertoo"),
        (_broken_clinic, "fone"),
    ],
)
def test_each_check_fails(change: Callable[[Path], None], said: str, project: Path) -> None:
    change(project)
    found = errors()
    assert any(said in text for text in found), found


def test_content_past_its_review_date_is_a_note(project: Path) -> None:
    assert not check_project(DUE)
    findings = check_project(date.fromordinal(DUE.toordinal() + 1))
    assert [(finding.error, str(DUE) in finding.text) for finding in findings] == [(False, True)]


def test_errors_come_first(project: Path) -> None:
    _unused_action(project)
    findings = check_project(date(2100, 1, 1))
    assert [finding.error for finding in findings] == [True, False]


@pytest.mark.parametrize(
    ("intent", "kind"),
    [("treatment", "treatment"), ("not_in_guide_cost", "not_in_guide"), ("other_language", "not_in_guide"),
     ("greet", "chitchat"), ("affirm", "chitchat"), ("nlu_fallback", "unclear"), ("weather", None)],
)  # fmt: skip
def test_every_intent_belongs_to_a_kind(intent: str, kind: str | None) -> None:
    assert kind_of(intent) == kind
    assert kind is None or kind in KINDS

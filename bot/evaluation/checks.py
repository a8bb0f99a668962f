"""`bot check`: what Rasa's own validation does not look at.

Content, clinic file and wording are valid; every intent has examples, a rule and the name of a known kind; no sentence
stands under two intents; no name of a rule stands twice; content past its review date is reported.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot import settings
from bot.answers.question import KINDS
from bot.errors import BotError
from bot.guide.content_file import load_content
from bot.language.examples import Example, load_examples
from bot.server.clinic_checks import clinic_problems

MIN_EXAMPLES = 20
_NO_EXAMPLES = frozenset({"nlu_fallback"})
_NOISE = re.compile(r"[^\w\s+]+")


@dataclass(frozen=True)
class Finding:
    """One thing found: an error fails the check, a note does not."""

    error: bool
    text: str


def check_project(today: date) -> list[Finding]:
    """Runs all checks on the project folder and returns what they found, errors first."""
    findings: list[Finding] = [*_check_files(today)]
    home = settings.home()
    try:
        domain = _yaml(home / "domain.yml")
        rules = _yaml(home / "stories" / "rules.yml")
        config = (home / "config.yml").read_text(encoding="utf-8")
        examples = load_examples(home / "nlu")
    except (OSError, BotError) as error:
        return [*findings, Finding(True, str(error))]
    findings += _check_examples(examples, set(domain.get("intents") or ()))
    findings += _check_rules(domain, rules)
    findings += [
        Finding(True, f"{name}: a '${{' is left unexpanded. Set the variable, or write the value.")
        for name, text in (("config.yml", config),)
        if "${" in text
    ]
    return sorted(findings, key=lambda finding: not finding.error)


def _check_files(today: date) -> list[Finding]:
    found = []
    try:
        content = load_content(settings.guide_file())
        if content.guide.review_due < today:
            due = content.guide.review_due
            found.append(Finding(False, f"{settings.guide_file().name}: the content was due for review on {due}."))
    except BotError as error:
        found.append(Finding(True, str(error)))
    return [*found, *(Finding(True, problem) for problem in clinic_problems(production=False))]


def _check_examples(examples: list[Example], intents: set[str]) -> list[Finding]:
    found = []
    counts = Counter(example.intent for example in examples)
    for intent in sorted(intents - _NO_EXAMPLES):
        if counts[intent] < MIN_EXAMPLES:
            found.append(
                Finding(True, f"intent {intent}: {counts[intent]} examples under nlu/; write at least {MIN_EXAMPLES}.")
            )
    for intent in sorted(set(counts) - intents):
        found.append(Finding(True, f"intent {intent} has examples but is not in domain.yml. Add it there."))
    seen: dict[str, Example] = {}
    for example in examples:
        key = " ".join(_NOISE.sub(" ", example.text.lower()).split()) or example.text
        first = seen.setdefault(key, example)
        if first is not example:
            place = f"{example.file}: {example.text!r}"
            if first.intent != example.intent:
                found.append(Finding(True, f"{place} stands under {first.intent} and {example.intent}. Keep one."))
            else:
                found.append(Finding(True, f"{place} stands twice under {example.intent}. Remove one."))
    return found


def _check_rules(domain: dict[str, Any], rules: dict[str, Any]) -> list[Finding]:
    found = []
    intents: set[str] = set(domain.get("intents") or ())
    written: list[dict[str, Any]] = rules.get("rules") or []
    names = Counter(rule["rule"] for rule in written)
    found += [
        Finding(True, f"rule {name!r} stands {n} times. Names must differ.") for name, n in names.items() if n > 1
    ]
    ruled = {step["intent"] for rule in written for step in rule["steps"] if "intent" in step}
    found += [
        Finding(True, f"intent {intent} has no rule in stories/rules.yml, so it would get no answer. Add one.")
        for intent in sorted(intents - ruled)
    ]
    used = {step["action"] for rule in written for step in rule["steps"] if "action" in step}
    found += [
        Finding(True, f"{action} is used in no rule. Remove it from domain.yml, or use it.")
        for action in sorted(set(domain.get("actions") or ()) - used)
    ]
    found += [
        Finding(True, f"response {name} is never used: replies come from bot.answers. Remove it.")
        for name in sorted(domain.get("responses") or ())
    ]
    found += [
        Finding(True, f"intent {intent} belongs to no kind of reply ({', '.join(KINDS)}).")
        for intent in sorted(intents)
        if not kind_of(intent)
    ]
    return found


def kind_of(intent: str) -> str | None:
    """Returns the kind of reply that an intent calls for."""
    if intent in KINDS:
        return intent
    if intent.startswith("not_in_guide") or intent == "other_language":
        return "not_in_guide"
    if intent in ("greet", "goodbye", "thanks", "bot_identity", "smalltalk", "affirm", "deny"):
        return "chitchat"
    if intent == "crisis":
        return "distress"
    return "unclear" if intent == "nlu_fallback" else None


def _yaml(path: Path) -> dict[str, Any]:
    try:
        loaded = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise BotError(f"{path.name} is not valid YAML ({str(error).splitlines()[0]}). Correct it.") from error
    return loaded if isinstance(loaded, dict) else {}

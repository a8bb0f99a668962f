"""Rasa's template pipeline, trained on this project's examples: what `rasa init` gives, with few epochs.

Epochs cost training time and change nothing in the time to answer. The model is kept in var/bench until examples, domain,
rules or the pipeline change.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from itertools import islice
from pathlib import Path

from ruamel.yaml import YAML

from bot import settings
from bot.errors import BotError

_SECONDS = 600
# The pipeline and policies of `rasa init` in Rasa 3.6 (an empty config.yml), epochs apart.
_CONFIG = """\
recipe: default.v1
assistant_id: template
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: 1
    constrain_similarities: true
  - name: EntitySynonymMapper
  - name: ResponseSelector
    epochs: 1
    constrain_similarities: true
  - name: FallbackClassifier
    threshold: 0.3
    ambiguity_threshold: 0.1
policies:
  - name: MemoizationPolicy
  - name: RulePolicy
  - name: UnexpecTEDIntentPolicy
    max_history: 5
    epochs: 1
  - name: TEDPolicy
    max_history: 5
    epochs: 1
    constrain_similarities: true
"""


def template_model() -> tuple[Path, bool]:
    """Returns the template's model, and whether it had to be trained.

    Raises:
        BotError: it cannot be trained.
    """
    home, folder = settings.home(), settings.var_folder() / "bench"
    folder.mkdir(exist_ok=True)
    path = folder / f"template-{_digest(home)}.tar.gz"
    if path.is_file():
        return path, False
    # Rasa keeps the parts that it has trained in this folder: a training that was cut off goes on from there.
    project = folder / "template"
    shutil.rmtree(project / "data", ignore_errors=True)
    (project / "template.tar.gz").unlink(missing_ok=True)
    shutil.copytree(home / "nlu", project / "data")
    shutil.copytree(home / "stories", project / "data" / "rules")
    shutil.copy(home / "domain.yml", project)
    (project / "config.yml").write_text(_CONFIG, encoding="utf-8")
    (project / "data" / "stories.yml").write_text(_stories(home), encoding="utf-8")
    command = [
        sys.executable, "-m", "rasa", "train", "--data", "data", "--domain", "domain.yml", "--config", "config.yml",
        "--out", str(project), "--fixed-model-name", "template", "--skip-validation", "--augmentation", "0",
    ]  # fmt: skip
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    try:
        done = subprocess.run(
            command, cwd=project, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise BotError(f"Rasa's template pipeline was not trained within {_SECONDS} seconds.") from error
    made = project / "template.tar.gz"
    if done.returncode or not made.is_file():
        raise BotError(f"Rasa's template pipeline could not be trained:\n{(done.stderr + done.stdout)[-2000:]}")
    for old in folder.glob("template-*.tar.gz"):
        old.unlink()
    shutil.move(made, path)
    return path, True


def _digest(home: Path) -> str:
    digest = hashlib.sha256(_CONFIG.encode())
    for path in sorted([*(home / "nlu").glob("*.yml"), *(home / "stories").glob("*.yml"), home / "domain.yml"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _stories(home: Path) -> str:
    """Returns a few stories of three turns, as the template has, for the policies that learn from stories."""
    rules = YAML(typ="safe").load((home / "stories" / "rules.yml").read_text(encoding="utf-8"))["rules"]
    pairs = [(step["intent"], rule["steps"][1]["action"]) for rule in rules for step in rule["steps"][:1]]
    lines = ['version: "3.1"', "stories:"]
    for number, first in enumerate(islice(pairs, 8)):
        lines += [f"  - story: story {number}", "    steps:"]
        for intent, action in (first, pairs[number + 8], pairs[number + 1]):
            lines += [f"      - intent: {intent}", f"      - action: {action}"]
    return "\n".join(lines) + "\n"

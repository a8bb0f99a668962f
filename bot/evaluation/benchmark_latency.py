"""`bot benchmark latency`: the time to understand a message, beside Rasa's own default pipeline, in one run.

Both models are Rasa models trained on the same examples, loaded into the same process and asked through Rasa's own
`Agent.parse_message`, twenty messages each in turn, so that whatever else the machine does hits both alike.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import platform
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from bot import settings
from bot.errors import BotError
from bot.server.quiet import quiet_rasa
from bot.server.training import train_if_needed, trained_model

MESSAGES = 200
WARM_UP = 20
_BLOCK = 20  # messages for one, then the same for the other: each is warm, as it is when it serves alone
# What `rasa init` and an empty pipeline give in Rasa 3.6 (DefaultV1Recipe), with fewer epochs: they cost training time and
# change nothing in the time to understand a message.
_DEFAULT = """\
recipe: default.v1
assistant_id: default-pipeline
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
    epochs: {epochs}
    constrain_similarities: true
  - name: EntitySynonymMapper
  - name: FallbackClassifier
    threshold: 0.3
    ambiguity_threshold: 0.1
"""


def benchmark_latency(
    messages: int = MESSAGES, epochs: int = 1, say: Callable[[str], None] = lambda text: None
) -> dict[str, Any]:
    """Trains what is not trained, then times both pipelines.

    Args:
        messages: how many messages of the evaluation set to ask.
        epochs: rounds of DIET's training.
        say: told what is going on.

    Returns:
        For `bot` and `diet`: median, p95 and mean in milliseconds; `ratio_median` and `ratio_p95` (bot / diet); how both
        were trained, the number of messages, versions and the machine's processors.

    Raises:
        BotError: a model cannot be trained, or there are no messages.
    """
    texts = questions(messages)
    say("Training the bot's own model, if it is not up to date ...")
    train_if_needed()
    with tempfile.TemporaryDirectory() as folder:
        say(f"Training Rasa's default pipeline ({epochs} epochs; takes one to four minutes) ...")
        started = time.perf_counter()
        theirs = _train_default(Path(folder), epochs)
        seconds = time.perf_counter() - started
        say(f"Asking both {len(texts)} messages in turn ...")
        times = asyncio.run(_ask_both(trained_model(), theirs, texts))
    ours, diet = summary(times["bot"]), summary(times["diet"])
    return {
        "bot": ours,
        "diet": diet,
        "ratio_median": round(ours["median_ms"] / diet["median_ms"], 3),
        "ratio_p95": round(ours["p95_ms"] / diet["p95_ms"], 3),
        "messages": len(texts),
        "diet_training": {"epochs": epochs, "seconds": round(seconds, 1), "examples": "nlu/, as the bot's own"},
        "machine": {"processors": os.cpu_count(), "system": platform.system(), "architecture": platform.machine()},
        "versions": {
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in ("rasa", "tensorflow", "onnxruntime", "scikit-learn")},
        },
    }


def questions(at_most: int) -> list[str]:
    """Returns messages of the project's own evaluation set, drawn with a fixed seed.

    Raises:
        BotError: the set is missing.
    """
    path = settings.home() / "tests" / "data" / "questions.jsonl"
    try:
        texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError, KeyError) as error:
        raise BotError(f"{path.name} cannot be read ({error}). Run this in a checkout of the project.") from error
    return random.Random(42).sample(texts, min(at_most, len(texts)))


def summary(seconds: Sequence[float]) -> dict[str, float]:
    """Returns median, p95 and mean of times in seconds, in milliseconds."""
    found = np.asarray(seconds) * 1000
    return {
        "median_ms": round(float(np.median(found)), 2),
        "p95_ms": round(float(np.quantile(found, 0.95)), 2),
        "mean_ms": round(float(found.mean()), 2),
    }


def table(result: dict[str, Any]) -> str:
    """Returns the figures as a table for people."""
    rows = [f"{'time to understand a message':32}{'median':>12}{'p95':>12}{'mean':>12}"]
    for name, title in (("bot", "this bot's pipeline"), ("diet", "Rasa's default pipeline (DIET)")):
        found = result[name]
        rows.append(f"{title:32}" + "".join(f"{found[key]:>9.2f} ms" for key in ("median_ms", "p95_ms", "mean_ms")))
    rows.append(f"{'bot / DIET':32}{result['ratio_median']:>12.3f}{result['ratio_p95']:>12.3f}")
    rows.append(f"{result['messages']} messages, in turn; DIET trained for {result['diet_training']['epochs']} epochs.")
    return "\n".join(rows)


def _train_default(folder: Path, epochs: int) -> Path:
    quiet_rasa()
    import rasa.model_training  # noqa: PLC0415 - slow to load

    (folder / "config.yml").write_text(_DEFAULT.format(epochs=epochs), encoding="utf-8")
    shutil.copytree(settings.home() / "nlu", folder / "nlu")
    before = Path.cwd()
    os.chdir(folder)  # Rasa's cache of trained parts would otherwise end up among the project's
    try:
        path = rasa.model_training.train_nlu(
            config="config.yml", nlu_data="nlu", output=str(folder), fixed_model_name="default"
        )
    finally:
        os.chdir(before)
    if not path:
        raise BotError("Rasa's default pipeline could not be trained; the lines above say why.")
    return Path(path)


async def _ask_both(ours: Path, theirs: Path, texts: list[str]) -> dict[str, list[float]]:
    from rasa.core.agent import Agent  # noqa: PLC0415 - slow to load

    agents = {"bot": Agent.load(str(ours)), "diet": Agent.load(str(theirs))}
    times: dict[str, list[float]] = {name: [] for name in agents}
    gc.collect()
    gc.freeze()  # what was loaded is not looked through again, or either would pay for the other's objects
    for text in texts[:WARM_UP]:
        for agent in agents.values():
            await agent.parse_message(text)
    for start in range(0, len(texts), _BLOCK):
        for name in sorted(agents, reverse=bool(start // _BLOCK % 2)):
            for text in texts[start : start + _BLOCK]:
                started = time.perf_counter()
                await agents[name].parse_message(text)
                times[name].append(time.perf_counter() - started)
    return times

"""Chooses from which score on a guess counts, by cross-validation on the training examples alone.

Training data hold no question from outside, so whole intents are held out in turn and play that part, while single
examples of the other intents are held out as questions that should be understood. Examples that say nearly the same stay
together: a visitor does not type a paraphrase of what we wrote. How many messages come from outside cannot be known
beforehand; the threshold is the one that does best on average over several shares. Details: docs/intent-model.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import matthews_corrcoef

from bot.language.intent_model import (
    RANKED,
    IntentModel,
    Settings,
    closeness_to,
    new_classifier,
    rank_by_nearness,
    score,
)

OUTSIDE = ""
# How many messages come from outside: of public traffic anything between a third and two thirds (HINT3); of patients'
# messages few, as the product has intents for what the guide does not hold.
SHARES = (0.3, 0.45, 0.6)
PRODUCT_SHARES = (0.05, 0.1, 0.2)
_GRID = np.arange(0.0, 1.0, 0.01)
_SMOOTH = 5
_ALIKE = {"vectors": 0.75, "words": 0.5}
_LARGE = 1500  # from so many examples on, few and short fits have to do

Scorer = Callable[[Any, Any], Any]
Row = tuple[str, str, float, float]


@dataclass(frozen=True)
class Threshold:
    """A threshold and what cross-validation on the training data says of it (means over the shares).

    Attributes:
        value: scores below it count as not understood.
        mcc: Matthews correlation over all intents and "from outside".
        in_scope_accuracy: share of held-out examples that were understood rightly.
        oos_recall: share of examples of held-out intents that were not understood, as they should not be.
    """

    value: float
    mcc: float
    in_scope_accuracy: float
    oos_recall: float


def learn_threshold(model: IntentModel, *, shares: Sequence[float] = SHARES) -> Threshold:
    """Chooses the threshold of a model that was just trained (not loaded), and sets it in the model.

    With fewer than four intents nothing can be held out: the threshold is 0 then.
    """
    tried = list(held_out(model))
    chosen = best_threshold(tried, shares=shares) if tried else Threshold(0.0, 0.0, 0.0, 0.0)
    model.threshold = chosen.value
    return chosen


def best_threshold(tried: list[Row], scorer: Scorer = score, shares: Sequence[float] = SHARES) -> Threshold:
    """Returns the threshold with the highest mean correlation over the shares, smoothed over near thresholds.

    Args:
        tried: rows of `held_out`: the true intent (`OUTSIDE` if held out), the guess, its probability, its closeness.
        scorer: joins probability and closeness.
        shares: how many messages may come from outside.
    """
    truth = np.array([row[0] for row in tried])
    guesses = np.array([row[1] for row in tried])
    scores = scorer(np.array([row[2] for row in tried]), np.array([row[3] for row in tried]))
    inside = truth != OUTSIDE
    curve = np.zeros(len(_GRID))
    for share in shares:
        weights = np.where(inside, (1 - share) / max(1, inside.sum()), share / max(1, (~inside).sum()))
        curve += [correlation(truth, guesses, scores, at, weights) / len(shares) for at in _GRID]
    width = _SMOOTH // 2
    smooth = [curve[max(0, i - width) : i + width + 1].mean() for i in range(len(curve))]
    place = int(np.argmax(smooth))
    value = round(float(_GRID[place]), 2)
    said = scores >= value
    return Threshold(
        value,
        float(curve[place]),
        float((said & (truth == guesses))[inside].mean()) if inside.any() else 0.0,
        float((~said)[~inside].mean()) if not inside.all() else 0.0,
    )


def correlation(truth: Any, guesses: Any, scores: Any, threshold: float, weights: Any = None) -> float:
    """Returns the Matthews correlation when guesses with a score below the threshold count as `OUTSIDE`."""
    said = np.where(scores < threshold, OUTSIDE, guesses)
    return float(matthews_corrcoef(truth, said, sample_weight=weights))


def held_out(model: IntentModel) -> Iterator[Row]:
    """Yields, for examples held out in turn, (true intent or `OUTSIDE`, guess, probability, closeness).

    Examples that should be understood are held out from a model of all intents; those from outside, with the whole of
    their intent, from a model of the other intents.
    """
    labels = model.labels
    intents = np.unique(labels)
    if len(intents) < 4 or model.training_rows is None:
        return
    large = len(labels) > _LARGE
    settings, blocks = model.settings, model.training_rows
    if large:  # half the rounds, no words that stand only once, and only some of the parts in turn
        settings = replace(settings, rounds=settings.rounds // 2)
        blocks = [blocks[0][:, np.asarray((blocks[0] != 0).sum(axis=0)).ravel() > 1], *blocks[1:]]
    rng = np.random.default_rng(settings.seed)
    jobs: list[tuple[Any, str | None]] = []
    groups = alike(model.basis, _ALIKE["words" if model.encoder is None else "vectors"], labels)
    for _ in range(1 if large else 2):
        folds = 3 if large else 5
        fold = _folds(labels, groups, folds, rng)
        for part in range(1 if large else folds):
            jobs.append((fold == part, None))
        folds = min(5 if large else 7, len(intents) // 2)
        part_of_intent = dict(zip(intents, rng.permutation(len(intents)) % folds, strict=True))
        fold = np.array([part_of_intent[name] for name in labels])
        for part in range(1 if large else folds):
            jobs.append((fold == part, OUTSIDE))
    with ThreadPoolExecutor(2) as pool:
        for rows in pool.map(lambda job: list(_guesses(model, blocks, settings, *job)), jobs):
            yield from rows


def _guesses(model: IntentModel, blocks: list[Any], settings: Settings, out: Any, truth: str | None) -> Iterator[Row]:
    """Trains on the examples that are not `out` and yields the rows of those; `truth` is theirs if not their intent."""
    labels, train, test = model.labels, np.flatnonzero(~out), np.flatnonzero(out)
    if not len(test) or len(np.unique(labels[train])) < 2:
        return
    classifier = new_classifier(settings).fit([block[train] for block in blocks], labels[train])
    chances = classifier.predict_proba([block[test] for block in blocks])
    names = classifier.classes_
    closest, mean = np.empty_like(chances), np.empty_like(chances)
    for place, name in enumerate(names):
        near = closeness_to(model.basis[test], model.basis[train[labels[train] == name]])
        near = -np.sort(-near, axis=1)[:, : settings.nearest]
        closest[:, place], mean[:, place] = near[:, 0], near.mean(axis=1)
    best = np.argsort(-chances, axis=1)[:, :RANKED]
    few = np.take_along_axis(chances, best, axis=1)
    if model.encoder is not None:
        few = rank_by_nearness(few, np.take_along_axis(closest, best, axis=1))
    for row, test_row in enumerate(test):
        first = best[row, few[row].argmax()]
        right = str(labels[test_row]) if truth is None else truth
        yield right, str(names[first]), float(few[row].max()), float(np.clip(mean[row, first], 0, 1))


def alike(rows: Any, at_least: float, labels: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Returns a group number for each row: rows of one intent that are nearer than `at_least` to its first row."""
    groups = np.full(len(labels), -1, dtype=np.int64)
    for name in np.unique(labels):
        mine = np.flatnonzero(labels == name)
        near = closeness_to(rows[mine], rows[mine]) >= at_least
        for place, row in enumerate(mine):
            if groups[row] < 0:
                groups[mine[near[place] & (groups[mine] < 0)]] = row
                groups[row] = row
    return groups


def _folds(labels: npt.NDArray[Any], groups: npt.NDArray[np.int64], folds: int, rng: Any) -> Any:
    """Spreads the groups of every intent evenly over folds; an intent of one group is in no fold, so always known."""
    fold = np.full(len(labels), -1)
    for name in np.unique(labels):
        mine = rng.permutation(np.unique(groups[labels == name]))
        if len(mine) > 1:
            start = rng.integers(folds)
            for place, group in enumerate(mine):
                fold[(groups == group) & (labels == name)] = (start + place) % folds
    return fold

"""All evaluation sets put to the bot once, for every test that looks at the outcome."""

from __future__ import annotations

from functools import lru_cache

from trained import the_reader

from bot.evaluation.report_sets import Results, load_sets, make_bot, run_all


@lru_cache(maxsize=1)
def the_results() -> Results:
    """The outcomes of all sets with the trained model."""
    return run_all(make_bot(the_reader()), load_sets())

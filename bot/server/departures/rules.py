"""Matching rules without reading each again. Written for Rasa 3.6.21; switched off by BOT_STOCK=rules.

For every rule and every past state, the rule policy turns the rule's list of states round and looks at it
(`RulePolicy._is_rule_applicable`), although only the newest states can matter for a rule of a few turns. Here the turned
lists are kept, and the search stops at the first state that is older than the longest rule left: from there on Rasa's own
test says yes to every rule.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any


@functools.lru_cache(maxsize=1000)
def _newest_first(rule_key: str) -> tuple[dict[str, Any], ...]:
    return tuple(reversed(json.loads(rule_key)))


def install() -> Callable[[], None]:
    """Puts the quicker search in place, and returns what takes it away."""
    from rasa.core.policies.rule_policy import RulePolicy  # noqa: PLC0415 - loads Rasa
    from rasa.shared.core.constants import PREVIOUS_ACTION  # noqa: PLC0415

    stock = RulePolicy._get_possible_keys

    def _get_possible_keys(self: Any, lookup: dict[str, str], states: list[dict[str, Any]]) -> set[str]:
        keys = set(lookup)
        for turn, state in enumerate(reversed(states)):
            longer = [key for key in keys if len(_newest_first(key)) > turn]
            if not longer:
                break
            before = state.get(PREVIOUS_ACTION)
            for key in longer:
                rule_state = _newest_first(key)[turn]
                rule_before = rule_state.get(PREVIOUS_ACTION)
                if not rule_before and not before:
                    continue
                if not rule_before or not before or not self._does_rule_match_state(rule_state, state):
                    keys.discard(key)
        return keys

    RulePolicy._get_possible_keys = _get_possible_keys

    def undo() -> None:
        RulePolicy._get_possible_keys = stock

    return undo

"""Matching rules without reading each again. Written for Rasa 3.6.21; switched off by BOT_STOCK=rules.

For every rule and every past state, the rule policy turns the rule's list of states round and looks at it
(`RulePolicy._is_rule_applicable`), although only the newest states can matter for a rule of a few turns. Here the turned
lists are kept, and the search stops at the first state that is older than the longest rule left: from there on Rasa's own
test says yes to every rule. What was found for the newest states (intent, kinds of entities, last action; never text) is kept too.

Rasa also predicts twice after each message: from its text, then from its intent. A rule that names an intent cannot fit the
text, so where every rule does, the first of the two is left out.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

_KEPT_SEARCHES = 2000


@functools.lru_cache(maxsize=1000)
def _newest_first(rule_key: str) -> tuple[dict[str, Any], ...]:
    return tuple(reversed(json.loads(rule_key)))


def _all_by_intent(lookup: dict[str, str]) -> bool:
    """Tells whether every rule that can follow a message names the message's intent."""
    newest = (_newest_first(key)[0] for key in lookup)
    return all(
        state.get("user", {}).get("intent")
        for state in newest
        if state.get("prev_action", {}).get("action_name") == "action_listen"
    )


def install() -> Callable[[], None]:
    """Puts the quicker search in place, and returns what takes it away."""
    from rasa.core.policies.rule_policy import RULES, RulePolicy  # noqa: PLC0415 - loads Rasa
    from rasa.shared.core.constants import PREVIOUS_ACTION  # noqa: PLC0415

    stock, stock_find = RulePolicy._get_possible_keys, RulePolicy._find_action_from_rules
    by_intent: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()

    found_before: dict[tuple[int, str], set[str]] = {}
    longest: dict[int, tuple[dict[str, str], int]] = {}

    def _get_possible_keys(self: Any, lookup: dict[str, str], states: list[dict[str, Any]]) -> set[str]:
        kept, most = longest.get(id(lookup), (None, 0))
        if kept is not lookup:
            most = max((len(_newest_first(key)) for key in lookup), default=0)
            longest[id(lookup)] = (lookup, most)  # kept, so that its id is not given to another
        newest = states[-most:] if most else []
        if any("text" in state.get("user", ()) for state in newest):
            return _search(self, lookup, states)  # what a visitor typed is not kept
        told = (id(lookup), repr(newest))
        if told not in found_before:
            if len(found_before) >= _KEPT_SEARCHES:
                found_before.clear()
            found_before[told] = _search(self, lookup, states)
        return set(found_before[told])

    def _search(self: Any, lookup: dict[str, str], states: list[dict[str, Any]]) -> set[str]:
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

    def _find_action_from_rules(self: Any, tracker: Any, domain: Any, use_text_for_last_user_input: bool) -> Any:
        if use_text_for_last_user_input and not tracker.active_loop_name:
            if self not in by_intent:
                by_intent[self] = _all_by_intent(self.lookup[RULES])
            if by_intent[self]:
                return None, None, False  # what Rasa finds, except for a key that it does not look at then
        return stock_find(self, tracker, domain, use_text_for_last_user_input)

    RulePolicy._get_possible_keys = _get_possible_keys
    RulePolicy._find_action_from_rules = _find_action_from_rules

    def undo() -> None:
        RulePolicy._get_possible_keys = stock
        RulePolicy._find_action_from_rules = stock_find

    return undo

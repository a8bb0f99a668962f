"""Matching rules without reading each again. Written for Rasa 3.6.21; switched off by BOT_STOCK=rules.

For every rule and every past state, the rule policy turns the rule's list of states round and looks at it
(`RulePolicy._is_rule_applicable`), although only the newest states can matter for a rule of a few turns. Here the turned
lists are kept, and the search stops at the first state that is older than the longest rule left: from there on Rasa's own
test says yes to every rule.

Rasa also predicts twice after each message: from its text, then from its intent. A rule that names an intent cannot fit the
text, so where every rule does, the first of the two is left out. Then what the rules see of a conversation is a short list of
names: intents, kinds of entities and actions, no text and no slot without features. A prediction for the same list is kept,
and Rasa is spared playing all events again, twice a message, to make the list of states that it would look up.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Hashable
from typing import Any
from weakref import WeakKeyDictionary

_KEPT_PREDICTIONS = 2000
_Seen = tuple[Hashable, ...]


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


def _reader() -> Callable[[Any, frozenset[str]], _Seen | None]:
    """Returns what reads off a conversation all that rules can see of it."""
    from rasa.shared.core import events as e  # noqa: PLC0415 - loads Rasa

    def seen(tracker: Any, plain: frozenset[str]) -> _Seen | None:
        """Returns what rules can see; None where that is more than names, so that Rasa has to look itself."""
        if tracker.active_loop_name:
            return None
        found: list[Hashable] = []
        for event in tracker.events:
            kind = type(event)
            if kind is e.ActionExecuted and event.action_name:
                found.append(event.action_name)
            elif kind is e.UserUttered and event.intent_name:
                entities = (
                    (entity.get("entity"), entity.get("role"), entity.get("group")) for entity in event.entities
                )
                found.append((event.intent_name, tuple(entities)))
            elif kind is e.DefinePrevUserUtteredFeaturization:
                found.append(event.use_text_for_featurization)
            elif kind is e.SessionStarted:
                found.append(None)
            elif kind is not e.BotUttered and not (kind is e.SlotSet and event.key in plain):
                return None
        return tuple(found)

    return seen


def install() -> Callable[[], None]:
    """Puts the quicker search in place, and returns what takes it away."""
    from rasa.core.policies.policy import PolicyPrediction  # noqa: PLC0415 - loads Rasa
    from rasa.core.policies.rule_policy import RULES, RulePolicy  # noqa: PLC0415
    from rasa.shared.core.constants import PREVIOUS_ACTION  # noqa: PLC0415

    stock, stock_find = RulePolicy._get_possible_keys, RulePolicy._find_action_from_rules
    stock_predict = RulePolicy.predict_action_probabilities
    by_intent: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()

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

    def rules_name_intents(policy: Any) -> bool:
        if policy not in by_intent:
            by_intent[policy] = _all_by_intent(policy.lookup[RULES])
        return by_intent[policy]

    def _find_action_from_rules(self: Any, tracker: Any, domain: Any, use_text_for_last_user_input: bool) -> Any:
        if use_text_for_last_user_input and not tracker.active_loop_name and rules_name_intents(self):
            return None, None, False  # what Rasa finds, except for a key that it does not look at then
        return stock_find(self, tracker, domain, use_text_for_last_user_input)

    seen = _reader()
    # For each policy: the domain it is used with, the slots without features, and what was predicted.
    predicted: WeakKeyDictionary[Any, tuple[Any, frozenset[str], dict[_Seen, Any]]] = WeakKeyDictionary()

    def kept_for(policy: Any, domain: Any) -> tuple[Any, frozenset[str], dict[_Seen, Any]]:
        kept = predicted.get(policy)
        if kept is None or kept[0] is not domain:
            plain = frozenset(slot.name for slot in domain.slots if not slot.has_features())
            kept = predicted[policy] = (domain, plain, {})
        return kept

    def predict_action_probabilities(self: Any, tracker: Any, domain: Any, *args: Any, **kwargs: Any) -> Any:
        _, plain, kept = kept_for(self, domain)
        names = seen(tracker, plain) if rules_name_intents(self) else None
        if names is None:
            return stock_predict(self, tracker, domain, *args, **kwargs)
        found = kept.get(names)
        if found is None:
            found = stock_predict(self, tracker, domain, *args, **kwargs)
            if found.events or found.optional_events:
                return found
            if len(kept) >= _KEPT_PREDICTIONS:
                kept.clear()
            kept[names] = found
        # The ensemble adds events to what it is given.
        return PolicyPrediction(
            found.probabilities,
            found.policy_name,
            found.policy_priority,
            is_end_to_end_prediction=found.is_end_to_end_prediction,
            is_no_user_prediction=found.is_no_user_prediction,
            diagnostic_data=found.diagnostic_data,
            hide_rule_turn=found.hide_rule_turn,
            action_metadata=found.action_metadata,
        )

    RulePolicy._get_possible_keys = _get_possible_keys
    RulePolicy._find_action_from_rules = _find_action_from_rules
    RulePolicy.predict_action_probabilities = predict_action_probabilities

    def undo() -> None:
        RulePolicy._get_possible_keys = stock
        RulePolicy._find_action_from_rules = stock_find
        RulePolicy.predict_action_probabilities = stock_predict

    return undo

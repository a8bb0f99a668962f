"""The words the bot knows, read from the store: every way to write a stage, a line, a drug or a term.

The trained model keeps a copy (`to_dict`), so that the server can tell when store and model were built from different
content, and so that reading a message needs no database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.guide.queries import Guide


@dataclass(frozen=True)
class Vocabulary:
    """Surface forms, all in lower case, mapped to their normal form.

    Attributes:
        numerals: what follows the word "stage" ("iv", "four"), mapped to the stage key.
        stages: words that name a stage alone ("mets"), mapped to the stage key.
        lines: ways to name a line of treatment, mapped to its number.
        drugs: brand, generic and other names, mapped to the brand.
        terms: ways to write a term, mapped to its name.
        shorthands: short names of several things at once ("thp"), mapped to (drugs, terms).
        spread_stage: the stage in which the cancer has spread to other organs.
        families: brand mapped to the term of its family.
        cancer: what the guide is about.
        content_hash: the content this vocabulary was read from.
    """

    numerals: dict[str, str] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    drugs: dict[str, str] = field(default_factory=dict)
    terms: dict[str, str] = field(default_factory=dict)
    shorthands: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    spread_stage: str | None = None
    families: dict[str, str] = field(default_factory=dict)
    cancer: str = ""
    content_hash: str = ""

    @classmethod
    def from_guide(cls, guide: Guide) -> Vocabulary:
        """Reads the vocabulary from the store."""
        by_kind: dict[str, dict[str, list[str]]] = {}
        for alias in guide.aliases():
            by_kind.setdefault(alias.kind, {}).setdefault(alias.text, []).append(alias.target)

        def one(kind: str) -> dict[str, str]:
            return {text: targets[0] for text, targets in by_kind.get(kind, {}).items()}

        drugs, terms = by_kind.get("shorthand-drug", {}), by_kind.get("shorthand-term", {})
        return cls(
            numerals=one("numeral"),
            stages=one("stage"),
            lines={text: int(target) for text, target in one("line").items()},
            drugs=one("drug"),
            terms=one("term"),
            shorthands={text: (tuple(drugs.get(text, ())), tuple(terms.get(text, ()))) for text in {**drugs, **terms}},
            spread_stage=guide.spread_stage(),
            families=guide.families(),
            cancer=guide.info().cancer.lower(),
            content_hash=guide.info().content_hash,
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns the vocabulary as JSON-ready data."""
        return {
            **{name: getattr(self, name) for name in self.__dataclass_fields__},
            "shorthands": {text: [list(d), list(t)] for text, (d, t) in self.shorthands.items()},
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Vocabulary:
        """Makes the vocabulary from what `to_dict` returned."""
        shorthands = {text: (tuple(d), tuple(t)) for text, (d, t) in data["shorthands"].items()}
        return cls(**{**data, "shorthands": shorthands})

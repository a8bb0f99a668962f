"""The form of a test file, checked by pydantic. It is the form of Rasa Pro's end-to-end tests, with `reply` and `tags` added."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ConstrainedStr, Extra, Field, root_validator, validator

from bot.answers.question import KINDS
from bot.answers.reply import MAX_CHOICES

DOES = ("user", "bot", "utter", "slot_was_set", "slot_was_not_set", "reply")


class Said(ConstrainedStr):
    """A text that is not empty."""

    strip_whitespace = True
    min_length = 1


class _Shape(BaseModel):
    class Config:
        """Settings that pydantic reads."""

        extra = Extra.forbid
        smart_union = True


class ReplyShape(_Shape):
    """What a `reply` step may hold. A list of kinds, stages, lines, drugs or terms means: one of them."""

    kind: list[str] | None
    stage: list[str | None] | None
    line: list[int | None] | None
    drug: list[str | None] | None
    term: list[str | None] | None
    asked: list[str | None] | None
    contains: list[Said] = Field(default_factory=list)
    excludes: list[Said] = Field(default_factory=list)
    choices: list[Said] | int | None

    @root_validator(pre=True)
    def _something(cls, values: dict[str, Any]) -> dict[str, Any]:  # noqa: N805 - pydantic's form
        if not values:
            raise ValueError("nothing is expected here; write for example 'kind: treatment'")
        return values

    @validator("kind", "stage", "line", "drug", "term", "asked", "contains", "excludes", pre=True)
    def _as_list(cls, value: Any) -> Any:  # noqa: N805
        return value if isinstance(value, list) else [value]

    @validator("stage", each_item=True, pre=True)
    def _stage_is_text(cls, value: Any) -> Any:  # noqa: N805
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @validator("kind", each_item=True)
    def _known_kind(cls, value: str) -> str:  # noqa: N805
        if value not in KINDS:
            near = get_close_matches(value, KINDS, 1)
            raise ValueError(f"{value!r} is no kind of reply; " + (f"did you mean {near[0]!r}?" if near else _kinds()))
        return value

    @validator("choices")
    def _few_choices(cls, value: Any) -> Any:  # noqa: N805
        count = value if isinstance(value, int) else len(value or ())
        if not 0 <= count <= MAX_CHOICES:
            raise ValueError(f"a reply has 0 to {MAX_CHOICES} choices, not {count}")
        return value


class StepShape(_Shape):
    """One step: exactly one of `DOES`; `metadata` only beside `user`."""

    user: str | None
    bot: Said | None
    utter: Said | None
    slot_was_set: list[str | dict[str, Any]] | None
    slot_was_not_set: list[str | dict[str, Any]] | None
    reply: ReplyShape | None
    metadata: Said | None

    @root_validator(pre=True)
    def _one_thing(cls, values: dict[str, Any]) -> dict[str, Any]:  # noqa: N805
        given = [name for name in DOES if name in values]
        unknown = sorted(set(values) - {*DOES, "metadata"})
        if not unknown and len(given) != 1:
            has = " and ".join(given) or "none of them"
            raise ValueError(f"a step has one of {', '.join(DOES)}; this one has {has}")
        if "metadata" in values and "user" not in values:
            raise ValueError("metadata stands beside 'user' only")
        for name in given:
            if values[name] is None:
                raise ValueError(f'{name!r} has no value; for an empty message write user: ""')
        return values

    @validator("user", pre=True)
    def _numbers_are_text(cls, value: Any) -> Any:  # noqa: N805
        return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value

    @validator("slot_was_set", "slot_was_not_set", pre=True)
    def _as_list(cls, value: Any) -> Any:  # noqa: N805
        return value if isinstance(value, list) else [value]


class CaseShape(_Shape):
    """One test case."""

    test_case: Said
    steps: list[StepShape] = Field(min_items=1)
    tags: list[Said] = Field(default_factory=list)
    fixtures: list[Said] = Field(default_factory=list)
    metadata: list[Said] = Field(default_factory=list)

    @validator("metadata", "tags", "fixtures", pre=True)
    def _as_list(cls, value: Any) -> Any:  # noqa: N805
        return value if isinstance(value, list) else [value]


class FileShape(_Shape):
    """A whole file. `fixtures` and `metadata` are lists of one name each, as Rasa Pro has them."""

    test_cases: list[CaseShape] = Field(min_items=1)
    fixtures: list[dict[Said, list[dict[str, Any]]]] = Field(default_factory=list)
    metadata: list[dict[Said, dict[str, Any]]] = Field(default_factory=list)


def _kinds() -> str:
    return "there are " + ", ".join(KINDS)

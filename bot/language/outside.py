"""Names that patients use for things the guide does not hold: other drugs, other cancers, other types of breast cancer."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, Extra
from ruamel.yaml import YAML

OUTSIDE_FILE = Path(__file__).with_name("outside.yml")


class Outside(BaseModel):
    """The lists of `outside.yml`, in lower case."""

    other_drugs: tuple[str, ...]
    other_cancers: tuple[str, ...]
    not_our_type: tuple[str, ...]
    before_stage_1: tuple[str, ...]

    class Config:
        """Settings that pydantic reads."""

        extra = Extra.forbid
        frozen = True


@lru_cache(maxsize=1)
def load_outside() -> Outside:
    """Reads `outside.yml`."""
    return Outside.parse_obj(YAML(typ="safe").load(OUTSIDE_FILE.read_text(encoding="utf-8")))

"""How much memory one more clinic's settings take in a worker."""

from __future__ import annotations

import gc
import tracemalloc

from ruamel.yaml import YAML

from bot import settings
from bot.clinic import Clinic, load_clinic

_COPIES = 200


def clinic_bytes(copies: int = _COPIES) -> int:
    """Returns the bytes that one clinic's settings take, by keeping many copies read from the clinic file."""
    load_clinic()  # whatever is loaded once is loaded now, and the file is right
    text = settings.clinic_file().read_text(encoding="utf-8")
    gc.collect()
    tracemalloc.start()
    try:
        kept: list[Clinic] = [Clinic.parse_obj(YAML(typ="safe").load(text)) for _ in range(copies)]
        gc.collect()
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return round(size / len(kept))

"""What the components share: names of message properties, and what training depends on besides its configuration."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from bot import settings
from bot.guide.content_file import content_hash
from bot.guide.store import open_guide
from bot.language.vocabulary import Vocabulary

MENTIONS = "guide_mentions"
SAFETY = "guide_safety"
GUESSES = "guide_guesses"
SEGMENTS = "guide_segments"
READING = "reading"

_LANGUAGE = Path(__file__).resolve().parent.parent


def depends_on() -> str:
    """Returns a hash of all that a trained part depends on: the content file and the code of `bot.language`.

    Rasa keeps the results of training steps and only looks at configuration and examples; without this, a corrected
    content file would be served by an old model.
    """
    return f"{content_hash(settings.guide_file())}-{_code_hash()}"


@lru_cache(maxsize=1)
def _code_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(_LANGUAGE.rglob("*")):
        if path.suffix in (".py", ".yml"):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def vocabulary_now() -> Vocabulary:
    """Reads the vocabulary from the store, which is built first where it is missing or out of date."""
    return Vocabulary.from_guide(open_guide(build=True))

"""The secret that session tokens are signed with: from BOT_SECRET, or in development a random one kept in var/secret."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from bot import settings
from bot.errors import BotError

MIN_LENGTH = 32
MIN_DIFFERENT = 10
# Texts that people copy from examples instead of making a secret of their own.
_EXAMPLES = ("secret", "change", "example", "default", "password", "your-", "bot_secret")
HOW = "Make one with `python3 -c 'import secrets; print(secrets.token_urlsafe(48))'` and set BOT_SECRET to it."


def weakness(secret: str | None) -> str | None:
    """Returns what is wrong with a secret, in one sentence that does not repeat it, or None for a good one."""
    if not secret:
        return "BOT_SECRET is not set."
    if len(secret) < MIN_LENGTH:
        return f"BOT_SECRET has {len(secret)} characters; it needs at least {MIN_LENGTH}."
    if len(set(secret)) < MIN_DIFFERENT:
        return f"BOT_SECRET has only {len(set(secret))} different characters; that can be guessed."
    if any(word in secret.lower() for word in _EXAMPLES):
        return "BOT_SECRET looks like a text from an example; that can be guessed."
    return None


def session_secret() -> str:
    """Returns the secret.

    Raises:
        BotError: BOT_SECRET is weak; or it is missing in production; or the file of development cannot be kept.
    """
    named = os.environ.get("BOT_SECRET")
    if named or settings.production():
        wrong = weakness(named)
        if wrong or not named:
            raise BotError(f"{wrong} {HOW}")
        return named
    return _kept(settings.var_folder() / "secret")


def _kept(path: Path) -> str:
    """Returns the secret in a file that only its owner may read, made at the first call."""
    try:
        # Written whole under another name and then linked: two workers that start together keep one secret.
        fresh = path.with_name(f"secret-{os.getpid()}-{secrets.token_hex(4)}")
        if not path.exists():
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                os.write(handle, secrets.token_urlsafe(48).encode())
            finally:
                os.close(handle)
            try:
                os.link(fresh, path)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        kept = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BotError(
            f"The secret of the web channel cannot be kept in var/secret ({type(error).__name__}). Let the bot write in "
            f"the folder var, or set BOT_SECRET. {HOW}"
        ) from error
    if weakness(kept):
        raise BotError("var/secret is not whole. Delete that file; the bot then makes a new one.")
    return kept

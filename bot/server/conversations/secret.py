"""Keyed hashes that stand for the ids of visitors and messages, so that the store holds none of them in clear.

A plain hash would not do: ids of messaging channels are phone numbers, and all phone numbers can be tried in an hour.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from bot import settings
from bot.errors import StoreError

FILE = "conversations.secret"
_BYTES = 32
_PURPOSE = b"her2-guide-chat conversations 1"


class KeyedHash:
    """Makes the hashes. The same secret is needed for as long as conversations are to go on."""

    def __init__(self, secret: bytes, clinic: str | None = None) -> None:
        """Takes a key of its own from the secret, which may have other uses.

        Args:
            secret: the secret.
            clinic: the key of one of several clinics, so that one sender id at two of them is two conversations.
        """
        purpose = _PURPOSE if clinic is None else _PURPOSE + b"\0clinic\0" + clinic.encode()
        # Keyed once and copied for each hash: OpenSSL takes longer to get ready than to hash an id.
        self._keyed = hmac.new(hmac.new(secret, purpose, hashlib.sha256).digest(), digestmod=hashlib.sha256)

    def of_sender(self, sender_id: str) -> str:
        """Returns what stands for a sender id: 64 hexadecimal digits."""
        return self._hash(b"sender", sender_id)

    def of_message(self, message_id: str) -> str:
        """Returns what stands for a client's message id: 64 hexadecimal digits."""
        return self._hash(b"message", message_id)

    def _hash(self, what: bytes, text: str) -> str:
        made = self._keyed.copy()
        made.update(what + b"\0" + text.encode("utf-8", "surrogatepass"))
        return made.hexdigest()


def keyed_hash(clinic: str | None = None) -> KeyedHash:
    """Returns the hashes of this installation: by BOT_SECRET, else by a random secret kept in the var folder.

    Args:
        clinic: the key of one of several clinics.

    Raises:
        StoreError: the file of the secret cannot be written or read.
    """
    named = settings.bot_secret()
    return KeyedHash(named.encode("utf-8", "surrogateescape") if named else _kept_secret(), clinic)


def _kept_secret() -> bytes:
    path = settings.var_folder() / FILE
    try:
        if not path.exists():
            _make(path)
        kept = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"{path}: the secret of the conversations cannot be kept there ({error.strerror}). Make the folder writable, "
            "or set BOT_SECRET to a long random text."
        ) from error
    if len(kept) < _BYTES:
        raise StoreError(
            f"{path} holds {len(kept)} bytes and is no secret of {_BYTES}. Restore it, or remove it: conversations that "
            "are under way then start again."
        )
    return kept


def _make(path: Path) -> None:
    """Writes a new secret; of several processes that do so at once, the first one's stays."""
    handle, named = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)  # readable for this user alone
    draft = Path(named)
    try:
        os.write(handle, secrets.token_bytes(_BYTES))
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(draft, path)  # atomic, and fails if there is one
    except FileExistsError:
        pass
    finally:
        draft.unlink()

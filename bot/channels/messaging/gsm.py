"""How long a text message is: in the GSM alphabet's 7-bit characters, or, with any other character, in UCS-2.

The alphabet and the sizes are those of 3GPP TS 23.038: a part of a long message holds 153 characters, or 67 in UCS-2.
"""

from __future__ import annotations

from bot.channels.messaging.splitting import Measure, utf16

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("\f^{}\\[~]|€")
_PLAIN = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2010": "-", "\u2011": "-", "\u2013": "-",
     "\u2014": "-", "\u2022": "-", "\u2026": "...", "\u00a0": " ", "\u202f": " ", "\t": " "}
)  # fmt: skip
PARTS = 10
"""The most parts of one long message that Twilio sends together."""


def plain(text: str) -> str:
    """Returns the text with typographic quotes, dashes and blanks as the GSM alphabet has them."""
    return text.translate(_PLAIN)


def is_gsm(text: str) -> bool:
    """Tells whether the GSM alphabet has every character."""
    return set(text) <= _BASIC | _DOUBLE


def septets(text: str) -> int:
    """Returns a GSM text's length: some characters count twice."""
    return sum(2 if character in _DOUBLE else 1 for character in text)


def room(text: str) -> tuple[int, Measure]:
    """Returns how much one message of this alphabet may hold, and how it is measured."""
    return (153 * PARTS, septets) if is_gsm(text) else (67 * PARTS, utf16)

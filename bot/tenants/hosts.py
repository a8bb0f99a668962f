"""Host names as they are compared: in small letters, in their ASCII form, without a port and without a dot at the end."""

from __future__ import annotations

import re

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_IPV6 = re.compile(r"\[[0-9a-f:.]+\]")
_PORT = re.compile(r":[0-9]{0,5}$")
_LONGEST = 253


def plain_host(written: str) -> str | None:
    """Returns a host name as it is compared, or None for what is none. A port is taken off.

    Args:
        written: as it stands in a clinic's file or in a request's header.
    """
    host = _PORT.sub("", written.strip().lower()) if not written.endswith("]") else written.strip().lower()
    host = host[:-1] if host.endswith(".") else host
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    if len(host) > _LONGEST or not (_NAME.fullmatch(host) or _IPV6.fullmatch(host)):
        return None
    return host

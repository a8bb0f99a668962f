"""Session tokens of the web channel: signed, expiring, and each for one conversation that nobody else can name."""

from __future__ import annotations

import re
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timezone

import jwt

from bot.channels import web_errors

ALGORITHM = "HS256"
AUDIENCE = "web"
_SESSION_ID = re.compile(r"[0-9a-f]{32}")
_MOST_ENDED = 50_000


@dataclass(frozen=True)
class Session:
    """One visitor's session.

    Attributes:
        sid: 128 random bits in hexadecimal.
        expires: when its token expires, in seconds since 1970.
    """

    sid: str
    expires: int

    @property
    def sender(self) -> str:
        """The conversation's id inside Rasa. Other channels' ids never begin like it."""
        return f"web:{self.sid}"


@dataclass(frozen=True)
class Issued:
    """A fresh token with the time it expires."""

    token: str
    expires: int
    seconds: int

    def to_dict(self) -> dict[str, str | int]:
        """Returns the answer to a request for a session."""
        moment = datetime.fromtimestamp(self.expires, timezone.utc).isoformat().replace("+00:00", "Z")
        return {"token": self.token, "expires_at": moment, "expires_in": self.seconds}


class Tokens:
    """Makes and reads tokens, and keeps which sessions were ended before their time."""

    def __init__(self, secret: str, hours: int, clinic: str | None = None) -> None:
        """Takes the secret, how long a token lasts, and the clinic that it names, if any."""
        self._secret, self._seconds, self._clinic = secret, hours * 3600, clinic
        self._ended: OrderedDict[str, int] = OrderedDict()

    def issue(self) -> Issued:
        """Returns a token for a new session."""
        now = int(time.time())
        claims = {"sid": secrets.token_hex(16), "iat": now, "exp": now + self._seconds, "aud": AUDIENCE}
        if self._clinic:
            claims["clinic"] = self._clinic
        return Issued(jwt.encode(claims, self._secret, algorithm=ALGORITHM), now + self._seconds, self._seconds)

    def read(self, header: str | None) -> Session:
        """Returns the session that an Authorization header names.

        Raises:
            Refused: 401; the code says whether there is no token, or it is forged, expired, or of an ended session.
        """
        scheme, _, token = (header or "").strip().partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise web_errors.no_token()
        try:
            claims = jwt.decode(
                token.strip(),
                self._secret,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                options={"require": ["sid", "iat", "exp", "aud"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise web_errors.expired_token() from error
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise web_errors.bad_token() from error
        sid = claims["sid"]
        if not isinstance(sid, str) or not _SESSION_ID.fullmatch(sid) or claims.get("clinic") != self._clinic:
            raise web_errors.bad_token()
        session = Session(sid, int(claims["exp"]))
        self.check_going(session)
        return session

    def check_going(self, session: Session) -> None:
        """Makes sure that a session was not ended, perhaps since its token was read.

        Raises:
            Refused: 401, it was.
        """
        if session.sid in self._ended:
            raise web_errors.ended_session()

    def end(self, session: Session) -> None:
        """Makes a session's token no good from now on. What has expired anyway is forgotten, so memory stays bounded."""
        now = int(time.time())
        while self._ended and (len(self._ended) >= _MOST_ENDED or next(iter(self._ended.values())) < now):
            self._ended.popitem(last=False)
        self._ended[session.sid] = session.expires

    def resume(self, session: Session) -> None:
        """Takes an end back: the chat could not be deleted, and the visitor must be able to ask again."""
        self._ended.pop(session.sid, None)

"""The service's own tokens: of sessions, and invitations. JSON Web Tokens, signed with a secret key."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import jwt

#: Who signs them, and for whom. No other issuer may be called so.
OWN_ISSUER: Final = "memsvc"
_ALGORITHM: Final = "HS256"
_LABEL: Final = b"memsvc key of tokens"
_REQUIRED: Final = ["exp", "iat", "sub", "aud", "iss", "jti"]
#: What a token that is none makes the library raise.
UNREADABLE: Final = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)


class TokenKind(StrEnum):
    """What a token is for; each is good for that alone."""

    ACCESS = "access"
    REFRESH = "refresh"
    INVITATION = "invitation"


@dataclass(frozen=True, slots=True)
class OwnToken:
    """What a token says."""

    kind: TokenKind
    tenant_id: str
    #: The account, or of an invitation the invitation itself.
    subject: UUID
    expire_time: datetime
    #: None of an invitation.
    session_id: UUID | None = None
    #: Of a refresh token: how many came before it.
    number: int = 0


@dataclass(frozen=True, slots=True)
class OwnTokens:
    """Signs and reads tokens."""

    #: The installation's secret.
    secret_key: bytes

    def sign(self, token: OwnToken, token_id: UUID, *, now: datetime) -> str:
        """Return the token as its owner shows it; *token_id* makes it unlike any other."""
        claims: dict[str, Any] = {
            "iss": OWN_ISSUER,
            "aud": OWN_ISSUER,
            "sub": str(token.subject),
            "jti": str(token_id),
            "typ": str(token.kind),
            "tenant": token.tenant_id,
            "iat": now,
            "exp": token.expire_time,
        }
        if token.session_id is not None:
            claims |= {"sid": str(token.session_id), "number": token.number}
        return jwt.encode(claims, self._key, _ALGORITHM)

    def read(self, text: str, kind: TokenKind) -> OwnToken | None:
        """Return what a token of this *kind* says, None for anything that is not right about it."""
        try:
            claims = jwt.decode(
                text,
                self._key,
                [_ALGORITHM],
                audience=OWN_ISSUER,
                issuer=OWN_ISSUER,
                options={"require": _REQUIRED},
            )
            return _token(claims) if claims.get("typ") == kind else None
        except (*UNREADABLE, KeyError):
            return None

    @property
    def _key(self) -> bytes:
        return hmac.new(self.secret_key, _LABEL, hashlib.sha256).digest()


def _token(claims: dict[str, Any]) -> OwnToken:
    kind = TokenKind(claims["typ"])
    return OwnToken(
        kind=kind,
        tenant_id=str(claims["tenant"]),
        subject=UUID(claims["sub"]),
        expire_time=datetime.fromtimestamp(claims["exp"], UTC),
        session_id=None if kind is TokenKind.INVITATION else UUID(claims["sid"]),
        number=int(claims.get("number", 0)),
    )

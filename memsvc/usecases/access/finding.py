"""What looking at a credential brings to light."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from memsvc.core.access import Identity

#: How long what the database said may be believed, in seconds: whatever is revoked, changed or expired
#: counts everywhere within 5 seconds.
BELIEVED_SECONDS: Final = 3.0


class Flaw(StrEnum):
    """Why a credential opens nothing, for the metric; callers are told nothing of it."""

    MISSING = "missing"
    #: An API key that was mistyped.
    MALFORMED = "malformed"
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    EXPIRED = "expired"
    #: A token that is not right in some way.
    TOKEN = "token"  # ruff: ignore[hardcoded-password-string] - the name of a flaw
    #: The keys to judge a token by cannot be had.
    ISSUER = "issuer"
    #: A certificate and a key that name two tenants or users.
    MISMATCH = "mismatch"
    #: Not looked at: too many of this address were not valid.
    LIMITED = "limited"
    #: A login or a token that a public call showed in its request.
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Finding:
    """Whom a credential stands for, or why for nobody."""

    identity: Identity | None
    #: How long that may be believed, in seconds.
    seconds: float = BELIEVED_SECONDS
    flaw: Flaw = Flaw.UNKNOWN
    #: The API key that it is, "" for another credential.
    key_id: str = ""

"""API keys: how they look, and how they are kept.

`msk_<environment>_<key id><secret><checksum>`: the prefix lets scanners find a key that got loose, the
checksum lets a mistyped one be refused without asking anybody. Only a keyed hash of the secret is kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

#: Random bytes that a key is made of: those of its id, then those of its secret.
ID_BYTES: Final = 10
SECRET_BYTES: Final = 32
RANDOM_BYTES: Final = ID_BYTES + SECRET_BYTES
#: How long an id is, as it is written.
ID_CHARACTERS: Final = 12
_CHECKSUM_CHARACTERS: Final = 6
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SHAPE: Final = re.compile(
    r"msk_[a-z0-9]{1,16}_(?P<id>[A-Z2-7]{12})_(?P<secret>[A-Za-z0-9_-]{43})(?P<checksum>[0-9A-Za-z]{6})"
)


@dataclass(frozen=True, slots=True)
class PresentedKey:
    """A key as its owner shows it."""

    #: What it is known by; no secret.
    key_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept."""

    key_id: str
    name: str
    scopes: list[str]
    #: The one user whose data it may touch; "" for any.
    user_id: str
    create_time: datetime
    #: Who made it.
    created_by: str
    expire_time: datetime | None
    #: To the minute.
    last_used_time: datetime | None
    revoke_time: datetime | None
    #: The key in whose place it came; "" for none.
    replaces: str

    def is_valid(self, now: datetime) -> bool:
        """Return whether the key opens anything at *now*."""
        return all(end is None or now < end for end in (self.revoke_time, self.expire_time))


def make(environment: str, random: bytes) -> tuple[str, PresentedKey]:
    """Return a key, whole and in its parts, made of RANDOM_BYTES *random* bytes."""
    key_id = base64.b32encode(random[:ID_BYTES]).decode()[:ID_CHARACTERS]
    secret = base64.urlsafe_b64encode(random[ID_BYTES:RANDOM_BYTES]).decode().rstrip("=")
    body = f"msk_{environment}_{key_id}_{secret}"
    return body + checksum(body), PresentedKey(key_id, secret)


def parse(text: str) -> PresentedKey | None:
    """Return the parts of a key, None if *text* is none or was mistyped."""
    found = _SHAPE.fullmatch(text)
    if not found or checksum(text[:-_CHECKSUM_CHARACTERS]) != found["checksum"]:
        return None
    return PresentedKey(found["id"], found["secret"])


def checksum(body: str) -> str:
    """Return the CRC-32 of *body* in six digits to the base of 62."""
    rest = zlib.crc32(body.encode())
    digits = ""
    for _ in range(_CHECKSUM_CHARACTERS):
        rest, digit = divmod(rest, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits


def secret_hash(secret: str, pepper: bytes) -> bytes:
    """Return what is kept of a secret. It is random enough to need no slow hash."""
    return hmac.new(pepper, secret.encode(), hashlib.sha256).digest()

"""Peppers: the keys that hash the secrets of API keys, by version."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from memsvc.core import api_keys
from memsvc.store.api_keys import SecretHash

#: The version of the pepper that is made of the installation's secret.
INSTALLATION: Final = 0
_LABEL: Final = b"memsvc pepper of API keys"


@dataclass(frozen=True, slots=True)
class Peppers:
    """The installation's own pepper, and those that an operator keeps outside the database."""

    #: The installation's secret.
    secret_key: bytes
    #: Versions 1 and up, in order; the last one is for new keys.
    given: Sequence[bytes] = ()

    def hashed(self, secret: str) -> SecretHash:
        """Return what is to be kept of a new secret."""
        version = len(self.given)
        return SecretHash(api_keys.secret_hash(secret, self._pepper(version)), version)

    def matches(self, secret: str, kept: SecretHash) -> bool:
        """Return whether *kept* was made of *secret*; it takes as long for any two."""
        if not 0 <= kept.pepper_version <= len(self.given):
            return False
        made = api_keys.secret_hash(secret, self._pepper(kept.pepper_version))
        return hmac.compare_digest(made, kept.secret_hmac)

    def _pepper(self, version: int) -> bytes:
        if version == INSTALLATION:
            return hmac.new(self.secret_key, _LABEL, hashlib.sha256).digest()
        return self.given[version - 1]

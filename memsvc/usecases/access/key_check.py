"""Whether an API key opens anything, by what the database keeps of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from memsvc.core import api_keys as keys
from memsvc.core.access import ALL_SCOPES, Identity
from memsvc.store import api_keys
from memsvc.store.api_keys import KeptKey, SecretHash
from memsvc.usecases.access.finding import BELIEVED_SECONDS, Finding, Flaw
from memsvc.usecases.access.peppers import INSTALLATION, Peppers
from memsvc.usecases.context import Context

#: What keys begin with.
PREFIX: Final = "msk_"
#: How long the database may take, in seconds.
LOOK_UP_SECONDS: Final = 5.0
#: Compared with the secret of a key that is not there, so that its absence cannot be told by the time.
_NOTHING: Final = SecretHash(bytes(32), INSTALLATION)


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """Looks API keys up."""

    context: Context
    peppers: Peppers

    async def __call__(self, credential: str) -> Finding:
        """Return what the key stands for; one that was mistyped never gets to the database."""
        presented = keys.parse(credential)
        if presented is None:
            return Finding(None, flaw=Flaw.MALFORMED)
        async with self.context.database.presented(presented.key_id, LOOK_UP_SECONDS) as tx:
            kept = await api_keys.find(tx, presented.key_id)
        secret = SecretHash(kept.secret_hmac, kept.pepper_version) if kept else _NOTHING
        is_right = self.peppers.matches(presented.secret, secret)
        if kept is None or not is_right:
            return Finding(None)
        return _judged(presented.key_id, kept, self.context.clock())


def _judged(key_id: str, kept: KeptKey, now: datetime) -> Finding:
    if kept.revoke_time is not None and kept.revoke_time <= now:
        return Finding(None, flaw=Flaw.REVOKED)
    left = BELIEVED_SECONDS
    if kept.expire_time is not None:
        left = min(left, (kept.expire_time - now).total_seconds())
        if left <= 0:
            return Finding(None, flaw=Flaw.EXPIRED)
    scopes = ALL_SCOPES.intersection(kept.scopes)
    identity = Identity(kept.tenant_id, f"key:{key_id}", scopes, kept.user_id)
    return Finding(identity, left, key_id=key_id)

"""At most once: the reply of a call with a request_id is stored with what the call did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from memsvc.core.errors import RequestIdReused, WriteConflict
from memsvc.core.model import RequestKey
from memsvc.store import replies
from memsvc.store.database import Transaction

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Replay:
    """The reply that the same request was given before."""

    response: bytes


@dataclass(frozen=True, slots=True)
class Once(Generic[Result]):
    """How a call is recognised, and how its result becomes the reply that is stored."""

    #: None for a call without a request_id, which is never recognised.
    key: RequestKey | None
    encode: Callable[[Result], bytes]

    async def begin(self, tx: Transaction, now: datetime) -> Replay | None:
        """Return the stored reply if the call was made before; else None, and the work is ours.

        Raises RequestIdReused if the request_id belongs to another request.
        """
        if self.key is None or await replies.claim(tx, self.key, now=now):
            return None
        if replay := await self.told(tx, now):
            return replay
        raise WriteConflict(field="request_id")

    async def told(self, tx: Transaction, now: datetime) -> Replay | None:
        """Return the stored reply if the call was made before; else None, and nothing is ours.

        Raises RequestIdReused if the request_id belongs to another request.
        """
        if self.key is None:
            return None
        stored = await replies.get(tx, self.key.rpc, self.key.request_id, now=now)
        if stored is None or stored.response is None:
            return None
        if stored.fingerprint != self.key.fingerprint:
            raise RequestIdReused(field="request_id")
        return Replay(stored.response)

    async def finish(self, tx: Transaction, user_id: str, result: Result) -> None:
        """Store the reply in the transaction that did the work, as data of *user_id*."""
        if self.key is not None:
            await replies.store(tx, self.key, user_id, self.encode(result))

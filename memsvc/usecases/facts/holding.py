"""Holding a job while its results are written: who was overtaken writes nothing."""

from __future__ import annotations

from memsvc.store import jobs
from memsvc.store.database import Transaction
from memsvc.store.jobs import Claim


class JobTakenOver(Exception):
    """Somebody else has begun the job since; nothing may be written for this begin any more."""


async def hold(tx: Transaction, claim: Claim) -> None:
    """Keep the job ours until the end of the transaction; raise JobTakenOver if it is not."""
    if not await jobs.hold(tx, claim):
        raise JobTakenOver

"""Profiles and the consolidation of facts: one typed function a statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from memsvc.core import decay
from memsvc.core.consolidation import Profile
from memsvc.core.model import Memory
from memsvc.store.database import Transaction
from memsvc.store.memories import memory_of


@dataclass(frozen=True, slots=True)
class Twins:
    """Two facts of one slot that are close in meaning."""

    older_id: UUID
    newer_id: UUID


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A fact that is to be compared with the others, as it is."""

    memory_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Faded:
    """What came of letting some facts fade."""

    #: How many are less sure.
    faded: int
    #: The last one that was looked at; None if there was none.
    last_id: UUID | None


@dataclass(frozen=True, slots=True)
class UnsettledUser:
    """Whose facts are to be consolidated."""

    tenant_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class ConsolidationState:
    """Whether there is something to consolidate."""

    #: By the database's clock.
    read_time: datetime
    changed: bool
    withdrawn_count: int


@dataclass(frozen=True, slots=True)
class Recalls:
    """How often a memory was recalled, and when last."""

    times: int
    access_time: datetime


async def state(tx: Transaction, user_id: str) -> ConsolidationState:
    """Return whether the user's facts are to be consolidated, and when that was read."""
    return (await tx.all("get_consolidation_state", ConsolidationState, user_id=user_id))[0]


async def get(tx: Transaction, user_id: str) -> Profile | None:
    """Return the profile of a user, None before it was written."""
    rows = await tx.all("get_profile", Profile, user_id=user_id)
    return rows[0] if rows else None


async def put(
    tx: Transaction,
    user_id: str,
    profile: Profile,
    *,
    state: ConsolidationState,
    now: datetime,
) -> None:
    """Store the profile of the facts as they were in *state*, unless some of them are gone."""
    await tx.execute(
        "put_profile",
        user_id=user_id,
        summary=profile.summary,
        key_traits=profile.key_traits,
        trust=profile.trust,
        read_time=state.read_time,
        withdrawn_count=state.withdrawn_count,
        now=now,
    )


async def withdraw(tx: Transaction, user_id: str) -> None:
    """Forget the profile until it is written anew: some of what it tells of is gone."""
    await tx.execute("withdraw_profile", user_id=user_id)


async def promotable(tx: Transaction, user_id: str, *, now: datetime, limit: int) -> list[Memory]:
    """Return the present facts of a user, most important first."""
    return await tx.mapped(
        "list_promotable_facts", memory_of, user_id=user_id, now=now, limit=limit
    )


async def promote(tx: Transaction, user_id: str, essential_ids: Sequence[UUID]) -> list[UUID]:
    """Make exactly these facts of the user essential; return those for which that is new."""
    rows = await tx.mapped(
        "promote_facts", dict, user_id=user_id, essential_ids=list(essential_ids)
    )
    return [row["memory_id"] for row in rows]


async def unmatched(tx: Transaction, user_id: str, space_id: int, *, limit: int) -> list[Unmatched]:
    """Return facts that got their vector late, and were not compared with the others since."""
    return await tx.all(
        "list_unmatched_facts", Unmatched, user_id=user_id, space_id=space_id, limit=limit
    )


async def mark_matched(tx: Transaction, compared: Sequence[Unmatched]) -> None:
    """Note that facts were compared, those that say something else by now aside."""
    await tx.execute(
        "mark_matched",
        memory_ids=[one.memory_id for one in compared],
        versions=[one.version for one in compared],
    )


async def twins(
    tx: Transaction,
    user_id: str,
    space_id: int,
    memory_ids: Sequence[UUID],
    *,
    similarity_min: float,
) -> list[Twins]:
    """Return the pairs of facts, one of them given, that may say the same, by the age of the older."""
    return await tx.all(
        "list_twin_facts",
        Twins,
        user_id=user_id,
        space_id=space_id,
        memory_ids=list(memory_ids),
        similarity_min=similarity_min,
    )


async def fade(tx: Transaction, after_id: UUID | None, *, now: datetime, limit: int) -> Faded:
    """Let those of the tenant's next *limit* present facts fade that nobody said again."""
    found = await tx.all(
        "decay_facts",
        Faded,
        after_id=after_id,
        now=now,
        after_days=decay.FADE_AFTER_DAYS,
        factor=decay.FADE_FACTOR,
        floor=decay.FADE_FLOOR,
        limit=limit,
    )
    return found[0]


async def touch(tx: Transaction, recalls: Mapping[UUID, Recalls]) -> None:
    """Note that memories were recalled."""
    await tx.execute(
        "touch_memories",
        memory_ids=list(recalls),
        times=[recall.times for recall in recalls.values()],
        access_times=[recall.access_time for recall in recalls.values()],
    )


async def unsettled(tx: Transaction, *, settle_seconds: float, limit: int) -> list[UnsettledUser]:
    """Return whose facts changed so long ago; only in an overview transaction."""
    return await tx.all(
        "list_unsettled_users", UnsettledUser, settle_seconds=settle_seconds, limit=limit
    )


async def neglected(tx: Transaction, *, every_seconds: float, limit: int) -> list[UnsettledUser]:
    """Return whose facts were not looked at for so long; only in an overview transaction."""
    return await tx.all(
        "list_neglected_users", UnsettledUser, every_seconds=every_seconds, limit=limit
    )


async def tenants(tx: Transaction) -> list[str]:
    """Return the tenants that have facts; only in an overview transaction."""
    rows = await tx.mapped("list_profile_tenants", dict)
    return [row["tenant_id"] for row in rows]

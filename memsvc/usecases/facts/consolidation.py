"""Consolidation: duplicates become one, the essential facts are chosen, the profile is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from memsvc.core import consolidation
from memsvc.core.consolidation import Profile
from memsvc.core.duplicates import SIMILARITY_MIN, may_be_one
from memsvc.core.jobs import Job, JobKind, JobState
from memsvc.core.model import Caller, Memory
from memsvc.core.provenance import is_flagged, least_trust
from memsvc.store import facts, jobs, profiles
from memsvc.store.database import Transaction
from memsvc.store.jobs import Claim
from memsvc.store.profiles import Twins, UnsettledUser
from memsvc.usecases.context import Context
from memsvc.usecases.embedding import Embedding
from memsvc.usecases.facts import keeping
from memsvc.usecases.facts.holding import hold
from memsvc.usecases.facts.screening import screened_profile
from memsvc.usecases.once import Once, Replay
from memsvc.usecases.quotas import Quotas

#: How many facts may become essential, are compared with the others, and fade, in one go.
FACTS_MAX: Final = 500
COMPARED_MAX: Final = 50
FADING_MAX: Final = 1_000
#: How many users' consolidation is asked for at a time.
USERS_MAX: Final = 500


class Judge(Protocol):
    """Chooses the essential facts and writes the profile: a language model."""

    async def judge(self, present: Sequence[Memory]) -> tuple[list[UUID], Profile]:
        """Return which of *present* are essential, and the profile; raise ModelError."""
        ...


@dataclass(frozen=True, slots=True)
class ConsolidateAsk:
    """A user whose facts are to be tidied up."""

    user_id: str
    once: Once[UUID]


@dataclass(frozen=True, slots=True)
class Consolidation:
    """Tidies up the facts of a user."""

    context: Context
    embedding: Embedding
    #: None where rules decide.
    judge: Judge | None
    #: How long facts are left to settle after a change, and how long a user is left alone at most.
    settle_seconds: float
    every_seconds: float
    quotas: Quotas

    async def ask(self, caller: Caller, ask: ConsolidateAsk) -> UUID | Replay:
        """Queue the consolidation of a user; return the job."""
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            job_id = await jobs.enqueue(tx, self.context.new_id(), JobKind.CONSOLIDATE, ask.user_id)
            await ask.once.finish(tx, ask.user_id, job_id)
        return job_id

    async def ask_for_unsettled(self) -> int:
        """Queue the consolidation of all whose facts changed; return how many."""
        async with self.context.database.overview() as tx:
            users = await profiles.unsettled(
                tx, settle_seconds=self.settle_seconds, limit=USERS_MAX
            )
        return await self._ask_for(users)

    async def ask_for_neglected(self) -> int:
        """Queue the consolidation of all whose facts were long not looked at; return how many.

        Facts become essential, or cease to be, by their age alone.
        """
        async with self.context.database.overview() as tx:
            users = await profiles.neglected(tx, every_seconds=self.every_seconds, limit=USERS_MAX)
        return await self._ask_for(users)

    async def _ask_for(self, users: Sequence[UnsettledUser]) -> int:
        for user in users:
            async with self.context.database.upkeep(user.tenant_id) as tx:
                await jobs.enqueue(tx, self.context.new_id(), JobKind.CONSOLIDATE, user.user_id)
        return len(users)

    async def fade(self) -> int:
        """Let the facts of all tenants fade that nobody said again; return how many are less sure."""
        async with self.context.database.overview() as tx:
            tenants = await profiles.tenants(tx)
        count = 0
        for tenant_id in tenants:
            last_id: UUID | None = None
            while True:
                async with self.context.database.upkeep(tenant_id) as tx:
                    page = await profiles.fade(
                        tx, last_id, now=self.context.clock(), limit=FADING_MAX
                    )
                count += page.faded
                if page.last_id is None:
                    break
                last_id = page.last_id
        return count

    async def __call__(self, caller: Caller, job: Job) -> JobState:
        """Consolidate the facts of the job's user; return how the job ends."""
        claim = Claim(job.job_id, job.attempt)
        await self._merge(caller, claim, job.user_id)
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            state = await profiles.state(tx, job.user_id)
            before = await profiles.get(tx, job.user_id)
            present = await profiles.promotable(tx, job.user_id, now=now, limit=FACTS_MAX)
        # What the guard flagged is nobody's essence.
        present = [fact for fact in present if not is_flagged(fact.flags)]
        essential, profile = await self._judged(
            caller, present, None if state.changed else before, now
        )
        async with self.context.database.transaction(caller) as tx:
            await hold(tx, claim)
            changed = await profiles.promote(tx, job.user_id, essential)
            await profiles.put(tx, job.user_id, profile, state=state, now=now)
            await jobs.note_progress(tx, job.job_id, changed, dropped=0)
        return JobState.SUCCEEDED

    async def _judged(
        self,
        caller: Caller,
        present: Sequence[Memory],
        before: Profile | None,
        now: datetime,
    ) -> tuple[list[UUID], Profile]:
        """Return the essential facts and the profile: a model's choice, and what the rules demand.

        With a profile from *before*, nothing has changed since: a model is not asked again.
        """
        ruled = [fact.memory_id for fact in consolidation.essentials(present, now)]
        if self.judge is None or not present:
            return ruled, consolidation.profile_of(present)
        if before is not None:
            chosen, profile = [fact.memory_id for fact in present if fact.essential], before
        else:
            async with self.quotas.spending(caller):
                chosen, written = await self.judge.judge(present)
            policy = self.context.trust(caller.tenant_id)
            safe = screened_profile(policy, replace(written, trust=least_trust(present)))
            profile = safe or consolidation.profile_of(present)
        own = {fact.memory_id for fact in present if consolidation.is_own(fact)}
        both = dict.fromkeys([*ruled, *(one for one in chosen if one in own)])
        return list(both)[: consolidation.ESSENTIALS_MAX], profile

    async def _merge(self, caller: Caller, claim: Claim, user_id: str) -> None:
        """Let facts that say the same in other words be one.

        A fact that had its vector when it was stored was compared then; these are the others.
        """
        space_id = self.embedding.space_id
        if space_id is None:
            return
        fresh = True
        while fresh:
            async with self.context.database.transaction(caller) as tx:
                await hold(tx, claim)
                found = await profiles.unmatched(tx, user_id, space_id, limit=COMPARED_MAX)
                if fresh := bool(found):
                    ids = [one.memory_id for one in found]
                    await self._merge_twins(
                        tx,
                        await profiles.twins(
                            tx, user_id, space_id, ids, similarity_min=SIMILARITY_MIN
                        ),
                    )
                    await profiles.mark_matched(tx, found)

    async def _merge_twins(self, tx: Transaction, pairs: Sequence[Twins]) -> None:
        ids = dict.fromkeys(one for pair in pairs for one in (pair.older_id, pair.newer_id))
        stored = {fact.memory_id: fact for fact in await facts.fetch(tx, list(ids))}
        await keeping.lock(tx, stored.values())
        keys = {memory_id: fact.value_key for memory_id, fact in stored.items()}
        touched = []
        for pair in pairs:
            older, newer = stored.get(pair.older_id), stored.get(pair.newer_id)
            if older is None or newer is None:
                continue  # gone meanwhile
            if may_be_one(older.content, older.value, newer.content, newer.value):
                keys[newer.memory_id] = keys[older.memory_id]
                await facts.unplace(tx, newer.memory_id, keys[newer.memory_id])
                touched += [older]
        if touched:
            await keeping.resettle(tx, self.context, touched, told_the_same=True)

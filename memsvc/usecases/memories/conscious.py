"""Conscious: what an application should know when a conversation starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from memsvc.core.consolidation import Profile
from memsvc.core.context_block import RANDOM_BYTES, Fence
from memsvc.core.model import Caller, Memory
from memsvc.core.paging import REPLY_BYTES_MAX, fitting
from memsvc.store import memories, profiles
from memsvc.usecases.context import Context


@dataclass(frozen=True, slots=True)
class ConsciousAsk:
    """How much of a user's memory to bring to mind."""

    user_id: str
    memories_max: int
    categories: list[str]
    #: In tokens; 0 for none.
    token_budget: int
    #: Whose memories are meant; empty for all agents'.
    agent_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsciousMemory:
    """The essentials, most essential first."""

    memories: list[Memory]
    #: None before it was written.
    profile: Profile | None
    context_block: str
    generate_time: datetime


@dataclass(frozen=True, slots=True)
class Conscious:
    """Brings the essentials of a user to mind."""

    context: Context

    async def __call__(self, caller: Caller, ask: ConsciousAsk) -> ConsciousMemory:
        """Return pinned memories, then essential ones, then the most important."""
        now = self.context.clock()
        policy = self.context.trust(caller.tenant_id)
        fence = Fence.of(self.context.chance(RANDOM_BYTES))
        async with self.context.database.transaction(caller) as tx:
            essentials = await memories.conscious(
                tx,
                ask.user_id,
                ask.categories,
                leave_out_flagged=policy.leave_out_flagged,
                now=now,
                limit=ask.memories_max,
                agent_ids=ask.agent_ids,
            )
            profile = await profiles.get(tx, ask.user_id)
        kept = fitting(
            fence.within_budget(essentials, ask.token_budget),
            lambda memory: memory.content,
            bytes_max=REPLY_BYTES_MAX // 2,
        )
        block = fence.block(kept)
        return ConsciousMemory(list(kept), profile, block, now)

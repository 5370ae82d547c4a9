"""Messages by their own ids: read, changed, deleted.

A message is an episode; what changes it is what changes memories.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from memsvc.core.conversations import Thread, ThreadMessage
from memsvc.core.errors import MessageNotFound
from memsvc.core.model import Caller, Memory
from memsvc.core.paging import REPLY_BYTES_MAX, memory_bytes, within
from memsvc.store import conversations
from memsvc.usecases.context import Context
from memsvc.usecases.conversations.batches import Batch, batch, each
from memsvc.usecases.conversations.reading import PageAsk, ReadPage, read_page
from memsvc.usecases.memories.screened_writes import Written
from memsvc.usecases.memories.write_memories import DeleteAsk, UpdateAsk, WriteMemories


@dataclass(frozen=True, slots=True)
class ThreadAsk:
    """A message whose thread is asked for."""

    user_id: str
    message_id: str
    #: How many steps up and down, and how many messages each way.
    max_depth: int
    messages_max: int


@dataclass(frozen=True, slots=True)
class Messages:
    """Reads and changes messages."""

    context: Context
    write: WriteMemories

    async def page(self, caller: Caller, ask: PageAsk) -> ReadPage:
        """Return one page; raise ConversationNotFound and InvalidPageToken."""
        return await read_page(self.context, caller, ask, memory_bytes)

    async def get(self, caller: Caller, user_id: str, message_id: str) -> Memory:
        """Return a message; raise MessageNotFound."""
        async with self.context.database.transaction(caller) as tx:
            found = await conversations.message(tx, user_id, message_id, now=self.context.clock())
        if found is None:
            raise MessageNotFound(field="message_id")
        return found[0]

    async def thread(self, caller: Caller, ask: ThreadAsk) -> Thread:
        """Return a message with what it answers and what answers it; raise MessageNotFound."""
        now = self.context.clock()
        # One step and one message more than asked for tell whether there is more.
        bounds = {"max_depth": ask.max_depth + 1, "limit": ask.messages_max + 1}
        async with self.context.database.transaction(caller) as tx:
            found = await conversations.message(tx, ask.user_id, ask.message_id, now=now)
            if found is None:
                raise MessageNotFound(field="message_id")
            message, number = found
            above = await conversations.ancestors(
                tx, ask.user_id, ask.message_id, now=now, **bounds
            )
            below = []
            if number is not None:
                below = await conversations.descendants(tx, message, number, now=now, **bounds)
        kept_above, kept_below = _within(above, ask), _within(below, ask)
        cut = len(kept_above) < len(above) or len(kept_below) < len(below)
        return Thread(message, list(reversed(kept_above)), list(kept_below), cut)

    async def update_each(
        self, caller: Caller, asks: Sequence[Callable[[], UpdateAsk]]
    ) -> Batch[Written]:
        """Change messages, each for itself; an ask that raises is one that fails."""
        outcomes = await each(asks, lambda ask: self.write.update(caller, ask()))
        return await batch(self.context, caller, outcomes)

    async def delete_each(self, caller: Caller, asks: Sequence[DeleteAsk]) -> Batch[int]:
        """Delete messages, each for itself."""
        outcomes = await each(asks, lambda ask: self.write.delete(caller, ask))
        return await batch(self.context, caller, outcomes)


def _within(found: Sequence[ThreadMessage], ask: ThreadAsk) -> Sequence[ThreadMessage]:
    near = [one for one in found[: ask.messages_max] if one.depth <= ask.max_depth]
    return within(near, lambda one: memory_bytes(one.message), bytes_max=REPLY_BYTES_MAX // 3)

"""Truncate: what was said after a message was never said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from memsvc.core.errors import ConversationNotFound, MessageNotFound
from memsvc.core.model import Caller
from memsvc.store import conversations, replies
from memsvc.store.database import Transaction
from memsvc.usecases.context import Context
from memsvc.usecases.memories.removing import remove_messages
from memsvc.usecases.once import Once, Replay


@dataclass(frozen=True, slots=True)
class Removed:
    """How many messages are gone, and the state of the store that shows it."""

    messages: int
    revision: int


@dataclass(frozen=True, slots=True)
class TruncateAsk:
    """Where a conversation is cut."""

    user_id: str
    conversation_id: str
    message_id: str
    inclusive: bool
    once: Once[Removed]


async def cut_after(
    tx: Transaction,
    context: Context,
    user_id: str,
    conversation_id: str,
    message_id: str,
    *,
    inclusive: bool,
    now: datetime,
) -> int:
    """Delete what came after a message, and itself if *inclusive*, with the facts; return how many.

    Facts that rest on other messages as well stay, and what the withdrawn ones had superseded is so again.
    Nobody says anything in the conversation before the transaction ends: the conversation is held first, then the
    facts' slots, then the messages. Raises ConversationNotFound and MessageNotFound.
    """
    if await conversations.hold(tx, user_id, conversation_id) is None:
        raise ConversationNotFound(field="conversation_id")
    place = await conversations.place_of(tx, user_id, conversation_id, message_id, now=now)
    if place is None:
        raise MessageNotFound(field="after_message_id")
    first = place if inclusive else place + 1
    gone = await conversations.all_messages(tx, user_id, conversation_id, from_place=first)
    return await remove_messages(tx, context, user_id, gone)


@dataclass(frozen=True, slots=True)
class Truncating:
    """Cuts conversations."""

    context: Context

    async def __call__(self, caller: Caller, ask: TruncateAsk) -> Removed | Replay:
        """Cut a conversation, all or nothing; raise ConversationNotFound and MessageNotFound."""
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            messages = await cut_after(
                tx,
                self.context,
                ask.user_id,
                ask.conversation_id,
                ask.message_id,
                inclusive=ask.inclusive,
                now=now,
            )
            removed = Removed(messages, await replies.revision(tx))
            await ask.once.finish(tx, ask.user_id, removed)
        return removed

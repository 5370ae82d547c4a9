"""Removing a conversation, inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from memsvc.core.errors import ConversationNotFound
from memsvc.store import conversations
from memsvc.store.database import Transaction
from memsvc.usecases.context import Context
from memsvc.usecases.facts import keeping
from memsvc.usecases.memories.removing import remove_messages


async def remove_conversation(
    tx: Transaction,
    context: Context,
    user_id: str,
    conversation_id: str,
    *,
    delete_messages: bool,
    delete_facts: bool,
    now: datetime,
) -> int:
    """Delete a conversation and return how many messages went with it; raise ConversationNotFound.

    What stays, notes that name it included, belongs to no conversation any more. The conversation is held first, then
    the facts' slots, then the messages, as everywhere.
    """
    if await conversations.hold(tx, user_id, conversation_id) is None:
        raise ConversationNotFound(field="conversation_id")
    messages = await conversations.all_messages(tx, user_id, conversation_id)
    removed = 0
    if delete_messages:
        removed = await remove_messages(tx, context, user_id, messages, keep_facts=not delete_facts)
    elif delete_facts:
        await conversations.drop_job_messages(tx, list(messages))
        said = [(user_id, message_id) for message_id in messages.values()]
        await keeping.withdraw(tx, context, said)
    await conversations.detach(tx, user_id, conversation_id, now=now)
    await conversations.delete(tx, user_id, conversation_id)
    return removed

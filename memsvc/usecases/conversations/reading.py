"""A page of the messages of a conversation, in the order of their places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from memsvc.core import page_token
from memsvc.core.conversations import Conversation, MessageFilter
from memsvc.core.errors import ConversationNotFound
from memsvc.core.model import Caller, Memory
from memsvc.core.paging import within
from memsvc.store import conversations
from memsvc.usecases.context import Context


@dataclass(frozen=True, slots=True)
class PageAsk:
    """Which messages of a conversation, and from where on."""

    user_id: str
    conversation_id: str
    filter: MessageFilter
    page_size: int
    page_token: str
    #: Everything that has to be the same on the next page.
    binding: bytes


@dataclass(frozen=True, slots=True)
class ReadPage:
    """What was read."""

    conversation: Conversation
    messages: list[Memory]
    #: "" if nothing follows.
    next_page_token: str
    is_first: bool


async def read_page(
    context: Context, caller: Caller, ask: PageAsk, size: Callable[[Memory], int]
) -> ReadPage:
    """Return messages that fit into a reply, each of a *size*; raise ConversationNotFound and InvalidPageToken."""
    now = context.clock()
    binding = caller.tenant_id.encode() + b"\0" + ask.binding
    after: int | None = None
    if ask.page_token:
        (place,) = page_token.decode(ask.page_token, binding, context.secret_key)
        after = int(str(place))
    async with context.database.transaction(caller) as tx:
        conversation = await conversations.get(tx, ask.user_id, ask.conversation_id, now=now)
        if conversation is None:
            raise ConversationNotFound(field="conversation_id")
        found = await conversations.messages(
            tx, conversation, ask.filter, now=now, limit=ask.page_size + 1, after=after
        )
    shown = within(found[: ask.page_size], lambda one: size(one.message))
    token = ""
    if len(found) > len(shown):
        token = page_token.encode([shown[-1].place], binding, context.secret_key)
    return ReadPage(conversation, [one.message for one in shown], token, after is None)

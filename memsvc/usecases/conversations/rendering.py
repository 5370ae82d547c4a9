"""Render: a conversation as a record that people read, piece by piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from memsvc.core import conversation_record, page_token
from memsvc.core.conversations import MessageFilter
from memsvc.core.errors import ConversationNotFound
from memsvc.core.model import Caller
from memsvc.core.paging import REPLY_BYTES_MAX, fitting
from memsvc.store import conversations
from memsvc.usecases.context import Context

#: Escaping can double a text.
_PIECE_BYTES_MAX: Final = REPLY_BYTES_MAX // 2


@dataclass(frozen=True, slots=True)
class RenderAsk:
    """A piece of the record of a conversation."""

    user_id: str
    conversation_id: str
    page_size: int
    page_token: str
    #: Everything that has to be the same with the next piece.
    binding: bytes


@dataclass(frozen=True, slots=True)
class RecordPiece:
    """One piece of a record."""

    markdown: str
    next_page_token: str


@dataclass(frozen=True, slots=True)
class Rendering:
    """Renders conversations."""

    context: Context

    async def __call__(self, caller: Caller, ask: RenderAsk) -> RecordPiece:
        """Return one piece; raise ConversationNotFound and InvalidPageToken."""
        now = self.context.clock()
        binding = caller.tenant_id.encode() + b"\0" + ask.binding
        key = self.context.secret_key
        after: int | None = None
        if ask.page_token:
            (place,) = page_token.decode(ask.page_token, binding, key)
            after = int(str(place))
        async with self.context.database.transaction(caller) as tx:
            conversation = await conversations.get(tx, ask.user_id, ask.conversation_id, now=now)
            if conversation is None:
                raise ConversationNotFound(field="conversation_id")
            found = await conversations.messages(
                tx, conversation, MessageFilter(), now=now, limit=ask.page_size + 1, after=after
            )
        shown = fitting(
            found[: ask.page_size], lambda one: one.message.content, bytes_max=_PIECE_BYTES_MAX
        )
        parts = [conversation_record.entry(one.message) for one in shown]
        if after is None:
            parts.insert(0, conversation_record.heading(conversation))
        more = len(found) > len(shown)
        token = page_token.encode([shown[-1].place], binding, key) if more else ""
        return RecordPiece("".join(parts), token)

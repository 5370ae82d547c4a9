"""Render: a conversation as a record that people read, piece by piece."""

from __future__ import annotations

from dataclasses import dataclass

from memsvc.core import conversation_record
from memsvc.core.model import Caller, Memory
from memsvc.core.paging import text_bytes
from memsvc.usecases.context import Context
from memsvc.usecases.conversations.reading import PageAsk, read_page


@dataclass(frozen=True, slots=True)
class RecordPiece:
    """One piece of a record."""

    markdown: str
    next_page_token: str


@dataclass(frozen=True, slots=True)
class Rendering:
    """Renders conversations."""

    context: Context

    async def __call__(self, caller: Caller, ask: PageAsk) -> RecordPiece:
        """Return one piece; raise ConversationNotFound and InvalidPageToken."""
        page = await read_page(self.context, caller, ask, _size)
        parts = [conversation_record.entry(message) for message in page.messages]
        if page.is_first:
            parts.insert(0, conversation_record.heading(page.conversation))
        return RecordPiece("".join(parts), page.next_page_token)


def _size(message: Memory) -> int:
    # As it is written: a text of many short lines grows several times.
    return text_bytes(conversation_record.entry(message))

"""Conversations: what is said in order, what people call it, and where it belongs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from memsvc.core.model import Memory, Metadata, Role

#: How much of the last message a list shows, in characters.
PREVIEW_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True)
class MessagePreview:
    """The beginning of the last message of a conversation."""

    message_id: str
    role: Role
    author: str
    text: str
    event_time: datetime


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation without its messages."""

    user_id: str
    conversation_id: str
    project_id: str
    agent_id: str
    title: str
    pinned: bool
    metadata: Metadata
    #: None if it is not archived.
    archive_time: datetime | None
    create_time: datetime
    update_time: datetime
    #: Counts the changes that somebody asked for; the etag is made from it.
    version: int
    #: Where the places of its messages begin.
    number: int
    message_count: int
    preview: MessagePreview | None


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    """Which conversations are listed; what is None narrows nothing."""

    archived: bool | None
    project_id: str | None
    agent_id: str | None
    query: str | None


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which messages of a conversation are listed; what is empty narrows nothing."""

    roles: Sequence[Role] = ()
    parent_message_id: str | None = None
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class RoleShare:
    """How much a role said."""

    role: Role
    message_count: int
    #: The sum over its messages.
    importance: float
    first_time: datetime
    last_time: datetime
    characters: int


@dataclass(frozen=True, slots=True)
class ConversationStats:
    """How much was said, and by whom."""

    shares: list[RoleShare]
    fact_count: int
    archived: bool

    @property
    def message_count(self) -> int:
        """How many messages there are."""
        return sum(share.message_count for share in self.shares)

    @property
    def average_importance(self) -> float:
        """The mean of the messages' importance, 0 without any."""
        return sum(share.importance for share in self.shares) / max(self.message_count, 1)

    @property
    def first_time(self) -> datetime | None:
        """When the first message was said."""
        return min((share.first_time for share in self.shares), default=None)

    @property
    def last_time(self) -> datetime | None:
        """When the last message was said."""
        return max((share.last_time for share in self.shares), default=None)

    @property
    def characters(self) -> int:
        """How many characters the messages hold."""
        return sum(share.characters for share in self.shares)


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """A message, and how many steps it is away from the one asked for."""

    message: Memory
    depth: int


@dataclass(frozen=True, slots=True)
class Thread:
    """A message with what it answers and what answers it."""

    message: Memory
    #: The beginning first.
    ancestors: list[ThreadMessage] = field(default_factory=list)
    #: The nearest first.
    descendants: list[ThreadMessage] = field(default_factory=list)
    truncated: bool = False

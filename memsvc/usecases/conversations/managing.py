"""Conversations as a whole: begun, listed, changed, deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from memsvc.core import page_token
from memsvc.core.conversations import Conversation, ConversationFilter, ConversationStats
from memsvc.core.errors import ConversationNotFound, EtagMismatch
from memsvc.core.model import Caller, JsonValue, Metadata
from memsvc.store import conversations, replies
from memsvc.store.database import Transaction
from memsvc.usecases.context import Context
from memsvc.usecases.conversations.batches import Batch, batch, each
from memsvc.usecases.conversations.removing import remove_conversation
from memsvc.usecases.conversations.truncating import Removed
from memsvc.usecases.once import Once, Replay
from memsvc.usecases.projects.gate import admit
from memsvc.usecases.screening import TrustPolicy, masked_data, refused_or_masked


@dataclass(frozen=True, slots=True)
class Begun:
    """A conversation, and whether it was there before."""

    conversation: Conversation
    existing: bool


@dataclass(frozen=True, slots=True)
class CreateAsk:
    """A conversation to begin."""

    user_id: str
    #: None to have one made.
    conversation_id: str | None
    title: str
    project_id: str
    agent_id: str
    pinned: bool
    metadata: Metadata
    reuse_empty: bool
    once: Once[Begun]


@dataclass(frozen=True, slots=True)
class ListConversationsAsk:
    """A page of a user's conversations."""

    user_id: str
    filter: ConversationFilter
    page_size: int
    page_token: str
    #: Everything that has to be the same on the next page.
    binding: bytes


@dataclass(frozen=True, slots=True)
class ConversationPage:
    """One page of conversations."""

    conversations: list[Conversation]
    next_page_token: str


@dataclass(frozen=True, slots=True)
class UpdateConversationAsk:
    """Changes to a conversation, by the names of the fields."""

    user_id: str
    conversation_id: str
    #: If given, the version that it has to have.
    version: int | None
    changes: Mapping[str, Any]
    once: Once[Conversation]


@dataclass(frozen=True, slots=True)
class DeleteConversationAsk:
    """A conversation to delete, and what becomes of what was said in it."""

    user_id: str
    conversation_id: str
    delete_messages: bool
    delete_facts: bool
    once: Once[Removed]


@dataclass(frozen=True, slots=True)
class ManageConversations:
    """Begins, lists, changes and deletes conversations."""

    context: Context

    async def create(self, caller: Caller, ask: CreateAsk) -> Begun | Replay:
        """Begin a conversation; one with this id, or an empty one that will do, is returned as it is.

        Raises SecretFound, TextRejected, UserErased, ProjectNotFound and ProjectRoleMissing.
        """
        now = self.context.clock()
        policy = self.context.trust(caller.tenant_id)
        title = refused_or_masked(policy, ask.title, "title")
        metadata, _ = masked_data(policy, ask.metadata, "metadata")
        ask = replace(ask, title=title, metadata=metadata)
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            await admit(tx, ask.user_id, ask.project_id)
            begun = await self._begun(tx, ask, now)
            await ask.once.finish(tx, ask.user_id, begun)
        return begun

    async def _begun(self, tx: Transaction, ask: CreateAsk, now: datetime) -> Begun:
        if ask.reuse_empty:
            found = await conversations.find_empty(
                tx, ask.user_id, project_id=ask.project_id, agent_id=ask.agent_id
            )
            if found is not None and await conversations.hold(tx, ask.user_id, found):
                return Begun(await _existing(tx, ask.user_id, found, now), existing=True)
        conversation_id = ask.conversation_id or str(uuid4())
        new = False
        # One that is there is held; if it is deleted before that, it is begun anew.
        while not new and not await conversations.hold(tx, ask.user_id, conversation_id):
            new = await conversations.insert(
                tx,
                ask.user_id,
                conversation_id,
                labels=(ask.project_id, ask.agent_id, ask.title),
                pinned=ask.pinned,
                metadata=ask.metadata,
                now=now,
            )
        stored = await _existing(tx, ask.user_id, conversation_id, now)
        return Begun(stored, existing=not new)

    async def get(self, caller: Caller, user_id: str, conversation_id: str) -> Conversation:
        """Return a conversation; raise ConversationNotFound."""
        async with self.context.database.transaction(caller) as tx:
            return await _existing(tx, user_id, conversation_id, self.context.clock())

    async def stats(self, caller: Caller, user_id: str, conversation_id: str) -> ConversationStats:
        """Return how much was said in a conversation; raise ConversationNotFound."""
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            conversation = await _existing(tx, user_id, conversation_id, now)
            return ConversationStats(
                await conversations.shares(tx, user_id, conversation_id, now=now),
                await conversations.count_facts(tx, user_id, conversation_id, now=now),
                conversation.archive_time is not None,
            )

    async def page(self, caller: Caller, ask: ListConversationsAsk) -> ConversationPage:
        """Return one page; raise InvalidPageToken."""
        binding = caller.tenant_id.encode() + b"\0" + ask.binding
        key = self.context.secret_key
        after = None
        if ask.page_token:
            pinned, time, last_id = page_token.decode(ask.page_token, binding, key)
            after = (bool(pinned), datetime.fromisoformat(str(time)), str(last_id))
        async with self.context.database.transaction(caller) as tx:
            found = await conversations.page(
                tx,
                ask.user_id,
                ask.filter,
                now=self.context.clock(),
                limit=ask.page_size + 1,
                after=after,
            )
        shown = found[: ask.page_size]
        if len(found) == len(shown):
            return ConversationPage(shown, "")
        last = shown[-1]
        position: list[JsonValue] = [
            last.pinned,
            last.update_time.isoformat(),
            last.conversation_id,
        ]
        return ConversationPage(shown, page_token.encode(position, binding, key))

    async def update(self, caller: Caller, ask: UpdateConversationAsk) -> Conversation | Replay:
        """Change a conversation; into another project its messages and memories go along.

        Raises ConversationNotFound, EtagMismatch, SecretFound, TextRejected, ProjectNotFound and
        ProjectRoleMissing.
        """
        now = self.context.clock()
        changes = _screened(self.context.trust(caller.tenant_id), ask.changes)
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            held = await conversations.hold(tx, ask.user_id, ask.conversation_id)
            if held is None:
                raise ConversationNotFound(field="conversation.conversation_id")
            if ask.version not in {None, held.version}:
                raise EtagMismatch(field="conversation.etag")
            project_id = changes.get("project_id", held.project_id)
            moves = project_id != held.project_id
            if moves:
                await admit(tx, ask.user_id, project_id, "conversation.project_id")
            await conversations.update(tx, ask.user_id, ask.conversation_id, changes, now=now)
            if moves:
                await conversations.move_memories(
                    tx, ask.user_id, ask.conversation_id, project_id, now=now
                )
            changed = await _existing(tx, ask.user_id, ask.conversation_id, now)
            await ask.once.finish(tx, ask.user_id, changed)
        return changed

    async def delete(self, caller: Caller, ask: DeleteConversationAsk) -> Removed | Replay:
        """Delete a conversation; raise ConversationNotFound."""
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            messages = await remove_conversation(
                tx,
                self.context,
                ask.user_id,
                ask.conversation_id,
                delete_messages=ask.delete_messages,
                delete_facts=ask.delete_facts,
                now=now,
            )
            removed = Removed(messages, await replies.revision(tx))
            await ask.once.finish(tx, ask.user_id, removed)
        return removed

    async def update_each(
        self, caller: Caller, asks: Sequence[UpdateConversationAsk]
    ) -> Batch[Conversation]:
        """Change conversations, each for itself."""
        outcomes = await each(asks, lambda ask: self.update(caller, ask))
        return await batch(self.context, caller, outcomes)

    async def delete_each(
        self, caller: Caller, asks: Sequence[DeleteConversationAsk]
    ) -> Batch[Removed]:
        """Delete conversations, each for itself."""
        outcomes = await each(asks, lambda ask: self.delete(caller, ask))
        return await batch(self.context, caller, outcomes)


async def _existing(
    tx: Transaction, user_id: str, conversation_id: str, now: datetime
) -> Conversation:
    found = await conversations.get(tx, user_id, conversation_id, now=now)
    if found is None:
        raise ConversationNotFound(field="conversation_id")
    return found


def _screened(policy: TrustPolicy, changes: Mapping[str, Any]) -> dict[str, Any]:
    kept = dict(changes)
    if "title" in kept:
        kept["title"] = refused_or_masked(policy, kept["title"], "conversation.title")
    if "metadata" in kept:
        kept["metadata"], _ = masked_data(policy, kept["metadata"], "conversation.metadata")
    return kept

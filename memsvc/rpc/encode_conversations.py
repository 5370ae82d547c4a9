"""From conversations and their messages to what is on the wire."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from memsvc.core.conversations import Conversation, ConversationStats, Thread, ThreadMessage
from memsvc.core.errors import MemsvcError
from memsvc.core.model import Memory
from memsvc.core.paging import REPLY_BYTES_MAX
from memsvc.rpc import encode
from memsvc.rpc.encode import etag, struct, timestamp
from memsvc.rpc.errors import failure
from memsvc.usecases.conversations.batches import Batch, Outcome
from memsvc.usecases.conversations.managing import Begun, ConversationPage
from memsvc.usecases.conversations.reading import ReadPage
from memsvc.usecases.conversations.rendering import RecordPiece
from memsvc.usecases.conversations.truncating import Removed
from memsvc.usecases.memories.screened_writes import Written
from memsvc.usecases.once import Replay
from memsvc.v1 import conversation_service_pb2 as pb
from memsvc.v1 import memory_pb2

Result = TypeVar("Result")


def conversation(value: Conversation) -> pb.Conversation:
    """Return a conversation on the wire."""
    return pb.Conversation(
        conversation_id=value.conversation_id,
        user_id=value.user_id,
        title=value.title,
        project_id=value.project_id,
        agent_id=value.agent_id,
        archived=value.archive_time is not None,
        pinned=value.pinned,
        metadata=struct(value.metadata),
        message_count=value.message_count,
        preview=_preview(value),
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
        archive_time=timestamp(value.archive_time),
        etag=etag(value.version),
    )


def _preview(value: Conversation) -> pb.MessagePreview | None:
    if value.preview is None:
        return None
    return pb.MessagePreview(
        message_id=value.preview.message_id,
        role=memory_pb2.Role.Name(value.preview.role),
        author=value.preview.author,
        text=value.preview.text,
        event_time=timestamp(value.preview.event_time),
    )


def created(value: Begun) -> pb.CreateConversationResponse:
    """Return a conversation that was begun, on the wire."""
    return pb.CreateConversationResponse(
        conversation=conversation(value.conversation), existing=value.existing
    )


def updated(value: Conversation) -> pb.UpdateConversationResponse:
    """Return a changed conversation on the wire."""
    return pb.UpdateConversationResponse(conversation=conversation(value))


def conversation_page(value: ConversationPage) -> pb.ListConversationsResponse:
    """Return a page of conversations on the wire."""
    return pb.ListConversationsResponse(
        conversations=[conversation(one) for one in value.conversations],
        next_page_token=value.next_page_token,
    )


def deleted(value: Removed) -> pb.DeleteConversationResponse:
    """Return that a conversation is gone, on the wire."""
    return pb.DeleteConversationResponse(message_count=value.messages, revision=value.revision)


def truncated(value: Removed) -> pb.TruncateConversationResponse:
    """Return that a conversation was cut, on the wire."""
    return pb.TruncateConversationResponse(message_count=value.messages, revision=value.revision)


def stats(value: ConversationStats) -> pb.GetConversationStatsResponse:
    """Return how much was said, on the wire."""
    return pb.GetConversationStatsResponse(
        message_count=value.message_count,
        roles=[
            pb.RoleCount(role=memory_pb2.Role.Name(share.role), message_count=share.message_count)
            for share in value.shares
        ],
        average_importance=round(value.average_importance, 6),
        first_time=timestamp(value.first_time),
        last_time=timestamp(value.last_time),
        character_count=value.characters,
        fact_count=value.fact_count,
        archived=value.archived,
    )


def record(value: RecordPiece) -> pb.RenderConversationResponse:
    """Return a piece of a record on the wire."""
    return pb.RenderConversationResponse(
        markdown=value.markdown, next_page_token=value.next_page_token
    )


def message_page(value: ReadPage) -> pb.ListMessagesResponse:
    """Return a page of messages on the wire."""
    return pb.ListMessagesResponse(
        messages=[encode.message(one) for one in value.messages],
        next_page_token=value.next_page_token,
    )


def message(value: Memory) -> pb.GetMessageResponse:
    """Return a message on the wire."""
    return pb.GetMessageResponse(
        message=encode.message(value), memory_id=str(value.memory_id), etag=etag(value.version)
    )


def thread(value: Thread) -> pb.GetMessageThreadResponse:
    """Return a thread on the wire."""
    return pb.GetMessageThreadResponse(
        message=encode.message(value.message),
        ancestors=map(_thread_message, value.ancestors),
        descendants=map(_thread_message, value.descendants),
        truncated=value.truncated,
    )


def _thread_message(value: ThreadMessage) -> pb.ThreadMessage:
    return pb.ThreadMessage(message=encode.message(value.message), depth=value.depth)


def message_updated(value: Written) -> pb.UpdateMessageResponse:
    """Return a changed message on the wire."""
    return pb.UpdateMessageResponse(
        message=encode.message(value.memory),
        etag=etag(value.memory.version),
        revision=value.revision,
        quarantined=value.quarantined,
    )


def message_deleted(revision: int) -> pb.DeleteMessageResponse:
    """Return that a message is gone, on the wire."""
    return pb.DeleteMessageResponse(revision=revision)


def message_result(value: Written) -> pb.MessageResult:
    """Return what became of a message that was changed, on the wire."""
    return pb.MessageResult(
        message_id=value.memory.message_id or "",
        message=encode.message(value.memory),
        etag=etag(value.memory.version),
        quarantined=value.quarantined,
    )


def message_gone(message_id: str) -> Callable[[int], pb.MessageResult]:
    """Return how it is written that a message is gone."""
    return partial(_message_gone, message_id)


def _message_gone(message_id: str, _: int) -> pb.MessageResult:
    return pb.MessageResult(message_id=message_id)


def conversation_gone(conversation_id: str) -> Callable[[Removed], pb.ConversationResult]:
    """Return how it is written that a conversation is gone."""
    return partial(_conversation_gone, conversation_id)


def _conversation_gone(conversation_id: str, _: Removed) -> pb.ConversationResult:
    return pb.ConversationResult(conversation_id=conversation_id)


def conversation_result(value: Conversation) -> pb.ConversationResult:
    """Return what became of a conversation that was changed, on the wire."""
    return pb.ConversationResult(conversation_id=value.conversation_id)


def updated_messages(
    value: Batch[Written], message_ids: Sequence[str]
) -> pb.BatchUpdateMessagesResponse:
    """Return what became of messages that were to change, on the wire; texts as far as a reply holds them."""
    response = pb.BatchUpdateMessagesResponse(revision=value.revision)
    left = REPLY_BYTES_MAX
    for message_id, outcome in zip(message_ids, value.outcomes, strict=True):
        result = _message_outcome(message_id, outcome, message_result)
        left -= result.message.ByteSize()
        if left < 0:
            result.ClearField("message")
        response.results.append(result)
    return response


def deleted_messages(
    value: Batch[int], message_ids: Sequence[str]
) -> pb.BatchDeleteMessagesResponse:
    """Return what became of messages that were to go, on the wire."""
    return pb.BatchDeleteMessagesResponse(
        results=[
            _message_outcome(message_id, outcome, message_gone(message_id))
            for message_id, outcome in zip(message_ids, value.outcomes, strict=True)
        ],
        revision=value.revision,
    )


def _message_outcome(
    message_id: str, outcome: Outcome[Result], write: Callable[[Result], pb.MessageResult]
) -> pb.MessageResult:
    if outcome.error is not None:
        code, reason, text = _failed(outcome.error)
        return pb.MessageResult(message_id=message_id, code=code, reason=reason, error_message=text)
    if isinstance(outcome.result, Replay):
        return pb.MessageResult.FromString(outcome.result.response)
    return pb.MessageResult() if outcome.result is None else write(outcome.result)


def archived_conversations(
    value: Batch[Conversation], conversation_ids: Sequence[str]
) -> pb.BatchArchiveConversationsResponse:
    """Return what became of conversations that were to be archived, on the wire."""
    return pb.BatchArchiveConversationsResponse(results=_results(value, conversation_ids))


def deleted_conversations(
    value: Batch[Removed], conversation_ids: Sequence[str]
) -> pb.BatchDeleteConversationsResponse:
    """Return what became of conversations that were to go, on the wire."""
    return pb.BatchDeleteConversationsResponse(
        results=_results(value, conversation_ids), revision=value.revision
    )


def _results(value: Batch[Result], conversation_ids: Sequence[str]) -> list[pb.ConversationResult]:
    results = []
    for conversation_id, outcome in zip(conversation_ids, value.outcomes, strict=True):
        result = pb.ConversationResult(conversation_id=conversation_id)
        if outcome.error is not None:
            result.code, result.reason, result.error_message = _failed(outcome.error)
        results.append(result)
    return results


def _failed(error: MemsvcError) -> tuple[int, str, str]:
    end = failure(error, "", "")
    return end.code.value[0], end.reason, end.message

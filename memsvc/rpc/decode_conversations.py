"""From messages to what is asked of conversations and their messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar

from google.protobuf.message import Message

from memsvc.core.conversations import Conversation, ConversationFilter, MessageFilter
from memsvc.core.errors import InvalidFields
from memsvc.core.model import Role
from memsvc.rpc import metadata
from memsvc.rpc.decode import LIST_PAGE_DEFAULT, binding, once, optional, require, version
from memsvc.usecases.conversations.managing import (
    Begun,
    CreateAsk,
    DeleteConversationAsk,
    ListConversationsAsk,
    UpdateConversationAsk,
)
from memsvc.usecases.conversations.messages import ThreadAsk
from memsvc.usecases.conversations.reading import PageAsk
from memsvc.usecases.conversations.truncating import Removed, TruncateAsk
from memsvc.usecases.memories.screened_writes import Changes, Written
from memsvc.usecases.memories.write_memories import DeleteAsk, MessageName, UpdateAsk
from memsvc.v1 import conversation_service_pb2 as pb

Request = TypeVar("Request", bound=Message)
Deletion: TypeAlias = "pb.DeleteConversationRequest | pb.BatchDeleteConversationsRequest"

CONVERSATIONS_PAGE_DEFAULT: Final = 20
RENDER_PAGE_DEFAULT: Final = 100
DEPTH_DEFAULT: Final = 10
THREAD_MESSAGES_DEFAULT: Final = 100
#: What ArchivedFilter stands for.
_ARCHIVED: Final = {
    pb.ARCHIVED_FILTER_UNSPECIFIED: False,
    pb.ARCHIVED_FILTER_EXCLUDE: False,
    pb.ARCHIVED_FILTER_ONLY: True,
    pb.ARCHIVED_FILTER_INCLUDE: None,
}
#: How the fields that may change are read.
_CONVERSATION_CHANGES: Final[dict[str, Callable[[pb.Conversation], Any]]] = {
    "title": lambda c: c.title,
    "archived": lambda c: c.archived,
    "pinned": lambda c: c.pinned,
    "project_id": lambda c: c.project_id,
    "metadata": lambda c: metadata.metadata_of(c.metadata),
}
_MESSAGE_CHANGES: Final[dict[str, Callable[[pb.MessageChange], Any]]] = {
    "content": lambda m: m.content,
    "author": lambda m: m.author,
    "metadata": lambda m: metadata.metadata_of(m.metadata),
    "importance": lambda m: optional(m, "importance"),
}


def create(request: pb.CreateConversationRequest, encode: Callable[[Begun], Message]) -> CreateAsk:
    """Return what a CreateConversation asks for."""
    require(_creation_violations(request))
    return CreateAsk(
        user_id=request.user_id,
        conversation_id=request.conversation_id or None,
        title=request.title,
        project_id=request.project_id,
        agent_id=request.agent_id,
        pinned=request.pinned,
        metadata=metadata.metadata_of(request.metadata),
        reuse_empty=request.reuse_empty,
        once=once(request, encode, request.user_id),
    )


def _creation_violations(request: pb.CreateConversationRequest) -> Iterable[tuple[str, str]]:
    if request.reuse_empty and request.conversation_id:
        yield "reuse_empty", "must not be set together with a conversation_id"
    yield from metadata.violations(request.metadata, "metadata")


def list_conversations(request: pb.ListConversationsRequest) -> ListConversationsAsk:
    """Return which page of conversations is asked for."""
    return ListConversationsAsk(
        user_id=request.user_id,
        filter=ConversationFilter(
            archived=_ARCHIVED[request.archived],
            project_id=request.project_id or None,
            agent_id=request.agent_id or None,
            query=request.query or None,
        ),
        page_size=request.page_size or CONVERSATIONS_PAGE_DEFAULT,
        page_token=request.page_token,
        binding=binding(request),
    )


def update(
    request: pb.UpdateConversationRequest, encode: Callable[[Conversation], Message]
) -> UpdateConversationAsk:
    """Return what an UpdateConversation asks for; without a mask, the fields that are set."""
    value = request.conversation
    require(
        (f"conversation.{name}", "must be given")
        for name in ("user_id", "conversation_id")
        if not getattr(value, name)
    )
    changes = masked_changes(value, request.update_mask.paths, _CONVERSATION_CHANGES)
    require(metadata.violations(value.metadata, "conversation.metadata"))
    return UpdateConversationAsk(
        user_id=value.user_id,
        conversation_id=value.conversation_id,
        version=version(value.etag, "conversation.etag"),
        changes=changes,
        once=once(request, encode, value.user_id),
    )


def masked_changes(
    value: Message, paths: Iterable[str], readers: dict[str, Callable[[Any], Any]]
) -> dict[str, Any]:
    """Return the fields of *value* that a mask names, read; without one those that are set.

    Raises InvalidFields for a name that is no field of *readers*.
    """
    names = list(paths)
    if not names:
        names = [field.name for field, _ in value.ListFields() if field.name in readers]
    elif names == ["*"]:
        names = list(readers)
    require(
        ("update_mask", f"{name[:64]} is not a field that can be changed")
        for name in names
        if name not in readers
    )
    return {name: readers[name](value) for name in names}


def delete(
    request: pb.DeleteConversationRequest, encode: Callable[[Removed], Message]
) -> DeleteConversationAsk:
    """Return what a DeleteConversation asks for."""
    return _deletion(request, request.conversation_id, encode)


def delete_each(
    request: pb.BatchDeleteConversationsRequest,
    encode: Callable[[str], Callable[[Removed], Message]],
) -> list[DeleteConversationAsk]:
    """Return what a BatchDeleteConversations asks for, one by one."""
    return [
        _deletion(_single(request, "conversation_ids", index), one, encode(one))
        for index, one in enumerate(request.conversation_ids)
    ]


def _deletion(
    request: Deletion, conversation_id: str, encode: Callable[[Removed], Message]
) -> DeleteConversationAsk:
    messages = optional(request, "delete_messages")
    facts = optional(request, "delete_memories")
    messages = True if messages is None else messages
    return DeleteConversationAsk(
        user_id=request.user_id,
        conversation_id=conversation_id,
        delete_messages=messages,
        delete_facts=messages if facts is None else facts,
        once=once(request, encode, request.user_id),
    )


def _single(request: Request, items: str, index: int) -> Request:
    """Return a batch as if it had one item only, with a request_id of its own if the batch has one.

    So each item is done once, however often the batch is sent.
    """
    single = type(request)()
    single.CopyFrom(request)
    single.ClearField(items)
    getattr(single, items).append(getattr(request, items)[index])
    if request.request_id:  # type: ignore[attr-defined]
        single.request_id = f"{request.request_id}#{index}"  # type: ignore[attr-defined]
    return single


def archive_each(
    request: pb.BatchArchiveConversationsRequest, encode: Callable[[Conversation], Message]
) -> list[UpdateConversationAsk]:
    """Return what a BatchArchiveConversations asks for, one by one."""
    return [
        UpdateConversationAsk(
            user_id=request.user_id,
            conversation_id=one,
            version=None,
            changes={"archived": not request.restore},
            once=once(request, encode, request.user_id),
        )
        for one in request.conversation_ids
    ]


def truncate(
    request: pb.TruncateConversationRequest, encode: Callable[[Removed], Message]
) -> TruncateAsk:
    """Return where a conversation is to be cut."""
    return TruncateAsk(
        user_id=request.user_id,
        conversation_id=request.conversation_id,
        message_id=request.after_message_id,
        inclusive=request.inclusive,
        once=once(request, encode, request.user_id),
    )


def render(request: pb.RenderConversationRequest) -> PageAsk:
    """Return which piece of a record is asked for."""
    return PageAsk(
        user_id=request.user_id,
        conversation_id=request.conversation_id,
        filter=MessageFilter(),
        page_size=request.page_size or RENDER_PAGE_DEFAULT,
        page_token=request.page_token,
        binding=binding(request),
    )


def list_messages(request: pb.ListMessagesRequest) -> PageAsk:
    """Return which page of messages is asked for."""
    return PageAsk(
        user_id=request.user_id,
        conversation_id=request.conversation_id,
        filter=MessageFilter(
            roles=[Role(role) for role in request.roles],
            parent_message_id=request.parent_message_id or None,
            backwards=request.order == pb.MESSAGE_ORDER_NEWEST_FIRST,
        ),
        page_size=request.page_size or LIST_PAGE_DEFAULT,
        page_token=request.page_token,
        binding=binding(request),
    )


def thread(request: pb.GetMessageThreadRequest) -> ThreadAsk:
    """Return whose thread is asked for."""
    return ThreadAsk(
        user_id=request.user_id,
        message_id=request.message_id,
        max_depth=request.max_depth or DEPTH_DEFAULT,
        messages_max=request.max_messages or THREAD_MESSAGES_DEFAULT,
    )


def update_message(
    request: pb.UpdateMessageRequest, encode: Callable[[Written], Message]
) -> UpdateAsk:
    """Return what an UpdateMessage asks for."""
    return _message_change(request, request.change, "change", encode)


def update_messages(
    request: pb.BatchUpdateMessagesRequest, encode: Callable[[Written], Message]
) -> list[Callable[[], UpdateAsk]]:
    """Return what a BatchUpdateMessages asks for, one by one; to ask for one raises what is wrong with it."""
    return [
        partial(
            _message_change,
            _single(request, "changes", index),
            change,
            f"changes[{index}]",
            encode,
        )
        for index, change in enumerate(request.changes)
    ]


def _message_change(
    request: pb.UpdateMessageRequest | pb.BatchUpdateMessagesRequest,
    change: pb.MessageChange,
    path: str,
    encode: Callable[[Written], Message],
) -> UpdateAsk:
    values = masked_changes(change, change.update_mask.paths, _MESSAGE_CHANGES)
    if values.get("content") == "":
        raise InvalidFields([(f"{path}.content", "must not be empty")])
    require(metadata.violations(change.metadata, f"{path}.metadata"))
    changes: Changes = {}
    for name, value in values.items():
        changes[name] = value  # type: ignore[literal-required]
    return UpdateAsk(
        which=MessageName(request.user_id, change.message_id),
        user_id=request.user_id,
        version=version(change.etag, f"{path}.etag"),
        changes=changes,
        once=once(request, encode, request.user_id),
        path=path,
    )


def delete_message(request: pb.DeleteMessageRequest, encode: Callable[[int], Message]) -> DeleteAsk:
    """Return what a DeleteMessage asks for."""
    return DeleteAsk(
        which=MessageName(request.user_id, request.message_id),
        user_id=request.user_id,
        field="message_id",
        once=once(request, encode, request.user_id),
    )


def delete_messages(
    request: pb.BatchDeleteMessagesRequest, encode: Callable[[str], Callable[[int], Message]]
) -> list[DeleteAsk]:
    """Return what a BatchDeleteMessages asks for, one by one."""
    return [
        DeleteAsk(
            which=MessageName(request.user_id, one),
            user_id=request.user_id,
            field="message_ids",
            once=once(_single(request, "message_ids", index), encode(one), request.user_id),
        )
        for index, one in enumerate(request.message_ids)
    ]

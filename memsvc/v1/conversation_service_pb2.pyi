import datetime

from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from . import memory_pb2 as _memory_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ArchivedFilter(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ARCHIVED_FILTER_UNSPECIFIED: _ClassVar[ArchivedFilter]
    ARCHIVED_FILTER_EXCLUDE: _ClassVar[ArchivedFilter]
    ARCHIVED_FILTER_ONLY: _ClassVar[ArchivedFilter]
    ARCHIVED_FILTER_INCLUDE: _ClassVar[ArchivedFilter]

class MessageOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MESSAGE_ORDER_UNSPECIFIED: _ClassVar[MessageOrder]
    MESSAGE_ORDER_OLDEST_FIRST: _ClassVar[MessageOrder]
    MESSAGE_ORDER_NEWEST_FIRST: _ClassVar[MessageOrder]
ARCHIVED_FILTER_UNSPECIFIED: ArchivedFilter
ARCHIVED_FILTER_EXCLUDE: ArchivedFilter
ARCHIVED_FILTER_ONLY: ArchivedFilter
ARCHIVED_FILTER_INCLUDE: ArchivedFilter
MESSAGE_ORDER_UNSPECIFIED: MessageOrder
MESSAGE_ORDER_OLDEST_FIRST: MessageOrder
MESSAGE_ORDER_NEWEST_FIRST: MessageOrder

class MessagePreview(_message.Message):
    __slots__ = ("message_id", "role", "author", "text", "event_time")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    role: _memory_pb2.Role
    author: str
    text: str
    event_time: _timestamp_pb2.Timestamp
    def __init__(self, message_id: _Optional[str] = ..., role: _Optional[_Union[_memory_pb2.Role, str]] = ..., author: _Optional[str] = ..., text: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Conversation(_message.Message):
    __slots__ = ("conversation_id", "user_id", "title", "project_id", "agent_id", "archived", "pinned", "metadata", "message_count", "preview", "create_time", "update_time", "archive_time", "etag")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    ARCHIVED_FIELD_NUMBER: _ClassVar[int]
    PINNED_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ARCHIVE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    user_id: str
    title: str
    project_id: str
    agent_id: str
    archived: bool
    pinned: bool
    metadata: _struct_pb2.Struct
    message_count: int
    preview: MessagePreview
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    archive_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, conversation_id: _Optional[str] = ..., user_id: _Optional[str] = ..., title: _Optional[str] = ..., project_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., archived: bool = ..., pinned: bool = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., message_count: _Optional[int] = ..., preview: _Optional[_Union[MessagePreview, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., archive_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class CreateConversationRequest(_message.Message):
    __slots__ = ("user_id", "conversation_id", "title", "project_id", "agent_id", "pinned", "metadata", "reuse_empty", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    PINNED_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    REUSE_EMPTY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    conversation_id: str
    title: str
    project_id: str
    agent_id: str
    pinned: bool
    metadata: _struct_pb2.Struct
    reuse_empty: bool
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., title: _Optional[str] = ..., project_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., pinned: bool = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., reuse_empty: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateConversationResponse(_message.Message):
    __slots__ = ("conversation", "existing")
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    EXISTING_FIELD_NUMBER: _ClassVar[int]
    conversation: Conversation
    existing: bool
    def __init__(self, conversation: _Optional[_Union[Conversation, _Mapping]] = ..., existing: bool = ...) -> None: ...

class GetConversationRequest(_message.Message):
    __slots__ = ("user_id", "conversation_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    conversation_id: str
    def __init__(self, user_id: _Optional[str] = ..., conversation_id: _Optional[str] = ...) -> None: ...

class GetConversationResponse(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: Conversation
    def __init__(self, conversation: _Optional[_Union[Conversation, _Mapping]] = ...) -> None: ...

class ListConversationsRequest(_message.Message):
    __slots__ = ("user_id", "archived", "project_id", "agent_id", "query", "page_size", "page_token")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ARCHIVED_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    archived: ArchivedFilter
    project_id: str
    agent_id: str
    query: str
    page_size: int
    page_token: str
    def __init__(self, user_id: _Optional[str] = ..., archived: _Optional[_Union[ArchivedFilter, str]] = ..., project_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., query: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListConversationsResponse(_message.Message):
    __slots__ = ("conversations", "next_page_token")
    CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    conversations: _containers.RepeatedCompositeFieldContainer[Conversation]
    next_page_token: str
    def __init__(self, conversations: _Optional[_Iterable[_Union[Conversation, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateConversationRequest(_message.Message):
    __slots__ = ("conversation", "update_mask", "request_id")
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    conversation: Conversation
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, conversation: _Optional[_Union[Conversation, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class UpdateConversationResponse(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: Conversation
    def __init__(self, conversation: _Optional[_Union[Conversation, _Mapping]] = ...) -> None: ...

class DeleteConversationRequest(_message.Message):
    __slots__ = ("user_id", "conversation_id", "delete_messages", "delete_memories", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    DELETE_MESSAGES_FIELD_NUMBER: _ClassVar[int]
    DELETE_MEMORIES_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    conversation_id: str
    delete_messages: bool
    delete_memories: bool
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., delete_messages: bool = ..., delete_memories: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteConversationResponse(_message.Message):
    __slots__ = ("message_count", "revision")
    MESSAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    message_count: int
    revision: int
    def __init__(self, message_count: _Optional[int] = ..., revision: _Optional[int] = ...) -> None: ...

class ConversationResult(_message.Message):
    __slots__ = ("conversation_id", "code", "reason", "error_message")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    code: int
    reason: str
    error_message: str
    def __init__(self, conversation_id: _Optional[str] = ..., code: _Optional[int] = ..., reason: _Optional[str] = ..., error_message: _Optional[str] = ...) -> None: ...

class BatchArchiveConversationsRequest(_message.Message):
    __slots__ = ("user_id", "conversation_ids", "restore")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_IDS_FIELD_NUMBER: _ClassVar[int]
    RESTORE_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    conversation_ids: _containers.RepeatedScalarFieldContainer[str]
    restore: bool
    def __init__(self, user_id: _Optional[str] = ..., conversation_ids: _Optional[_Iterable[str]] = ..., restore: bool = ...) -> None: ...

class BatchArchiveConversationsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[ConversationResult]
    def __init__(self, results: _Optional[_Iterable[_Union[ConversationResult, _Mapping]]] = ...) -> None: ...

class BatchDeleteConversationsRequest(_message.Message):
    __slots__ = ("user_id", "conversation_ids", "delete_messages", "delete_memories", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_IDS_FIELD_NUMBER: _ClassVar[int]
    DELETE_MESSAGES_FIELD_NUMBER: _ClassVar[int]
    DELETE_MEMORIES_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    conversation_ids: _containers.RepeatedScalarFieldContainer[str]
    delete_messages: bool
    delete_memories: bool
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., conversation_ids: _Optional[_Iterable[str]] = ..., delete_messages: bool = ..., delete_memories: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class BatchDeleteConversationsResponse(_message.Message):
    __slots__ = ("results", "revision")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[ConversationResult]
    revision: int
    def __init__(self, results: _Optional[_Iterable[_Union[ConversationResult, _Mapping]]] = ..., revision: _Optional[int] = ...) -> None: ...

class TruncateConversationRequest(_message.Message):
    __slots__ = ("user_id", "conversation_id", "after_message_id", "inclusive", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    INCLUSIVE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    conversation_id: str
    after_message_id: str
    inclusive: bool
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., after_message_id: _Optional[str] = ..., inclusive: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class TruncateConversationResponse(_message.Message):
    __slots__ = ("message_count", "revision")
    MESSAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    message_count: int
    revision: int
    def __init__(self, message_count: _Optional[int] = ..., revision: _Optional[int] = ...) -> None: ...

class GetConversationStatsRequest(_message.Message):
    __slots__ = ("user_id", "conversation_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    conversation_id: str
    def __init__(self, user_id: _Optional[str] = ..., conversation_id: _Optional[str] = ...) -> None: ...

class RoleCount(_message.Message):
    __slots__ = ("role", "message_count")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    role: _memory_pb2.Role
    message_count: int
    def __init__(self, role: _Optional[_Union[_memory_pb2.Role, str]] = ..., message_count: _Optional[int] = ...) -> None: ...

class GetConversationStatsResponse(_message.Message):
    __slots__ = ("message_count", "roles", "average_importance", "first_time", "last_time", "character_count", "fact_count", "archived")
    MESSAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_IMPORTANCE_FIELD_NUMBER: _ClassVar[int]
    FIRST_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_TIME_FIELD_NUMBER: _ClassVar[int]
    CHARACTER_COUNT_FIELD_NUMBER: _ClassVar[int]
    FACT_COUNT_FIELD_NUMBER: _ClassVar[int]
    ARCHIVED_FIELD_NUMBER: _ClassVar[int]
    message_count: int
    roles: _containers.RepeatedCompositeFieldContainer[RoleCount]
    average_importance: float
    first_time: _timestamp_pb2.Timestamp
    last_time: _timestamp_pb2.Timestamp
    character_count: int
    fact_count: int
    archived: bool
    def __init__(self, message_count: _Optional[int] = ..., roles: _Optional[_Iterable[_Union[RoleCount, _Mapping]]] = ..., average_importance: _Optional[float] = ..., first_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., character_count: _Optional[int] = ..., fact_count: _Optional[int] = ..., archived: bool = ...) -> None: ...

class RenderConversationRequest(_message.Message):
    __slots__ = ("user_id", "conversation_id", "page_size", "page_token")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    conversation_id: str
    page_size: int
    page_token: str
    def __init__(self, user_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class RenderConversationResponse(_message.Message):
    __slots__ = ("markdown", "next_page_token")
    MARKDOWN_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    markdown: str
    next_page_token: str
    def __init__(self, markdown: _Optional[str] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListMessagesRequest(_message.Message):
    __slots__ = ("user_id", "conversation_id", "order", "roles", "parent_message_id", "page_size", "page_token")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    PARENT_MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    conversation_id: str
    order: MessageOrder
    roles: _containers.RepeatedScalarFieldContainer[_memory_pb2.Role]
    parent_message_id: str
    page_size: int
    page_token: str
    def __init__(self, user_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., order: _Optional[_Union[MessageOrder, str]] = ..., roles: _Optional[_Iterable[_Union[_memory_pb2.Role, str]]] = ..., parent_message_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMessagesResponse(_message.Message):
    __slots__ = ("messages", "next_page_token")
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    messages: _containers.RepeatedCompositeFieldContainer[_memory_pb2.Message]
    next_page_token: str
    def __init__(self, messages: _Optional[_Iterable[_Union[_memory_pb2.Message, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetMessageRequest(_message.Message):
    __slots__ = ("user_id", "message_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    message_id: str
    def __init__(self, user_id: _Optional[str] = ..., message_id: _Optional[str] = ...) -> None: ...

class GetMessageResponse(_message.Message):
    __slots__ = ("message", "memory_id", "etag")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    message: _memory_pb2.Message
    memory_id: str
    etag: str
    def __init__(self, message: _Optional[_Union[_memory_pb2.Message, _Mapping]] = ..., memory_id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class GetMessageThreadRequest(_message.Message):
    __slots__ = ("user_id", "message_id", "max_depth", "max_messages")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    MAX_DEPTH_FIELD_NUMBER: _ClassVar[int]
    MAX_MESSAGES_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    message_id: str
    max_depth: int
    max_messages: int
    def __init__(self, user_id: _Optional[str] = ..., message_id: _Optional[str] = ..., max_depth: _Optional[int] = ..., max_messages: _Optional[int] = ...) -> None: ...

class ThreadMessage(_message.Message):
    __slots__ = ("message", "depth")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    message: _memory_pb2.Message
    depth: int
    def __init__(self, message: _Optional[_Union[_memory_pb2.Message, _Mapping]] = ..., depth: _Optional[int] = ...) -> None: ...

class GetMessageThreadResponse(_message.Message):
    __slots__ = ("message", "ancestors", "descendants", "truncated")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    ANCESTORS_FIELD_NUMBER: _ClassVar[int]
    DESCENDANTS_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    message: _memory_pb2.Message
    ancestors: _containers.RepeatedCompositeFieldContainer[ThreadMessage]
    descendants: _containers.RepeatedCompositeFieldContainer[ThreadMessage]
    truncated: bool
    def __init__(self, message: _Optional[_Union[_memory_pb2.Message, _Mapping]] = ..., ancestors: _Optional[_Iterable[_Union[ThreadMessage, _Mapping]]] = ..., descendants: _Optional[_Iterable[_Union[ThreadMessage, _Mapping]]] = ..., truncated: bool = ...) -> None: ...

class MessageChange(_message.Message):
    __slots__ = ("message_id", "content", "author", "metadata", "importance", "update_mask", "etag")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    IMPORTANCE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    content: str
    author: str
    metadata: _struct_pb2.Struct
    importance: float
    update_mask: _field_mask_pb2.FieldMask
    etag: str
    def __init__(self, message_id: _Optional[str] = ..., content: _Optional[str] = ..., author: _Optional[str] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., importance: _Optional[float] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class UpdateMessageRequest(_message.Message):
    __slots__ = ("user_id", "change", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    change: MessageChange
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., change: _Optional[_Union[MessageChange, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class UpdateMessageResponse(_message.Message):
    __slots__ = ("message", "etag", "revision", "quarantined")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    message: _memory_pb2.Message
    etag: str
    revision: int
    quarantined: bool
    def __init__(self, message: _Optional[_Union[_memory_pb2.Message, _Mapping]] = ..., etag: _Optional[str] = ..., revision: _Optional[int] = ..., quarantined: bool = ...) -> None: ...

class DeleteMessageRequest(_message.Message):
    __slots__ = ("user_id", "message_id", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    message_id: str
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., message_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteMessageResponse(_message.Message):
    __slots__ = ("revision",)
    REVISION_FIELD_NUMBER: _ClassVar[int]
    revision: int
    def __init__(self, revision: _Optional[int] = ...) -> None: ...

class MessageResult(_message.Message):
    __slots__ = ("message_id", "code", "reason", "error_message", "message", "etag", "quarantined")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    code: int
    reason: str
    error_message: str
    message: _memory_pb2.Message
    etag: str
    quarantined: bool
    def __init__(self, message_id: _Optional[str] = ..., code: _Optional[int] = ..., reason: _Optional[str] = ..., error_message: _Optional[str] = ..., message: _Optional[_Union[_memory_pb2.Message, _Mapping]] = ..., etag: _Optional[str] = ..., quarantined: bool = ...) -> None: ...

class BatchUpdateMessagesRequest(_message.Message):
    __slots__ = ("user_id", "changes", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    changes: _containers.RepeatedCompositeFieldContainer[MessageChange]
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., changes: _Optional[_Iterable[_Union[MessageChange, _Mapping]]] = ..., request_id: _Optional[str] = ...) -> None: ...

class BatchUpdateMessagesResponse(_message.Message):
    __slots__ = ("results", "revision")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[MessageResult]
    revision: int
    def __init__(self, results: _Optional[_Iterable[_Union[MessageResult, _Mapping]]] = ..., revision: _Optional[int] = ...) -> None: ...

class BatchDeleteMessagesRequest(_message.Message):
    __slots__ = ("user_id", "message_ids", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    message_ids: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., message_ids: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class BatchDeleteMessagesResponse(_message.Message):
    __slots__ = ("results", "revision")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[MessageResult]
    revision: int
    def __init__(self, results: _Optional[_Iterable[_Union[MessageResult, _Mapping]]] = ..., revision: _Optional[int] = ...) -> None: ...

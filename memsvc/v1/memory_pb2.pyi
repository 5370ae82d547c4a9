import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_USER: _ClassVar[Role]
    ROLE_ASSISTANT: _ClassVar[Role]
    ROLE_SYSTEM: _ClassVar[Role]
    ROLE_TOOL: _ClassVar[Role]

class ExtractionMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXTRACTION_MODE_UNSPECIFIED: _ClassVar[ExtractionMode]
    EXTRACTION_MODE_ASYNC: _ClassVar[ExtractionMode]
    EXTRACTION_MODE_SYNC: _ClassVar[ExtractionMode]
    EXTRACTION_MODE_NONE: _ClassVar[ExtractionMode]

class MemoryKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEMORY_KIND_UNSPECIFIED: _ClassVar[MemoryKind]
    MEMORY_KIND_FACT: _ClassVar[MemoryKind]
    MEMORY_KIND_EPISODE: _ClassVar[MemoryKind]
    MEMORY_KIND_NOTE: _ClassVar[MemoryKind]
    MEMORY_KIND_SUMMARY: _ClassVar[MemoryKind]

class TemporalState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TEMPORAL_STATE_UNSPECIFIED: _ClassVar[TemporalState]
    TEMPORAL_STATE_CURRENT: _ClassVar[TemporalState]
    TEMPORAL_STATE_PAST: _ClassVar[TemporalState]
    TEMPORAL_STATE_FUTURE: _ClassVar[TemporalState]
    TEMPORAL_STATE_RECURRING: _ClassVar[TemporalState]

class SourceClass(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SOURCE_CLASS_UNSPECIFIED: _ClassVar[SourceClass]
    SOURCE_CLASS_DIRECT_USER: _ClassVar[SourceClass]
    SOURCE_CLASS_MODEL_INFERENCE: _ClassVar[SourceClass]
    SOURCE_CLASS_TOOL_INTERNAL: _ClassVar[SourceClass]
    SOURCE_CLASS_TOOL_EXTERNAL: _ClassVar[SourceClass]
    SOURCE_CLASS_DOCUMENT: _ClassVar[SourceClass]

class EmbeddingMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EMBEDDING_MODE_UNSPECIFIED: _ClassVar[EmbeddingMode]
    EMBEDDING_MODE_IMMEDIATE: _ClassVar[EmbeddingMode]
    EMBEDDING_MODE_DEFERRED: _ClassVar[EmbeddingMode]
ROLE_UNSPECIFIED: Role
ROLE_USER: Role
ROLE_ASSISTANT: Role
ROLE_SYSTEM: Role
ROLE_TOOL: Role
EXTRACTION_MODE_UNSPECIFIED: ExtractionMode
EXTRACTION_MODE_ASYNC: ExtractionMode
EXTRACTION_MODE_SYNC: ExtractionMode
EXTRACTION_MODE_NONE: ExtractionMode
MEMORY_KIND_UNSPECIFIED: MemoryKind
MEMORY_KIND_FACT: MemoryKind
MEMORY_KIND_EPISODE: MemoryKind
MEMORY_KIND_NOTE: MemoryKind
MEMORY_KIND_SUMMARY: MemoryKind
TEMPORAL_STATE_UNSPECIFIED: TemporalState
TEMPORAL_STATE_CURRENT: TemporalState
TEMPORAL_STATE_PAST: TemporalState
TEMPORAL_STATE_FUTURE: TemporalState
TEMPORAL_STATE_RECURRING: TemporalState
SOURCE_CLASS_UNSPECIFIED: SourceClass
SOURCE_CLASS_DIRECT_USER: SourceClass
SOURCE_CLASS_MODEL_INFERENCE: SourceClass
SOURCE_CLASS_TOOL_INTERNAL: SourceClass
SOURCE_CLASS_TOOL_EXTERNAL: SourceClass
SOURCE_CLASS_DOCUMENT: SourceClass
EMBEDDING_MODE_UNSPECIFIED: EmbeddingMode
EMBEDDING_MODE_IMMEDIATE: EmbeddingMode
EMBEDDING_MODE_DEFERRED: EmbeddingMode

class Message(_message.Message):
    __slots__ = ("message_id", "conversation_id", "user_id", "role", "content", "author", "event_time", "metadata", "importance", "parent_message_id", "create_time", "update_time", "embedding", "source_class", "interrupted")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    IMPORTANCE_FIELD_NUMBER: _ClassVar[int]
    PARENT_MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EMBEDDING_FIELD_NUMBER: _ClassVar[int]
    SOURCE_CLASS_FIELD_NUMBER: _ClassVar[int]
    INTERRUPTED_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    conversation_id: str
    user_id: str
    role: Role
    content: str
    author: str
    event_time: _timestamp_pb2.Timestamp
    metadata: _struct_pb2.Struct
    importance: float
    parent_message_id: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    embedding: Embedding
    source_class: SourceClass
    interrupted: bool
    def __init__(self, message_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., user_id: _Optional[str] = ..., role: _Optional[_Union[Role, str]] = ..., content: _Optional[str] = ..., author: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., importance: _Optional[float] = ..., parent_message_id: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., embedding: _Optional[_Union[Embedding, _Mapping]] = ..., source_class: _Optional[_Union[SourceClass, str]] = ..., interrupted: bool = ...) -> None: ...

class Embedding(_message.Message):
    __slots__ = ("model", "values")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    model: str
    values: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, model: _Optional[str] = ..., values: _Optional[_Iterable[float]] = ...) -> None: ...

class Memory(_message.Message):
    __slots__ = ("memory_id", "user_id", "kind", "content", "category", "slot", "temporal_state", "confidence", "importance", "pinned", "essential", "tags", "metadata", "source_message_ids", "conversation_id", "project_id", "agent_id", "valid_from_time", "valid_to_time", "superseded_by", "create_time", "update_time", "refresh_time", "last_access_time", "access_count", "expire_time", "etag", "value", "source_role", "author", "contested", "source_class", "trust", "flags")
    MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    TEMPORAL_STATE_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    IMPORTANCE_FIELD_NUMBER: _ClassVar[int]
    PINNED_FIELD_NUMBER: _ClassVar[int]
    ESSENTIAL_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    SOURCE_MESSAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_TIME_FIELD_NUMBER: _ClassVar[int]
    VALID_TO_TIME_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    REFRESH_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_ACCESS_TIME_FIELD_NUMBER: _ClassVar[int]
    ACCESS_COUNT_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_ROLE_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    CONTESTED_FIELD_NUMBER: _ClassVar[int]
    SOURCE_CLASS_FIELD_NUMBER: _ClassVar[int]
    TRUST_FIELD_NUMBER: _ClassVar[int]
    FLAGS_FIELD_NUMBER: _ClassVar[int]
    memory_id: str
    user_id: str
    kind: MemoryKind
    content: str
    category: str
    slot: str
    temporal_state: TemporalState
    confidence: float
    importance: float
    pinned: bool
    essential: bool
    tags: _containers.RepeatedScalarFieldContainer[str]
    metadata: _struct_pb2.Struct
    source_message_ids: _containers.RepeatedScalarFieldContainer[str]
    conversation_id: str
    project_id: str
    agent_id: str
    valid_from_time: _timestamp_pb2.Timestamp
    valid_to_time: _timestamp_pb2.Timestamp
    superseded_by: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    refresh_time: _timestamp_pb2.Timestamp
    last_access_time: _timestamp_pb2.Timestamp
    access_count: int
    expire_time: _timestamp_pb2.Timestamp
    etag: str
    value: str
    source_role: Role
    author: str
    contested: bool
    source_class: SourceClass
    trust: float
    flags: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, memory_id: _Optional[str] = ..., user_id: _Optional[str] = ..., kind: _Optional[_Union[MemoryKind, str]] = ..., content: _Optional[str] = ..., category: _Optional[str] = ..., slot: _Optional[str] = ..., temporal_state: _Optional[_Union[TemporalState, str]] = ..., confidence: _Optional[float] = ..., importance: _Optional[float] = ..., pinned: bool = ..., essential: bool = ..., tags: _Optional[_Iterable[str]] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., source_message_ids: _Optional[_Iterable[str]] = ..., conversation_id: _Optional[str] = ..., project_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., valid_from_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., valid_to_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., superseded_by: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., refresh_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_access_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., access_count: _Optional[int] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., value: _Optional[str] = ..., source_role: _Optional[_Union[Role, str]] = ..., author: _Optional[str] = ..., contested: bool = ..., source_class: _Optional[_Union[SourceClass, str]] = ..., trust: _Optional[float] = ..., flags: _Optional[_Iterable[str]] = ...) -> None: ...

import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from . import chat_pb2 as _chat_pb2
from . import memory_pb2 as _memory_pb2
from . import ranking_pb2 as _ranking_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SearchMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEARCH_MODE_UNSPECIFIED: _ClassVar[SearchMode]
    SEARCH_MODE_HYBRID: _ClassVar[SearchMode]
    SEARCH_MODE_FULL_TEXT: _ClassVar[SearchMode]
    SEARCH_MODE_SEMANTIC: _ClassVar[SearchMode]

class SearchSource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEARCH_SOURCE_UNSPECIFIED: _ClassVar[SearchSource]
    SEARCH_SOURCE_ALL: _ClassVar[SearchSource]
    SEARCH_SOURCE_MESSAGES: _ClassVar[SearchSource]
    SEARCH_SOURCE_MEMORIES: _ClassVar[SearchSource]
SEARCH_MODE_UNSPECIFIED: SearchMode
SEARCH_MODE_HYBRID: SearchMode
SEARCH_MODE_FULL_TEXT: SearchMode
SEARCH_MODE_SEMANTIC: SearchMode
SEARCH_SOURCE_UNSPECIFIED: SearchSource
SEARCH_SOURCE_ALL: SearchSource
SEARCH_SOURCE_MESSAGES: SearchSource
SEARCH_SOURCE_MEMORIES: SearchSource

class IngestRequest(_message.Message):
    __slots__ = ("user_id", "conversation_id", "messages", "extraction", "request_id", "project_id", "agent_id", "embedding_mode")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    EXTRACTION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    EMBEDDING_MODE_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    conversation_id: str
    messages: _containers.RepeatedCompositeFieldContainer[_memory_pb2.Message]
    extraction: _memory_pb2.ExtractionMode
    request_id: str
    project_id: str
    agent_id: str
    embedding_mode: _memory_pb2.EmbeddingMode
    def __init__(self, user_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., messages: _Optional[_Iterable[_Union[_memory_pb2.Message, _Mapping]]] = ..., extraction: _Optional[_Union[_memory_pb2.ExtractionMode, str]] = ..., request_id: _Optional[str] = ..., project_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., embedding_mode: _Optional[_Union[_memory_pb2.EmbeddingMode, str]] = ...) -> None: ...

class IngestedMessage(_message.Message):
    __slots__ = ("message_id", "duplicate", "quarantined")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    duplicate: bool
    quarantined: bool
    def __init__(self, message_id: _Optional[str] = ..., duplicate: bool = ..., quarantined: bool = ...) -> None: ...

class IngestResponse(_message.Message):
    __slots__ = ("conversation_id", "results", "job_id", "memories", "revision", "extraction_pending")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    MEMORIES_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EXTRACTION_PENDING_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    results: _containers.RepeatedCompositeFieldContainer[IngestedMessage]
    job_id: str
    memories: _containers.RepeatedCompositeFieldContainer[_memory_pb2.Memory]
    revision: int
    extraction_pending: bool
    def __init__(self, conversation_id: _Optional[str] = ..., results: _Optional[_Iterable[_Union[IngestedMessage, _Mapping]]] = ..., job_id: _Optional[str] = ..., memories: _Optional[_Iterable[_Union[_memory_pb2.Memory, _Mapping]]] = ..., revision: _Optional[int] = ..., extraction_pending: bool = ...) -> None: ...

class IngestStreamRequest(_message.Message):
    __slots__ = ("user_id", "conversation_id", "messages", "extraction", "request_id", "project_id", "agent_id", "embedding_mode")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    EXTRACTION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    EMBEDDING_MODE_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    conversation_id: str
    messages: _containers.RepeatedCompositeFieldContainer[_memory_pb2.Message]
    extraction: _memory_pb2.ExtractionMode
    request_id: str
    project_id: str
    agent_id: str
    embedding_mode: _memory_pb2.EmbeddingMode
    def __init__(self, user_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., messages: _Optional[_Iterable[_Union[_memory_pb2.Message, _Mapping]]] = ..., extraction: _Optional[_Union[_memory_pb2.ExtractionMode, str]] = ..., request_id: _Optional[str] = ..., project_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., embedding_mode: _Optional[_Union[_memory_pb2.EmbeddingMode, str]] = ...) -> None: ...

class IngestStreamError(_message.Message):
    __slots__ = ("index", "code", "reason", "message")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    index: int
    code: int
    reason: str
    message: str
    def __init__(self, index: _Optional[int] = ..., code: _Optional[int] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class IngestStreamResponse(_message.Message):
    __slots__ = ("message_count", "duplicate_count", "errors")
    MESSAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_COUNT_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    message_count: int
    duplicate_count: int
    errors: _containers.RepeatedCompositeFieldContainer[IngestStreamError]
    def __init__(self, message_count: _Optional[int] = ..., duplicate_count: _Optional[int] = ..., errors: _Optional[_Iterable[_Union[IngestStreamError, _Mapping]]] = ...) -> None: ...

class RecallRequest(_message.Message):
    __slots__ = ("user_id", "query", "limit", "kinds", "filter", "weights", "as_of_time", "known_time", "include_superseded", "min_score", "token_budget", "explain", "min_revision")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_TIME_FIELD_NUMBER: _ClassVar[int]
    KNOWN_TIME_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_SUPERSEDED_FIELD_NUMBER: _ClassVar[int]
    MIN_SCORE_FIELD_NUMBER: _ClassVar[int]
    TOKEN_BUDGET_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_FIELD_NUMBER: _ClassVar[int]
    MIN_REVISION_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    query: str
    limit: int
    kinds: _containers.RepeatedScalarFieldContainer[_memory_pb2.MemoryKind]
    filter: _ranking_pb2.MemoryFilter
    weights: _ranking_pb2.RankingWeights
    as_of_time: _timestamp_pb2.Timestamp
    known_time: _timestamp_pb2.Timestamp
    include_superseded: bool
    min_score: float
    token_budget: int
    explain: bool
    min_revision: int
    def __init__(self, user_id: _Optional[str] = ..., query: _Optional[str] = ..., limit: _Optional[int] = ..., kinds: _Optional[_Iterable[_Union[_memory_pb2.MemoryKind, str]]] = ..., filter: _Optional[_Union[_ranking_pb2.MemoryFilter, _Mapping]] = ..., weights: _Optional[_Union[_ranking_pb2.RankingWeights, _Mapping]] = ..., as_of_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., known_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., include_superseded: bool = ..., min_score: _Optional[float] = ..., token_budget: _Optional[int] = ..., explain: bool = ..., min_revision: _Optional[int] = ...) -> None: ...

class RecallResponse(_message.Message):
    __slots__ = ("results", "context_block", "degraded", "degraded_reasons", "weights", "named_time")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_BLOCK_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_REASONS_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    NAMED_TIME_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[_ranking_pb2.ScoredMemory]
    context_block: str
    degraded: bool
    degraded_reasons: _containers.RepeatedScalarFieldContainer[str]
    weights: _ranking_pb2.RankingWeights
    named_time: _ranking_pb2.TimeRange
    def __init__(self, results: _Optional[_Iterable[_Union[_ranking_pb2.ScoredMemory, _Mapping]]] = ..., context_block: _Optional[str] = ..., degraded: bool = ..., degraded_reasons: _Optional[_Iterable[str]] = ..., weights: _Optional[_Union[_ranking_pb2.RankingWeights, _Mapping]] = ..., named_time: _Optional[_Union[_ranking_pb2.TimeRange, _Mapping]] = ...) -> None: ...

class ConsciousRequest(_message.Message):
    __slots__ = ("user_id", "max_memories", "categories", "token_budget")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    MAX_MEMORIES_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    TOKEN_BUDGET_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    max_memories: int
    categories: _containers.RepeatedScalarFieldContainer[str]
    token_budget: int
    def __init__(self, user_id: _Optional[str] = ..., max_memories: _Optional[int] = ..., categories: _Optional[_Iterable[str]] = ..., token_budget: _Optional[int] = ...) -> None: ...

class UserProfile(_message.Message):
    __slots__ = ("summary", "key_traits", "update_time", "trust")
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    KEY_TRAITS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    TRUST_FIELD_NUMBER: _ClassVar[int]
    summary: str
    key_traits: _containers.RepeatedScalarFieldContainer[str]
    update_time: _timestamp_pb2.Timestamp
    trust: float
    def __init__(self, summary: _Optional[str] = ..., key_traits: _Optional[_Iterable[str]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., trust: _Optional[float] = ...) -> None: ...

class ConsciousResponse(_message.Message):
    __slots__ = ("memories", "profile", "context_block", "generate_time")
    MEMORIES_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_BLOCK_FIELD_NUMBER: _ClassVar[int]
    GENERATE_TIME_FIELD_NUMBER: _ClassVar[int]
    memories: _containers.RepeatedCompositeFieldContainer[_memory_pb2.Memory]
    profile: UserProfile
    context_block: str
    generate_time: _timestamp_pb2.Timestamp
    def __init__(self, memories: _Optional[_Iterable[_Union[_memory_pb2.Memory, _Mapping]]] = ..., profile: _Optional[_Union[UserProfile, _Mapping]] = ..., context_block: _Optional[str] = ..., generate_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SearchRequest(_message.Message):
    __slots__ = ("user_id", "query", "mode", "source", "filter", "page_size", "page_token")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    query: str
    mode: SearchMode
    source: SearchSource
    filter: _ranking_pb2.MemoryFilter
    page_size: int
    page_token: str
    def __init__(self, user_id: _Optional[str] = ..., query: _Optional[str] = ..., mode: _Optional[_Union[SearchMode, str]] = ..., source: _Optional[_Union[SearchSource, str]] = ..., filter: _Optional[_Union[_ranking_pb2.MemoryFilter, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class SearchResult(_message.Message):
    __slots__ = ("message", "memory", "score", "breakdown", "snippet", "conversation_title")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    SNIPPET_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_TITLE_FIELD_NUMBER: _ClassVar[int]
    message: _memory_pb2.Message
    memory: _memory_pb2.Memory
    score: float
    breakdown: _ranking_pb2.ScoreBreakdown
    snippet: str
    conversation_title: str
    def __init__(self, message: _Optional[_Union[_memory_pb2.Message, _Mapping]] = ..., memory: _Optional[_Union[_memory_pb2.Memory, _Mapping]] = ..., score: _Optional[float] = ..., breakdown: _Optional[_Union[_ranking_pb2.ScoreBreakdown, _Mapping]] = ..., snippet: _Optional[str] = ..., conversation_title: _Optional[str] = ...) -> None: ...

class SearchResponse(_message.Message):
    __slots__ = ("results", "next_page_token", "degraded", "degraded_reasons")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_REASONS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[SearchResult]
    next_page_token: str
    degraded: bool
    degraded_reasons: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, results: _Optional[_Iterable[_Union[SearchResult, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., degraded: bool = ..., degraded_reasons: _Optional[_Iterable[str]] = ...) -> None: ...

class CreateMemoryRequest(_message.Message):
    __slots__ = ("user_id", "content", "category", "slot", "tags", "metadata", "importance", "confidence", "pinned", "expire_time", "conversation_id", "project_id", "agent_id", "request_id", "source_class")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    IMPORTANCE_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    PINNED_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_CLASS_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    content: str
    category: str
    slot: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    metadata: _struct_pb2.Struct
    importance: float
    confidence: float
    pinned: bool
    expire_time: _timestamp_pb2.Timestamp
    conversation_id: str
    project_id: str
    agent_id: str
    request_id: str
    source_class: _memory_pb2.SourceClass
    def __init__(self, user_id: _Optional[str] = ..., content: _Optional[str] = ..., category: _Optional[str] = ..., slot: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., importance: _Optional[float] = ..., confidence: _Optional[float] = ..., pinned: bool = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., conversation_id: _Optional[str] = ..., project_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., request_id: _Optional[str] = ..., source_class: _Optional[_Union[_memory_pb2.SourceClass, str]] = ...) -> None: ...

class CreateMemoryResponse(_message.Message):
    __slots__ = ("memory", "revision", "quarantined")
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    memory: _memory_pb2.Memory
    revision: int
    quarantined: bool
    def __init__(self, memory: _Optional[_Union[_memory_pb2.Memory, _Mapping]] = ..., revision: _Optional[int] = ..., quarantined: bool = ...) -> None: ...

class GetMemoryRequest(_message.Message):
    __slots__ = ("memory_id", "user_id")
    MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    memory_id: str
    user_id: str
    def __init__(self, memory_id: _Optional[str] = ..., user_id: _Optional[str] = ...) -> None: ...

class GetMemoryResponse(_message.Message):
    __slots__ = ("memory",)
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    memory: _memory_pb2.Memory
    def __init__(self, memory: _Optional[_Union[_memory_pb2.Memory, _Mapping]] = ...) -> None: ...

class GetMemorySourceRequest(_message.Message):
    __slots__ = ("memory_id", "user_id")
    MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    memory_id: str
    user_id: str
    def __init__(self, memory_id: _Optional[str] = ..., user_id: _Optional[str] = ...) -> None: ...

class GetMemorySourceResponse(_message.Message):
    __slots__ = ("messages",)
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    messages: _containers.RepeatedCompositeFieldContainer[_memory_pb2.Message]
    def __init__(self, messages: _Optional[_Iterable[_Union[_memory_pb2.Message, _Mapping]]] = ...) -> None: ...

class ListMemoriesRequest(_message.Message):
    __slots__ = ("user_id", "kinds", "filter", "include_superseded", "page_size", "page_token")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_SUPERSEDED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    kinds: _containers.RepeatedScalarFieldContainer[_memory_pb2.MemoryKind]
    filter: _ranking_pb2.MemoryFilter
    include_superseded: bool
    page_size: int
    page_token: str
    def __init__(self, user_id: _Optional[str] = ..., kinds: _Optional[_Iterable[_Union[_memory_pb2.MemoryKind, str]]] = ..., filter: _Optional[_Union[_ranking_pb2.MemoryFilter, _Mapping]] = ..., include_superseded: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMemoriesResponse(_message.Message):
    __slots__ = ("memories", "next_page_token")
    MEMORIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    memories: _containers.RepeatedCompositeFieldContainer[_memory_pb2.Memory]
    next_page_token: str
    def __init__(self, memories: _Optional[_Iterable[_Union[_memory_pb2.Memory, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateMemoryRequest(_message.Message):
    __slots__ = ("memory", "update_mask", "request_id")
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    memory: _memory_pb2.Memory
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, memory: _Optional[_Union[_memory_pb2.Memory, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class UpdateMemoryResponse(_message.Message):
    __slots__ = ("memory", "revision", "quarantined")
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    memory: _memory_pb2.Memory
    revision: int
    quarantined: bool
    def __init__(self, memory: _Optional[_Union[_memory_pb2.Memory, _Mapping]] = ..., revision: _Optional[int] = ..., quarantined: bool = ...) -> None: ...

class DeleteMemoryRequest(_message.Message):
    __slots__ = ("memory_id", "request_id", "user_id")
    MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    memory_id: str
    request_id: str
    user_id: str
    def __init__(self, memory_id: _Optional[str] = ..., request_id: _Optional[str] = ..., user_id: _Optional[str] = ...) -> None: ...

class DeleteMemoryResponse(_message.Message):
    __slots__ = ("revision",)
    REVISION_FIELD_NUMBER: _ClassVar[int]
    revision: int
    def __init__(self, revision: _Optional[int] = ...) -> None: ...

class BatchDeleteMemoriesRequest(_message.Message):
    __slots__ = ("memory_ids", "request_id", "user_id")
    MEMORY_IDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    memory_ids: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    user_id: str
    def __init__(self, memory_ids: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ..., user_id: _Optional[str] = ...) -> None: ...

class BatchDeleteMemoriesResponse(_message.Message):
    __slots__ = ("revision",)
    REVISION_FIELD_NUMBER: _ClassVar[int]
    revision: int
    def __init__(self, revision: _Optional[int] = ...) -> None: ...

class FindSimilarMemoriesRequest(_message.Message):
    __slots__ = ("memory_id", "limit", "user_id")
    MEMORY_ID_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    memory_id: str
    limit: int
    user_id: str
    def __init__(self, memory_id: _Optional[str] = ..., limit: _Optional[int] = ..., user_id: _Optional[str] = ...) -> None: ...

class FindSimilarMemoriesResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[_ranking_pb2.ScoredMemory]
    def __init__(self, results: _Optional[_Iterable[_Union[_ranking_pb2.ScoredMemory, _Mapping]]] = ...) -> None: ...

class ListMemoryTimelineRequest(_message.Message):
    __slots__ = ("user_id", "category", "slot", "page_size", "page_token")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    category: str
    slot: str
    page_size: int
    page_token: str
    def __init__(self, user_id: _Optional[str] = ..., category: _Optional[str] = ..., slot: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMemoryTimelineResponse(_message.Message):
    __slots__ = ("memories", "next_page_token")
    MEMORIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    memories: _containers.RepeatedCompositeFieldContainer[_memory_pb2.Memory]
    next_page_token: str
    def __init__(self, memories: _Optional[_Iterable[_Union[_memory_pb2.Memory, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class LabelledQuery(_message.Message):
    __slots__ = ("user_id", "query", "relevant_ids")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    RELEVANT_IDS_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    query: str
    relevant_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, user_id: _Optional[str] = ..., query: _Optional[str] = ..., relevant_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class EvaluateRequest(_message.Message):
    __slots__ = ("queries", "weights", "limit", "kinds", "arms")
    QUERIES_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    ARMS_FIELD_NUMBER: _ClassVar[int]
    queries: _containers.RepeatedCompositeFieldContainer[LabelledQuery]
    weights: _ranking_pb2.RankingWeights
    limit: int
    kinds: _containers.RepeatedScalarFieldContainer[_memory_pb2.MemoryKind]
    arms: bool
    def __init__(self, queries: _Optional[_Iterable[_Union[LabelledQuery, _Mapping]]] = ..., weights: _Optional[_Union[_ranking_pb2.RankingWeights, _Mapping]] = ..., limit: _Optional[int] = ..., kinds: _Optional[_Iterable[_Union[_memory_pb2.MemoryKind, str]]] = ..., arms: bool = ...) -> None: ...

class RecallMetrics(_message.Message):
    __slots__ = ("query_count", "cuts", "mean_reciprocal_rank", "ndcg")
    class CutMetrics(_message.Message):
        __slots__ = ("cut", "recall", "any")
        CUT_FIELD_NUMBER: _ClassVar[int]
        RECALL_FIELD_NUMBER: _ClassVar[int]
        ANY_FIELD_NUMBER: _ClassVar[int]
        cut: int
        recall: float
        any: float
        def __init__(self, cut: _Optional[int] = ..., recall: _Optional[float] = ..., any: _Optional[float] = ...) -> None: ...
    QUERY_COUNT_FIELD_NUMBER: _ClassVar[int]
    CUTS_FIELD_NUMBER: _ClassVar[int]
    MEAN_RECIPROCAL_RANK_FIELD_NUMBER: _ClassVar[int]
    NDCG_FIELD_NUMBER: _ClassVar[int]
    query_count: int
    cuts: _containers.RepeatedCompositeFieldContainer[RecallMetrics.CutMetrics]
    mean_reciprocal_rank: float
    ndcg: float
    def __init__(self, query_count: _Optional[int] = ..., cuts: _Optional[_Iterable[_Union[RecallMetrics.CutMetrics, _Mapping]]] = ..., mean_reciprocal_rank: _Optional[float] = ..., ndcg: _Optional[float] = ...) -> None: ...

class QueryEvaluation(_message.Message):
    __slots__ = ("index", "ranks", "duration", "degraded")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    RANKS_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    index: int
    ranks: _containers.RepeatedScalarFieldContainer[int]
    duration: _duration_pb2.Duration
    degraded: bool
    def __init__(self, index: _Optional[int] = ..., ranks: _Optional[_Iterable[int]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., degraded: bool = ...) -> None: ...

class ArmEvaluation(_message.Message):
    __slots__ = ("arm", "without", "alone")
    ARM_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_FIELD_NUMBER: _ClassVar[int]
    ALONE_FIELD_NUMBER: _ClassVar[int]
    arm: str
    without: RecallMetrics
    alone: RecallMetrics
    def __init__(self, arm: _Optional[str] = ..., without: _Optional[_Union[RecallMetrics, _Mapping]] = ..., alone: _Optional[_Union[RecallMetrics, _Mapping]] = ...) -> None: ...

class EvaluateResponse(_message.Message):
    __slots__ = ("metrics", "queries", "arms", "duration_p50", "duration_p95", "weights")
    METRICS_FIELD_NUMBER: _ClassVar[int]
    QUERIES_FIELD_NUMBER: _ClassVar[int]
    ARMS_FIELD_NUMBER: _ClassVar[int]
    DURATION_P50_FIELD_NUMBER: _ClassVar[int]
    DURATION_P95_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    metrics: RecallMetrics
    queries: _containers.RepeatedCompositeFieldContainer[QueryEvaluation]
    arms: _containers.RepeatedCompositeFieldContainer[ArmEvaluation]
    duration_p50: _duration_pb2.Duration
    duration_p95: _duration_pb2.Duration
    weights: _ranking_pb2.RankingWeights
    def __init__(self, metrics: _Optional[_Union[RecallMetrics, _Mapping]] = ..., queries: _Optional[_Iterable[_Union[QueryEvaluation, _Mapping]]] = ..., arms: _Optional[_Iterable[_Union[ArmEvaluation, _Mapping]]] = ..., duration_p50: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., duration_p95: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., weights: _Optional[_Union[_ranking_pb2.RankingWeights, _Mapping]] = ...) -> None: ...

class ConsolidateRequest(_message.Message):
    __slots__ = ("user_id", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ConsolidateResponse(_message.Message):
    __slots__ = ("job_id",)
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    def __init__(self, job_id: _Optional[str] = ...) -> None: ...

class ExtractFactsRequest(_message.Message):
    __slots__ = ("message",)
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    message: _memory_pb2.Message
    def __init__(self, message: _Optional[_Union[_memory_pb2.Message, _Mapping]] = ...) -> None: ...

class ExtractFactsResponse(_message.Message):
    __slots__ = ("memories", "dropped_fact_count", "extractor")
    MEMORIES_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FACT_COUNT_FIELD_NUMBER: _ClassVar[int]
    EXTRACTOR_FIELD_NUMBER: _ClassVar[int]
    memories: _containers.RepeatedCompositeFieldContainer[_memory_pb2.Memory]
    dropped_fact_count: int
    extractor: str
    def __init__(self, memories: _Optional[_Iterable[_Union[_memory_pb2.Memory, _Mapping]]] = ..., dropped_fact_count: _Optional[int] = ..., extractor: _Optional[str] = ...) -> None: ...

import datetime

from google.protobuf import duration_pb2 as _duration_pb2
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

class ScoreBreakdown(_message.Message):
    __slots__ = ("semantic", "keyword", "context", "importance", "recency", "confidence")
    SEMANTIC_FIELD_NUMBER: _ClassVar[int]
    KEYWORD_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    IMPORTANCE_FIELD_NUMBER: _ClassVar[int]
    RECENCY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    semantic: float
    keyword: float
    context: float
    importance: float
    recency: float
    confidence: float
    def __init__(self, semantic: _Optional[float] = ..., keyword: _Optional[float] = ..., context: _Optional[float] = ..., importance: _Optional[float] = ..., recency: _Optional[float] = ..., confidence: _Optional[float] = ...) -> None: ...

class ContextEvidence(_message.Message):
    __slots__ = ("neighbour_semantic", "neighbour_keyword", "conversation_semantic", "conversation_keyword", "speaker", "time", "neighbour_message_ids")
    NEIGHBOUR_SEMANTIC_FIELD_NUMBER: _ClassVar[int]
    NEIGHBOUR_KEYWORD_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_SEMANTIC_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_KEYWORD_FIELD_NUMBER: _ClassVar[int]
    SPEAKER_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    NEIGHBOUR_MESSAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    neighbour_semantic: float
    neighbour_keyword: float
    conversation_semantic: float
    conversation_keyword: float
    speaker: float
    time: float
    neighbour_message_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, neighbour_semantic: _Optional[float] = ..., neighbour_keyword: _Optional[float] = ..., conversation_semantic: _Optional[float] = ..., conversation_keyword: _Optional[float] = ..., speaker: _Optional[float] = ..., time: _Optional[float] = ..., neighbour_message_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class TimeRange(_message.Message):
    __slots__ = ("start_time", "end_time", "text")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    text: str
    def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., text: _Optional[str] = ...) -> None: ...

class ScoredMemory(_message.Message):
    __slots__ = ("memory", "score", "breakdown", "matched_terms", "context")
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    MATCHED_TERMS_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    memory: _memory_pb2.Memory
    score: float
    breakdown: ScoreBreakdown
    matched_terms: _containers.RepeatedScalarFieldContainer[str]
    context: ContextEvidence
    def __init__(self, memory: _Optional[_Union[_memory_pb2.Memory, _Mapping]] = ..., score: _Optional[float] = ..., breakdown: _Optional[_Union[ScoreBreakdown, _Mapping]] = ..., matched_terms: _Optional[_Iterable[str]] = ..., context: _Optional[_Union[ContextEvidence, _Mapping]] = ...) -> None: ...

class ContextWeights(_message.Message):
    __slots__ = ("neighbour_semantic", "neighbour_keyword", "conversation_semantic", "conversation_keyword", "speaker", "time")
    NEIGHBOUR_SEMANTIC_FIELD_NUMBER: _ClassVar[int]
    NEIGHBOUR_KEYWORD_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_SEMANTIC_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_KEYWORD_FIELD_NUMBER: _ClassVar[int]
    SPEAKER_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    neighbour_semantic: float
    neighbour_keyword: float
    conversation_semantic: float
    conversation_keyword: float
    speaker: float
    time: float
    def __init__(self, neighbour_semantic: _Optional[float] = ..., neighbour_keyword: _Optional[float] = ..., conversation_semantic: _Optional[float] = ..., conversation_keyword: _Optional[float] = ..., speaker: _Optional[float] = ..., time: _Optional[float] = ...) -> None: ...

class RankingWeights(_message.Message):
    __slots__ = ("semantic", "keyword", "context", "importance", "recency", "confidence", "recency_half_life", "context_weights")
    SEMANTIC_FIELD_NUMBER: _ClassVar[int]
    KEYWORD_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    IMPORTANCE_FIELD_NUMBER: _ClassVar[int]
    RECENCY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    RECENCY_HALF_LIFE_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    semantic: float
    keyword: float
    context: float
    importance: float
    recency: float
    confidence: float
    recency_half_life: _duration_pb2.Duration
    context_weights: ContextWeights
    def __init__(self, semantic: _Optional[float] = ..., keyword: _Optional[float] = ..., context: _Optional[float] = ..., importance: _Optional[float] = ..., recency: _Optional[float] = ..., confidence: _Optional[float] = ..., recency_half_life: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., context_weights: _Optional[_Union[ContextWeights, _Mapping]] = ...) -> None: ...

class MetadataCondition(_message.Message):
    __slots__ = ("key", "op", "value")
    class Operator(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OPERATOR_UNSPECIFIED: _ClassVar[MetadataCondition.Operator]
        OPERATOR_EQUAL: _ClassVar[MetadataCondition.Operator]
        OPERATOR_NOT_EQUAL: _ClassVar[MetadataCondition.Operator]
        OPERATOR_EXISTS: _ClassVar[MetadataCondition.Operator]
        OPERATOR_GREATER: _ClassVar[MetadataCondition.Operator]
        OPERATOR_LESS: _ClassVar[MetadataCondition.Operator]
    OPERATOR_UNSPECIFIED: MetadataCondition.Operator
    OPERATOR_EQUAL: MetadataCondition.Operator
    OPERATOR_NOT_EQUAL: MetadataCondition.Operator
    OPERATOR_EXISTS: MetadataCondition.Operator
    OPERATOR_GREATER: MetadataCondition.Operator
    OPERATOR_LESS: MetadataCondition.Operator
    KEY_FIELD_NUMBER: _ClassVar[int]
    OP_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    key: str
    op: MetadataCondition.Operator
    value: _struct_pb2.Value
    def __init__(self, key: _Optional[str] = ..., op: _Optional[_Union[MetadataCondition.Operator, str]] = ..., value: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ...) -> None: ...

class MemoryFilter(_message.Message):
    __slots__ = ("categories", "slots", "tags_any", "tags_all", "roles", "conversation_ids", "project_ids", "agent_ids", "start_time", "end_time", "min_importance", "metadata")
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    TAGS_ANY_FIELD_NUMBER: _ClassVar[int]
    TAGS_ALL_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_IDS_FIELD_NUMBER: _ClassVar[int]
    PROJECT_IDS_FIELD_NUMBER: _ClassVar[int]
    AGENT_IDS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    MIN_IMPORTANCE_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    categories: _containers.RepeatedScalarFieldContainer[str]
    slots: _containers.RepeatedScalarFieldContainer[str]
    tags_any: _containers.RepeatedScalarFieldContainer[str]
    tags_all: _containers.RepeatedScalarFieldContainer[str]
    roles: _containers.RepeatedScalarFieldContainer[_memory_pb2.Role]
    conversation_ids: _containers.RepeatedScalarFieldContainer[str]
    project_ids: _containers.RepeatedScalarFieldContainer[str]
    agent_ids: _containers.RepeatedScalarFieldContainer[str]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    min_importance: float
    metadata: _containers.RepeatedCompositeFieldContainer[MetadataCondition]
    def __init__(self, categories: _Optional[_Iterable[str]] = ..., slots: _Optional[_Iterable[str]] = ..., tags_any: _Optional[_Iterable[str]] = ..., tags_all: _Optional[_Iterable[str]] = ..., roles: _Optional[_Iterable[_Union[_memory_pb2.Role, str]]] = ..., conversation_ids: _Optional[_Iterable[str]] = ..., project_ids: _Optional[_Iterable[str]] = ..., agent_ids: _Optional[_Iterable[str]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., min_importance: _Optional[float] = ..., metadata: _Optional[_Iterable[_Union[MetadataCondition, _Mapping]]] = ...) -> None: ...

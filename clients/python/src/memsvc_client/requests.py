"""The fields of each request as keyword arguments, so that they are completed and type-checked.

What a field means stands with it in the contract, `memsvc/v1/memory_service.proto`,
`job_service.proto`, `user_service.proto` and `chat.proto`. All are optional here, because a request may be given as a
message instead; the server refuses one that lacks a required field. A `datetime` without a time zone is taken as UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypedDict

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from memsvc_client._pb.chat_pb2 import CacheMode, MemoryMode, ReasoningEffort, TurnPolicy
from memsvc_client._pb.memory_pb2 import (
    EmbeddingMode,
    ExtractionMode,
    Memory,
    MemoryKind,
    Message,
    SourceClass,
)
from memsvc_client._pb.memory_service_pb2 import LabelledQuery, SearchMode, SearchSource
from memsvc_client._pb.ranking_pb2 import MemoryFilter, RankingWeights

#: The caller's own data, as a Struct or as plain values.
Data = Struct | Mapping[str, Any]
#: Fields of a message within a request, by their names.
Fields = Mapping[str, Any]
#: A point in time.
Time = Timestamp | datetime


class IngestFields(TypedDict, total=False):
    """Fields of an IngestRequest; required: user_id, messages."""

    user_id: str
    conversation_id: str
    messages: Iterable[Message | Fields]
    extraction: ExtractionMode | str
    request_id: str
    project_id: str
    agent_id: str
    embedding_mode: EmbeddingMode | str


class RecallFields(TypedDict, total=False):
    """Fields of a RecallRequest; required: user_id, query."""

    user_id: str
    query: str
    limit: int
    kinds: Iterable[MemoryKind | str]
    filter: MemoryFilter | Fields
    weights: RankingWeights | Fields
    as_of_time: Time
    known_time: Time
    include_superseded: bool
    min_score: float
    token_budget: int
    explain: bool
    min_revision: int


class EvaluateFields(TypedDict, total=False):
    """Fields of an EvaluateRequest; required: queries."""

    queries: Iterable[LabelledQuery | Fields]
    weights: RankingWeights | Fields
    limit: int
    kinds: Iterable[MemoryKind | str]
    arms: bool


class ConsciousFields(TypedDict, total=False):
    """Fields of a ConsciousRequest; required: user_id."""

    user_id: str
    max_memories: int
    categories: Iterable[str]
    token_budget: int


class SearchFields(TypedDict, total=False):
    """Fields of a SearchRequest; required: query."""

    user_id: str
    query: str
    mode: SearchMode | str
    source: SearchSource | str
    filter: MemoryFilter | Fields
    page_size: int
    page_token: str


class ChatFields(TypedDict, total=False):
    """Fields of a ChatRequest; required: user_id, message."""

    user_id: str
    conversation_id: str
    message: str
    provider: str
    model: str
    persona_id: str
    memory_mode: MemoryMode | str
    cache_mode: CacheMode | str
    temperature: float
    max_output_tokens: int
    request_id: str
    project_id: str
    agent_id: str
    participants: Iterable[str]
    turn_policy: TurnPolicy | str
    turns_max: int
    memory_query: str
    web_search: str
    reasoning_effort: ReasoningEffort | str
    user_message_id: str
    prompt_token_budget: int
    recall_limit: int


class CreateMemoryFields(TypedDict, total=False):
    """Fields of a CreateMemoryRequest; required: user_id, content."""

    user_id: str
    content: str
    category: str
    slot: str
    tags: Iterable[str]
    metadata: Data
    importance: float
    confidence: float
    pinned: bool
    expire_time: Time
    conversation_id: str
    project_id: str
    agent_id: str
    request_id: str
    source_class: SourceClass | str


class GetMemoryFields(TypedDict, total=False):
    """Fields of a GetMemoryRequest; required: memory_id."""

    memory_id: str
    user_id: str


class GetMemorySourceFields(TypedDict, total=False):
    """Fields of a GetMemorySourceRequest; required: memory_id."""

    memory_id: str
    user_id: str


class ListMemoriesFields(TypedDict, total=False):
    """Fields of a ListMemoriesRequest; required: user_id."""

    user_id: str
    kinds: Iterable[MemoryKind | str]
    filter: MemoryFilter | Fields
    include_superseded: bool
    page_size: int
    page_token: str


class UpdateMemoryFields(TypedDict, total=False):
    """Fields of an UpdateMemoryRequest; required: memory."""

    memory: Memory | Fields
    update_mask: FieldMask | Fields
    request_id: str


class DeleteMemoryFields(TypedDict, total=False):
    """Fields of a DeleteMemoryRequest; required: memory_id."""

    memory_id: str
    request_id: str
    user_id: str


class BatchDeleteMemoriesFields(TypedDict, total=False):
    """Fields of a BatchDeleteMemoriesRequest; required: memory_ids."""

    memory_ids: Iterable[str]
    request_id: str
    user_id: str


class FindSimilarMemoriesFields(TypedDict, total=False):
    """Fields of a FindSimilarMemoriesRequest; required: memory_id."""

    memory_id: str
    limit: int
    user_id: str


class ListMemoryTimelineFields(TypedDict, total=False):
    """Fields of a ListMemoryTimelineRequest; required: user_id."""

    user_id: str
    category: str
    slot: str
    page_size: int
    page_token: str


class ConsolidateFields(TypedDict, total=False):
    """Fields of a ConsolidateRequest; required: user_id."""

    user_id: str
    request_id: str


class ExtractFactsFields(TypedDict, total=False):
    """Fields of an ExtractFactsRequest; required: message."""

    message: Message | Fields


class GetJobFields(TypedDict, total=False):
    """Fields of a GetJobRequest; required: job_id."""

    job_id: str


class WatchJobFields(TypedDict, total=False):
    """Fields of a WatchJobRequest; required: job_id."""

    job_id: str


class ListDeadJobsFields(TypedDict, total=False):
    """Fields of a ListDeadJobsRequest; none is required."""

    user_id: str
    page_size: int
    page_token: str


class RequeueJobFields(TypedDict, total=False):
    """Fields of a RequeueJobRequest; required: job_id."""

    job_id: str
    request_id: str


class EraseUserFields(TypedDict, total=False):
    """Fields of an EraseUserRequest; required: user_id."""

    user_id: str


class ReopenUserFields(TypedDict, total=False):
    """Fields of a ReopenUserRequest; required: user_id."""

    user_id: str


class ExportUserFields(TypedDict, total=False):
    """Fields of an ExportUserRequest; required: user_id."""

    user_id: str

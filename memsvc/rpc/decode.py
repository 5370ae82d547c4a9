"""From messages to values. What the contract's rules cannot say is checked here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from google.protobuf import timestamp_pb2
from google.protobuf.message import Message

from memsvc.core.errors import EtagMismatch, InvalidFields, MemoryNotFound
from memsvc.core.model import (
    ContextWeights,
    MemoryFilter,
    MemoryKind,
    MetadataCondition,
    MetadataOperator,
    RankingWeights,
    RequestKey,
    Role,
    SourceClass,
    WeightChanges,
)
from memsvc.rpc import metadata
from memsvc.usecases.memories.conscious import ConsciousAsk
from memsvc.usecases.memories.evaluate import EvaluateAsk, LabelledQuery
from memsvc.usecases.memories.read_memories import ListAsk, MemoryAsk, TimelineAsk
from memsvc.usecases.memories.recall import RecallAsk
from memsvc.usecases.memories.screened_writes import Changes, NoteAsk, Written
from memsvc.usecases.memories.search import SearchAsk, SearchMode
from memsvc.usecases.memories.write_memories import DeleteAsk, UpdateAsk
from memsvc.usecases.once import Once
from memsvc.v1 import memory_pb2, memory_service_pb2, ranking_pb2

Result = TypeVar("Result")

RECALL_LIMIT_DEFAULT: Final = 5
CONSCIOUS_LIMIT_DEFAULT: Final = 20
EVALUATE_LIMIT_DEFAULT: Final = 20
SEARCH_PAGE_DEFAULT: Final = 20
LIST_PAGE_DEFAULT: Final = 50
_NUMBERS_COMPARE: Final = {MetadataOperator.GREATER, MetadataOperator.LESS}
#: What SearchSource stands for; all kinds where it says nothing.
_SOURCES: Final = {
    memory_service_pb2.SEARCH_SOURCE_MESSAGES: [MemoryKind.EPISODE],
    memory_service_pb2.SEARCH_SOURCE_MEMORIES: [
        MemoryKind.FACT,
        MemoryKind.NOTE,
        MemoryKind.SUMMARY,
    ],
}


def require(violations: Iterable[tuple[str, str]]) -> None:
    """Raise InvalidFields if there are *violations*: field and fault."""
    if found := list(violations):
        raise InvalidFields(found)


def time_of(message: Message, name: str, path: str = "") -> datetime | None:
    """Return the time in field *name*, None if it is absent; raise InvalidFields for one out of range."""
    if not message.HasField(name):
        return None
    value: timestamp_pb2.Timestamp = getattr(message, name)
    try:
        return value.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidFields([(path or name, "must be between the years 1 and 9999")]) from error


def optional(message: Message, name: str) -> Any:
    """Return the value of field *name*, None if it is not set."""
    return getattr(message, name) if message.HasField(name) else None


def memory_id(text: str, field: str = "memory_id") -> UUID:
    """Return the id; what cannot be one is not found, like one that never was."""
    try:
        return UUID(text)
    except ValueError as error:
        raise MemoryNotFound(field=field) from error


def source_class(number: int) -> SourceClass | None:
    """Return where a text comes from, None if that is not said."""
    return SourceClass(number) if number else None


def binding(request: Message) -> bytes:
    """Return what has to be the same on the next page.

    The request's name as well: requests of different calls can be the same bytes, and their positions differ.
    """
    copy = type(request)()
    copy.CopyFrom(request)
    copy.ClearField("page_size")
    copy.ClearField("page_token")
    name = request.DESCRIPTOR.full_name.encode()
    return name + b"\0" + copy.SerializeToString(deterministic=True)


def once(request: Message, encode: Callable[[Result], Message], user_id: str = "") -> Once[Result]:
    """Return how *request* is recognised when it comes again."""

    def reply(result: Result) -> bytes:
        return encode(result).SerializeToString(deterministic=True)

    request_id = str(getattr(request, "request_id", ""))
    if not request_id:
        return Once(None, reply)
    copy = type(request)()
    copy.CopyFrom(request)
    copy.ClearField("request_id")
    fingerprint = hashlib.sha256(copy.SerializeToString(deterministic=True)).digest()
    rpc = request.DESCRIPTOR.name.removesuffix("Request")
    return Once(RequestKey(rpc, request_id, user_id, fingerprint), reply)


def _filter(
    message: ranking_pb2.MemoryFilter, kinds: Iterable[MemoryKind], **more: Any
) -> MemoryFilter:
    conditions = [
        MetadataCondition(
            item.key,
            MetadataOperator(item.op or MetadataOperator.EQUAL),
            metadata.value_of(item.value) if item.value.WhichOneof("kind") else None,
        )
        for item in message.metadata
    ]
    require(_condition_violations(conditions))
    return MemoryFilter(
        kinds=list(kinds),
        categories=list(message.categories),
        slots=list(message.slots),
        tags_any=list(message.tags_any),
        tags_all=list(message.tags_all),
        roles=[Role(role) for role in message.roles],
        conversation_ids=list(message.conversation_ids),
        project_ids=list(message.project_ids),
        agent_ids=list(message.agent_ids),
        start_time=time_of(message, "start_time", "filter.start_time"),
        end_time=time_of(message, "end_time", "filter.end_time"),
        min_importance=optional(message, "min_importance"),
        metadata=conditions,
        **more,
    )


def _condition_violations(
    conditions: list[MetadataCondition],
) -> Iterable[tuple[str, str]]:
    for index, condition in enumerate(conditions):
        path = f"filter.metadata[{index}].value"
        if condition.operator in _NUMBERS_COMPARE:
            if isinstance(condition.value, bool) or not isinstance(condition.value, int | float):
                yield path, "must be a number"
        elif condition.operator is not MetadataOperator.EXISTS and condition.value is None:
            yield path, "must be given, and not null"


def weights(message: ranking_pb2.RankingWeights) -> WeightChanges:
    """Return the weights that are set."""
    given = _set_fields(message, RankingWeights)
    context = _set_fields(message.context_weights, ContextWeights)
    if message.HasField("recency_half_life"):
        given["recency_half_life"] = message.recency_half_life.ToTimedelta()
    return WeightChanges(given, context)


def _set_fields(message: Message, kind: type[Any]) -> dict[str, Any]:
    names = {item.name for item in fields(kind)}
    return {
        field.name: value
        for field, value in message.ListFields()
        if field.name in names and field.message_type is None
    }


def recall(request: memory_service_pb2.RecallRequest) -> RecallAsk:
    """Return what a Recall asks for."""
    return RecallAsk(
        user_id=request.user_id,
        query=request.query,
        limit=request.limit or RECALL_LIMIT_DEFAULT,
        filter=_filter(
            request.filter,
            map(MemoryKind, request.kinds),
            as_of_time=time_of(request, "as_of_time"),
            known_time=time_of(request, "known_time"),
            include_superseded=request.include_superseded,
        ),
        weights=weights(request.weights),
        min_score=optional(request, "min_score"),
        token_budget=request.token_budget,
        explain=request.explain,
        min_revision=request.min_revision,
    )


def evaluate(request: memory_service_pb2.EvaluateRequest) -> EvaluateAsk:
    """Return what an Evaluate asks for."""
    return EvaluateAsk(
        queries=[
            LabelledQuery(query.user_id, query.query, list(query.relevant_ids))
            for query in request.queries
        ],
        weights=weights(request.weights),
        limit=request.limit or EVALUATE_LIMIT_DEFAULT,
        filter=MemoryFilter(kinds=[MemoryKind(kind) for kind in request.kinds]),
        arms=request.arms,
    )


def conscious(request: memory_service_pb2.ConsciousRequest) -> ConsciousAsk:
    """Return what a Conscious asks for."""
    return ConsciousAsk(
        user_id=request.user_id,
        memories_max=request.max_memories or CONSCIOUS_LIMIT_DEFAULT,
        categories=list(request.categories),
        token_budget=request.token_budget,
    )


def search(request: memory_service_pb2.SearchRequest) -> SearchAsk:
    """Return what a Search asks for."""
    return SearchAsk(
        user_id=request.user_id or None,
        query=request.query,
        mode=SearchMode(request.mode or SearchMode.HYBRID),
        filter=_filter(
            request.filter, _SOURCES.get(request.source, []), include_spent_messages=True
        ),
        page_size=request.page_size or SEARCH_PAGE_DEFAULT,
        page_token=request.page_token,
        binding=binding(request),
    )


def list_memories(request: memory_service_pb2.ListMemoriesRequest) -> ListAsk:
    """Return what a ListMemories asks for."""
    return ListAsk(
        user_id=request.user_id,
        filter=_filter(
            request.filter,
            map(MemoryKind, request.kinds),
            include_superseded=request.include_superseded,
            include_spent_messages=True,
        ),
        page_size=request.page_size or LIST_PAGE_DEFAULT,
        page_token=request.page_token,
        binding=binding(request),
    )


def memory(
    request: memory_service_pb2.GetMemoryRequest | memory_service_pb2.GetMemorySourceRequest,
) -> MemoryAsk:
    """Return which memory is asked for."""
    return MemoryAsk(memory_id(request.memory_id), request.user_id or None)


def create_memory(
    request: memory_service_pb2.CreateMemoryRequest, encode: Callable[[Written], Message]
) -> NoteAsk:
    """Return what a CreateMemory asks for."""
    require(metadata.violations(request.metadata, "metadata"))
    confidence = optional(request, "confidence")
    return NoteAsk(
        user_id=request.user_id,
        content=request.content,
        category=request.category,
        slot=request.slot,
        importance=optional(request, "importance"),
        confidence=1.0 if confidence is None else confidence,
        pinned=request.pinned,
        tags=list(request.tags),
        metadata=metadata.metadata_of(request.metadata),
        conversation_id=request.conversation_id or None,
        project_id=request.project_id,
        agent_id=request.agent_id,
        expire_time=time_of(request, "expire_time"),
        once=once(request, encode, request.user_id),
        source_class=source_class(request.source_class),
    )


#: How the fields that may change are read.
_CHANGES: Final[dict[str, Callable[[memory_pb2.Memory], Any]]] = {
    "content": lambda m: m.content,
    "category": lambda m: m.category,
    "slot": lambda m: m.slot,
    "tags": lambda m: list(m.tags),
    "metadata": lambda m: metadata.metadata_of(m.metadata),
    "importance": lambda m: optional(m, "importance"),
    "confidence": lambda m: m.confidence if m.HasField("confidence") else 1.0,
    "pinned": lambda m: m.pinned,
    "expire_time": lambda m: time_of(m, "expire_time", "memory.expire_time"),
    "project_id": lambda m: m.project_id,
    "agent_id": lambda m: m.agent_id,
}


def update_memory(
    request: memory_service_pb2.UpdateMemoryRequest, encode: Callable[[Written], Message]
) -> UpdateAsk:
    """Return what an UpdateMemory asks for; without a mask, the fields that are set."""
    value = request.memory
    if not value.memory_id:
        raise InvalidFields([("memory.memory_id", "must be given")])
    names = list(request.update_mask.paths)
    if not names:
        names = [field.name for field, _ in value.ListFields() if field.name in _CHANGES]
    elif names == ["*"]:
        names = list(_CHANGES)
    require(_mask_violations(names, value))
    changes: Changes = {}
    for name in names:
        changes[name] = _CHANGES[name](value)  # type: ignore[literal-required]
    return UpdateAsk(
        which=memory_id(value.memory_id, "memory.memory_id"),
        user_id=value.user_id or None,
        version=version(value.etag, "memory.etag"),
        changes=changes,
        once=once(request, encode),
    )


def _mask_violations(names: list[str], value: memory_pb2.Memory) -> Iterable[tuple[str, str]]:
    for name in names:
        if name not in _CHANGES:
            yield "update_mask", f"{name[:64]} is not a field that can be changed"
    if "content" in names and not value.content:
        yield "memory.content", "must not be empty"
    yield from metadata.violations(value.metadata, "memory.metadata")


def version(etag: str, field: str) -> int | None:
    """Return the version that the *etag* in a field stands for, None if there is none; raise EtagMismatch."""
    if not etag:
        return None
    digits = etag.strip('"')
    if not digits.isascii() or not digits.isdigit():
        raise EtagMismatch(field=field)
    return int(digits)


def delete_memory(
    request: memory_service_pb2.DeleteMemoryRequest, encode: Callable[[int], Message]
) -> DeleteAsk:
    """Return what a DeleteMemory asks for."""
    return DeleteAsk(
        which=[memory_id(request.memory_id)],
        user_id=request.user_id or None,
        field="memory_id",
        once=once(request, encode, request.user_id),
    )


def batch_delete_memories(
    request: memory_service_pb2.BatchDeleteMemoriesRequest, encode: Callable[[int], Message]
) -> DeleteAsk:
    """Return what a BatchDeleteMemories asks for."""
    return DeleteAsk(
        which=[memory_id(text, "memory_ids") for text in request.memory_ids],
        user_id=request.user_id or None,
        field="memory_ids",
        once=once(request, encode, request.user_id),
    )


def timeline(request: memory_service_pb2.ListMemoryTimelineRequest) -> TimelineAsk:
    """Return which page of a timeline is asked for."""
    return TimelineAsk(
        user_id=request.user_id,
        category=request.category or None,
        slot=request.slot or None,
        page_size=request.page_size or LIST_PAGE_DEFAULT,
        page_token=request.page_token,
        binding=binding(request),
    )

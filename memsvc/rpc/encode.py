"""From values to messages. Total: whatever the store holds can be written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

from google.protobuf import duration_pb2, struct_pb2, timestamp_pb2

from memsvc.core.consolidation import Profile
from memsvc.core.evaluation import Metrics, percentile
from memsvc.core.model import (
    Breakdown,
    Memory,
    MemoryKind,
    Metadata,
    RankingWeights,
    ScoredMemory,
)
from memsvc.core.named_time import NamedTime
from memsvc.core.provenance import source_class, trust_of
from memsvc.rpc.errors import failure
from memsvc.usecases.memories.conscious import ConsciousMemory
from memsvc.usecases.memories.evaluate import Evaluated
from memsvc.usecases.memories.ingest import Ingested
from memsvc.usecases.memories.ingest_stream import StreamReport
from memsvc.usecases.memories.read_memories import MemoryPage
from memsvc.usecases.memories.recall import Recalled
from memsvc.usecases.memories.screened_writes import Written
from memsvc.usecases.memories.search import SearchHit, SearchPage
from memsvc.v1 import memory_pb2, memory_service_pb2, ranking_pb2

#: A response names so many of the batches that were not stored.
STREAM_ERRORS_MAX: Final = 1000


def timestamp(time: datetime | None) -> timestamp_pb2.Timestamp | None:
    """Return *time* on the wire; None stays absent."""
    if time is None:
        return None
    message = timestamp_pb2.Timestamp()
    message.FromDatetime(time)
    return message


def struct(metadata: Metadata) -> struct_pb2.Struct | None:
    """Return *metadata* on the wire; without any it is absent."""
    if not metadata:
        return None
    message = struct_pb2.Struct()
    message.update(dict(metadata))
    return message


def etag(version: int) -> str:
    """Return the etag of a memory's *version*."""
    return f'"{version}"'


def memory(value: Memory) -> memory_pb2.Memory:
    """Return a memory on the wire."""
    return memory_pb2.Memory(
        memory_id=str(value.memory_id),
        user_id=value.user_id,
        kind=memory_pb2.MemoryKind.Name(value.kind),
        content=value.content,
        category=value.category,
        slot=value.slot,
        temporal_state=memory_pb2.TemporalState.Name(value.temporal_state),
        confidence=_decimal(value.confidence),
        importance=_decimal(value.importance),
        pinned=value.pinned,
        essential=value.essential,
        tags=value.tags,
        metadata=struct(value.metadata),
        source_message_ids=value.source_message_ids,
        conversation_id=value.conversation_id or "",
        project_id=value.project_id,
        agent_id=value.agent_id,
        valid_from_time=timestamp(value.valid_from_time),
        valid_to_time=timestamp(value.valid_to_time),
        superseded_by=str(value.superseded_by or ""),
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
        refresh_time=timestamp(value.refresh_time),
        last_access_time=timestamp(value.last_access_time),
        access_count=value.access_count,
        expire_time=timestamp(value.expire_time),
        etag=etag(value.version),
        value=value.value,
        source_role=memory_pb2.Role.Name(value.role or 0),
        author=value.author,
        contested=value.contested,
        source_class=memory_pb2.SourceClass.Name(source_class(value)),
        trust=trust_of(value),
        flags=value.flags,
    )


def _decimal(stored: float) -> float:
    """Return the shortest decimal that single precision stands for: 0.7, not 0.699999988."""
    return float(f"{stored:.7g}")


def message(value: Memory) -> memory_pb2.Message:
    """Return the message that an episode is."""
    return memory_pb2.Message(
        message_id=value.message_id or "",
        conversation_id=value.conversation_id or "",
        user_id=value.user_id,
        role=memory_pb2.Role.Name(value.role or 0),
        content=value.content,
        author=value.author,
        event_time=timestamp(value.valid_from_time),
        metadata=struct(value.metadata),
        importance=_decimal(value.importance),
        parent_message_id=value.parent_message_id,
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
        source_class=memory_pb2.SourceClass.Name(source_class(value)),
        interrupted=value.interrupted,
    )


def breakdown(value: Breakdown) -> ranking_pb2.ScoreBreakdown:
    """Return the parts of a score on the wire."""
    return ranking_pb2.ScoreBreakdown(
        semantic=value.semantic,
        keyword=value.keyword,
        context=value.context,
        importance=value.importance,
        recency=value.recency,
        confidence=value.confidence,
    )


def weights(value: RankingWeights) -> ranking_pb2.RankingWeights:
    """Return the applied weights on the wire, all of them."""
    return ranking_pb2.RankingWeights(
        semantic=value.semantic,
        keyword=value.keyword,
        context=value.context,
        importance=value.importance,
        recency=value.recency,
        confidence=value.confidence,
        recency_half_life=_duration(value.recency_half_life),
        context_weights=ranking_pb2.ContextWeights(**asdict(value.context_weights)),
    )


def context_evidence(value: ScoredMemory) -> ranking_pb2.ContextEvidence | None:
    """Return what the surroundings of a memory say, on the wire."""
    around = value.context
    if around is None:
        return None
    return ranking_pb2.ContextEvidence(
        neighbour_semantic=around.neighbour_semantic,
        neighbour_keyword=around.neighbour_keyword,
        conversation_semantic=around.conversation_semantic,
        conversation_keyword=around.conversation_keyword,
        speaker=around.speaker,
        time=around.time,
        neighbour_message_ids=value.neighbour_message_ids,
    )


def named_time(value: NamedTime | None) -> ranking_pb2.TimeRange | None:
    """Return the time that a query names, on the wire."""
    if value is None:
        return None
    return ranking_pb2.TimeRange(
        start_time=timestamp(value.start), end_time=timestamp(value.end), text=value.text
    )


def scored(value: ScoredMemory, *, explain: bool) -> ranking_pb2.ScoredMemory:
    """Return a ranked memory on the wire, with its reasons if it is to *explain* itself."""
    return ranking_pb2.ScoredMemory(
        memory=memory(value.memory),
        score=value.score,
        breakdown=breakdown(value.breakdown) if explain else None,
        matched_terms=value.matched_terms,
        context=context_evidence(value) if explain else None,
    )


def ingested(value: Ingested) -> memory_service_pb2.IngestResponse:
    """Return what an Ingest stored on the wire."""
    return memory_service_pb2.IngestResponse(
        conversation_id=value.conversation_id,
        results=[
            memory_service_pb2.IngestedMessage(
                message_id=message_id,
                duplicate=duplicate,
                quarantined=message_id in value.quarantined,
            )
            for message_id, duplicate in value.messages
        ],
        revision=value.revision,
        job_id=str(value.job_id or ""),
        memories=[memory(item) for item in value.memories],
        extraction_pending=value.extraction_pending,
    )


def stream_report(value: StreamReport, request_id: str) -> memory_service_pb2.IngestStreamResponse:
    """Return what became of a stream on the wire, the first STREAM_ERRORS_MAX errors of it."""
    errors = []
    for index, error in value.errors[:STREAM_ERRORS_MAX]:
        end = failure(error, "", request_id)
        errors.append(
            memory_service_pb2.IngestStreamError(
                index=index, code=end.code.value[0], reason=end.reason, message=end.message
            )
        )
    return memory_service_pb2.IngestStreamResponse(
        message_count=value.message_count, duplicate_count=value.duplicate_count, errors=errors
    )


def recalled(value: Recalled, *, explain: bool) -> memory_service_pb2.RecallResponse:
    """Return the memories that matter on the wire."""
    return memory_service_pb2.RecallResponse(
        results=[scored(hit, explain=explain) for hit in value.hits],
        context_block=value.context_block,
        degraded=bool(value.degradations),
        degraded_reasons=value.degradations,
        weights=weights(value.weights),
        named_time=named_time(value.named_time),
    )


def metrics(value: Metrics) -> memory_service_pb2.RecallMetrics:
    """Return means over questions on the wire."""
    return memory_service_pb2.RecallMetrics(
        query_count=value.query_count,
        cuts=[
            memory_service_pb2.RecallMetrics.CutMetrics(cut=c.cut, recall=c.recall, any=c.any)
            for c in value.cuts
        ],
        mean_reciprocal_rank=value.mean_reciprocal_rank,
        ndcg=value.ndcg,
    )


def evaluated(value: Evaluated) -> memory_service_pb2.EvaluateResponse:
    """Return how well Recall answered on the wire."""
    durations = sorted(query.duration for query in value.queries)
    return memory_service_pb2.EvaluateResponse(
        metrics=metrics(value.metrics),
        queries=[
            memory_service_pb2.QueryEvaluation(
                index=index,
                ranks=query.ranks,
                duration=_duration(query.duration),
                degraded=query.degraded,
            )
            for index, query in enumerate(value.queries)
        ],
        arms=[
            memory_service_pb2.ArmEvaluation(
                arm=arm.arm,
                without=metrics(arm.without),
                alone=None if arm.alone is None else metrics(arm.alone),
            )
            for arm in value.arms
        ],
        duration_p50=_duration(percentile(durations, 0.5)),
        duration_p95=_duration(percentile(durations, 0.95)),
        weights=weights(value.weights),
    )


def _duration(value: timedelta) -> duration_pb2.Duration:
    duration = duration_pb2.Duration()
    duration.FromTimedelta(value)
    return duration


def conscious(value: ConsciousMemory) -> memory_service_pb2.ConsciousResponse:
    """Return the essentials on the wire."""
    return memory_service_pb2.ConsciousResponse(
        memories=[memory(item) for item in value.memories],
        profile=profile(value.profile),
        context_block=value.context_block,
        generate_time=timestamp(value.generate_time),
    )


def profile(value: Profile | None) -> memory_service_pb2.UserProfile | None:
    """Return who a user is, on the wire."""
    if value is None:
        return None
    return memory_service_pb2.UserProfile(
        summary=value.summary,
        key_traits=value.key_traits,
        update_time=timestamp(value.update_time),
        trust=value.trust or 0,
    )


def _hit(value: SearchHit) -> memory_service_pb2.SearchResult:
    is_message = value.memory.kind is MemoryKind.EPISODE
    evidence = value.evidence
    return memory_service_pb2.SearchResult(
        message=message(value.memory) if is_message else None,
        memory=None if is_message else memory(value.memory),
        score=evidence.evidence,
        breakdown=breakdown(Breakdown(semantic=evidence.semantic, keyword=evidence.keyword)),
        snippet=value.snippet,
        conversation_title=value.conversation_title,
    )


def search_page(value: SearchPage) -> memory_service_pb2.SearchResponse:
    """Return a page of hits on the wire."""
    return memory_service_pb2.SearchResponse(
        results=[_hit(hit) for hit in value.hits],
        next_page_token=value.next_page_token,
        degraded=bool(value.degradations),
        degraded_reasons=value.degradations,
    )


def timeline(value: MemoryPage) -> memory_service_pb2.ListMemoryTimelineResponse:
    """Return a page of what was so from when to when, on the wire."""
    return memory_service_pb2.ListMemoryTimelineResponse(
        memories=[memory(item) for item in value.memories],
        next_page_token=value.next_page_token,
    )


def memory_page(value: MemoryPage) -> memory_service_pb2.ListMemoriesResponse:
    """Return a page of memories on the wire."""
    return memory_service_pb2.ListMemoriesResponse(
        memories=[memory(item) for item in value.memories],
        next_page_token=value.next_page_token,
    )


def created(value: Written) -> memory_service_pb2.CreateMemoryResponse:
    """Return a new memory on the wire."""
    return memory_service_pb2.CreateMemoryResponse(
        memory=memory(value.memory), revision=value.revision, quarantined=value.quarantined
    )


def updated(value: Written) -> memory_service_pb2.UpdateMemoryResponse:
    """Return a changed memory on the wire."""
    return memory_service_pb2.UpdateMemoryResponse(
        memory=memory(value.memory), revision=value.revision, quarantined=value.quarantined
    )


def messages(values: Iterable[Memory]) -> memory_service_pb2.GetMemorySourceResponse:
    """Return the messages that a memory rests on, on the wire."""
    return memory_service_pb2.GetMemorySourceResponse(messages=[message(v) for v in values])


def deleted(revision: int) -> memory_service_pb2.DeleteMemoryResponse:
    """Return that a memory is gone, on the wire."""
    return memory_service_pb2.DeleteMemoryResponse(revision=revision)


def batch_deleted(revision: int) -> memory_service_pb2.BatchDeleteMemoriesResponse:
    """Return that memories are gone, on the wire."""
    return memory_service_pb2.BatchDeleteMemoriesResponse(revision=revision)

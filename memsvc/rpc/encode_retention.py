"""From what concerns retention to messages."""

from __future__ import annotations

from datetime import timedelta

from google.protobuf import duration_pb2

from memsvc.core.retention import Hold, Outcome, RetentionCondition, RetentionPolicy, RetentionRule
from memsvc.rpc.encode import timestamp
from memsvc.usecases.retention.archive import ArchivePage
from memsvc.usecases.retention.running import RunReport
from memsvc.v1 import memory_pb2
from memsvc.v1 import retention_service_pb2 as pb


def policy(value: RetentionPolicy) -> pb.RetentionPolicy:
    """Return a policy on the wire."""
    return pb.RetentionPolicy(
        enabled=value.enabled,
        max_age=_duration(value.max_age),
        min_importance=round(value.min_importance, 6),
        either=value.either,
        max_memories=value.max_memories,
        archive_age=_duration(value.archive_age),
        update_time=timestamp(value.update_time),
    )


def rule(value: RetentionRule) -> pb.RetentionRule:
    """Return a rule on the wire."""
    return pb.RetentionRule(
        rule_id=str(value.rule_id),
        name=value.name,
        priority=value.priority,
        condition=_condition(value.condition),
        action=pb.RetentionAction.Name(value.action),
        disabled=value.disabled,
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
    )


def _condition(value: RetentionCondition) -> pb.RetentionCondition:
    return pb.RetentionCondition(
        age_over=_duration(value.age_over),
        importance_under=value.importance_under,
        conversation_idle_over=_duration(value.conversation_idle_over),
        beyond_count=value.beyond_count,
        kinds=[memory_pb2.MemoryKind.Name(kind) for kind in value.kinds],
        categories=value.categories,
        tags_any=value.tags_any,
        project_ids=value.project_ids,
        user_ids=value.user_ids,
        superseded=value.superseded,
    )


def report(value: RunReport, *, dry_run: bool) -> pb.RunRetentionResponse:
    """Return what a run did, on the wire."""
    return pb.RunRetentionResponse(
        outcomes=[_outcome(outcome) for outcome in value.outcomes],
        complete=value.complete,
        dry_run=dry_run,
    )


def _outcome(value: Outcome) -> pb.RetentionOutcome:
    return pb.RetentionOutcome(
        rule_id="" if value.rule.rule_id is None else str(value.rule.rule_id),
        name=value.rule.name,
        action=pb.RetentionAction.Name(value.rule.action),
        memory_count=value.memories,
        sample_memory_ids=[str(memory_id) for memory_id in value.samples],
    )


def hold(value: Hold) -> pb.Hold:
    """Return a hold on the wire."""
    return pb.Hold(
        user_id=value.user_id, reason=value.reason, create_time=timestamp(value.create_time)
    )


def archive(value: ArchivePage) -> pb.ListArchivedMemoriesResponse:
    """Return a page of the archive on the wire."""
    return pb.ListArchivedMemoriesResponse(
        memories=[
            pb.ArchivedMemory(
                memory_id=str(one.memory.memory_id),
                user_id=one.memory.user_id,
                content=one.memory.content,
                reason=one.reason,
                archive_time=timestamp(one.withhold_time),
                purge_time=timestamp(one.purge_time),
            )
            for one in value.memories
        ],
        next_page_token=value.next_page_token,
    )


def _duration(value: timedelta | None) -> duration_pb2.Duration | None:
    if value is None:
        return None
    message = duration_pb2.Duration()
    message.FromTimedelta(value)
    return message

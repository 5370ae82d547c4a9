"""From jobs and drawn facts to messages."""

from __future__ import annotations

from uuid import UUID

from memsvc.core.jobs import Job
from memsvc.rpc.encode import timestamp
from memsvc.usecases.facts.job_board import JobPage
from memsvc.usecases.facts.showing import ShownFacts
from memsvc.v1 import job_service_pb2, memory_pb2, memory_service_pb2


def job(value: Job) -> job_service_pb2.Job:
    """Return a job on the wire."""
    return job_service_pb2.Job(
        job_id=str(value.job_id),
        kind=job_service_pb2.JobKind.Name(value.kind),
        state=job_service_pb2.JobState.Name(value.state),
        user_id=value.user_id,
        conversation_id=value.conversation_id,
        attempt_count=value.attempt - value.snooze_count,
        last_error=value.last_error,
        create_time=timestamp(value.create_time),
        run_time=timestamp(value.run_time),
        start_time=timestamp(value.start_time),
        end_time=timestamp(value.end_time),
        pending_message_count=value.pending_message_count,
        fact_count=value.fact_count,
        dropped_fact_count=value.dropped_fact_count,
        memory_ids=[str(memory_id) for memory_id in value.memory_ids],
    )


def job_page(value: JobPage) -> job_service_pb2.ListDeadJobsResponse:
    """Return a page of jobs on the wire."""
    return job_service_pb2.ListDeadJobsResponse(
        jobs=[job(item) for item in value.jobs], next_page_token=value.next_page_token
    )


def requeued(value: Job) -> job_service_pb2.RequeueJobResponse:
    """Return a job that is queued again, on the wire."""
    return job_service_pb2.RequeueJobResponse(job=job(value))


def consolidated(job_id: UUID) -> memory_service_pb2.ConsolidateResponse:
    """Return the job that consolidates, on the wire."""
    return memory_service_pb2.ConsolidateResponse(job_id=str(job_id))


def shown(value: ShownFacts) -> memory_service_pb2.ExtractFactsResponse:
    """Return facts that are not stored, on the wire."""
    return memory_service_pb2.ExtractFactsResponse(
        memories=[
            memory_pb2.Memory(
                kind=memory_pb2.MEMORY_KIND_FACT,
                content=fact.content,
                category=fact.category,
                slot=fact.slot,
                value=fact.value,
                temporal_state=memory_pb2.TemporalState.Name(fact.temporal_state),
                confidence=fact.confidence,
                valid_from_time=timestamp(fact.event_time or value.said),
                source_role=memory_pb2.Role.Name(value.role),
                author=value.author,
            )
            for fact in value.facts
        ],
        dropped_fact_count=value.dropped,
        extractor=value.extractor,
    )

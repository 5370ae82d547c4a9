"""From messages to what is asked of jobs and facts."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from google.protobuf.message import Message

from memsvc.core.errors import JobNotFound
from memsvc.core.jobs import Job
from memsvc.core.model import NewMessage
from memsvc.rpc.decode import LIST_PAGE_DEFAULT, binding, once
from memsvc.rpc.decode_ingest import new_message
from memsvc.usecases.facts.consolidation import ConsolidateAsk
from memsvc.usecases.facts.job_board import DeadJobsAsk, RequeueAsk
from memsvc.v1 import job_service_pb2, memory_service_pb2


def job_id(text: str) -> UUID:
    """Return the id; what cannot be one is not found, like one that never was."""
    try:
        return UUID(text)
    except ValueError as error:
        raise JobNotFound(field="job_id") from error


def dead_jobs(request: job_service_pb2.ListDeadJobsRequest) -> DeadJobsAsk:
    """Return which page of dead jobs is asked for."""
    return DeadJobsAsk(
        user_id=request.user_id or None,
        page_size=request.page_size or LIST_PAGE_DEFAULT,
        page_token=request.page_token,
        binding=binding(request),
    )


def requeue(
    request: job_service_pb2.RequeueJobRequest, encode: Callable[[Job], Message]
) -> RequeueAsk:
    """Return which job is to be tried again."""
    return RequeueAsk(job_id(request.job_id), once(request, encode))


def consolidate(
    request: memory_service_pb2.ConsolidateRequest, encode: Callable[[UUID], Message]
) -> ConsolidateAsk:
    """Return whose facts are to be tidied up."""
    return ConsolidateAsk(request.user_id, once(request, encode, request.user_id))


def extract_facts(request: memory_service_pb2.ExtractFactsRequest) -> NewMessage:
    """Return the message whose facts are to be shown."""
    return new_message(request.message, "message")

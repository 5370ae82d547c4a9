"""Facts, and the jobs that draw and consolidate them: methods of the client for threads."""

from __future__ import annotations

from collections.abc import Generator
from typing import Unpack

from memsvc_client._pb.job_service_pb2 import (
    GetJobRequest,
    GetJobResponse,
    Job,
    ListDeadJobsRequest,
    ListDeadJobsResponse,
    RequeueJobRequest,
    RequeueJobResponse,
    WatchJobRequest,
    WatchJobResponse,
)
from memsvc_client._pb.memory_service_pb2 import (
    ConsolidateRequest,
    ConsolidateResponse,
    ExtractFactsRequest,
    ExtractFactsResponse,
)
from memsvc_client.calls import Metadata, build
from memsvc_client.connection import Connection
from memsvc_client.pagers import Pager
from memsvc_client.requests import (
    ConsolidateFields,
    ExtractFactsFields,
    GetJobFields,
    ListDeadJobsFields,
    RequeueJobFields,
    WatchJobFields,
)


class FactMethods(Connection):
    """What MemoryClient does with facts and jobs; see there for what all methods have in common."""

    def extract_facts(
        self,
        request: ExtractFactsRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[ExtractFactsFields],
    ) -> ExtractFactsResponse:
        """Return the facts that would be drawn from a message; store nothing.

        Where a language model draws them, a longer *timeout* is wise.
        """
        terms = self._defaults.terms(timeout, call_metadata)
        return self._unary(
            self._stub.ExtractFacts, build(ExtractFactsRequest, request, fields), terms
        )

    def consolidate(
        self,
        request: ConsolidateRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[ConsolidateFields],
    ) -> ConsolidateResponse:
        """Tidy up the facts of a user as a job; `watch_job` tells when it is done."""
        terms = self._defaults.terms(timeout, call_metadata)
        return self._unary(
            self._stub.Consolidate, build(ConsolidateRequest, request, fields), terms
        )

    def get_job(
        self,
        request: GetJobRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[GetJobFields],
    ) -> GetJobResponse:
        """Return one job; raise NotFound if there is none."""
        terms = self._defaults.terms(timeout, call_metadata)
        return self._unary(self._job_stub.GetJob, build(GetJobRequest, request, fields), terms)

    def watch_job(
        self,
        request: WatchJobRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[WatchJobFields],
    ) -> Generator[WatchJobResponse, None, None]:
        """Yield the job as it is, and again whenever it changes, until it has ended.

        *timeout* is 300 s by default and covers the whole watch. The request is sent when the
        first state is asked for, and is not retried. `close()` of the iterator, or its end by
        `break` and garbage collection, ends the watch; the job goes on.
        """
        terms = self._defaults.stream_terms(timeout, call_metadata)
        return self._stream(self._job_stub.WatchJob, build(WatchJobRequest, request, fields), terms)

    def list_dead_jobs(
        self,
        request: ListDeadJobsRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[ListDeadJobsFields],
    ) -> Pager[Job, ListDeadJobsResponse]:
        """List the jobs that failed for good, newest first, over all pages.

        *page_size* is 50 by default and at most 500.
        """
        return self._pager(
            self._job_stub.ListDeadJobs,
            build(ListDeadJobsRequest, request, fields),
            lambda page: page.jobs,
            self._defaults.terms(timeout, call_metadata),
        )

    def requeue_job(
        self,
        request: RequeueJobRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[RequeueJobFields],
    ) -> RequeueJobResponse:
        """Let a dead job be tried again; raise FailedPrecondition if it is not dead."""
        terms = self._defaults.terms(timeout, call_metadata)
        return self._unary(
            self._job_stub.RequeueJob, build(RequeueJobRequest, request, fields), terms
        )

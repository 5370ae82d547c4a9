"""JobService: each RPC is decode, use case, encode."""

from __future__ import annotations

from collections.abc import AsyncIterator

from memsvc.rpc import decode_facts, encode_facts
from memsvc.rpc.pipeline import ServicerContext, current_call
from memsvc.rpc.replies import reply
from memsvc.usecases.facts.job_board import JobBoard
from memsvc.v1 import job_service_pb2 as pb
from memsvc.v1.job_service_pb2_grpc import JobServiceServicer


class JobService(JobServiceServicer):
    """The wire's side of the jobs."""

    def __init__(self, board: JobBoard) -> None:
        """Answer calls with *board*."""
        self._board = board

    async def GetJob(self, request: pb.GetJobRequest, _: ServicerContext) -> pb.GetJobResponse:
        """Return one job."""
        job = await self._board.get(current_call().caller, decode_facts.job_id(request.job_id))
        return pb.GetJobResponse(job=encode_facts.job(job))

    async def WatchJob(
        self, request: pb.WatchJobRequest, _: ServicerContext
    ) -> AsyncIterator[pb.WatchJobResponse]:
        """Return one job, and again whenever it changes."""
        job_id = decode_facts.job_id(request.job_id)
        async for job in self._board.watch(current_call().caller, job_id):
            yield pb.WatchJobResponse(job=encode_facts.job(job))

    async def ListDeadJobs(
        self, request: pb.ListDeadJobsRequest, _: ServicerContext
    ) -> pb.ListDeadJobsResponse:
        """List the jobs that failed for good."""
        call = current_call()
        page = await self._board.dead(call.caller, decode_facts.dead_jobs(request))
        call.facts["results"] = len(page.jobs)
        return encode_facts.job_page(page)

    async def RequeueJob(
        self, request: pb.RequeueJobRequest, _: ServicerContext
    ) -> pb.RequeueJobResponse:
        """Give a dead job another chance."""
        ask = decode_facts.requeue(request, encode_facts.requeued)
        done = await self._board.requeue(current_call().caller, ask)
        return reply(done, encode_facts.requeued, pb.RequeueJobResponse)

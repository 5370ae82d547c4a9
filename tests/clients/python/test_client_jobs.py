"""Jobs: watched as they go on, and listed when they have died."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from memsvc_client import (
    FailedPrecondition,
    JobState,
    ListDeadJobsResponse,
    NotFound,
    WatchJobResponse,
)
from tests.clients.python.scripted_server import ScriptedServer, events, info, paging, refusing
from tests.clients.python.twins import Twin, closed, drained, first

RUNNING = {"job": {"job_id": "j1", "state": "JOB_STATE_RUNNING"}}
SUCCEEDED = {"job": {"job_id": "j1", "state": "JOB_STATE_SUCCEEDED", "fact_count": 2}}


async def test_a_watch_yields_the_states_of_the_job(twin: Twin, server: ScriptedServer) -> None:
    """A watch gives each state in order, ends with the stream, and sends nothing before the first."""
    server.scripts["WatchJob"] = events(RUNNING, SUCCEEDED)

    watch = await twin.call("watch_job", job_id="j1")
    before = len(server.received)
    states = [seen.job.state for seen in await drained(watch)]

    assert before == 0
    assert states == [JobState.JOB_STATE_RUNNING, JobState.JOB_STATE_SUCCEEDED]


async def test_closing_a_watch_cancels_it(twin: Twin, server: ScriptedServer) -> None:
    """The server learns at once that nobody watches any more."""
    over = threading.Event()

    def script(_: Any, context: grpc.ServicerContext) -> Iterator[WatchJobResponse]:
        context.add_callback(over.set)
        yield WatchJobResponse(job={"job_id": "j1"})
        over.wait(30)

    server.scripts["WatchJob"] = script

    watch = await twin.call("watch_job", job_id="j1")
    await first(watch)
    await closed(watch)

    assert await asyncio.to_thread(over.wait, 10)


async def test_watching_what_is_not_there_raises(twin: Twin, server: ScriptedServer) -> None:
    """A watch of an unknown job raises what a call raises, with the reason."""
    server.scripts["WatchJob"] = refusing(
        grpc.StatusCode.NOT_FOUND, "none", info("JOB_NOT_FOUND", field="job_id")
    )

    with pytest.raises(NotFound) as caught:
        await twin.items("watch_job", job_id="j1")

    assert caught.value.reason == "JOB_NOT_FOUND"


async def test_dead_jobs_come_page_by_page(twin: Twin, server: ScriptedServer) -> None:
    """The list of dead jobs gives the jobs of all pages in order."""
    pages: list[list[dict[str, Any]]] = [[{"job_id": "j3"}, {"job_id": "j2"}], [{"job_id": "j1"}]]
    server.scripts["ListDeadJobs"] = paging(ListDeadJobsResponse, "jobs", pages)

    jobs = await twin.items("list_dead_jobs", page_size=2)

    assert [job.job_id for job in jobs] == ["j3", "j2", "j1"]
    assert [call.request.page_token for call in server.received] == ["", "1"]


async def test_a_living_job_is_not_queued_again(twin: Twin, server: ScriptedServer) -> None:
    """Queueing a job that is not dead raises FailedPrecondition, with the reason."""
    server.scripts["RequeueJob"] = refusing(
        grpc.StatusCode.FAILED_PRECONDITION, "not dead", info("JOB_NOT_DEAD")
    )

    with pytest.raises(FailedPrecondition) as caught:
        await twin.call("requeue_job", job_id="j1")

    assert caught.value.reason == "JOB_NOT_DEAD"

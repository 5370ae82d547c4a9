"""Limits at the wire: who comes too fast is told when to come back, and others notice nothing."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from memsvc.core.costs import Cost, Priority
from memsvc.core.errors import MemsvcError, Overloaded, RateLimited
from memsvc.core.headroom import IDLE_LEAST
from memsvc.rpc.event_loop import MeasuredLoop
from memsvc.rpc.pacing import WAITING_PER_PLACE, Pacing, PacingLimits, Rate
from memsvc.v1 import admin_service_pb2 as admin_pb
from memsvc.v1 import memory_pb2
from memsvc.v1 import memory_service_pb2 as pb
from tests.support.server import KEYS, ServerProcess
from tests.support.stubs import Services, services
from tests.support.waiting import until
from tests.support.wire import Refused, Wire

NO_RATE = Rate(0.0, 0.0)
ANSWER = Cost(Priority.ANSWER)


@pytest.fixture(scope="module")
def limited(
    model_dir: Path, credentials_file: Path, tmp_path_factory: Any
) -> Iterator[ServerProcess]:
    """A server where acme may do little and globex as much as it likes."""
    folder = tmp_path_factory.mktemp("limited")
    config = folder / "memsvc.toml"
    config.write_text(
        "[tenant_rates.acme]\nunits_per_second = 2\nburst = 4\n"
        "[tenant_quotas.globex]\nmemories = 3\nmemory_bytes = 1000\n"
    )
    process = ServerProcess(
        folder / "log",
        "--config",
        str(config),
        data_dir=str(folder / "data"),
        model_dir=str(model_dir),
        credentials_file=str(credentials_file),
        embedder="none",
        drain_seconds="0",
        streams_max="2",
    )
    with process:
        yield process


@pytest.fixture
def acme(limited: ServerProcess) -> Iterator[Services]:
    """The tenant with a low rate."""
    with services(limited.target, KEYS["acme"]) as of:
        yield of


@pytest.fixture
def globex(limited: ServerProcess) -> Iterator[Services]:
    """The tenant with a small quota."""
    with services(limited.target, KEYS["globex"]) as of:
        yield of


def ingest(user: str, text: str) -> pb.IngestRequest:
    """Return the request that stores a text."""
    return pb.IngestRequest(
        user_id=user,
        messages=[memory_pb2.Message(content=text)],
        extraction=memory_pb2.EXTRACTION_MODE_NONE,
    )


def test_who_comes_too_fast_is_told_when_to_come_back(
    acme: Services, globex: Services, user: str
) -> None:
    """RESOURCE_EXHAUSTED with RATE_LIMITED, RetryInfo and pushback; another tenant is served."""
    recall = pb.RecallRequest(user_id=user, query="tea")

    def hurry() -> None:
        for _ in range(20):
            acme("MemoryService").call("Recall", recall)

    with pytest.raises(Refused) as caught:
        hurry()

    end = caught.value
    assert end.code == "RESOURCE_EXHAUSTED"
    assert (end.reason, end.metadata["limit"]) == ("RATE_LIMITED", "rate")
    assert 0 < end.retry_ms <= 500
    assert int(end.trailers["grpc-retry-pushback-ms"]) == pytest.approx(end.retry_ms, abs=1)
    for _ in range(20):
        globex("MemoryService").call("Recall", recall)
    acme("AdminService").call("GetServerInfo", admin_pb.GetServerInfoRequest())


def test_a_refused_request_is_not_read_and_refused_calls_share_a_line(
    limited: ServerProcess, acme: Services, user: str
) -> None:
    """However large it is, and however many they are: the log names the calls and their number."""
    large = ingest(user, "x" * 100_000)
    large.messages.extend([large.messages[0]] * 29)
    ends: list[Refused] = []
    while len(ends) < 30:
        try:
            acme("MemoryService").call("Ingest", large)
        except Refused as end:
            ends.append(end)
    assert {end.reason for end in ends} == {"RATE_LIMITED"}
    names = {end.metadata["error_id"] for end in ends}

    def told() -> list[dict[str, Any]]:
        lines = [line for line in limited.log_lines() if line["event"] == "rpc_refused"]
        return lines if {line["error_id"] for line in lines} >= names else []

    lines = [line for line in until(told) if line["error_id"] in names]
    assert {(line["tenant"], line["reason"]) for line in lines} == {("acme", "RATE_LIMITED")}
    assert {line["method"] for line in lines} == {"/memsvc.v1.MemoryService/Ingest"}
    assert sum(line["calls"] for line in lines) == 30
    assert all(end.trailers["x-request-id"] for end in ends)


def test_a_reply_tells_what_is_left(limited: ServerProcess) -> None:
    """The trailers name the burst, what is left of it and when it is whole again."""
    with Wire(limited.target, KEYS["acme"]) as wire, pytest.raises(Refused) as caught:
        wire.call("MemoryService/GetMemory", memory_id="x")
    trailers = caught.value.trailers
    assert caught.value.code == "NOT_FOUND"
    assert trailers["ratelimit-limit"] == "4"
    assert 0 <= int(trailers["ratelimit-remaining"]) <= 4
    assert 0 <= int(trailers["ratelimit-reset"]) <= 3


def test_a_stream_that_comes_too_fast_is_read_slowly(acme: Services, user: str) -> None:
    """IngestStream is charged by its bytes and slowed down, not cut off."""
    requests = [
        pb.IngestStreamRequest(user_id=user, messages=[memory_pb2.Message(content="x" * 4096)])
        for _ in range(6)
    ]
    reply = acme("MemoryService").call("IngestStream", iter(requests))
    assert (reply.message_count, len(reply.errors)) == (6, 0)


def test_a_quota_stops_what_would_go_beyond(globex: Services, user: str) -> None:
    """QUOTA_EXCEEDED names the quota, nothing is written, and deleting makes room again."""
    service = globex("MemoryService")
    service.call("Ingest", ingest(user, "one"))
    service.call("Ingest", ingest(user, "two"))
    with pytest.raises(Refused) as caught:
        service.call("Ingest", ingest(user, "x" * 2000))
    assert (caught.value.reason, caught.value.metadata["quota"]) == (
        "QUOTA_EXCEEDED",
        "memory_bytes",
    )
    note = service.call("CreateMemory", pb.CreateMemoryRequest(user_id=user, content="three"))
    with pytest.raises(Refused) as caught:
        service.call("Ingest", ingest(user, "four"))
    assert caught.value.metadata["quota"] == "memories"

    quotas = globex("AdminService").call("GetQuota", admin_pb.GetQuotaRequest()).quotas
    used = {quota.name: (quota.used, quota.limit) for quota in quotas}
    assert used["memories"] == (3, 3)
    assert used["memory_bytes"] == (len("onetwothree"), 1000)
    assert used["model_tokens_per_day"] == (0, 0)
    service.call("DeleteMemory", pb.DeleteMemoryRequest(memory_id=note.memory.memory_id))
    quotas = globex("AdminService").call("GetQuota", admin_pb.GetQuotaRequest()).quotas
    assert quotas[0].used == 2


def test_a_retry_of_what_took_the_last_room_is_told_so(
    model_dir: Path, tmp_path: Path, user: str
) -> None:
    """A full quota keeps from nobody the reply that was lost, only from who asks for more."""
    process = ServerProcess(
        tmp_path / "log",
        data_dir=str(tmp_path / "data"),
        model_dir=str(model_dir),
        embedder="none",
        drain_seconds="0",
        quota='{"memories": 2}',
    )
    said: dict[str, Any] = {
        "user_id": user,
        "messages": [{"content": "one"}],
        "extraction": "EXTRACTION_MODE_NONE",
        "request_id": f"first-{user}",
    }
    noted = {"user_id": user, "content": "two", "request_id": f"last-{user}"}
    with process, Wire(process.target) as wire:
        stored = wire.call("MemoryService/Ingest", **said)
        note = wire.call("MemoryService/CreateMemory", **noted)

        assert wire.call("MemoryService/Ingest", **said) == stored
        assert wire.call("MemoryService/CreateMemory", **noted) == note
        for more, reason in (
            ({"request_id": f"more-{user}"}, "QUOTA_EXCEEDED"),
            ({"messages": [{"content": "more"}]}, "IDEMPOTENCY_KEY_REUSED"),
            ({"request_id": "", "messages": [{"content": "more"}]}, "QUOTA_EXCEEDED"),
        ):
            with pytest.raises(Refused) as refused:
                wire.call("MemoryService/Ingest", **said | more)
            assert refused.value.reason == reason


def test_get_limits_tells_the_bounds_and_the_costs(acme: Services) -> None:
    """The bounds of the contract and of the tenant, and what each method takes from its rate."""
    reply = acme("AdminService").call("GetLimits", admin_pb.GetLimitsRequest())
    bounds = {limit.name: limit.value for limit in reply.limits}
    costs = {cost.method: cost.units for cost in reply.costs}

    assert bounds["tenant_rate_per_process"] == 2
    assert bounds["tenant_burst_per_process"] == 4
    assert bounds["message_content_characters"] == 100_000
    assert costs["memsvc.v1.MemoryService/Recall"] == 1
    assert "memsvc.v1.AdminService/GetLimits" not in costs


def test_streams_of_one_tenant_are_counted(limited: ServerProcess, user: str) -> None:
    """One stream more than allowed is refused with a RetryInfo; those that go on go on."""
    release = threading.Event()

    def slow() -> Iterator[pb.IngestStreamRequest]:
        yield pb.IngestStreamRequest(user_id=user, messages=[memory_pb2.Message(content="a")])
        release.wait(20)

    with services(limited.target, KEYS["globex"]) as of, ThreadPoolExecutor(2) as pool:
        service = of("MemoryService")
        running = [pool.submit(service.call, "IngestStream", slow()) for _ in range(2)]

        def refused() -> Refused | None:
            try:
                service.call("IngestStream", iter([]))
            except Refused as end:
                return end
            return None

        end = None
        while end is None:
            end = refused()
        release.set()
        assert (end.reason, end.metadata["limit"]) == ("RATE_LIMITED", "streams")
        assert end.retry_ms > 0
        for stream in running:
            stream.exception(20)


class Crowd:
    """Calls that wait until they are let go."""

    def __init__(self, limits: PacingLimits) -> None:
        """Send calls through an admission with *limits* and no rate."""
        self.admission = Pacing(limits, lambda _: NO_RATE)
        self.inside: list[str] = []
        self._gates: list[asyncio.Event] = []

    async def call(self, tenant: str, cost: Cost = ANSWER, *, name: str = "") -> None:
        """Be served until let go; known inside by the tenant unless by a *name*."""
        async with self.admission.admitted("m", tenant, cost, 0):
            gate = asyncio.Event()
            self.inside.append(name or tenant)
            self._gates.append(gate)
            await gate.wait()

    async def let_one_go(self) -> None:
        """Let the call that was served first end, and the others notice."""
        self._gates.pop(0).set()
        await turn()


async def turn() -> None:
    """Let all tasks that can run do so."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_tenant_without_a_call_does_not_wait_for_others() -> None:
    """Beside a tenant that has all places and many calls waiting, the first call of another is served."""
    crowd = Crowd(PacingLimits(running_min=2, running_max=2, waiting_max=10))
    async with asyncio.TaskGroup() as group:
        for _ in range(8):
            group.create_task(crowd.call("greedy"))
        await turn()
        group.create_task(crowd.call("polite"))
        await turn()
        assert crowd.inside == ["greedy", "greedy", "polite"]
        for _ in range(9):
            await crowd.let_one_go()


async def test_who_had_as_much_as_others_waits_as_they_do() -> None:
    """A tenant whose calls are short, but as many, does not pass those that wait."""
    crowd = Crowd(PacingLimits(running_min=1, running_max=1, waiting_max=10))
    async with asyncio.TaskGroup() as group:
        for tenant in ("busy", "busy", "other"):
            task = group.create_task(crowd.call(tenant))
            await turn()
            if tenant == "busy":
                await crowd.let_one_go()
                await task
        group.create_task(crowd.call("busy"))
        await turn()
        assert crowd.inside == ["busy", "busy", "other"]
        for _ in range(2):
            await crowd.let_one_go()


async def test_in_a_flood_nobody_waits_behind_more_than_is_served_soon() -> None:
    """When the queue was full and places become fewer, those at its end are told to come back."""
    crowd = Crowd(PacingLimits(running_min=8, running_max=8, waiting_max=40))
    calls = [asyncio.create_task(crowd.call("a")) for _ in range(49)]
    await turn()
    assert [type(call.exception()) for call in calls if call.done()] == [Overloaded]

    for _ in range(6):
        crowd.admission.note_idle(IDLE_LEAST)
    await turn()

    ended = [call for call in calls if call.done()]
    assert {type(call.exception()) for call in ended} == {Overloaded}
    assert ended[0] is calls[8 + 2 * WAITING_PER_PLACE]
    assert len(ended) == len(calls) - 8 - 2 * WAITING_PER_PLACE
    for _ in range(len(calls) - len(ended)):
        await crowd.let_one_go()
    assert all(call.done() for call in calls)


async def test_a_call_that_gives_up_as_it_is_sent_back_had_no_place() -> None:
    """Given up in the moment in which it is turned away, it frees no place that it never had."""
    crowd = Crowd(PacingLimits(running_min=1, running_max=1, waiting_max=20))
    calls = [asyncio.create_task(crowd.call("a")) for _ in range(22)]
    await turn()
    for _ in range(3):
        crowd.admission.note_idle(IDLE_LEAST)
    for call in calls[1:]:
        call.cancel()
    await turn()

    await crowd.let_one_go()
    after = [asyncio.create_task(crowd.call("a", name="after")) for _ in range(2)]
    await turn()
    assert crowd.inside == ["a", "after"]
    for call in after:
        call.cancel()
    await asyncio.gather(*calls, *after, return_exceptions=True)


async def test_a_burst_that_fits_is_not_sent_back_when_places_become_fewer() -> None:
    """Calls that wait after a burst are served, however busy it makes the process."""
    crowd = Crowd(PacingLimits(running_min=8, running_max=8, waiting_max=40))
    calls = [asyncio.create_task(crowd.call("a")) for _ in range(48)]
    await turn()
    for _ in range(6):
        crowd.admission.note_idle(IDLE_LEAST)
    for _ in calls:
        await crowd.let_one_go()
    assert len(crowd.inside) == 48
    await asyncio.gather(*calls)


async def test_a_rest_is_for_who_had_most() -> None:
    """While the process rests, a tenant that had less than others is served; the others wait."""
    crowd = Crowd(PacingLimits(running_min=8, running_max=8, waiting_max=10))
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(crowd.call("greedy"))
        await turn()
        for _ in range(3):
            await crowd.let_one_go()
        while crowd.admission.running_limit:
            crowd.admission.note_idle(0.0)
        for tenant in ("greedy", "polite"):
            group.create_task(crowd.call(tenant))
            await turn()
        assert crowd.inside == ["greedy"] * 3 + ["polite"]
        crowd.admission.note_idle(0.9)
        await crowd.let_one_go()
        assert crowd.inside[-1] == "greedy"
        await crowd.let_one_go()


async def test_many_tenants_do_not_run_without_bound() -> None:
    """Though none of them has a call, no more than twice the limit run at once."""
    crowd = Crowd(PacingLimits(running_min=2, running_max=2, waiting_max=100))
    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(crowd.call(f"tenant-{number}"))
        await turn()
        assert len(crowd.inside) == 4
        for _ in range(20):
            await crowd.let_one_go()
    assert len(set(crowd.inside)) == 20


async def test_who_has_least_goes_first_when_places_are_rare() -> None:
    """A tenant with many waiting calls does not keep out another with one."""
    crowd = Crowd(PacingLimits(running_min=2, running_max=2, waiting_max=10))
    async with asyncio.TaskGroup() as group:
        for tenant in ("polite", *["greedy"] * 6, "polite"):
            group.create_task(crowd.call(tenant))
            await turn()
        assert crowd.inside == ["polite", "greedy"]
        await crowd.let_one_go()
        assert crowd.inside[-1] == "polite"
        for _ in range(7):
            await crowd.let_one_go()


async def test_lasting_calls_keep_no_place_from_others() -> None:
    """A call that waits for a language model for long stands in nobody's way, and is counted by itself."""
    crowd = Crowd(PacingLimits(running_min=1, running_max=1, waiting_max=0, streams_max=2))
    lasting = Cost(Priority.WRITE, lasting=True)
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(crowd.call("a", lasting))
        group.create_task(crowd.call("a"))
        await turn()
        assert crowd.inside == ["a", "a", "a"]
        with pytest.raises(RateLimited):
            await crowd.call("a", lasting)
        for _ in range(3):
            await crowd.let_one_go()


async def test_places_become_fewer_while_the_process_has_no_time_to_spare() -> None:
    """Without idle moments calls wait that would have run; as soon as there are some, they run."""
    crowd = Crowd(PacingLimits(running_min=8, running_max=8, waiting_max=10))
    for _ in range(5):
        crowd.admission.note_idle(0.0)
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(crowd.call("a"))
        await turn()
        assert len(crowd.inside) == 1
        for _ in range(2):
            crowd.admission.note_idle(0.9)
            await turn()
        assert len(crowd.inside) == 3
        for _ in range(3):
            await crowd.let_one_go()


async def test_answers_go_before_bulk() -> None:
    """Of calls that wait, those that somebody waits for are served first."""
    crowd = Crowd(PacingLimits(running_min=1, running_max=1, waiting_max=10))
    async with asyncio.TaskGroup() as group:
        group.create_task(crowd.call("a"))
        await turn()
        group.create_task(crowd.call("a", Cost(Priority.BULK), name="bulk"))
        await turn()
        group.create_task(crowd.call("a", name="answer"))
        await turn()
        await crowd.let_one_go()
        assert crowd.inside[-1] == "answer"
        await crowd.let_one_go()
        await crowd.let_one_go()


async def test_a_burst_waits_and_a_flood_is_turned_away() -> None:
    """What fits waits; beyond it calls are refused at once, but not those of a tenant below its share."""
    crowd = Crowd(PacingLimits(running_min=2, running_max=2, waiting_max=3))
    ends: list[type[MemsvcError]] = []

    async def call(tenant: str) -> None:
        try:
            await crowd.call(tenant)
        except MemsvcError as error:
            ends.append(type(error))

    async with asyncio.TaskGroup() as group:
        for _ in range(10):
            group.create_task(call("greedy"))
        await turn()
        assert ends == [Overloaded] * 5
        group.create_task(call("polite"))
        await turn()
        assert crowd.inside[-1] == "polite"
        group.create_task(call("greedy"))
        await turn()
        assert ends[5:] == [RateLimited]
        for _ in range(6):
            await crowd.let_one_go()


async def test_what_is_refused_is_known_before_it_is_let_in() -> None:
    """At the door it is told as inside: nothing while there is room, then why not."""
    crowd = Crowd(PacingLimits(running_min=1, running_max=1, waiting_max=1))
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            assert crowd.admission.refusal("a", ANSWER) is None
            group.create_task(crowd.call("a"))
            await turn()
        assert isinstance(crowd.admission.refusal("a", ANSWER), Overloaded)
        assert crowd.admission.refusal("a", Cost(Priority.CONTROL)) is None
        assert crowd.admission.refusal("a", Cost(Priority.WRITE, lasting=True)) is None
        with pytest.raises(Overloaded):
            await crowd.call("a")
        for _ in range(2):
            await crowd.let_one_go()


def test_a_loop_tells_how_long_it_had_nothing_to_do() -> None:
    """Waiting counts, computing does not."""

    async def worked(loop: MeasuredLoop) -> tuple[float, float]:
        began = loop.idle_seconds
        await asyncio.get_running_loop().run_in_executor(None, threading.Event().wait, 0.1)
        waited = loop.idle_seconds
        end = time.process_time() + 0.1
        while time.process_time() < end:
            pass
        return waited - began, loop.idle_seconds - waited

    loop = MeasuredLoop()
    try:
        waiting, computing = loop.run_until_complete(worked(loop))
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        loop.close()
    assert waiting > 0.05
    assert not computing


async def test_a_call_that_gives_up_leaves_no_place_taken() -> None:
    """However calls are cancelled, waiting or just called up, all places come free."""
    crowd = Crowd(PacingLimits(running_min=1, running_max=1, waiting_max=10))
    first = asyncio.create_task(crowd.call("a"))
    await turn()
    waiting = [asyncio.create_task(crowd.call("b")) for _ in range(3)]
    await turn()
    waiting[0].cancel()
    await crowd.let_one_go()
    waiting[1].cancel()
    waiting[2].cancel()
    await asyncio.gather(first, *waiting, return_exceptions=True)

    last = asyncio.create_task(crowd.call("c"))
    await turn()
    assert crowd.inside[-1] == "c"
    last.cancel()
    await asyncio.gather(last, return_exceptions=True)


async def test_a_call_that_gives_up_as_a_place_comes_free_is_passed_over() -> None:
    """Given up in the same moment as another call ends, it just ends, and the next one is served."""
    crowd = Crowd(PacingLimits(running_min=1, running_max=1, waiting_max=10))
    first = asyncio.create_task(crowd.call("a"))
    await turn()
    gone = asyncio.create_task(crowd.call("a", name="b"))
    following = asyncio.create_task(crowd.call("a", name="c"))
    await turn()
    letting = asyncio.create_task(crowd.let_one_go())
    await asyncio.sleep(0)
    gone.cancel()
    ends = await asyncio.gather(gone, first, letting, return_exceptions=True)

    assert isinstance(ends[0], asyncio.CancelledError)
    await turn()
    assert crowd.inside == ["a", "c"]
    await crowd.let_one_go()
    await following

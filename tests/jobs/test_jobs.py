"""Jobs come to their end whatever happens to workers and models, and do their work once."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from memsvc.store import embedded
from memsvc_client import (
    FailedPrecondition,
    Job,
    JobState,
    MemoryClient,
    MemoryKind,
    MemsvcError,
    Message,
    NotFound,
)
from tests.fakes.model_server import (
    FakeModel,
    SeenCall,
    closed_port,
    dropping,
    fact,
    failing,
    fenced_lines,
    hanging,
    html,
    huge,
    saying,
    stalling,
)
from tests.jobs.conftest import LEASE_SECONDS, Fleet
from tests.support.waiting import until

#: Gives a process a clock of its own.
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
SUCCEEDED = JobState.JOB_STATE_SUCCEEDED
DEAD = JobState.JOB_STATE_DEAD


def ask(client: MemoryClient, text: str, user: str = "u", *, conversation_id: str = "") -> str:
    """Ingest a message; return the job that draws its facts."""
    reply = client.ingest(
        user_id=user, conversation_id=conversation_id, messages=[Message(content=text)]
    )
    return reply.job_id


def job_of(client: MemoryClient, job_id: str) -> Job:
    """Return the job as it is."""
    return client.get_job(job_id=job_id).job


def ended(client: MemoryClient, job_id: str) -> Job:
    """Return the job once it has ended."""
    *_, last = client.watch_job(job_id=job_id, timeout=60)
    return last.job


def facts(client: MemoryClient, user: str = "u") -> list[str]:
    """Return the contents of the live facts."""
    kinds = [MemoryKind.MEMORY_KIND_FACT]
    return sorted(m.content for m in client.list_memories(user_id=user, kinds=kinds))


def test_a_worker_of_its_own_does_what_a_server_asks_for(fleet: Fleet) -> None:
    """A message is acknowledged before its facts are drawn; a worker process draws them."""
    client = fleet.client(fleet.serve())
    job_id = ask(client, "I live in Oslo.")
    assert job_of(client, job_id).state == JobState.JOB_STATE_QUEUED
    assert facts(client) == []

    fleet.work()

    job = ended(client, job_id)
    assert (job.state, job.fact_count, job.attempt_count) == (SUCCEEDED, 1, 1)
    assert facts(client) == ["The user lives in Oslo."]
    assert [client.get_memory(memory_id=m).memory.content for m in job.memory_ids] == facts(client)


def test_each_of_messages_at_the_same_moment_is_read_once(fleet: Fleet) -> None:
    """Six messages of one user at once, a slow model: one call a message, each fact once."""
    texts = ["I live in Oslo.", *(f"I like tea number {n}." for n in range(5))]
    fleet.model.facts_for = lambda text: [fact(f"The user: {text}", "like", text)]
    fleet.model.step = hanging()
    client = fleet.client(fleet.serve())
    fleet.work()
    fleet.work()
    with ThreadPoolExecutor(6) as pool:
        jobs = list(pool.map(lambda text: ask(client, text), texts))
    fleet.model.wait_for_requests(1)
    fleet.model.release.set()

    assert {ended(client, job_id).state for job_id in jobs} == {SUCCEEDED}
    assert sorted(seen.message for seen in fleet.model.requests) == sorted(texts)
    assert facts(client) == sorted(f"The user: {text}" for text in texts)


def test_messages_of_a_conversation_share_a_job_until_it_begins(fleet: Fleet) -> None:
    """What is said right after each other is one job; one user's jobs run one at a time."""
    client = fleet.client(fleet.serve())
    jobs = {ask(client, f"I live in Town {n}.", conversation_id="c") for n in range(5)}
    other = ask(client, "I live in Oslo.", conversation_id="d")
    assert len(jobs) == 1
    assert other not in jobs

    fleet.work(job_concurrency=8)

    assert ended(client, jobs.pop()).fact_count == 5
    assert ended(client, other).state == SUCCEEDED
    assert fleet.model.waiting_max == 1


def test_a_long_conversation_takes_turns_with_others(fleet: Fleet) -> None:
    """A job of many messages is done in several begins, none of which counts as a failure."""
    client = fleet.client(fleet.serve())
    long = [Message(content=f"I live in Town {n}.") for n in range(150)]
    for part in (long[:100], long[100:]):
        job_id = client.ingest(user_id="talker", conversation_id="c", messages=part).job_id
    other = ask(client, "I live in Oslo.", user="other")
    fleet.work(job_concurrency=1)

    assert ended(client, job_id).attempt_count == 1
    assert ended(client, other).state == SUCCEEDED
    texts = [seen.message for seen in fleet.model.requests]
    assert len(texts) == 151
    assert texts.index("I live in Oslo.") <= 100


def test_a_message_of_no_use_keeps_no_other_from_being_read(fleet: Fleet) -> None:
    """Of several messages of a job the good ones become facts; the job is dead for the others alone."""
    client = fleet.client(fleet.serve())
    fleet.model.script.extend([saying("no"), saying("never")])
    said = [Message(content="I live in Nowhere."), Message(content="I live in Oslo.")]
    job_id = client.ingest(user_id="u", messages=said).job_id
    fleet.work()

    job = ended(client, job_id)

    assert (job.state, job.pending_message_count, job.fact_count) == (DEAD, 1, 1)
    assert facts(client) == ["The user lives in Oslo."]


def test_a_killed_workers_job_is_done_by_another_once(fleet: Fleet) -> None:
    """Kill -9 while the model is asked: within the lease another worker begins it again; no fact twice."""
    client = fleet.client(fleet.serve())
    fleet.model.script.append(hanging())
    first = fleet.work()
    job_id = ask(client, "I live in Oslo.")
    fleet.model.wait_for_requests(1)
    first.signal(signal.SIGKILL)
    first.process.wait()

    fleet.work()

    job = ended(client, job_id)
    assert (job.state, job.attempt_count) == (SUCCEEDED, 2)
    assert facts(client) == ["The user lives in Oslo."]


def test_a_paused_worker_writes_nothing_once_it_wakes_up(fleet: Fleet) -> None:
    """A worker that slept through its lease finds its job done by another, and its own result dropped."""
    client = fleet.client(fleet.serve())
    replies = iter(["Paris", "Oslo"])
    fleet.model.facts_for = lambda _: [fact(f"The user lives in {next(replies)}.", "location")]
    fleet.model.script.append(hanging())
    sleepy = fleet.work()
    job_id = ask(client, "I live there.")
    fleet.model.wait_for_requests(1)
    sleepy.signal(signal.SIGSTOP)
    fleet.work()
    # The paused worker's reply is "Paris": it is made first, and read when the worker wakes up.
    fleet.model.wait_for_requests(2, seconds=60)
    job = ended(client, job_id)
    kept = facts(client)
    fleet.model.release.set()
    sleepy.signal(signal.SIGCONT)

    until(lambda: "job_taken_over" in sleepy.log(), 30)
    assert (job.state, job.attempt_count) == (SUCCEEDED, 2)
    assert len(kept) == 1
    assert facts(client) == kept
    assert job_of(client, job_id).fact_count == 1


@contextlib.contextmanager
def clock_off_by(difference: str, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Let processes that are started meanwhile have a clock that is wrong; the database's is right."""
    with monkeypatch.context() as patch:
        patch.setenv("LD_PRELOAD", str(FAKETIME))
        patch.setenv("FAKETIME", difference)
        patch.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        yield


@pytest.mark.skipif(FAKETIME is None, reason="no libfaketime on this machine")
@pytest.mark.parametrize(("servers", "workers"), [("-1h", "+1h"), ("+1h", "-1h")])
def test_clocks_that_differ_change_nothing(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, servers: str, workers: str
) -> None:
    """Clocks an hour off, either way: a slow job stays its worker's, a dead worker's goes to another."""
    with clock_off_by(servers, monkeypatch):
        client = fleet.client(fleet.serve())
    with clock_off_by(workers, monkeypatch):
        first = fleet.work(job_concurrency=1)
    fleet.model.script.append(hanging())
    slow = ask(client, "I live in Oslo.")
    fleet.model.wait_for_requests(1)
    fleet.work(job_concurrency=1)
    quick = [ask(client, f"I live in Rome{n}.", f"other{n}") for n in range(3)]
    assert all(ended(client, job_id).state == SUCCEEDED for job_id in quick)
    lease = fleet.lease(slow)
    until(lambda: fleet.lease(slow) > lease + timedelta(seconds=2 * LEASE_SECONDS), 60)
    assert job_of(client, slow).attempt_count == 1

    first.signal(signal.SIGKILL)

    job = ended(client, slow)
    assert (job.state, job.attempt_count) == (SUCCEEDED, 2)
    assert facts(client) == ["The user lives in Oslo."]


def test_a_poison_job_dies_and_the_others_go_on(fleet: Fleet) -> None:
    """A reply of no use, twice, ends a job for good and by name; other jobs are done; it may be requeued."""
    client = fleet.client(fleet.serve())
    fleet.model.script.extend([saying("no facts, sorry"), saying("still none")])
    fleet.work()
    poison = ended(client, ask(client, "I live in Oslo.", user="poisoned"))
    fine = ended(client, ask(client, "I live in Rome.", user="fine"))

    assert (poison.state, poison.last_error) == (DEAD, "REPLY_UNUSABLE")
    assert fine.state == SUCCEEDED
    (listed,) = client.list_dead_jobs()
    assert (listed.job_id, listed.pending_message_count) == (poison.job_id, 1)
    assert list(client.list_dead_jobs(user_id="fine")) == []

    requeued = client.requeue_job(job_id=poison.job_id).job
    assert requeued.state == JobState.JOB_STATE_QUEUED
    assert ended(client, poison.job_id).state == SUCCEEDED
    assert facts(client, "poisoned") == ["The user lives in Oslo."]


def test_a_job_that_kills_its_workers_dies_in_the_end(fleet: Fleet) -> None:
    """A lease that runs out counts as a failure: after the last one the job is dead."""
    client = fleet.client(fleet.serve())
    fleet.model.step = hanging()
    job_id = ask(client, "I live in Oslo.")
    for begin in (1, 2):
        worker = fleet.work(job_failures_max=2)
        fleet.model.wait_for_requests(begin, seconds=30)
        worker.signal(signal.SIGKILL)
        worker.process.wait()
    fleet.work(job_failures_max=2)

    job = ended(client, job_id)
    assert (job.state, job.last_error) == (DEAD, "LEASE_LOST")


def test_a_busy_model_puts_a_job_off_without_counting(fleet: Fleet) -> None:
    """After 429 the job waits as long as the model says, and the try does not count."""
    client = fleet.client(fleet.serve())
    fleet.model.script.append(failing(429, retry_after="2"))
    fleet.work(job_failures_max=1)
    job_id = ask(client, "I live in Oslo.")

    until(lambda: job_of(client, job_id).last_error == "MODEL_BUSY")
    put_off = job_of(client, job_id)
    assert put_off.run_time.ToDatetime() > put_off.start_time.ToDatetime()
    job = ended(client, job_id)
    assert (job.state, job.attempt_count) == (SUCCEEDED, 1)
    first, second = fleet.model.requests
    assert second is not first


@pytest.mark.parametrize("step", [failing(500), failing(503), dropping])
def test_a_failing_model_is_asked_again(fleet: Fleet, step: object) -> None:
    """A server's error and a broken connection are tried again, and count."""
    client = fleet.client(fleet.serve())
    fleet.model.script.append(step)  # type: ignore[arg-type]
    fleet.work()

    job = ended(client, ask(client, "I live in Oslo."))

    assert (job.state, job.attempt_count) == (SUCCEEDED, 2)
    assert facts(client) == ["The user lives in Oslo."]


def test_a_model_that_is_down_is_left_alone_and_nothing_is_lost(fleet: Fleet) -> None:
    """After five failures in a row nobody asks for a while; messages are stored and recalled all the same."""
    client = fleet.client(fleet.serve())
    fleet.work(provider={"base_url": f"http://127.0.0.1:{closed_port()}/v1"}, job_concurrency=1)
    jobs = [ask(client, f"I live in Town {n}.", user=f"u{n}") for n in range(8)]

    until(lambda: {job_of(client, job).last_error for job in jobs} >= {"MODEL_PAUSED"})
    assert (
        client.recall(user_id="u3", query="Town").results[0].memory.content == "I live in Town 3."
    )
    assert not {job_of(client, job).state for job in jobs} & {SUCCEEDED, DEAD}


def test_a_silent_model_is_given_up(fleet: Fleet) -> None:
    """A model that accepts and says nothing, or stops in the middle, costs its limit and no more."""
    client = fleet.client(fleet.serve())
    fleet.model.script.extend([hanging(), stalling('{"facts": [')])
    limits = {"first_byte_seconds": 0.4, "chunk_seconds": 0.4, "total_seconds": 3}
    fleet.work(provider=limits)

    job = ended(client, ask(client, "I live in Oslo."))

    assert (job.state, job.attempt_count, job.last_error) == (SUCCEEDED, 3, "MODEL_TIMEOUT")


def test_a_job_has_a_ceiling(fleet: Fleet) -> None:
    """However slow everything is, one try takes no longer than it may."""
    client = fleet.client(fleet.serve())
    fleet.model.script.append(hanging())
    fleet.work(job_seconds_max=1)

    job = ended(client, ask(client, "I live in Oslo."))

    assert (job.state, job.last_error) == (SUCCEEDED, "JOB_TIMEOUT")


def test_a_huge_reply_is_refused(fleet: Fleet) -> None:
    """A reply of 100 MB ends the job by name, and is not read."""
    client = fleet.client(fleet.serve())
    fleet.model.script.append(huge(100))
    fleet.work()

    job = ended(client, ask(client, "I live in Oslo."))

    assert (job.state, job.last_error) == (DEAD, "REPLY_TOO_LARGE")
    (seen,) = fleet.model.requests
    assert seen.bytes_sent < 50_000_000


def test_one_repair_try_is_enough(fleet: Fleet) -> None:
    """After a reply that cannot be read the model is asked once more, within the same try."""
    client = fleet.client(fleet.serve())
    fleet.model.script.append(html())
    fleet.work()

    job = ended(client, ask(client, "I live in Oslo."))

    assert (job.state, job.attempt_count) == (SUCCEEDED, 1)
    assert len(fleet.model.requests) == 2


def test_bad_facts_are_dropped_and_counted(fleet: Fleet) -> None:
    """Of a reply the good facts are kept; those that break a rule are counted."""
    client = fleet.client(fleet.serve())
    unsure = fact("The user may live in Rome.", "location", "Rome") | {"confidence": 0.2}
    fleet.model.facts_for = lambda _: [
        fact("The user likes tea.", "like", "tea"),
        unsure,
        {"content": 7},
    ]
    fleet.work()

    job = ended(client, ask(client, "I live in Oslo."))

    assert (job.fact_count, job.dropped_fact_count) == (1, 2)
    assert facts(client) == ["The user likes tea."]


def test_no_transaction_is_open_while_the_model_is_asked(fleet: Fleet) -> None:
    """However long the model takes, no connection sits in a transaction."""
    client = fleet.client(fleet.serve())
    fleet.model.script.append(hanging())
    fleet.work()
    job_id = ask(client, "I live in Oslo.")
    fleet.model.wait_for_requests(1)

    open_since = (
        "select count(*) from pg_stat_activity where xact_start < now() - interval '200 ms' "
        "and datname = current_database() and backend_type = 'client backend'"
    )
    watch = threading.Event()
    for _ in range(10):
        watch.wait(0.05)
        assert fleet.rows(open_since) == [(0,)]
    fleet.model.release.set()
    assert ended(client, job_id).state == SUCCEEDED


def test_a_quiet_tenants_job_does_not_wait_for_a_busy_one(fleet: Fleet) -> None:
    """Tenants take turns: one job behind 60 of another tenant's is among the next few."""
    server = fleet.serve(tenant_header="x-tenant")
    with (
        MemoryClient(server.target, metadata=[("x-tenant", "busy")]) as busy,
        MemoryClient(server.target, metadata=[("x-tenant", "quiet")]) as quiet,
    ):
        for n in range(60):
            ask(busy, f"I live in Town {n}.", user=f"u{n}")
        job_id = ask(quiet, "I live in Oslo.")
        fleet.work(job_concurrency=1)
        assert ended(quiet, job_id).state == SUCCEEDED

    texts = [seen.message for seen in fleet.model.requests]
    assert texts.index("I live in Oslo.") <= 3


def test_payloads_hold_ids_and_no_text(fleet: Fleet) -> None:
    """What a user said stands neither in the queue nor in a job."""
    client = fleet.client(fleet.serve())
    ask(client, "I live in quokka7419.")

    for rows in (
        fleet.rows("select row_to_json(ticket)::text from procrastinate_jobs as ticket"),
        fleet.rows("select row_to_json(job)::text from job"),
        fleet.rows("select row_to_json(job_message)::text from job_message"),
    ):
        assert len(rows) == 1
        assert "quokka7419" not in str(rows)


def test_deleted_messages_leave_no_fact_behind(fleet: Fleet) -> None:
    """A message that is deleted while its job waits or runs brings nothing back; the job is cancelled."""
    client = fleet.client(fleet.serve())
    fleet.model.script.append(hanging())
    fleet.work()
    kinds = [MemoryKind.MEMORY_KIND_EPISODE]
    running = ask(client, "I live in Oslo.", conversation_id="running")
    fleet.model.wait_for_requests(1)
    waiting = ask(client, "I live in Rome.", conversation_id="waiting")
    for memory in client.list_memories(user_id="u", kinds=kinds):
        client.delete_memory(memory_id=memory.memory_id)
    fleet.model.release.set()

    assert ended(client, running).fact_count == 0
    assert ended(client, waiting).state == JobState.JOB_STATE_CANCELLED
    assert list(client.list_memories(user_id="u")) == []


def test_deleting_and_telling_in_a_loop_leaves_nothing(fleet: Fleet) -> None:
    """However often messages come and go while jobs run, what is deleted last stays deleted."""
    client = fleet.client(fleet.serve())
    fleet.work()
    jobs = []
    for n in range(25):
        reply = client.ingest(
            user_id="u", messages=[Message(content=f"I live in Town {n}.")], conversation_id="c"
        )
        jobs.append(reply.job_id)
        for memory in client.list_memories(user_id="u"):
            # One that rested on a message went with it.
            with contextlib.suppress(NotFound):
                client.delete_memory(memory_id=memory.memory_id)
    for job_id in jobs:
        ended(client, job_id)

    assert list(client.list_memories(user_id="u", include_superseded=True)) == []
    assert fleet.rows("select count(*) from job_message") == [(0,)]


def test_acknowledged_messages_get_their_facts_although_the_server_dies(fleet: Fleet) -> None:
    """Kill -9 of a server that works as well, under load: every acknowledged message is read, once."""
    first = fleet.serve(job_concurrency=4)
    client = fleet.client(first)
    acknowledged: list[int] = []

    def tell(n: int) -> None:
        try:
            client.ingest(
                user_id=f"u{n % 5}",
                messages=[Message(message_id=f"m{n}", content=f"I live in Town {n}.")],
                timeout=5,
            )
        except MemsvcError:
            return
        acknowledged.append(n)
        if len(acknowledged) == 40:
            first.signal(signal.SIGKILL)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(tell, range(120)))
    assert len(acknowledged) >= 40

    second = fleet.client(fleet.serve(job_concurrency=4))
    until(lambda: fleet.rows("select count(*) from job where state < 3") == [(0,)], 60)
    for user in {n % 5 for n in acknowledged}:
        timeline = list(second.list_memory_timeline(user_id=f"u{user}", slot="location"))
        told = {memory.value for memory in timeline}
        assert {f"Town {n}" for n in acknowledged if n % 5 == user} <= told
        assert len(told) == len(timeline)


def kill_backend_of(fleet: Fleet) -> bool:
    """Kill -9 the oldest process of Postgres that works for the service; return whether there was one."""
    with contextlib.suppress(psycopg.OperationalError):
        for (pid,) in fleet.rows(
            "select pid from pg_stat_activity where datname = current_database() "
            "and pid <> pg_backend_pid() order by backend_start limit 1"
        ):
            os.kill(pid, signal.SIGKILL)
            return True
    return False


def are_jobs_done(fleet: Fleet) -> bool:
    """Return whether no job waits or runs; False too while the database recovers."""
    with contextlib.suppress(psycopg.OperationalError):
        return fleet.rows("select count(*) from job where state < 3") == [(0,)]
    return False


def test_acknowledged_messages_get_their_facts_although_the_database_dies(
    tmp_path: Path, model: FakeModel
) -> None:
    """Kill -9 of a process of Postgres, three times under load: what is acknowledged is read, once."""
    with contextlib.ExitStack() as stack:
        postgres = embedded.start(tmp_path / "postgres")
        stack.callback(postgres.stop)
        fleet = Fleet(tmp_path, postgres.owner_conninfo, model)
        stack.callback(fleet.close)
        client = fleet.client(fleet.serve())
        fleet.work()
        fleet.work()
        acknowledged: list[int] = []

        def tell(n: int) -> None:
            message = Message(message_id=f"m{n}", content=f"I live in Town {n}.")
            with contextlib.suppress(MemsvcError):
                client.ingest(user_id=f"u{n % 5}", messages=[message], timeout=20)
                acknowledged.append(n)
            if n in {30, 60, 90}:
                # All other processes of it are ended then too, and what was committed is recovered.
                until(lambda: kill_backend_of(fleet), 30)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(tell, range(120)))
        assert len(acknowledged) >= 60

        until(lambda: are_jobs_done(fleet), 60)
        for user in range(5):
            timeline = list(client.list_memory_timeline(user_id=f"u{user}", slot="location"))
            told = {memory.value for memory in timeline}
            assert {f"Town {n}" for n in acknowledged if n % 5 == user} <= told
            assert len(told) == len(timeline)
        assert fleet.rows("select count(*) from job where state <> 3") == [(0,)]


def test_two_servers_on_one_database_share_the_work(fleet: Fleet) -> None:
    """Whichever server is told and whichever works: each message is read once, one value is live, in order."""
    clients = [fleet.client(fleet.serve(job_concurrency=4)) for _ in range(2)]

    def tell(n: int) -> str:
        time = Timestamp(seconds=1_700_000_000 + n * 86_400)
        message = Message(content=f"I live in Town {n}.", event_time=time)
        reply = clients[n % 2].ingest(user_id="u", conversation_id=f"c{n % 3}", messages=[message])
        return reply.job_id

    with ThreadPoolExecutor(8) as pool:
        jobs = set(pool.map(tell, range(40)))

    assert {ended(clients[0], job_id).state for job_id in jobs} == {SUCCEEDED}
    assert len(fleet.model.requests) == 40
    timeline = list(clients[1].list_memory_timeline(user_id="u", slot="location"))
    assert [one.value for one in timeline] == [f"Town {n}" for n in range(40)]
    assert facts(clients[0]) == ["The user lives in Town 39."]


def test_what_is_not_there_is_not_found(fleet: Fleet) -> None:
    """A job of another tenant, one that never was and one that is done are told apart by nobody."""
    server = fleet.serve(tenant_header="x-tenant", job_concurrency=1)
    with (
        MemoryClient(server.target, metadata=[("x-tenant", "one")]) as one,
        MemoryClient(server.target, metadata=[("x-tenant", "two")]) as two,
    ):
        job_id = ask(one, "I live in Oslo.")
        assert ended(one, job_id).state == SUCCEEDED
        for wrong in (job_id, "01900000-0000-7000-8000-000000000000", "nonsense"):
            for call in (two.get_job, lambda **job: list(two.watch_job(**job)), two.requeue_job):
                with pytest.raises(NotFound) as caught:
                    call(job_id=wrong)
                assert caught.value.reason == "JOB_NOT_FOUND"
        with pytest.raises(FailedPrecondition) as refused:
            one.requeue_job(job_id=job_id)
        assert refused.value.reason == "JOB_NOT_DEAD"


def test_facts_asked_for_at_once_come_with_the_reply(fleet: Fleet) -> None:
    """SYNC answers when the facts are stored, without any worker, and again the same when sent again."""
    client = fleet.client(fleet.serve())
    request = {
        "user_id": "u",
        "messages": [Message(message_id="m", content="I live in Oslo.")],
        "conversation_id": "c",
        "extraction": "EXTRACTION_MODE_SYNC",
        "request_id": "once",
    }

    reply = client.ingest(**request)  # type: ignore[arg-type]

    assert [memory.content for memory in reply.memories] == ["The user lives in Oslo."]
    assert not reply.extraction_pending
    assert client.ingest(**request) == reply  # type: ignore[arg-type]
    assert len(fleet.model.requests) == 1


def test_facts_asked_for_at_once_from_a_slow_model_come_later(fleet: Fleet) -> None:
    """Where the time is too short the message is stored, the reply says so, and the job goes on."""
    client = fleet.client(fleet.serve())
    fleet.model.script.append(hanging())

    reply = client.ingest(
        user_id="u",
        messages=[Message(content="I live in Oslo.")],
        extraction="EXTRACTION_MODE_SYNC",
        timeout=1.5,
    )

    assert reply.extraction_pending
    assert not reply.memories
    fleet.model.release.set()
    assert ended(client, reply.job_id).state == SUCCEEDED
    assert facts(client) == ["The user lives in Oslo."]


def test_a_model_chooses_and_writes_where_it_is_configured(fleet: Fleet) -> None:
    """The provider gets the facts as data and its words become the profile; garbage leaves the old one."""
    server = fleet.serve(job_concurrency=2, consolidation_provider="scripted")
    client = fleet.client(server)
    fleet.model.facts_for = lambda _: [fact("The user likes tea.", "like", "tea")]
    client.ingest(
        user_id="u",
        messages=[Message(content="I like tea.")],
        extraction="EXTRACTION_MODE_SYNC",
    )

    def chosen(seen: SeenCall) -> str:
        lines = [json.loads(line) for line in fenced_lines(seen.turns[-1][1])]
        assert [line["content"] for line in lines] == ["The user likes tea."]
        ids = [line["id"] for line in lines]
        return json.dumps({"essential": ids, "summary": "Fond of tea.", "traits": ["calm"]})

    fleet.model.script.append(saying(chosen))
    assert ended(client, client.consolidate(user_id="u").job_id).state == SUCCEEDED
    conscious = client.conscious(user_id="u")
    assert [memory.essential for memory in conscious.memories] == [True]
    assert conscious.profile.summary == "Fond of tea."
    assert list(conscious.profile.key_traits) == ["calm"]

    client.ingest(
        user_id="u",
        messages=[Message(content="I like rum.")],
        extraction="EXTRACTION_MODE_SYNC",
    )
    fleet.model.script.append(saying("no profile"))
    failed = ended(client, client.consolidate(user_id="u").job_id)
    assert (failed.state, failed.last_error) == (DEAD, "REPLY_UNUSABLE")
    assert client.conscious(user_id="u").profile.summary == "Fond of tea."


def test_none_draws_nothing(fleet: Fleet) -> None:
    """EXTRACTION_MODE_NONE stores the message and no job."""
    client = fleet.client(fleet.serve(job_concurrency=1))

    reply = client.ingest(
        user_id="u",
        messages=[Message(content="I live in Oslo.")],
        extraction="EXTRACTION_MODE_NONE",
    )

    assert reply.job_id == ""
    assert fleet.rows("select count(*) from job") == [(0,)]


def test_a_worker_that_ends_hands_its_jobs_over(fleet: Fleet) -> None:
    """SIGTERM in the middle of a job: another worker has it at once, without waiting for the lease."""
    client = fleet.client(fleet.serve())
    fleet.model.script.append(hanging())
    leaving = fleet.work(job_lease_seconds=600)
    job_id = ask(client, "I live in Oslo.")
    fleet.model.wait_for_requests(1)
    assert leaving.stop() == 0

    fleet.work(job_lease_seconds=600)

    assert ended(client, job_id).state == SUCCEEDED

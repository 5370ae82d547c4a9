"""What a tenant's language models may take in a day."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from memsvc.v1 import admin_service_pb2 as admin_pb
from memsvc_client import Message, ResourceExhausted
from tests.jobs.conftest import Fleet
from tests.support.stubs import services
from tests.support.waiting import until

#: The scripted model says that each of its replies took two.
LIMIT = 3


def test_models_are_asked_until_the_tokens_of_the_day_are_used_up(fleet: Fleet, user: str) -> None:
    """Then a call is refused until midnight, and jobs wait for it; messages are stored all the same."""
    server = fleet.serve(quota=json.dumps({"model_tokens_per_day": LIMIT}), job_concurrency=2)
    client = fleet.client(server)
    for number in range(2):
        client.ingest(
            user_id=user,
            messages=[Message(content=f"I like tea number {number}.")],
            extraction="EXTRACTION_MODE_SYNC",
        )
    with services(server.target) as of:
        quotas = of("AdminService").call("GetQuota", admin_pb.GetQuotaRequest()).quotas
    used = {quota.name: quota for quota in quotas}["model_tokens_per_day"]
    assert (used.used, used.limit) == (4, LIMIT)
    midnight = used.reset_time.ToDatetime(tzinfo=UTC)
    assert midnight > datetime.now(UTC)

    with pytest.raises(ResourceExhausted) as caught:
        client.extract_facts(message=Message(content="I like cake."))
    job_id = client.ingest(user_id=user, messages=[Message(content="I like pie.")]).job_id
    until(lambda: client.get_job(job_id=job_id).job.last_error)
    waiting = client.get_job(job_id=job_id).job

    assert caught.value.reason == "QUOTA_EXCEEDED"
    assert caught.value.metadata["quota"] == "model_tokens_per_day"
    assert waiting.last_error == "QUOTA_EXCEEDED"
    assert abs(waiting.run_time.ToDatetime(tzinfo=UTC) - midnight).total_seconds() < 5
    assert any(memory.content == "I like pie." for memory in client.list_memories(user_id=user))

"""Errors on the wire: when callers are asked to come back, and when gRPC is to do so for them."""

from __future__ import annotations

import pytest
from google.rpc import error_details_pb2, status_pb2

from memsvc.core.errors import MemsvcError, QuotaExceeded, RateLimited, UserErased
from memsvc.rpc.errors import failure


@pytest.mark.parametrize(
    ("error", "retry_seconds", "pushback_ms"),
    [
        (RateLimited(retry_seconds=2.5, limit="rate"), 2.5, 2500),
        (QuotaExceeded(retry_seconds=3600, quota="model_tokens_per_day"), 3600, -1),
        (UserErased(field="user_id"), None, 0),
    ],
)
def test_only_a_short_wait_is_left_to_grpc(
    error: MemsvcError, retry_seconds: float | None, pushback_ms: int
) -> None:
    """RetryInfo tells any delay; pushback asks for no wait that no call has the time for."""
    end = failure(error, "e1", "r1")
    retry = error_details_pb2.RetryInfo()
    told = [
        retry.retry_delay.ToMilliseconds() / 1000
        for detail in status_pb2.Status.FromString(end.details).details
        if detail.Unpack(retry)
    ]

    assert told == ([] if retry_seconds is None else [retry_seconds])
    assert dict(end.trailers).get("grpc-retry-pushback-ms", "0") == str(pushback_ms)

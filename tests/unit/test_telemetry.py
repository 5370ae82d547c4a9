"""What is logged, and what is not worth a line."""

from __future__ import annotations

import logging

import pytest

from memsvc.telemetry import _of_callers_that_stay


class ExecuteBatchError(Exception):
    """Called as gRPC calls what it raises when the caller is gone."""


@pytest.mark.parametrize(
    ("error", "is_logged"), [(ExecuteBatchError(), False), (ValueError(), True), (None, True)]
)
def test_a_caller_that_goes_away_leaves_no_traceback(
    error: Exception | None, *, is_logged: bool
) -> None:
    """GRPC's report of it is left out; every other thing that a library logs is not."""
    info = (type(error), error, None) if error else None
    record = logging.makeLogRecord({"msg": "something happened", "exc_info": info})

    assert _of_callers_that_stay(record) is is_logged

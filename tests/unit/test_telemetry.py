"""What is logged, and what is not worth a line."""

from __future__ import annotations

import logging

import pytest

from memsvc.telemetry import configure_logging


class ExecuteBatchError(Exception):
    """Called as gRPC calls what it raises when the caller is gone."""


def test_a_caller_that_goes_away_leaves_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    """GRPC's report of it is left out; every other exception that a library logs is not."""
    configure_logging()
    library = logging.getLogger("a.library")
    for error in (ExecuteBatchError("gone"), ValueError("a fault")):
        library.error("something happened", exc_info=error)

    logged = capsys.readouterr().err
    assert "gone" not in logged
    assert logged.count("something happened") == 1
    assert "ValueError: a fault" in logged

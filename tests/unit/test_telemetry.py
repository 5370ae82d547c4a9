"""What is logged, and what is not worth a line."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Final

import pytest

from memsvc.telemetry import _of_callers_that_stay

#: Logs in both ways, and tells the pieces in which that was written.
LOGGING: Final = """
import io, json, logging, sys
from memsvc.telemetry import configure_logging, log

class Pieces(io.StringIO):
    def write(self, text):
        pieces.append(text)
        return len(text)

pieces = []
sys.stderr = Pieces()
configure_logging()
log.warning("ours", number=1)
logging.getLogger("library").warning("theirs")
print(json.dumps(pieces))
"""


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


def test_a_line_is_written_in_one_piece() -> None:
    """Lines of several processes that log to the same place stay whole."""
    done = subprocess.run(
        [sys.executable, "-c", LOGGING], capture_output=True, text=True, check=True
    )

    pieces = json.loads(done.stdout)
    assert [json.loads(piece)["event"] for piece in pieces] == ["ours", "theirs"]
    assert all(piece.endswith("\n") for piece in pieces)

"""GetLimits tells the rules of the contract as they are."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from google.protobuf.message import Message

from memsvc.core.errors import InvalidFields
from memsvc.rpc.limits import CONTRACT
from memsvc.rpc.validation import RequestValidator
from memsvc.v1 import memory_pb2
from memsvc.v1 import memory_service_pb2 as pb

BOUNDS = {bound.name: int(bound.value) for bound in CONTRACT}


def ingest(**message: str) -> pb.IngestRequest:
    """Return a request with one message."""
    return pb.IngestRequest(
        user_id="u",
        messages=[memory_pb2.Message(**{"content": "x", **message})],  # type: ignore[arg-type]
    )


REQUESTS: list[tuple[str, Callable[[int], Message]]] = [
    ("id_bytes", lambda size: ingest(message_id="i" * size)),
    ("message_content_characters", lambda size: ingest(content="x" * size)),
    (
        "messages_per_ingest",
        lambda size: pb.IngestRequest(
            user_id="u", messages=[memory_pb2.Message(content="x")] * size
        ),
    ),
    ("recall_results", lambda size: pb.RecallRequest(user_id="u", query="q", limit=size)),
    ("page_size", lambda size: pb.SearchRequest(query="q", page_size=size)),
    (
        "memories_per_batch",
        lambda size: pb.BatchDeleteMemoriesRequest(memory_ids=[str(uuid4()) for _ in range(size)]),
    ),
]


@pytest.mark.parametrize(("bound", "request_of"), REQUESTS, ids=[name for name, _ in REQUESTS])
def test_a_bound_is_the_contracts(bound: str, request_of: Callable[[int], Message]) -> None:
    """What stands in the table of limits passes, and one more is refused."""
    validator = RequestValidator()
    most, beyond = request_of(BOUNDS[bound]), request_of(BOUNDS[bound] + 1)

    validator.check(most, most.SerializeToString())
    with pytest.raises(InvalidFields):
        validator.check(beyond, beyond.SerializeToString())

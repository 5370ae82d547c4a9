"""A chunk on its way: what passes is tried again, and one bad message does not take the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import grpc
import pytest

from memsvc.cli.batching import Batch, ChunkLimits, chunks
from memsvc.cli.channel import Connection, CredentialUnusable, ServerAddress, connected
from memsvc.cli.formats.entries import Said
from memsvc.cli.sending import ServerLost, ServerRefused, retries_told_to, send
from memsvc.v1.memory_pb2 import EmbeddingMode, Message
from memsvc.v1.memory_service_pb2 import IngestStreamError, IngestStreamResponse
from tests.cli.fake_server import Context, FakeServer, Requests, fails, holds, refuses, stores

pytestmark = pytest.mark.usefixtures("surroundings")

#: Makes so many batches of so many messages.
Batches = Callable[[int, int], list[Batch]]


@pytest.fixture
def connection(fake: FakeServer) -> Iterator[Connection]:
    """A connection to the fake server, whose new attempts are told to nobody."""
    with connected(ServerAddress(fake.target)) as opened, retries_told_to(lambda _: None):
        yield opened


def _batches(count: int, each: int) -> list[Batch]:
    said = [
        Said(
            f"line {number}.{place}",
            Message(
                user_id="u",
                conversation_id=f"c{number}",
                message_id=f"m{number}.{place}",
                content=f"text {number}.{place}",
            ),
        )
        for number in range(count)
        for place in range(each)
    ]
    limits = ChunkLimits(messages=10_000, batches=10_000)
    (chunk,) = chunks(said, EmbeddingMode.EMBEDDING_MODE_IMMEDIATE, limits)
    return chunk.batches


@pytest.mark.parametrize(
    "code",
    [
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.CANCELLED,
    ],
)
def test_a_call_that_fails_in_passing_is_made_again(
    fake: FakeServer, connection: Connection, code: grpc.StatusCode
) -> None:
    """The whole chunk is sent again, and what was stored before the failure is not stored twice."""
    fake.plan.append(fails(code, after=1))

    outcome = send(connection, _batches(3, 2))

    assert (outcome.stored, outcome.duplicates, outcome.refused) == (4, 2, [])
    assert len(fake.stored) == 6


def test_a_batch_that_fails_in_passing_is_sent_again_alone(
    fake: FakeServer, connection: Connection
) -> None:
    """What was taken from a chunk is not sent again because of what was not."""
    busy = refuses(grpc.StatusCode.ABORTED, holds("text 1.0"))
    fake.plan.extend([busy, busy])

    outcome = send(connection, _batches(3, 2))

    assert (outcome.stored, outcome.duplicates, outcome.refused) == (6, 0, [])
    assert [len(requests) for requests in fake.calls] == [3, 1, 1]


def test_one_bad_message_does_not_take_its_batch_with_it(
    fake: FakeServer, connection: Connection
) -> None:
    """A refused batch is sent message by message; the bad one is named with the server's reason."""
    bad = refuses(grpc.StatusCode.INVALID_ARGUMENT, holds("text 1.1"), "FIELD_INVALID")
    fake.plan.extend([bad, bad])

    outcome = send(connection, _batches(2, 3))

    assert outcome.stored == 5
    assert outcome.refused == [("line 1.1", "INVALID_ARGUMENT FIELD_INVALID: as planned")]
    assert [len(requests) for requests in fake.calls] == [2, 3]


def test_a_chunk_that_takes_too_long_is_halved(fake: FakeServer, connection: Connection) -> None:
    """When the server's time for a call is over, smaller calls follow, in order."""
    fake.plan.extend([
        fails(grpc.StatusCode.DEADLINE_EXCEEDED, after=1),
        fails(grpc.StatusCode.DEADLINE_EXCEEDED),
    ])

    outcome = send(connection, _batches(4, 1))

    assert (outcome.stored, outcome.duplicates) == (3, 1)
    assert [len(requests) for requests in fake.calls] == [4, 2, 1, 1, 2]
    assert fake.contents() == [f"text {number}.0" for number in range(4)]


def test_a_batch_of_one_is_sent_message_by_message_when_it_takes_too_long(
    fake: FakeServer, connection: Connection
) -> None:
    """Only a single message that takes longer than a call may ends the import."""
    fake.plan.extend([fails(grpc.StatusCode.DEADLINE_EXCEEDED)])

    assert send(connection, _batches(1, 3)).stored == 3
    assert [len(requests) for requests in fake.calls] == [1, 1, 2]


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED])
def test_nothing_is_lost_when_what_is_left_fails_again(
    fake: FakeServer, connection: Connection, code: grpc.StatusCode
) -> None:
    """What waits for another attempt is sent, though the call between fails as a whole."""

    def mixed(server: FakeServer, requests: Requests, _: Context) -> IngestStreamResponse:
        response = server.store(requests[2:])
        for index, failure in enumerate((grpc.StatusCode.ABORTED, grpc.StatusCode.INTERNAL)):
            response.errors.append(IngestStreamError(index=index, code=failure.value[0]))
        return response

    bad = refuses(grpc.StatusCode.INTERNAL, holds("text 1.0"))
    fake.plan.extend([mixed, fails(code), bad, stores])

    outcome = send(connection, _batches(3, 2))

    assert (outcome.stored, outcome.duplicates) == (5, 0)
    assert [place for place, _ in outcome.refused] == ["line 1.0"]


def test_no_fault_is_lost_however_many_there_are(fake: FakeServer, connection: Connection) -> None:
    """A call never holds more batches than a response can name faults of."""
    everything = refuses(grpc.StatusCode.INVALID_ARGUMENT, lambda _: True)
    fake.plan.extend([everything] * 4)

    outcome = send(connection, _batches(15, 100))

    assert len(outcome.refused) == 1_500
    assert [len(requests) for requests in fake.calls] == [15, 1_000, 500]


def test_a_server_that_stays_away_is_lost_and_one_that_says_no_refuses(
    fake: FakeServer, connection: Connection
) -> None:
    """After a few attempts the server counts as lost; a refusal of the call is final at once."""
    unavailable = fails(grpc.StatusCode.UNAVAILABLE)
    fake.plan.extend([unavailable] * 3)
    with pytest.raises(ServerLost, match="UNAVAILABLE: as planned"):
        send(connection, _batches(1, 1))
    fake.plan.extend([refuses(grpc.StatusCode.UNAVAILABLE, lambda _: True)] * 3)
    with pytest.raises(ServerLost, match="UNAVAILABLE: as planned"):
        send(connection, _batches(1, 1))
    fake.plan.append(fails(grpc.StatusCode.DEADLINE_EXCEEDED))
    with pytest.raises(ServerLost, match="DEADLINE_EXCEEDED"):
        send(connection, _batches(1, 1))
    fake.plan.append(fails(grpc.StatusCode.UNAUTHENTICATED))
    with pytest.raises(ServerRefused, match="UNAUTHENTICATED: as planned"):
        send(connection, _batches(1, 1))

    assert len(fake.calls) == 8


def test_new_attempts_are_told(fake: FakeServer, connection: Connection) -> None:
    """Whoever watches learns why nothing moves, once an attempt; nothing is logged."""
    fake.plan.extend([
        fails(grpc.StatusCode.UNAVAILABLE),
        refuses(grpc.StatusCode.ABORTED, lambda _: True),
    ])
    told: list[str] = []

    with retries_told_to(told.append):
        send(connection, _batches(1, 1))

    assert len(told) == 2
    assert "UNAVAILABLE" in told[0]
    assert "ABORTED" in told[1]


def test_a_key_that_cannot_be_sent_is_not_shown(fake: FakeServer) -> None:
    """A key with a line break or letters beyond ASCII is refused without being repeated."""
    for key in ("a\nb", "schlüssel"):
        with (
            pytest.raises(CredentialUnusable) as caught,
            connected(ServerAddress(fake.target, key)),
        ):
            pass
        assert key not in str(caught.value)
    assert "secret" not in repr(ServerAddress(fake.target, "secret"))

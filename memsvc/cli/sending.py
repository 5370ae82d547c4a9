"""A chunk on its way to the server: sent until every message of it is stored or refused."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import grpc
import stamina
from stamina.instrumentation import RetryDetails, get_on_retry_hooks, set_on_retry_hooks

from memsvc.cli.batching import Batch
from memsvc.cli.channel import Connection
from memsvc.v1.memory_service_pb2 import IngestStreamError, IngestStreamResponse

#: How long a call may take, in seconds. A server has a limit of its own.
CALL_SECONDS: Final = 120.0
#: How often a call is made before the server counts as lost: about 20 seconds.
ATTEMPTS: Final = 6
#: A response names no more batches than so many.
CALL_BATCHES_MAX: Final = 1_000

_Code = grpc.StatusCode
#: What may go well the next time, with the same messages.
_PASSING: Final = frozenset({
    _Code.UNAVAILABLE,
    _Code.ABORTED,
    _Code.RESOURCE_EXHAUSTED,
    _Code.CANCELLED,
})
#: By number, as they stand in a response; here the time may also have been over for one batch only.
_PASSING_NUMBERS: Final = {code.value[0] for code in (*_PASSING, _Code.DEADLINE_EXCEEDED)}
_NAMES: Final = {code.value[0]: code.name for code in grpc.StatusCode}


class ServerLost(Exception):
    """The server did not take the messages, however often it was asked."""


class ServerRefused(Exception):
    """The server does not take this import; asking again does not help."""


class _Busy(Exception):
    """The server took some batches and may take the others later."""


class _CallTooLong(Exception):
    """The time was over before the whole call was done."""

    def __init__(self, reason: str, left: Sequence[Batch]) -> None:
        """Name the batches that have no answer."""
        super().__init__(reason)
        self.left = list(left)


@dataclass(slots=True)
class Outcome:
    """What became of the messages of a chunk."""

    stored: int = 0
    duplicates: int = 0
    #: Where each refused message stands, and why it was.
    refused: list[tuple[str, str]] = field(default_factory=list)


def send(connection: Connection, batches: Sequence[Batch]) -> Outcome:
    """Send *batches*; raise ServerLost or ServerRefused if not all of them found an answer.

    A batch that is refused is sent again message by message, so that one bad message does not take
    the others with it. What was stored before a call failed counts as duplicates afterwards.
    """
    outcome = Outcome()
    parts = deque([list(batches)])
    while parts:
        try:
            _send_part(connection, parts.popleft(), outcome)
        except _CallTooLong as error:
            # What is stored already is quickly done; half of the rest may fit into the time.
            left = error.left if len(error.left) > 1 else list(error.left[0].singly())
            if len(left) == 1:
                raise ServerLost(str(error)) from error
            half = len(left) // 2
            parts.extendleft([left[half:], left[:half]])
    return outcome


def _send_part(connection: Connection, part: Sequence[Batch], outcome: Outcome) -> None:
    left: deque[Batch] = deque(part)
    try:
        for attempt in stamina.retry_context(
            on=_may_pass, attempts=ATTEMPTS, timeout=None, wait_initial=0.5, wait_max=8.0
        ):
            with attempt:
                _round(connection, left, outcome)
    except _Busy as error:
        raise ServerLost(str(error)) from error
    except grpc.RpcError as error:
        reason = f"{error.code().name}: {error.details()}"
        if error.code() is _Code.DEADLINE_EXCEEDED:
            raise _CallTooLong(reason, left) from error
        raise (ServerLost if _may_pass(error) else ServerRefused)(reason) from error


def _may_pass(error: Exception) -> bool:
    return isinstance(error, _Busy) or (
        isinstance(error, grpc.RpcError) and error.code() in _PASSING
    )


def _round(connection: Connection, left: deque[Batch], outcome: Outcome) -> None:
    """Send what is *left* and what has to be sent singly because of it.

    Whatever happens, *left* then holds what has no answer yet. Raise _Busy if there is any.
    """
    later: list[Batch] = []
    busy = ""
    try:
        while left:
            part = list(islice(left, CALL_BATCHES_MAX))
            response = _call(connection, part)
            for _ in part:
                left.popleft()
            outcome.stored += response.message_count
            outcome.duplicates += response.duplicate_count
            for error in response.errors:
                batch = part[error.index]
                if error.code in _PASSING_NUMBERS:
                    later.append(batch)
                    busy = _reason(error)
                elif len(batch.places) > 1:
                    left.extend(batch.singly())
                else:
                    outcome.refused.append((batch.places[0], _reason(error)))
    finally:
        left.extend(later)
    if left:
        raise _Busy(busy)


def _reason(error: IngestStreamError) -> str:
    status = _NAMES.get(error.code, str(error.code))
    named = f"{status} {error.reason}" if error.reason else status
    return f"{named}: {error.message}"


def _call(connection: Connection, batches: Sequence[Batch]) -> IngestStreamResponse:
    requests = iter([batch.request for batch in batches])
    return connection.stub.IngestStream(
        requests, timeout=CALL_SECONDS, metadata=connection.metadata
    )


@contextmanager
def retries_told_to(tell: Callable[[str], None]) -> Generator[None]:
    """Tell of every new attempt within the block, and write no log of them."""

    def told(details: RetryDetails) -> None:
        cause = details.caused_by
        reason = cause.code().name if isinstance(cause, grpc.RpcError) else str(cause)
        tell(f"The server did not take it ({reason}); trying again in {details.wait_for:.1f} s.")

    former = get_on_retry_hooks()
    set_on_retry_hooks([told])
    try:
        yield
    finally:
        set_on_retry_hooks(former)

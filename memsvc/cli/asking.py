"""Labelled queries on their way to Evaluate: asked until each has an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import grpc
import stamina

from memsvc.cli.channel import Connection
from memsvc.cli.formats.labelled import Question
from memsvc.cli.sending import ATTEMPTS, ServerLost, ServerRefused
from memsvc.core.evaluation import CUTS
from memsvc.v1.memory_pb2 import MemoryKind
from memsvc.v1.memory_service_pb2 import EvaluateRequest, EvaluateResponse, RecallMetrics
from memsvc.v1.ranking_pb2 import RankingWeights

#: How long a call may take, in seconds. A server has a limit of its own.
CALL_SECONDS: Final = 60.0
CALL_QUERIES_MAX: Final = 100
LIMIT_MAX: Final = 100

_Code = grpc.StatusCode
#: What may go well the next time, with the same questions.
_PASSING: Final = frozenset({
    _Code.UNAVAILABLE,
    _Code.ABORTED,
    _Code.RESOURCE_EXHAUSTED,
    _Code.CANCELLED,
})


class ServerTooSlow(Exception):
    """The server was reached, but did not answer even one question in time."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How questions are to be answered."""

    #: Those that differ from the server's defaults.
    weights: RankingWeights
    #: How many results a question gets.
    limit: int
    #: Empty for all.
    kinds: Sequence[MemoryKind]
    #: Whether the parts of the score are measured too.
    arms: bool

    @property
    def cuts(self) -> tuple[int, ...]:
        """At how many results there are figures: as far as the limit reaches."""
        return tuple(cut for cut in CUTS if cut <= self.limit)

    def request(self, questions: Sequence[Question]) -> EvaluateRequest:
        """Return what asks *questions* so."""
        return EvaluateRequest(
            queries=[question.labelled for question in questions],
            weights=self.weights,
            limit=self.limit,
            kinds=self.kinds,
            arms=self.arms,
        )


def ask(
    connection: Connection, questions: Sequence[Question], manner: Manner, size: int
) -> Iterator[tuple[Sequence[Question], EvaluateResponse]]:
    """Yield *questions* in order, at most *size* at a time, with their answers.

    Where the time is too short for so many, fewer are asked at a time from then on. Raise
    ServerLost, ServerRefused or ServerTooSlow if a question finds no answer.
    """
    done = 0
    while done < len(questions):
        part = questions[done : done + size]
        try:
            response = _answer(connection, manner.request(part))
        except ServerTooSlow:
            if len(part) == 1:
                raise
            size = len(part) // 2
            continue
        if not _fits(response, part, manner):
            message = "its answer does not fit the questions"
            raise ServerRefused(message)
        yield part, response
        done += len(part)


def _answer(connection: Connection, request: EvaluateRequest) -> EvaluateResponse:
    try:
        for attempt in stamina.retry_context(
            on=_may_pass, attempts=ATTEMPTS, timeout=None, wait_initial=0.5, wait_max=8.0
        ):
            with attempt:
                # Blocking, not as a future: one that is interrupted while it begins could never be
                # closed. Closing the channel cancels this one.
                return connection.stub.Evaluate(
                    request, timeout=CALL_SECONDS, metadata=connection.metadata
                )
    except grpc.RpcError as error:
        reason = f"{error.code().name}: {error.details()}"
        if error.code() is _Code.DEADLINE_EXCEEDED:
            raise ServerTooSlow(reason) from error
        raise (ServerLost if _may_pass(error) else ServerRefused)(reason) from error
    raise AssertionError  # the last attempt returns or raises


def _may_pass(error: Exception) -> bool:
    return isinstance(error, grpc.RpcError) and error.code() in _PASSING


def _fits(response: EvaluateResponse, part: Sequence[Question], manner: Manner) -> bool:
    """Tell whether every question of *part* has its ranks, and every figure counts all of them."""
    answered = [len(query.ranks) for query in response.queries]
    asked = [len(question.labelled.relevant_ids) for question in part]
    return answered == asked and all(
        metrics.query_count == len(part) and tuple(cut.cut for cut in metrics.cuts) == manner.cuts
        for metrics in _figures(response)
    )


def _figures(response: EvaluateResponse) -> Iterator[RecallMetrics]:
    for arm in response.arms:
        yield arm.without
        if arm.HasField("alone"):
            yield arm.alone

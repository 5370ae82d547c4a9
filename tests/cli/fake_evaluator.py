"""A server that answers Evaluate from a ranking that a test makes up."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Self

import grpc

from memsvc.core.errors import InvalidFields, NulByte
from memsvc.core.evaluation import CUTS, mean_of, metrics_of, ranks_of
from memsvc.rpc.validation import RequestValidator
from memsvc.v1.memory_service_pb2 import (
    ArmEvaluation,
    EvaluateRequest,
    EvaluateResponse,
    LabelledQuery,
    QueryEvaluation,
    RecallMetrics,
)
from memsvc.v1.ranking_pb2 import ContextWeights, RankingWeights

Context = grpc.ServicerContext
#: The ids that are found for a question, best first, with the weights applied.
Ranking = Callable[[str, RankingWeights], Sequence[str]]
#: What a call does instead of answering.
Behaviour = Callable[["FakeEvaluator", EvaluateRequest, Context], EvaluateResponse]

#: What a request's weights change.
DEFAULTS = RankingWeights(
    semantic=0.47, keyword=0.47, context_weights=ContextWeights(speaker=1.0, time=1.0)
)
PARTS = ("semantic", "keyword")
CONTEXT_PARTS = ("speaker", "time")


class FakeEvaluator:
    """Evaluate and nothing else, in this process, on a port of its own.

    It judges requests by the contract's rules. The n-th question that it answers takes n ms.
    """

    def __init__(self) -> None:
        """Begin with a ranking that finds nothing."""
        self.ranking: Ranking = lambda _, __: []
        self.requests: list[EvaluateRequest] = []
        self.metadata: list[dict[str, Any]] = []
        self.plan: deque[Behaviour] = deque()
        self.degraded: set[str] = set()
        self._answered = 0
        self._validator = RequestValidator()
        handler = grpc.unary_unary_rpc_method_handler(
            self._evaluate,
            request_deserializer=EvaluateRequest.FromString,
            response_serializer=EvaluateResponse.SerializeToString,
        )
        service = grpc.method_handlers_generic_handler(
            "memsvc.v1.MemoryService", {"Evaluate": handler}
        )
        self._server = grpc.server(ThreadPoolExecutor(2))
        self._server.add_generic_rpc_handlers((service,))
        self.target = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    def __enter__(self) -> Self:
        """Listen."""
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End at once."""
        self._server.stop(None).wait()

    def sizes(self) -> list[int]:
        """Return how many questions each call held."""
        return [len(request.queries) for request in self.requests]

    def answer(self, request: EvaluateRequest) -> EvaluateResponse:
        """Return what the ranking gives."""
        applied = RankingWeights()
        applied.CopyFrom(DEFAULTS)
        applied.MergeFrom(request.weights)
        limit = request.limit or 20
        response = EvaluateResponse(
            metrics=self._metrics(request.queries, limit, applied), weights=applied
        )
        for index, query in enumerate(request.queries):
            self._answered += 1
            response.queries.append(
                QueryEvaluation(
                    index=index,
                    ranks=self._ranks(query, limit, applied),
                    duration=timedelta(milliseconds=self._answered),
                    degraded=query.query in self.degraded,
                )
            )
        for arm in (*PARTS, *CONTEXT_PARTS) if request.arms else ():
            response.arms.append(self._arm(arm, request.queries, limit, applied))
        return response

    def _arm(
        self, arm: str, queries: Sequence[LabelledQuery], limit: int, applied: RankingWeights
    ) -> ArmEvaluation:
        without = RankingWeights()
        without.CopyFrom(applied)
        setattr(without if arm in PARTS else without.context_weights, arm, 0)
        found = ArmEvaluation(arm=arm, without=self._metrics(queries, limit, without))
        if arm in PARTS:
            alone = RankingWeights()
            setattr(alone, arm, 1.0)
            found.alone.CopyFrom(self._metrics(queries, limit, alone))
        return found

    def _ranks(self, query: LabelledQuery, limit: int, weights: RankingWeights) -> tuple[int, ...]:
        return ranks_of(self.ranking(query.query, weights)[:limit], query.relevant_ids)

    def _metrics(
        self, queries: Sequence[LabelledQuery], limit: int, weights: RankingWeights
    ) -> RecallMetrics:
        cuts = [cut for cut in CUTS if cut <= limit]
        means = mean_of(
            (metrics_of(self._ranks(query, limit, weights), cuts) for query in queries), cuts
        )
        return RecallMetrics(
            query_count=means.query_count,
            cuts=[
                RecallMetrics.CutMetrics(cut=each.cut, recall=each.recall, any=each.any)
                for each in means.cuts
            ],
            mean_reciprocal_rank=means.mean_reciprocal_rank,
            ndcg=means.ndcg,
        )

    def _evaluate(self, request: EvaluateRequest, context: Context) -> EvaluateResponse:
        self.requests.append(request)
        self.metadata.append(dict(context.invocation_metadata()))
        try:
            self._validator.check(request, request.SerializeToString())
        except (InvalidFields, NulByte) as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        if self.plan:
            return self.plan.popleft()(self, request, context)
        return self.answer(request)


def answers(server: FakeEvaluator, request: EvaluateRequest, _: Context) -> EvaluateResponse:
    """Answer as the ranking has it."""
    return server.answer(request)


def fails(code: grpc.StatusCode) -> Behaviour:
    """Return what ends the call with *code*."""

    def behave(_: FakeEvaluator, __: EvaluateRequest, context: Context) -> EvaluateResponse:
        context.abort(code, "as planned")
        raise AssertionError

    return behave

"""Weights on the command line: the contract's names, the contract's limits."""

from __future__ import annotations

import pytest

from memsvc.cli.weights import HALF_LIFE, NAMES, WeightUnusable, weights_of
from memsvc.core.errors import InvalidFields
from memsvc.rpc.validation import RequestValidator
from memsvc.v1.memory_service_pb2 import EvaluateRequest, LabelledQuery
from memsvc.v1.ranking_pb2 import ContextWeights, RankingWeights

NUMBERS = [name for name in NAMES if name != HALF_LIFE]


def _check(weights: RankingWeights) -> None:
    query = LabelledQuery(user_id="ana", query="Where?", relevant_ids=["m1"])
    request = EvaluateRequest(queries=[query], weights=weights)
    RequestValidator().check(request, request.SerializeToString())


def test_every_weight_of_the_contract_has_a_name() -> None:
    """Whatever Recall can be told can be measured; parts of the surroundings have a prefix."""
    own = {field.name for field in RankingWeights.DESCRIPTOR.fields} - {"context_weights"}
    inner = {f"context.{field.name}" for field in ContextWeights.DESCRIPTOR.fields}

    assert set(NAMES) == own | inner


def test_the_limits_are_those_of_the_contract() -> None:
    """The largest values are taken by both, and a little more by neither."""
    largest = weights_of([*(f"{name}=10" for name in NUMBERS), f"{HALF_LIFE}=36525d"])
    _check(largest)
    _check(weights_of([*(f"{name}=0" for name in NUMBERS), f"{HALF_LIFE}=1s"]))

    assert largest.context_weights.speaker == 10
    with pytest.raises(InvalidFields):
        _check(RankingWeights(semantic=10.001))
    half_life = RankingWeights()
    half_life.recency_half_life.seconds = 36_525 * 86_400 + 1
    with pytest.raises(InvalidFields):
        _check(half_life)


def test_only_what_is_given_is_set() -> None:
    """The server's defaults hold for the rest; of two values the last one counts."""
    weights = weights_of(["keyword=0", "context.time=2", "keyword = 0.5", f"{HALF_LIFE}=1.5h"])

    assert [field.name for field, _ in weights.ListFields()] == [
        "keyword",
        "recency_half_life",
        "context_weights",
    ]
    assert weights.keyword == pytest.approx(0.5)
    assert weights.recency_half_life.seconds == 5_400
    assert weights.context_weights == ContextWeights(time=2)


@pytest.mark.parametrize(
    "given",
    [
        *("semantic", "=1", "luck=1", "speaker=1", "context.luck=1", "context_weights=1"),
        *("semantic=", "semantic=much", "semantic=-0.1", "semantic=10.1", "semantic=nan"),
        *("semantic=inf", "context.time=11", "recency_half_life=30", "recency_half_life=0.5s"),
        *("recency_half_life=36526d", "recency_half_life=-1d"),
    ],
)
def test_what_is_no_weight_is_told_with_the_choices(given: str) -> None:
    """Who mistypes a name reads all names; who gives a wrong value reads what it may be."""
    with pytest.raises(
        WeightUnusable, match=r"semantic, keyword, |from 0 to 10|from 1s to"
    ) as told:
        weights_of([given])

    assert str(told.value).startswith(f"--weight {given}: ")

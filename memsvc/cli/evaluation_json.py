"""What an evaluation prints for machines: one JSON object, whose names stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from google.protobuf import json_format

from memsvc.cli.measured import Arm, Difference, Measurement, Outcome, differences
from memsvc.cli.weights import name_of_arm
from memsvc.core.evaluation import Metrics
from memsvc.v1.ranking_pb2 import RankingWeights

#: Another one if a name goes or changes its meaning; new names may come without.
SCHEMA: Final = "memsvc.evaluate.v1"


def document_of(outcome: Outcome) -> dict[str, Any]:
    """Return *outcome* as a JSON object. It holds figures and places in the file, no texts."""
    chosen = outcome.chosen
    return {
        "schema": SCHEMA,
        "limit": outcome.limit,
        "kinds": list(outcome.kinds),
        "left_out": outcome.survey.left_out,
        "faults": [{"place": place, "reason": why} for place, why in outcome.survey.faults],
        **_measurement(chosen),
        "categories": _categories(chosen),
        "arms": [_arm(arm) for arm in chosen.arms()],
        "comparison": _comparison(chosen, outcome.default) if outcome.default else None,
        "queries": _queries(chosen, outcome.default),
    }


def weights_document(weights: RankingWeights) -> dict[str, Any]:
    """Return *weights* with the contract's names."""
    document: dict[str, Any] = json_format.MessageToDict(weights, preserving_proto_field_name=True)
    return document


def _measurement(measured: Measurement) -> dict[str, Any]:
    p50, p95 = measured.latency()
    return {
        "weights": weights_document(measured.weights),
        "metrics": asdict(measured.metrics()),
        "latency_ms": {"p50": p50, "p95": p95},
        "degraded_count": measured.degraded_count(),
    }


def _categories(measured: Measurement) -> list[Mapping[str, Any]]:
    return [
        {"category": label or None, "metrics": asdict(metrics)}
        for label, metrics in measured.categories().items()
    ]


def _arm(arm: Arm) -> dict[str, Any]:
    return {
        "arm": name_of_arm(arm.name),
        "without": asdict(arm.without),
        "alone": _metrics_or_null(arm.alone),
    }


def _metrics_or_null(metrics: Metrics | None) -> dict[str, Any] | None:
    return asdict(metrics) if metrics else None


def _comparison(chosen: Measurement, default: Measurement) -> dict[str, Any]:
    return {
        **_measurement(default),
        "categories": _categories(default),
        "differences": [_difference(each) for each in differences(chosen, default)],
    }


def _difference(difference: Difference) -> dict[str, Any]:
    return {
        "figure": difference.figure,
        "difference": difference.mean,
        "interval_95": [difference.low, difference.high],
    }


def _queries(chosen: Measurement, default: Measurement | None) -> list[dict[str, Any]]:
    rows = [
        {
            "place": answer.question.place,
            "category": answer.question.category or None,
            "ranks": list(answer.ranks),
            "duration_ms": answer.milliseconds,
            "degraded": answer.degraded,
        }
        for answer in chosen.answers
    ]
    if default:
        for row, answer in zip(rows, default.answers, strict=True):
            row["default_ranks"] = list(answer.ranks)
    return rows

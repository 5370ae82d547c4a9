"""Weights as they are written on a command line: NAME=VALUE."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from memsvc.v1.ranking_pb2 import ContextWeights, RankingWeights

#: Stands before the name of a part of the surroundings.
CONTEXT_PREFIX: Final = "context."
HALF_LIFE: Final = "recency_half_life"
WEIGHT_MAX: Final = 10.0
_UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_AGE: Final = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_HALF_LIFE_SECONDS_MAX: Final = 3_155_760_000


def _numbers(message: type[Message]) -> Iterable[str]:
    fields = message.DESCRIPTOR.fields
    return (field.name for field in fields if field.type == FieldDescriptor.TYPE_DOUBLE)


#: What can be set, in the contract's order.
NAMES: Final = (
    *_numbers(RankingWeights),
    HALF_LIFE,
    *(f"{CONTEXT_PREFIX}{name}" for name in _numbers(ContextWeights)),
)


class WeightUnusable(Exception):
    """A weight cannot be understood; the message says which choices there are."""

    def __init__(self, given: str, why: str) -> None:
        """Say what is wrong with what was *given*."""
        super().__init__(f"--weight {given}: {why}.")


def weights_of(given: Iterable[str]) -> RankingWeights:
    """Return the weights *given* as NAME=VALUE, the last one of a name; raise WeightUnusable."""
    weights = RankingWeights()
    for each in given:
        name, equals, value = (part.strip() for part in each.partition("="))
        if not equals:
            raise WeightUnusable(each, f"it has to be NAME=VALUE, with a NAME of {_choices()}")
        if name not in NAMES:
            raise WeightUnusable(each, f"there is no weight {name!r}, but {_choices()}")
        if name == HALF_LIFE:
            weights.recency_half_life.FromTimedelta(_age_of(each, value))
        elif name.startswith(CONTEXT_PREFIX):
            part = name.removeprefix(CONTEXT_PREFIX)
            setattr(weights.context_weights, part, _number_of(each, value))
        else:
            setattr(weights, name, _number_of(each, value))
    return weights


def name_of_arm(arm: str) -> str:
    """Return the name by which --weight sets the part of the score that the contract calls *arm*."""
    inner = f"{CONTEXT_PREFIX}{arm}"
    return inner if inner in NAMES and arm not in NAMES else arm


def _choices() -> str:
    return ", ".join(NAMES)


def _number_of(given: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    # Written so that "nan" is outside too.
    if not 0 <= number <= WEIGHT_MAX:
        raise WeightUnusable(given, f"it has to be a number from 0 to {WEIGHT_MAX:g}")
    return number


def _age_of(given: str, value: str) -> timedelta:
    match = _AGE.fullmatch(value)
    seconds = float(match[1]) * _UNITS[match[2]] if match else 0.0
    if not 1 <= seconds <= _HALF_LIFE_SECONDS_MAX:
        why = "it has to be an age from 1s to 100 years, as a number of s, m, h or d (30d)"
        raise WeightUnusable(given, why)
    return timedelta(seconds=seconds)

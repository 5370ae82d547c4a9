"""Weights found by coordinate search: one at a time is changed as long as that helps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from bench.rescoring import PARTS, Answers, Values, Weights, figures, objective

#: What a weight is multiplied by.
FACTORS: Final = (2.0, 1 / 2, 1.5, 1 / 1.5, 1.2, 1 / 1.2, 0.0)
#: The contract's limit.
WEIGHT_MAX: Final = 10.0
#: A smaller gain is not worth another weight.
GAIN_MIN: Final = 1e-4
#: How often all weights are gone through at most.
SWEEPS_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class WeightSearch:
    """Searches weights for some of the questions, remembering what it tried."""

    answers: Answers
    start: Weights
    #: Called after each sweep.
    advance: Callable[[], object]
    _tried: dict[Weights, Values] = field(default_factory=dict)

    def figures(self, weights: Weights) -> Values:
        """Return the figures of all questions under *weights*."""
        if weights not in self._tried:
            self._tried[weights] = figures(self.answers, weights)
        return self._tried[weights]

    def fitted(self, questions: Sequence[int]) -> Weights:
        """Return the weights under which *questions* are answered best."""
        rows = list(questions)

        def value(weights: Weights) -> float:
            return float(objective(self.figures(weights)[rows]).mean())

        best, best_value = self.start, value(self.start)
        for _ in range(SWEEPS_MAX):
            before = best
            for place in range(len(best)):
                trials = {trial: value(trial) for trial in self._changed(best, place)}
                # The first of equals, so that the same data give the same weights.
                trial = max(trials, key=trials.__getitem__)
                if trials[trial] >= best_value + GAIN_MIN:
                    best, best_value = trial, trials[trial]
            self.advance()
            if best == before:
                break
        return best

    def _changed(self, weights: Weights, place: int) -> Iterator[Weights]:
        """Yield *weights* with another one at *place*."""
        now = weights[place]
        others = [now * factor for factor in FACTORS] if now else [self.start[place]]
        for other in others:
            if other <= WEIGHT_MAX:
                yield (*weights[:place], other, *weights[place + 1 :])


def scaled(weights: Weights) -> Weights:
    """Return *weights* so that those of the parts add up to 1, and so those of the context.

    Only proportions change an order.
    """
    own, context = np.array(weights[: len(PARTS)]), np.array(weights[len(PARTS) :])
    return tuple(
        float(weight) for group in (own, context) for weight in group / (group.sum() or 1.0)
    )

"""What `bench.weights` found out: as tables, as a page with a plot, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any, Final

from bench.report import Bar, Bars, Report, Table, listed
from bench.rescoring import FIGURES, NAMES, WORTHS, Weights
from bench.weight_search import scaled

DEFAULTS: Final = "the server's defaults"
HELD_OUT: Final = "held out: found on the other conversations"
FITTED: Final = "fitted on all of these questions"
OBJECTIVE: Final = "objective"

#: Means by the figure's name, the objective included.
Means = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Fold:
    """One conversation that had no part in the choice of the weights that it is measured with."""

    #: Conversations are numbered as they stand in the file.
    number: int
    questions: int
    weights: Weights
    #: By DEFAULTS, HELD_OUT and FITTED.
    means: Mapping[str, Means]


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that was found; no text of the data."""

    data: Mapping[str, Any]
    #: How many results each question was asked for.
    requested: int
    defaults: Weights
    fitted: Weights
    folds: Sequence[Fold]
    #: Over all questions, by DEFAULTS, HELD_OUT and FITTED.
    means: Mapping[str, Means]

    def as_json(self) -> dict[str, Any]:
        """Return everything for a program to read."""
        return {
            "data": dict(self.data),
            "requested": self.requested,
            "objective": dict(zip(FIGURES, WORTHS, strict=True)),
            "defaults": _named(self.defaults),
            "fitted on all": _named(self.fitted),
            "conversations": [
                {
                    "conversation": fold.number,
                    "questions": fold.questions,
                    "weights": _named(fold.weights),
                    "means": {name: dict(means) for name, means in fold.means.items()},
                }
                for fold in self.folds
            ],
            "means": {name: dict(means) for name, means in self.means.items()},
        }


def _named(weights: Weights) -> dict[str, float]:
    return dict(zip(NAMES, weights, strict=True))


def tables(results: Results) -> Iterator[Table]:
    """Yield the tables of the report."""
    count = results.data["questions"]
    yield Table(
        f"Weights and what they find, {count} questions",
        ("weights", *FIGURES, OBJECTIVE),
        tuple(starmap(_row, results.means.items())),
        "Each question counts once. Held out, each conversation is measured with weights that were "
        "found without it; fitted, with weights that were found with it, which says what the data "
        "can be made to say and nothing about other data.",
    )
    for name in (DEFAULTS, HELD_OUT, FITTED):
        yield Table(
            f"By conversation: {name}",
            ("conversation", "questions", *FIGURES, OBJECTIVE),
            tuple(
                (str(fold.number), f"{fold.questions}", *_row("", fold.means[name])[1:])
                for fold in results.folds
            ),
        )
    columns = {
        "defaults": results.defaults,
        **{f"without {fold.number}": fold.weights for fold in results.folds},
        "fitted on all": results.fitted,
    }
    yield Table(
        "The weights",
        ("weight", *columns),
        tuple(
            (name, *cells)
            for name, *cells in zip(NAMES, *map(_cells, columns.values()), strict=True)
        ),
        "Only proportions matter: those of the parts add up to 1 here, and so do those of the "
        "context.",
    )


def _row(name: str, means: Means) -> tuple[str, ...]:
    return (name, *(f"{means[figure]:.3f}" for figure in (*FIGURES, OBJECTIVE)))


def _cells(weights: Weights) -> list[str]:
    return [f"{weight:.3f}" for weight in scaled(weights)]


def plot(results: Results) -> Bars:
    """Return the recall of each conversation under each choice of weights."""
    figure = "recall@10"
    return Bars(
        f"{figure} by conversation",
        "mean",
        tuple(str(fold.number) for fold in results.folds),
        {
            name: [Bar(*[fold.means[name][figure]] * 3) for fold in results.folds]
            for name in (DEFAULTS, HELD_OUT, FITTED)
        },
    )


def report_of(results: Results) -> Report:
    """Return what is shown of *results*."""
    return Report(
        "weights",
        "The weights of the ranking, and how they can be chosen",
        results.as_json(),
        tuple(_introduction(results)),
        tuple(tables(results)),
        (("conversations", plot(results)),),
    )


def _introduction(results: Results) -> Iterator[str]:
    """Yield what a reader has to know before the figures."""
    worths = " + ".join(
        f"{worth:g} · {figure}" for figure, worth in zip(FIGURES, WORTHS, strict=True)
    )
    yield (
        "Every question was asked once with the server's defaults and `explain`; its "
        f"{results.requested} results were then ranked again under other weights by the parts of "
        "their scores. What stands beyond those results cannot come back, so weights far from the "
        "defaults look somewhat worse than they are."
    )
    yield (
        "Weights are found by coordinate search from the defaults: one after the other is multiplied "
        "and divided by 2, 1.5 and 1.2 and set to 0, and what helps most is kept, until nothing "
        f"helps. What helps is told by the mean over questions of {worths}."
    )
    yield f"Data: {listed(results.data)}."

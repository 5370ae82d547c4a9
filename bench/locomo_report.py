"""What `bench.locomo` found out: as tables, as a page with plots, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from bench.bootstrap import Estimate
from bench.comparison import ALL, OURS, Comparison, Groups
from bench.report import Bar, Bars, Report, Table, listed

#: The figures that intervals are shown of.
MAIN: Final = ("recall@10", "nDCG@10", "MRR")
PLOTTED: Final = ("recall@1", "recall@5", "recall@10", "recall@20", "nDCG@10", "MRR")
SESSION: Final = "session "
INTERVALS_NOTE: Final = (
    "In brackets the 95 % intervals: first over questions to the same conversations, then over "
    "conversations and the questions within them."
)


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that was measured; no text of the data."""

    data: Mapping[str, Any]
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    comparison: Comparison
    latency_ms: Mapping[str, float]
    #: How many answers were ranked on less than everything, by the reason.
    degraded: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """Return everything for a program to read."""
        values = asdict(self)
        comparison = values.pop("comparison")
        return {**values, **comparison}


def tables(results: Results) -> Iterator[Table]:
    """Yield the tables of the report."""
    comparison = results.comparison
    names = list(comparison.rankers[OURS][ALL])
    turns = [name for name in names if not name.startswith(SESSION)]
    sessions = [name for name in names if name.startswith(SESSION)]
    count = comparison.questions[ALL]
    yield Table(
        f"Turns found, {count} questions",
        ("ranker", *turns),
        tuple(
            (name, *(_plain(groups[ALL][figure]) for figure in turns))
            for name, groups in comparison.rankers.items()
        ),
        "recall@k: the share of a question's turns among the first k; any@10: the share of "
        "questions with any of them among the first ten; MRR: the mean of 1 / the place of the "
        f"first. Turns after place {results.settings['limit']} count as not found.",
    )
    yield Table(
        "Sessions found",
        ("ranker", *(name.removeprefix(SESSION) for name in sessions)),
        tuple(
            (name, *(_plain(groups[ALL][figure]) for figure in sessions))
            for name, groups in comparison.rankers.items()
        ),
        "Sessions stand in the order in which their turns first appear among "
        f"{results.settings['requested']} results.",
    )
    yield _interval_table("Intervals", "ranker", comparison.rankers, signed=False)
    yield _interval_table(
        f"{OURS} minus each rival, question by question",
        "rival",
        comparison.differences,
        signed=True,
    )
    yield from _kind_tables(comparison, turns)
    if comparison.ablations:
        yield _interval_table(
            f"Without a part, minus {OURS} as it is: below 0 the part helps",
            "ablation",
            comparison.ablations,
            signed=True,
        )
    yield Table(
        f"Recall's latency with {results.settings['requested']} results",
        ("", "ms"),
        tuple((name, f"{value:.1f}") for name, value in results.latency_ms.items()),
        "At the client, one call after the other, on the machine that also runs the server. "
        f"Degraded answers: {listed(results.degraded) or 'none'}.",
    )


def _kind_tables(comparison: Comparison, turns: list[str]) -> Iterator[Table]:
    kinds = {kind: n for kind, n in comparison.questions.items() if kind != ALL}
    yield Table(
        "recall@10 by category",
        ("ranker", *(f"{kind} ({count})" for kind, count in kinds.items())),
        tuple(
            (name, *(_plain(groups[kind]["recall@10"]) for kind in kinds))
            for name, groups in comparison.rankers.items()
        ),
        "In brackets the number of questions.",
    )
    yield Table(
        f"{OURS} by category",
        ("category", *turns),
        tuple(
            (kind, *(_plain(comparison.rankers[OURS][kind][figure]) for figure in turns))
            for kind in kinds
        ),
    )


def _interval_table(title: str, heading: str, rows: Mapping[str, Groups], *, signed: bool) -> Table:
    return Table(
        title,
        (heading, *MAIN),
        tuple(
            (name, *(_with_intervals(groups[ALL][figure], signed=signed) for figure in MAIN))
            for name, groups in rows.items()
        ),
        INTERVALS_NOTE,
    )


def _plain(estimate: Estimate) -> str:
    return f"{estimate.mean:.3f}"


def _with_intervals(estimate: Estimate, *, signed: bool) -> str:
    figures = (estimate.mean, *estimate.questions, *estimate.conversations)
    # Without the 0, what is rounded up to nothing would be written as -0.000.
    mean, *ends = (f"{round(figure, 3) + 0.0:{'+' if signed else ''}.3f}" for figure in figures)
    return f"{mean} [{ends[0]}, {ends[1]}] [{ends[2]}, {ends[3]}]"


def plots(comparison: Comparison) -> Iterator[tuple[str, Bars]]:
    """Yield the plots with the ends of their files' names."""
    figures = [name for name in PLOTTED if name in comparison.rankers[OURS][ALL]]
    yield (
        "rankers",
        Bars(
            f"Turns found, {comparison.questions[ALL]} questions",
            "mean, with its interval over conversations",
            tuple(figures),
            {
                name: [_bar(groups[ALL][figure]) for figure in figures]
                for name, groups in comparison.rankers.items()
            },
        ),
    )
    kinds = [kind for kind in comparison.questions if kind != ALL]
    yield (
        "categories",
        Bars(
            "recall@10 by category",
            "mean, with its interval over conversations",
            tuple(kinds),
            {
                name: [_bar(groups[kind]["recall@10"]) for kind in kinds]
                for name, groups in comparison.rankers.items()
            },
        ),
    )
    if comparison.ablations:
        yield (
            "ablations",
            Bars(
                f"What is lost without a part of {OURS}",
                "difference, with its interval over conversations",
                tuple(comparison.ablations),
                {
                    figure: [_bar(groups[ALL][figure]) for groups in comparison.ablations.values()]
                    for figure in MAIN[:2]
                },
                horizontal=True,
            ),
        )


def _bar(estimate: Estimate) -> Bar:
    return Bar(estimate.mean, *estimate.conversations)


def report_of(results: Results) -> Report:
    """Return what is shown of *results*."""
    return Report(
        "locomo",
        "Recall on conversations in the layout of LoCoMo",
        results.as_json(),
        tuple(_introduction(results)),
        tuple(tables(results)),
        tuple(plots(results.comparison)),
        tables_before_plots=0,
    )


def _introduction(results: Results) -> Iterator[str]:
    """Yield what a reader has to know before the figures."""
    settings = results.settings
    yield (
        "Each turn is a message, each session a conversation, each sample a user. Every question is "
        "asked with Recall; its evidence is the turns that answer it. The rivals rank the same "
        'texts by the same embedding model: "+ speaker" has the speaker\'s name before the turn, '
        f"as {OURS} has it. RRF is reciprocal rank fusion with k = 60 of cosine and BM25, convex "
        "the mean of both scores, each scaled to [0, 1] over the turns of the conversation."
    )
    yield (
        f"Data: {listed(results.data)}. Versions: {listed(results.versions)}. "
        f"Intervals: {settings['resamples']} resamples, seed {settings['seed']}."
    )
    if settings["facts"]:
        yield (
            "The server also drew facts of the turns. They stand among the results, take places, and "
            "count as the turns that say them."
        )
    yield f"Weights that the server applied: `{json.dumps(settings['weights'])}`."

"""What an evaluation prints for a person: tables on standard output, progress on standard error."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from memsvc.cli.evaluation_json import weights_document
from memsvc.cli.measured import Arm, Difference, Measurement, Outcome, differences
from memsvc.cli.report import Display
from memsvc.cli.weights import CONTEXT_PREFIX, name_of_arm
from memsvc.core.evaluation import NDCG_CUT, Metrics

#: How many questions without any right result are named.
MISSED_MAX: Final = 10
_NONE: Final = "–"  # ruff: ignore[ambiguous-unicode-character-string] - as tables have it
_LEGEND: Final = (
    "R@k: the share of what answers a question that is among the first k results; any@k: the share "
    "of questions with any of it there; MRR: the mean of 1 / the place of the first of it."
)
_COMPARISON_LEGEND: Final = (
    "95 % interval: of the difference, over questions drawn anew from these; where it holds 0, the "
    "difference may be chance."
)
_ARMS_LEGEND: Final = "Difference: without the part minus with all parts; below 0, the part helps."


class EvaluationDisplay(Display):
    """Standard error, for a person who watches questions being answered."""

    @contextmanager
    def asking(self, total: int) -> Generator[Callable[[int], None]]:
        """Show how many of *total* are answered, if anybody watches; yield what counts more."""
        columns = (
            TextColumn("evaluating"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("questions"),
            TimeRemainingColumn(),
        )
        hidden = not self._console.is_terminal
        with Progress(*columns, console=self._console, disable=hidden, transient=True) as bar:
            task = bar.add_task("", total=total)
            yield lambda more: bar.update(task, advance=more)


def print_report(outcome: Outcome) -> None:
    """Print *outcome* on standard output."""
    console = Console(highlight=False, markup=False)
    chosen = outcome.chosen
    parts = [(_figures_table(chosen), _LEGEND)]
    if outcome.default:
        parts.append((_comparison_table(chosen, outcome.default), _COMPARISON_LEGEND))
    if arms := chosen.arms():
        parts.append((_arms_table(chosen, arms), _ARMS_LEGEND))
    for table, legend in parts:
        console.print(table)
        console.print(legend, style="dim")
        console.print()
    for sentence in _sentences(outcome):
        console.print(_plain(sentence))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for place, column in enumerate(columns):
        if place:
            table.add_column(column, justify="right", no_wrap=True)
        else:
            table.add_column(column, overflow="fold")
    return table


def _plain(text: str) -> Text:
    """Return *text* as it is, but nothing that would steer a terminal."""
    letters = (each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
    return Text("".join(letters))


def _share(value: float) -> str:
    return f"{value:.3f}"


def _signed(value: float) -> str:
    return f"{value:+.3f}"


def _columns(measured: Measurement) -> list[str]:
    recalls = [f"R@{cut}" for cut in measured.cuts]
    return [*recalls, f"any@{measured.judged_cut}", f"nDCG@{NDCG_CUT}", "MRR"]


def _values(metrics: Metrics, measured: Measurement) -> list[float]:
    """Return what stands in the columns."""
    recalls = [metrics.at(cut).recall for cut in measured.cuts]
    anything = metrics.at(measured.judged_cut).any
    return [*recalls, anything, metrics.ndcg, metrics.mean_reciprocal_rank]


def _figures_table(measured: Measurement) -> Table:
    categories = measured.categories()
    label = "category" if categories else ""
    table = _table("How well Recall answers", label, "questions", *_columns(measured))
    rows = [("all", measured.metrics())]
    rows.extend((name or _NONE, metrics) for name, metrics in categories.items())
    for place, (name, metrics) in enumerate(rows):
        figures = map(_share, _values(metrics, measured))
        table.add_row(_plain(name), f"{metrics.query_count:,}", *figures, end_section=not place)
    return table


def _comparison_table(chosen: Measurement, default: Measurement) -> Table:
    columns = ("", "given", "default", "difference", "95 % interval")
    table = _table("The weights given beside the server's defaults", *columns)
    judged = {_column_of(each): each for each in differences(chosen, default)}
    names = _columns(chosen)
    ours, theirs = (_values(each.metrics(), chosen) for each in (chosen, default))
    for name, one, other in zip(names, ours, theirs, strict=True):
        found = judged.get(name)
        interval = f"{_signed(found.low)} to {_signed(found.high)}" if found else ""
        table.add_row(name, _share(one), _share(other), _signed(one - other), interval)
    for name, one, other in zip(("p50", "p95"), chosen.latency(), default.latency(), strict=True):
        table.add_row(f"{name}, ms", f"{one:.1f}", f"{other:.1f}", f"{one - other:+.1f}", "")
    return table


def _column_of(difference: Difference) -> str:
    name, _, cut = difference.figure.partition("@")
    return f"R@{cut}" if name == "recall" else "MRR"


def _arms_table(measured: Measurement, arms: Sequence[Arm]) -> Table:
    cut = measured.judged_cut
    columns = ("part", f"R@{cut} without", "difference", f"R@{cut} alone")
    table = _table("What each part of the score contributes", *columns)
    whole = measured.metrics().at(cut).recall
    for arm in arms:
        without = arm.without.at(cut).recall
        alone = _share(arm.alone.at(cut).recall) if arm.alone else _NONE
        name = _plain(name_of_arm(arm.name))
        table.add_row(name, _share(without), _signed(without - whole), alone)
    return table


def _sentences(outcome: Outcome) -> Iterator[str]:
    chosen, survey = outcome.chosen, outcome.survey
    p50, p95 = chosen.latency()
    counts = [f"{len(chosen.answers):,} questions"]
    if survey.left_out:
        counts.append(f"{survey.left_out:,} left out (nothing answers them)")
    if survey.faults:
        counts.append(f"{len(survey.faults):,} faulty")
    yield (
        f"{', '.join(counts)}; in the server {p50:.1f} ms at the median and {p95:.1f} ms at the "
        f"95th percentile; {chosen.degraded_count():,} degraded."
    )
    if missed := chosen.missed():
        places = [answer.question.place for answer in missed]
        yield f"{len(missed):,} with nothing right among {outcome.limit} results: {_some(places)}."
    yield f"Weights applied: {', '.join(_weights(chosen))}."


def _some(places: Sequence[str]) -> str:
    more = len(places) - MISSED_MAX
    return "; ".join(places[:MISSED_MAX]) + (f"; and {more:,} more" if more > 0 else "")


def _weights(measured: Measurement) -> Iterator[str]:
    """Yield the weights with the names by which they are given."""
    for name, value in weights_document(measured.weights).items():
        if isinstance(value, dict):
            for part, inner in value.items():
                yield f"{CONTEXT_PREFIX}{part} {inner}"
        else:
            yield f"{name} {value}"

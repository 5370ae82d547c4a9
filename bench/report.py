"""What every measurement needs to be shown: tables, plots as SVG, and a page in Markdown.

The same values give the same files, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as ConsoleTable
from rich.text import Text

#: Of the first series, which is the one that matters; the others take theirs from a palette whose
#: neighbours are a dark and a light tone of one colour.
ACCENT: Final = "#1f4e79"
PALETTE: Final = "tab20"
#: The palette's first two are too close to the accent.
PALETTE_START: Final = 2
#: In inches.
WIDTH: Final = 10.0
HEIGHT: Final = 5.0
ROW_HEIGHT: Final = 0.32
#: More digits differ from machine to machine.
DIGITS: Final = 5
#: Of a console that is no terminal, where the tables would be cut to 80 columns.
FILE_WIDTH: Final = 160


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text; the first column holds words, the others figures."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Groups of bars with one bar of each series, the most important series first."""

    title: str
    #: What the values are.
    axis: str
    groups: tuple[str, ...]
    #: A bar for each group, by the series' name.
    series: Mapping[str, Sequence[Bar]]
    #: Names of groups that are too long to stand side by side.
    horizontal: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines through points, the most important series first."""

    title: str
    x_axis: str
    y_axis: str
    #: Points (x, y) by the series' name.
    series: Mapping[str, Sequence[tuple[float, float]]]
    x_logarithmic: bool = False
    y_logarithmic: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What a measurement shows, for people and for machines."""

    #: Of its files.
    name: str
    title: str
    #: All figures, as JSON holds them.
    values: object
    #: What a reader has to know before the figures.
    introduction: tuple[str, ...]
    tables: tuple[Table, ...]
    #: By the end of their files' names.
    plots: tuple[tuple[str, Bars | Lines], ...] = ()
    #: How many of the tables stand before the plots.
    tables_before_plots: int = 1


def write_report(report: Report, folder: Path) -> None:
    """Write the page, its plots and its figures as JSON to *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{report.name}.json").write_text(json_text(report.values), encoding="utf-8")
    images = []
    for name, plot in report.plots:
        path = folder / f"{report.name}-{name}.svg"
        if isinstance(plot, Bars):
            draw_bars(plot, path)
        else:
            draw_lines(plot, path)
        images.append(markdown_image(path, plot.title))
    tables = [markdown_table(table) for table in report.tables]
    before, after = tables[: report.tables_before_plots], tables[report.tables_before_plots :]
    blocks = (*report.introduction, *before, *images, *after)
    write_page(folder / f"{report.name}.md", report.title, blocks)


def json_text(values: object) -> str:
    """Return *values* as JSON, figures rounded so that machines agree on them."""
    return _dumped(_rounded(values)) + "\n"


def _rounded(value: object) -> object:
    match value:
        case float():
            # Without the 0, what is rounded up to nothing would be written as -0.0.
            return round(value, DIGITS) + 0.0
        case dict():
            return {key: _rounded(each) for key, each in value.items()}
        case list() | tuple():
            return [_rounded(each) for each in value]
        case _:
            return value


def _dumped(value: object, indent: str = "") -> str:
    """Return JSON with one line for each object that holds no further ones."""
    inner = indent + " "
    match value:
        case dict() if any(map(_holds_objects, value.values())):
            members = (f"{json.dumps(key)}: {_dumped(each, inner)}" for key, each in value.items())
            ends = "{}"
        case list() if any(map(_holds_objects, value)):
            members = (_dumped(each, inner) for each in value)
            ends = "[]"
        case _:
            return json.dumps(value)
    lines = ",\n".join(inner + member for member in members)
    return f"{ends[0]}\n{lines}\n{indent}{ends[1]}"


def _holds_objects(value: object) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(each, dict) for each in value)
    )


def print_tables(console: Console, tables: Iterable[Table]) -> None:
    """Print tables for a person."""
    if not console.is_terminal:
        console.width = FILE_WIDTH
    for table in tables:
        print_table(console, table)


def print_table(console: Console, table: Table) -> None:
    """Print a table for a person."""
    drawn = ConsoleTable(box=SIMPLE_HEAD)
    for place, column in enumerate(table.columns):
        drawn.add_column(column, justify="right" if place else "left", no_wrap=not place)
    for row in table.rows:
        # Square brackets, as of an interval, are markup to rich.
        drawn.add_row(*map(Text, row))
    console.print(Text(table.title, style="bold"), drawn, Text(table.note, style="dim"), sep="")
    console.print()


def listed(values: Mapping[str, object]) -> str:
    """Return names with their values as text."""
    return ", ".join(f"{name} {value}" for name, value in values.items())


def markdown_table(table: Table) -> str:
    """Return a table as a section in Markdown."""
    rules = ("---", *["---:"] * (len(table.columns) - 1))
    lines = ("| " + " | ".join(row) + " |" for row in (table.columns, rules, *table.rows))
    blocks = (f"## {table.title}", "\n".join(lines), table.note)
    return "\n\n".join(block for block in blocks if block)


def markdown_image(path: Path, text: str) -> str:
    """Return an image that lies beside the page, with a *text* for those who do not see it."""
    return f"![{text}]({path.name})"


def write_page(path: Path, title: str, blocks: Iterable[str]) -> None:
    """Write a page of *blocks* in Markdown."""
    path.write_text("\n\n".join((f"# {title}", *blocks)) + "\n", encoding="utf-8")


def draw_bars(bars: Bars, path: Path) -> None:
    """Draw bars with their intervals to an SVG file."""
    count = len(bars.groups) * len(bars.series)
    height = max(HEIGHT, ROW_HEIGHT * count) if bars.horizontal else HEIGHT
    figure, axes = _figure(bars.title, height)
    places, thickness = np.arange(len(bars.groups)), 0.84 / len(bars.series)
    for number, ((name, each), colour) in enumerate(
        zip(bars.series.items(), _colours(len(bars.series)), strict=True)
    ):
        at = places + (number - (len(bars.series) - 1) / 2) * thickness
        values = [bar.value for bar in each]
        errors = [
            [max(0.0, bar.value - bar.low) for bar in each],
            [max(0.0, bar.high - bar.value) for bar in each],
        ]
        look: dict[str, Any] = {
            "color": colour,
            "label": name,
            "error_kw": {"elinewidth": 0.9, "ecolor": "#333333"},
        }
        if bars.horizontal:
            axes.barh(at, values, thickness * 0.94, xerr=errors, **look)
        else:
            axes.bar(at, values, thickness * 0.94, yerr=errors, **look)
    if bars.horizontal:
        axes.set_yticks(places, bars.groups)
        axes.invert_yaxis()
        axes.set_xlabel(bars.axis)
        axes.axvline(0, color="#333333", linewidth=0.8)
    else:
        axes.set_xticks(places, bars.groups)
        axes.set_ylabel(bars.axis)
    _finish(figure, axes, bars.series, path, across="x" if bars.horizontal else "y")


def draw_lines(lines: Lines, path: Path) -> None:
    """Draw lines through their points to an SVG file."""
    figure, axes = _figure(lines.title, HEIGHT)
    for (name, points), colour in zip(
        lines.series.items(), _colours(len(lines.series)), strict=True
    ):
        x, y = zip(*points, strict=True)
        axes.plot(x, y, marker="o", markersize=4, color=colour, label=name)
    axes.set_xlabel(lines.x_axis)
    axes.set_ylabel(lines.y_axis)
    if lines.x_logarithmic:
        axes.set_xscale("log")
    if lines.y_logarithmic:
        axes.set_yscale("log")
    _finish(figure, axes, lines.series, path, across="both")


def _figure(title: str, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
    return figure, axes


def _colours(count: int) -> list[Any]:
    palette = mpl.colormaps[PALETTE]
    return [ACCENT, *(palette((PALETTE_START + place) % palette.N) for place in range(count - 1))]


def _finish(
    figure: Figure, axes: Axes, series: Mapping[str, object], path: Path, *, across: Any
) -> None:
    axes.grid(axis=across, color="#dddddd", linewidth=0.6)
    if len(series) > 1:
        figure.legend(loc="outside right upper", frameon=False)
    # Without a salt of our own the ids in the file are random, and its date is that of the run.
    with mpl.rc_context({"svg.hashsalt": path.stem, "svg.fonttype": "none"}):
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})

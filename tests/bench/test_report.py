"""Tables, plots and pages: the same values give the same files, and nothing is lost in them."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bench.report import (
    Bar,
    Bars,
    Lines,
    Table,
    draw_bars,
    draw_lines,
    markdown_image,
    markdown_table,
    print_table,
    write_page,
)

TABLE = Table("Found", ("ranker", "share"), (("ours", "0.5 [0.4, 0.6]"),), "A note.")
LINES = Lines(
    "Latency",
    "memories",
    "milliseconds",
    {"Recall": [(1_000, 4.0), (100_000, 90.0)], "bare": [(1_000, 1.0), (100_000, 70.0)]},
    x_logarithmic=True,
    y_logarithmic=True,
)


def _bars(*, horizontal: bool) -> Bars:
    series = {
        "ours": [Bar(0.5, 0.4, 0.6), Bar(-0.1, -0.2, 0.0)],
        # A mean may lie a rounding error outside of its interval.
        "theirs": [Bar(0.3, 0.3000001, 0.4), Bar(0.1, 0.1, 0.1)],
    }
    return Bars("Found", "share", ("first", "second"), series, horizontal=horizontal)


def _texts(path: Path) -> set[str]:
    return set(re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text(encoding="utf-8")))


def test_a_table_in_markdown_is_a_section() -> None:
    """Words to the left, figures to the right, the note below."""
    assert markdown_table(TABLE) == (
        "## Found\n\n| ranker | share |\n| --- | ---: |\n| ours | 0.5 [0.4, 0.6] |\n\nA note."
    )


def test_a_table_for_a_person_holds_every_cell() -> None:
    """Brackets are text, not markup."""
    output = StringIO()

    print_table(Console(file=output, width=80), TABLE)

    assert all(text in output.getvalue() for text in ("Found", "ours", "[0.4, 0.6]", "A note."))


def test_a_page_ends_with_its_last_block(tmp_path: Path) -> None:
    """Blocks are paragraphs; images lie beside the page."""
    write_page(tmp_path / "a.md", "Title", ["One.", markdown_image(tmp_path / "b.svg", "Two")])

    assert (tmp_path / "a.md").read_text() == "# Title\n\nOne.\n\n![Two](b.svg)\n"


@pytest.mark.parametrize("horizontal", [False, True])
def test_bars_name_their_groups_and_series(tmp_path: Path, *, horizontal: bool) -> None:
    """Title, axis, groups and series stand in the plot as text that can be searched."""
    draw_bars(_bars(horizontal=horizontal), tmp_path / "bars.svg")

    assert {"Found", "share", "first", "second", "ours", "theirs"} <= _texts(tmp_path / "bars.svg")


def test_lines_name_their_axes_and_series(tmp_path: Path) -> None:
    """Both axes may be logarithmic."""
    draw_lines(LINES, tmp_path / "lines.svg")

    assert {"Latency", "memories", "milliseconds", "Recall", "bare"} <= _texts(
        tmp_path / "lines.svg"
    )


def test_a_plot_is_the_same_file_every_time(tmp_path: Path) -> None:
    """No date, no random ids: a plot that did not change makes no difference in a repository."""
    files = []
    for folder in (tmp_path / "first", tmp_path / "second"):
        folder.mkdir()
        draw_bars(_bars(horizontal=False), folder / "bars.svg")
        draw_lines(LINES, folder / "lines.svg")
        files.append([(folder / name).read_bytes() for name in ("bars.svg", "lines.svg")])

    assert files[0] == files[1]

"""The measurement of jobs and facts runs, and its report says what was measured."""

from __future__ import annotations

import json
from pathlib import Path

from bench.jobs import Figures, report_of, run
from bench.report import write_report
from bench.timing import Timing


def test_it_measures_and_reports(tmp_path: Path) -> None:
    """A quick run has a figure for everything, and each tenant gets its turn."""
    report = run(quick=True)
    write_report(report, tmp_path)

    figures = json.loads((tmp_path / "jobs.json").read_text("utf-8"))["figures"]
    assert all(value > 0 for value in figures.values() if isinstance(value, float))
    assert figures["quiet_turn"] <= 16
    assert "Conscious" in (tmp_path / "jobs.md").read_text("utf-8")


def test_a_mark_that_is_missed_is_told() -> None:
    """Fewer jobs than promised are no success."""
    slow = Figures(1, 1, 1, 500, 1, 1, 10, Timing(9, 9, 9))

    marks = report_of(slow).tables[1]

    assert [row[-1] for row in marks.rows] == ["NO", "NO", "NO"]

"""The measurement of overload runs, and its report says what was measured."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from bench.overload import Effort, Figures, Load, marks_of, run
from bench.report import write_report
from bench.timing import Timing

SHORT = Effort(0.5, 2.0, 5)


def test_it_measures_and_reports(tmp_path: Path) -> None:
    """A short run answers and refuses, and the report has a line for every load."""
    write_report(run(SHORT), tmp_path)

    figures = json.loads((tmp_path / "overload.json").read_text("utf-8"))["figures"]
    assert all(rate > 0 for rate in figures["answers"].values())
    assert figures["floor"] > 0
    assert figures["overload"]["refused_share"] > 0
    assert "polite, beside the greedy one" in (tmp_path / "overload.md").read_text("utf-8")


def test_a_mark_that_is_missed_is_told() -> None:
    """An overload in which little is answered, and late, is no success."""
    quick = Timing(10, 12, 15)
    good = Load(90.0, quick, Timing(1, 2, 3), 0.8, {})
    figures = Figures(quick, {1: 90.0, 4: 100.0}, 95.0, Timing(1, 1, 2), good, good, good, good)
    assert all(mark.met for mark in marks_of(figures))

    bad = Load(50.0, Timing(100, 200, 500), Timing(100, 200, 900), 0.1, {"UNAVAILABLE": 3})
    worse = replace(figures, overload=bad, polite_beside=bad)
    assert not any(mark.met for mark in marks_of(worse))

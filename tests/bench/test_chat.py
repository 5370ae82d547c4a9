"""The measurement of chats runs, and its report says what was measured."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from bench.chat import QUICK, Figures, Ways, report_of, run
from bench.report import write_report


def test_it_measures_and_reports(tmp_path: Path) -> None:
    """A quick run has every figure; all streams of its crowd are complete, and none is left open."""
    write_report(run(quick=True), tmp_path)

    figures = json.loads((tmp_path / "chat.json").read_text("utf-8"))
    assert figures["first"]["p50"] > 0
    assert figures["floor"]["p50"] > 0
    assert figures["leaving"]["p50"] > 0
    assert figures["crowd_complete"] == QUICK.crowd
    assert figures["left_open"] == 0
    assert "MiB" in (tmp_path / "chat.md").read_text("utf-8")


def test_a_mark_that_is_missed_is_told() -> None:
    """Words that take too long, streams that broke off and answers that go on are no success."""
    ways = Ways(20.0, 20.0, 20.0)
    late = Ways(20.0, 500.0, 2000.0)
    bad = Figures(ways, ways, ways, QUICK.crowd - 1, 1, 1, 1, 1, 1, late, 1, 1, 3)
    good = replace(
        bad,
        first=Ways(1.0, 2.0, 3.0),
        crowd_complete=QUICK.crowd,
        leaving=ways,
        left_open=0,
    )

    assert [row[-1] for row in report_of(bad, QUICK).tables[-1].rows] == ["NO"] * 4
    assert [row[-1] for row in report_of(good, QUICK).tables[-1].rows] == ["yes"] * 4

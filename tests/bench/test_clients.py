"""What a client costs: ratios to the fastest, and a small run from end to end."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bench import clients
from bench.clients import ClientFigures, marks_of, table_of

FIGURES = [ClientFigures("slow", 3.2, 4.0, 0.9), ClientFigures("fast", 2.0, 3.0, 0.5)]


def test_clients_are_compared_with_the_fastest() -> None:
    """The fastest comes first, and one that takes over one and a half times as long misses the mark."""
    rows = table_of(FIGURES).rows

    assert [row[0] for row in rows] == ["fast", "slow"]
    assert [row[2] for row in rows] == ["1.00", "1.60"]
    assert [mark.met for mark in marks_of(FIGURES)] == [False, True]


def test_a_small_run_measures_every_client(tmp_path: Path) -> None:
    """Each client with a runner is measured, and the report names them all."""
    languages = clients.measured_languages()
    if not languages and "CI" not in os.environ:
        pytest.skip("no runner is built")

    assert clients.main(["--quick", "--report", str(tmp_path)]) == 0

    report = json.loads((tmp_path / "clients.json").read_text("utf-8"))
    assert set(report["clients"]) == {language.title for language in languages}
    assert all(each["recall_p50_ms"] > 0 for each in report["clients"].values())
    page = (tmp_path / "clients.md").read_text("utf-8")
    assert all(f"| {language.title} |" in page for language in languages)

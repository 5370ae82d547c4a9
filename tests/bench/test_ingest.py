"""Storing messages: rates become shares and marks; a small run from end to end has everything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench import ingest
from bench.ingest_figures import (
    BATCHED,
    BULK,
    BY_SERVER,
    DEFERRED,
    MODES,
    OWN,
    STREAM_ONE,
    WAYS,
    Measured,
    Results,
)
from bench.ingest_report import report_of
from bench.report import write_report
from tests.support.server import ServerProcess


def _measured(way: str, mode: str) -> Measured:
    floor = 400.0 if mode == BY_SERVER else None
    until = 30.0 if mode == DEFERRED else None
    return Measured(way, mode, 6_000, 20.0 if mode == BY_SERVER else 1.5, floor, until)


RESULTS = Results(
    machine={"processors": 2},
    settings={"batch": 100, "users": 50},
    measured=[_measured(way, mode) for mode in MODES for way in WAYS],
)


def test_rates_are_those_of_what_was_measured() -> None:
    """Messages over seconds, over the floor, and over the time until all vectors are there."""
    by_server, later = RESULTS.of(BATCHED, BY_SERVER), RESULTS.of(BATCHED, DEFERRED)

    assert by_server.per_second == pytest.approx(300)
    assert by_server.share == pytest.approx(0.75)
    assert by_server.embedded_per_second is None
    assert later.per_second == pytest.approx(4_000)
    assert later.share is None
    assert later.embedded_per_second == pytest.approx(6_000 / 31.5)


def test_marks_are_asked_of_what_is_meant_for_many_messages() -> None:
    """A message a call pays for its call; nobody stores many that way."""
    marks = RESULTS.marks
    values = {mark.name: mark.value for mark in marks}

    assert len(values) == len(BULK) * len(MODES)
    assert values[f"{STREAM_ONE} / bare embedding"] == pytest.approx(0.75)
    assert values[f"{STREAM_ONE}, {OWN}"] == pytest.approx(4_000)
    assert all(mark.met for mark in marks)


def test_the_same_figures_give_the_same_files(tmp_path: Path) -> None:
    """The page, the plot and the figures; every way is on the page."""
    for name in ("first", "second"):
        write_report(report_of(RESULTS), tmp_path / name)

    names = {path.name for path in (tmp_path / "first").iterdir()}
    assert names == {"ingest.md", "ingest.json", "ingest-rates.svg"}
    for name in names:
        first, second = (tmp_path / folder / name for folder in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()
    page = (tmp_path / "first" / "ingest.md").read_text(encoding="utf-8")
    assert all(way in page for way in WAYS)


@pytest.fixture(scope="module")
def figures(
    server: ServerProcess,
    environment: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """What one small run of the command measured."""
    folder = tmp_path_factory.mktemp("ingest")
    arguments = ["--quick", "--messages", "20", "--target", server.target]

    files = ["--json", str(folder / "out.json"), "--report", str(folder / "report")]
    assert ingest.main([*arguments, *files]) == 0
    assert (folder / "report" / "ingest.md").exists()
    found: dict[str, Any] = json.loads((folder / "out.json").read_text())
    return found


def test_a_run_measures_every_way_in_every_mode(figures: dict[str, Any]) -> None:
    """What the server embeds is held against the floor of the same run."""
    measured = figures["measured"]

    assert [(each["way"], each["mode"]) for each in measured] == [
        (way, mode) for mode in MODES for way in WAYS
    ]
    assert all(each["per_second"] > 0 for each in measured)
    for each in measured:
        assert (each["share"] is not None) == (each["mode"] == BY_SERVER)
    assert figures["bare embedding"] > 0
    assert len(figures["marks"]) == len(BULK) * len(MODES)


def test_what_is_embedded_later_is_waited_for(figures: dict[str, Any]) -> None:
    """The time until the last vector is there is a figure of its own."""
    later = {each["way"]: each for each in figures["measured"] if each["mode"] == DEFERRED}

    for way in BULK:
        assert later[way]["until_embedded"] > 0
        assert later[way]["embedded_per_second"] < later[way]["per_second"]


def test_a_run_needs_messages(capsys: pytest.CaptureFixture[str]) -> None:
    """One in ten of them is sent by itself, so there have to be ten."""
    with pytest.raises(SystemExit):
        ingest.options_of(["--messages", "9"])
    assert "--messages has to be at least 10" in capsys.readouterr().err

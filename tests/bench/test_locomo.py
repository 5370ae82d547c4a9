"""The measurement from end to end: a made-up file, the real server, every figure and file."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bench import locomo
from bench.ablations import ABLATIONS, weights_without
from bench.figures import figure_names
from bench.locomo import Options, options_of, run
from bench.locomo_report import report_of
from bench.report import print_tables, write_report
from bench.rivals import RIVALS
from tests.bench.talk import SPEAKERS
from tests.support.server import ServerProcess


@dataclass(frozen=True)
class Run:
    """What one run of the command wrote."""

    figures: dict[str, Any]
    report: Path


@pytest.fixture(scope="module")
def measured(
    data: Path,
    server: ServerProcess,
    environment: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> Run:
    """One run of the command with everything."""
    folder = tmp_path_factory.mktemp("measured")
    arguments = ["--data", str(data), "--target", server.target, "--json", str(folder / "out.json")]

    assert locomo.main([*arguments, "--report", str(folder / "report")]) == 0
    return Run(json.loads((folder / "out.json").read_text()), folder / "report")


def _estimates(section: dict[str, Any]) -> list[dict[str, Any]]:
    return [e for groups in section.values() for group in groups.values() for e in group.values()]


def test_every_ranker_has_every_figure(measured: Run) -> None:
    """All rankers, overall and by category, each with all figures of turns and sessions."""
    figures = measured.figures

    assert figures["questions"] == {"all": 6, "single-hop": 4, "multi-hop": 2}
    assert list(figures["rankers"]) == ["memsvc", *RIVALS]
    assert list(figures["differences"]) == list(RIVALS)
    assert list(figures["ablations"]) == list(ABLATIONS)
    for section in ("rankers", "differences", "ablations"):
        for groups in figures[section].values():
            assert list(groups) == ["all", "single-hop", "multi-hop"]
            assert all(list(group) == list(figure_names(20)) for group in groups.values())


def test_intervals_hold_the_mean(measured: Run) -> None:
    """Both intervals of every figure, of shares and of differences."""
    for section in ("rankers", "differences", "ablations"):
        for estimate in _estimates(measured.figures[section]):
            for low, high in (estimate["questions"], estimate["conversations"]):
                assert low - 1e-4 <= estimate["mean"] <= high + 1e-4


def test_what_is_plain_is_found(measured: Run) -> None:
    """The questions name their turns: among 9 turns all are found, and so are all 3 sessions."""
    ours = measured.figures["rankers"]["memsvc"]["all"]

    assert ours["recall@10"]["mean"] == 1
    assert ours["session recall@5"]["mean"] == 1
    assert measured.figures["rankers"]["memsvc"]["single-hop"]["MRR"]["mean"] > 0.5
    assert measured.figures["degraded"] == {}


def test_differences_are_ours_minus_theirs(measured: Run) -> None:
    """The mean of the differences is the difference of the means."""
    rankers = measured.figures["rankers"]
    for rival, groups in measured.figures["differences"].items():
        for name, estimate in groups["all"].items():
            expected = rankers["memsvc"]["all"][name]["mean"] - rankers[rival]["all"][name]["mean"]
            assert estimate["mean"] == pytest.approx(expected, abs=1e-4)


def test_the_data_is_named_by_its_digest_and_size(measured: Run) -> None:
    """Who has the file can tell that it is the same one."""
    told = measured.figures["data"]

    assert len(told.pop("SHA-256")) == 64
    assert told == {"conversations": 2, "sessions": 6, "turns": 18, "questions": 6}
    assert measured.figures["settings"]["weights"]["semantic"] > 0


def test_no_text_of_the_data_is_in_any_file(measured: Run) -> None:
    """Data may be shared under terms that a report cannot keep: no speaker, no word of it."""
    words = [*SPEAKERS, "tandem", "Ghent", "theremin", "Ptolemy", "sample-", "talk.json"]
    names = {path.name for path in measured.report.iterdir()}

    assert {"locomo.md", "locomo.json", "locomo-rankers.svg"} <= names
    assert {"locomo-categories.svg", "locomo-ablations.svg"} <= names
    for path in measured.report.iterdir():
        text = path.read_text(encoding="utf-8")
        assert not [word for word in words if word in text]


def test_a_second_run_finds_the_same(
    data: Path,
    server: ServerProcess,
    environment: pytest.MonkeyPatch,
    measured: Run,
    tmp_path: Path,
) -> None:
    """Messages of earlier runs are other users': they change nothing. Files differ in times only."""
    options = Options(data, server.target, None, tmp_path, limit=20, ablations=False)

    results = run(options)

    write_report(report_of(results), tmp_path / "first")
    write_report(report_of(results), tmp_path / "second")
    again = json.loads((tmp_path / "first" / "locomo.json").read_text())
    assert again["rankers"] == measured.figures["rankers"]
    assert again["ablations"] == {}
    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes()
    output = StringIO()
    print_tables(Console(file=output), report_of(results).tables)
    assert all(f" {name} " in output.getvalue() for name in ("memsvc", *RIVALS))


def test_facts_are_drawn_if_they_are_asked_for(
    data: Path, server: ServerProcess, environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A run with facts says so, and what is plain is found all the same."""
    options = Options(data, server.target, None, tmp_path, limit=20, ablations=False, facts=True)

    results = run(options)

    assert results.settings["facts"] is True
    assert any("facts" in line for line in report_of(results).introduction)
    assert results.comparison.rankers["memsvc"]["all"]["any@10"].mean == 1


def test_a_part_is_switched_off_alone() -> None:
    """What is not named keeps the server's default: it is not set."""
    weights = weights_without(["recency", "context.speaker"])

    assert weights.HasField("recency")
    assert weights.recency == 0
    assert not weights.HasField("semantic")
    assert [field.name for field, _ in weights.context_weights.ListFields()] == ["speaker"]


def test_every_ablation_names_parts_of_the_contract() -> None:
    """A part that the contract does not know could not be switched off."""
    for parts in ABLATIONS.values():
        weights = weights_without(parts)
        fields = len(weights.ListFields()) - weights.HasField("context_weights")
        assert fields + len(weights.context_weights.ListFields()) == len(parts)


def test_the_limit_has_to_leave_the_figures_their_places(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Figures of the first ten turns need ten, and Recall gives a hundred at most."""
    assert options_of(["--data", "x", "--limit", "10"]).limit == 10
    for limit in ("9", "101"):
        with pytest.raises(SystemExit):
            options_of(["--data", "x", "--limit", limit])
    assert "--limit has to be 10 to 100" in capsys.readouterr().err


def test_a_file_in_another_layout_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence and the exit status 1; no server is started for it."""
    (tmp_path / "other.json").write_text("{}")

    assert locomo.main(["--data", str(tmp_path / "other.json")]) == 1
    assert "a list of samples" in capsys.readouterr().err


def test_a_server_that_does_not_start_is_told(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a target the server is its own; its failure is not taken for a result."""
    # What the real one gives when its process ends before it is ready.
    monkeypatch.setattr(locomo, "running_server", lambda _: nullcontext(""))

    assert locomo.main(["--data", str(data)]) == 1
    assert "the server did not start" in capsys.readouterr().err

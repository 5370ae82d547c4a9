"""Latency: what was measured becomes ratios and marks; a small run from end to end has everything."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from bench import latency
from bench.authentication import KEY, PLAIN, TOKEN, AuthenticationFigures
from bench.floors import (
    DATABASE_STATEMENT,
    DATABASE_TRANSACTION,
    EMBEDDING,
    EMPTY,
    RANKING,
    RECALL,
    SQL_STATEMENT,
    SQL_TRANSACTION,
)
from bench.latency_figures import (
    ALONE,
    AMONG,
    FLOORS_STATEMENT,
    FLOORS_TRANSACTION,
    SHARE,
    CrowdFigures,
    HostileFigures,
    PrefilterFigures,
    Results,
    SizeFigures,
)
from bench.latency_report import report_of
from bench.probes import add_floors, overlap
from bench.report import write_report
from bench.server import BenchFailed, BenchServer
from bench.timing import Concurrent, Timing
from memsvc_client import MemoryClient


def _timing(p50: float) -> Timing:
    return Timing(p50, 2 * p50, 3 * p50)


CONCURRENT = Concurrent(16, 640, 150.0, _timing(80.0), {})
SIZE = SizeFigures(
    size=1_000,
    timings={
        EMPTY: _timing(0.5),
        EMBEDDING: _timing(1.0),
        SQL_STATEMENT: _timing(0.5),
        SQL_TRANSACTION: _timing(1.0),
        DATABASE_STATEMENT: _timing(2.5),
        DATABASE_TRANSACTION: _timing(3.0),
        RANKING: _timing(0.4),
        FLOORS_STATEMENT: Timing(2.0, 4.0, 6.0),
        FLOORS_TRANSACTION: Timing(2.5, 5.0, 7.0),
        RECALL: Timing(10.0, 12.0, 15.0),
        "Recall, asked before": _timing(4.0),
    },
    processor_ms={"server": 6.0, "Postgres": 2.0, "client": 1.0},
    memory_mib={"server, unique": 150.0},
    concurrent=CONCURRENT,
    processors=2,
)
CROWD = CrowdFigures(
    users=200,
    size=1_000,
    timings={
        ALONE + RECALL: _timing(8.0),
        AMONG + RECALL: _timing(10.0),
        "among others, another user each time: Recall": _timing(11.0),
        ALONE + DATABASE_TRANSACTION: _timing(2.0),
        AMONG + DATABASE_TRANSACTION: _timing(3.0),
    },
    concurrent=CONCURRENT,
)
RESULTS = Results(
    machine={"processors": 2},
    settings={
        "rounds": 1,
        "warm_up": 1,
        "callers": 16,
        "concurrent_calls": 640,
        "words": 4_000,
        "subjects": 300,
        "conversation": 25,
    },
    sizes=[SIZE, replace(SIZE, size=300)],
    crowd=CROWD,
    prefilter=PrefilterFigures(100_000, 20, _timing(80.0), _timing(20.0), 0.98),
    hostile=[
        HostileFigures("10,000 words", 3.0, {"InvalidArgument": 10}, "InvalidArgument"),
        HostileFigures("one letter", 300.0, {"answered": 10}, "answered"),
    ],
    authentication=AuthenticationFigures(
        {KEY: _timing(0.01), TOKEN: _timing(0.3)}, {PLAIN: _timing(3.0), KEY: _timing(3.1)}
    ),
    loaded={"one user, 1,000": 2_000.0},
)


def test_ratios_are_those_of_what_was_measured() -> None:
    """Database over bare SQL, Recall over its floors, calls over what the processors could do."""
    ratios = SIZE.ratios

    assert ratios == pytest.approx({
        "database / bare SQL, statements": 5.0,
        "database / bare SQL, transaction": 3.0,
        "Recall / floors, p50": 4.0,
        "Recall / floors, p95": 2.4,
        "Recall / floors with the statement alone, p50": 5.0,
        "Recall / floors with the statement alone, p95": 3.0,
        # Two processors and 8 ms a call make 250 calls a second.
        SHARE: 0.6,
    })
    assert CROWD.ratios == pytest.approx({RECALL: 1.25, DATABASE_TRANSACTION: 1.5})
    assert RESULTS.prefilter.ratio == pytest.approx(0.25)


def test_processor_time_too_short_to_be_counted_divides_nothing_by_zero() -> None:
    """A small run may take less than a tick."""
    figures = replace(SIZE, processor_ms={"server": 0.0, "Postgres": 0.0, "client": 0.0})

    assert figures.ratios[SHARE] >= 0


def test_marks_belong_to_the_sizes_that_they_were_set_for() -> None:
    """A size without a target has no mark for it; the share of the processors is asked of each."""
    met = {mark.name: mark.met for mark in RESULTS.marks}

    assert met == {
        "database / bare SQL, statements, 1,000 memories": False,
        "database / bare SQL, transaction, 1,000 memories": True,
        "Recall / floors, p50, 1,000 memories": False,
        "Recall / floors with the statement alone, p50, 1,000 memories": False,
        "Recall / floors, p95, 1,000 memories": True,
        "Recall / floors with the statement alone, p95, 1,000 memories": True,
        f"{SHARE}, 16 callers, 1,000 memories": True,
        f"{SHARE}, 16 callers, 300 memories": True,
        "a user among 200 / alone, Recall, p50": True,
        "a user among 200 / alone, database, transaction, p50": False,
        "recall@10 of the prefiltered, 100,000 memories": False,
        "10,000 words, maximum": True,
        "one letter, maximum": False,
        "authentication by API key, p50": True,
        "authentication by token of an account, p50": False,
        "strange queries that are answered as they should be": True,
    }


def test_a_wrong_answer_to_a_strange_query_misses_its_mark() -> None:
    """That it came quickly does not help."""
    answered = HostileFigures("10,000 words", 3.0, {"answered": 1}, "InvalidArgument")

    assert not replace(RESULTS, hostile=[answered]).marks[-1].met


def test_floors_are_added_up_round_by_round() -> None:
    """The slow embedding of one round does not meet the slow SQL of another."""
    found = {
        EMPTY: [1.0, 1.0],
        EMBEDDING: [2.0, 9.0],
        SQL_STATEMENT: [3.0, 1.0],
        SQL_TRANSACTION: [4.0, 2.0],
    }

    add_floors(found)

    assert found[FLOORS_STATEMENT] == [6.0, 11.0]
    assert found[FLOORS_TRANSACTION] == [7.0, 12.0]


def test_overlap_is_the_share_of_what_was_wanted() -> None:
    """Order and what else was found do not matter."""
    ids = [UUID(int=number) for number in range(6)]

    assert overlap(ids[:4], [ids[5], ids[1], ids[0]]) == pytest.approx(0.5)


def test_the_same_figures_give_the_same_files(tmp_path: Path) -> None:
    """The page, the plots and the figures; each mark is on the page."""
    for name in ("first", "second"):
        write_report(report_of(RESULTS), tmp_path / name)

    names = {path.name for path in (tmp_path / "first").iterdir()}
    assert names == {"latency.md", "latency.json", "latency-database.svg", "latency-recall.svg"}
    for name in names:
        first, second = (tmp_path / folder / name for folder in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()
    page = (tmp_path / "first" / "latency.md").read_text(encoding="utf-8")
    assert all(mark.name in page for mark in RESULTS.marks)


@dataclass(frozen=True)
class Run:
    """What one run of the command wrote."""

    figures: dict[str, Any]
    report: Path


@pytest.fixture(scope="module")
def measured(
    bench_server: BenchServer, model_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Run:
    """One small run of the command, on the shared server instead of on two of its own."""

    @contextmanager
    def shared(_: Path) -> Generator[BenchServer]:
        yield bench_server

    folder = tmp_path_factory.mktemp("latency")
    sizes = ["--sizes", "40,20", "--users", "2", "--users-size", "10", "--runs", "2"]
    files = ["--json", str(folder / "out.json"), "--report", str(folder / "report")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEMSVC_MODEL_DIR", str(model_dir))
        patch.setattr(latency, "measured_server", shared)
        assert latency.main(["--quick", *sizes, "--callers", "2", *files]) == 0
    return Run(json.loads((folder / "out.json").read_text()), folder / "report")


def test_a_run_measures_everything(measured: Run) -> None:
    """Every size with all timings, ratios, processor time, memory and callers at once."""
    figures = measured.figures

    assert [each["size"] for each in figures["sizes"]] == [20, 40]
    for each in figures["sizes"]:
        assert set(each["timings"]) == set(SIZE.timings)
        assert set(each["ratios"]) == set(SIZE.ratios)
        for timing in each["timings"].values():
            assert 0 < timing["p50"] <= timing["p95"] <= timing["p99"]
        assert set(each["processor_ms"]) == {"server", "Postgres", "client"}
        assert len(each["memory_mib"]) == 4
        assert each["concurrent"]["errors"] == {}
        assert each["concurrent"]["calls"] == 4
    assert figures["crowd"]["users"] == 2
    assert figures["crowd"]["concurrent"]["errors"] == {}
    assert set(figures["loaded"]) == {"one user, 20", "one user, 40", "2 users, 10 each"}
    assert figures["machine"]["PostgreSQL"].startswith("18")


def test_few_memories_are_found_either_way(measured: Run) -> None:
    """Where the guesses are more than the memories, the prefilter leaves none out."""
    assert measured.figures["prefilter"]["recall"] == 1


def test_who_calls_is_found_out_by_each_kind_of_credential(measured: Run) -> None:
    """A key and a token, alone and with a Recall; the server takes both for what they are."""
    figures = measured.figures["authentication"]

    assert set(figures["alone"]) == {KEY, TOKEN}
    assert set(figures["recall"]) == {PLAIN, KEY, TOKEN}
    assert all(timing["p50"] > 0 for timing in figures["recall"].values())


def test_strange_queries_are_answered_or_refused(measured: Run) -> None:
    """Too long a query is the caller's mistake; all others are questions."""
    answers = {each["query"]: each["answers"] for each in measured.figures["hostile"]}

    assert answers.pop("10,000 words") == {"InvalidArgument": 10}
    assert list(answers) == ["4,096 bytes", "stop words only", "emoji only", "one letter"]
    assert all(counted == {"answered": 10} for counted in answers.values())


def test_the_report_of_a_run_lies_where_it_was_asked_for(measured: Run) -> None:
    """Beside the page its plots and its figures, which are those of the JSON."""
    assert json.loads((measured.report / "latency.json").read_text()) == measured.figures
    page = (measured.report / "latency.md").read_text(encoding="utf-8")
    assert "vacuum (analyze)" in page
    assert "(latency-database.svg)" in page


def test_every_user_got_the_memories_asked_for(measured: Run, client: MemoryClient) -> None:
    """What is measured as so many memories has so many."""
    for size in (20, 40):
        assert len(list(client.list_memories(user_id=f"user-{size}"))) == size


def test_a_run_needs_numbers_that_make_sense(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing can be measured of no memories."""
    assert latency.options_of(["--sizes", "300,100,100"]).sizes == (100, 300)
    for arguments in (["--sizes", "0"], ["--runs", "0"], ["--callers", "-1"]):
        with pytest.raises(SystemExit):
            latency.options_of(arguments)
    assert "at least 1" in capsys.readouterr().err


def test_a_server_that_does_not_start_is_told(
    model_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence and the exit status 1."""

    @contextmanager
    def broken(_: Path) -> Generator[BenchServer]:
        message = "the server did not start"
        raise BenchFailed(message)
        yield

    monkeypatch.setenv("MEMSVC_MODEL_DIR", str(model_dir))
    monkeypatch.setattr(latency, "measured_server", broken)

    assert latency.main(["--quick"]) == 1
    assert "the server did not start" in capsys.readouterr().err

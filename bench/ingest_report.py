"""What `bench.ingest` found out: as tables, as a page with a plot, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bench.ingest_figures import BULK, BY_SERVER, DEFERRED, MODES, WAYS, Measured, Results
from bench.marks import marks_table
from bench.report import Bar, Bars, Report, Table, listed

FLOOR: Final = "bare embedding"
_NONE: Final = "-"


def tables(results: Results) -> Iterator[Table]:
    """Yield the tables of the report."""
    yield marks_table(results.marks)
    yield Table(
        "Messages a second",
        ("", *MODES),
        tuple(
            (way, *(f"{results.of(way, mode).per_second:,.0f}" for mode in MODES)) for way in WAYS
        ),
        "From the first message to the last reply.",
    )
    yield Table(
        f"As a share of the {FLOOR}",
        ("", "messages/s", f"{FLOOR}, texts/s", "share"),
        tuple(
            (way, f"{each.per_second:,.0f}", _rate(each.floor), _share(each))
            for way in WAYS
            for each in [results.of(way, BY_SERVER)]
        ),
        "The floor is what the embedder makes of texts of the same kind by itself, before, "
        "between and after the parts in which the messages are sent.",
    )
    yield Table(
        "Until vectors that are made later are there",
        ("", "messages", "stored in s", "vectors after another s", "messages/s in all"),
        tuple(
            (
                way,
                f"{each.messages:,}",
                f"{each.seconds:.1f}",
                _NONE if each.until_embedded is None else f"{each.until_embedded:.1f}",
                _rate(each.embedded_per_second),
            )
            for way in BULK
            for each in [results.of(way, DEFERRED)]
        ),
        "Recall tells, as a reason why it is degraded, that some memory still waits.",
    )


def _rate(value: float | None) -> str:
    return _NONE if value is None else f"{value:,.0f}"


def _share(measured: Measured) -> str:
    return _NONE if measured.share is None else f"{measured.share:.2f}"


def plot(results: Results) -> Bars:
    """Return the rates side by side."""

    def bars(values: list[float]) -> list[Bar]:
        return [Bar(value, value, value) for value in values]

    return Bars(
        "Messages stored a second",
        "messages/s",
        WAYS,
        {
            **{mode: bars([results.of(way, mode).per_second for way in WAYS]) for mode in MODES},
            FLOOR: bars([results.of(way, BY_SERVER).floor or 0.0 for way in WAYS]),
        },
        horizontal=True,
    )


def report_of(results: Results) -> Report:
    """Return what is shown of *results*."""
    return Report(
        "ingest",
        "Storing messages, against the bare embedding",
        results.as_json(),
        tuple(_introduction(results)),
        tuple(tables(results)),
        (("rates", plot(results)),),
    )


def _introduction(results: Results) -> Iterator[str]:
    """Yield what a reader has to know before the figures."""
    settings = results.settings
    yield (
        "Made-up messages of about 15 words, in conversations of "
        f"{settings['batch']}, which are also the batches of a stream and of a call; many users are "
        f"{settings['users']}. Requests are made before the clock runs; the machine that asks also "
        "runs the server and its Postgres. With vectors of one's own nothing is embedded; what is "
        "embedded later is embedded while more arrives."
    )
    yield f"Machine: {listed(results.machine)}."

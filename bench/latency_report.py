"""What `bench.latency` found out: as tables, as a page with plots, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bench.floors import (
    CACHED,
    DATABASE_STATEMENT,
    DATABASE_TRANSACTION,
    EMBEDDING,
    EMPTY,
    EXACT_MAX,
    LIMIT,
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
    ROTATING,
    Results,
    SizeFigures,
)
from bench.marks import marks_table
from bench.report import Lines, Report, Table, listed
from bench.timing import Concurrent, Timing

_TIMED: Final = (
    EMPTY,
    EMBEDDING,
    SQL_STATEMENT,
    SQL_TRANSACTION,
    DATABASE_STATEMENT,
    DATABASE_TRANSACTION,
    RANKING,
    FLOORS_STATEMENT,
    FLOORS_TRANSACTION,
    RECALL,
    CACHED,
)
_PERCENTILES: Final = "p50 / p95 / p99 in ms."
_TIMES_NOTE: Final = (
    f"{_PERCENTILES} All of it in the same rounds, each once a round. A statement is timed in a "
    "transaction that has begun; a transaction from the wait for a connection until its commit. The "
    "floors of a round are an empty RPC, the embedding and the bare SQL. A question that was asked "
    "before is not embedded again."
)
_SHARE_NOTE: Final = (
    "The processors' calls: how many a second all processors could answer if they did nothing else, "
    "by the processor time that one call takes of the server and of Postgres. Whoever asks takes "
    "some of the same processors."
)


def tables(results: Results) -> Iterator[Table]:
    """Yield the tables of the report."""
    sizes = results.sizes
    yield marks_table(results.marks)
    yield _by_size(
        "Ratios",
        sizes,
        {name: [f"{each.ratios[name]:.2f}" for each in sizes] for name in sizes[0].ratios},
        "By memories of the user; of p50 unless it says otherwise.",
    )
    yield _by_size(
        "Times",
        sizes,
        {name: [_timing(each.timings[name]) for each in sizes] for name in _TIMED},
        _TIMES_NOTE,
    )
    yield _by_size(
        "Processor time of one Recall",
        sizes,
        {n: [f"{each.processor_ms[n]:.2f}" for each in sizes] for n in sizes[0].processor_ms},
        "In ms, one call after the other; the client is this measurement's own.",
    )
    yield _by_size(
        "Memory",
        sizes,
        {n: [f"{each.memory_mib[n]:.0f}" for each in sizes] for n in sizes[0].memory_mib},
        "In MiB, after the calls. Postgres' processes share their buffers: proportional counts each "
        "shared page once in all, unique leaves it out.",
    )
    yield _concurrent_table(results)
    yield from _other_tables(results)


def _by_size(
    title: str, sizes: Sequence[SizeFigures], rows: Mapping[str, Sequence[str]], note: str
) -> Table:
    columns = ("memories", *(f"{each.size:,}" for each in sizes))
    return Table(title, columns, tuple((name, *cells) for name, cells in rows.items()), note)


def _concurrent_table(results: Results) -> Table:
    measured: list[tuple[str, Concurrent, str]] = [
        (f"{each.size:,} memories", each.concurrent, f"{each.calls_per_second_max:,.0f}")
        for each in results.sizes
    ]
    crowd = results.crowd
    users = f"any of {crowd.users:,} users with {crowd.size:,} memories"
    measured.append((users, crowd.concurrent, "-"))
    return Table(
        f"{results.crowd.concurrent.callers} callers at once",
        ("", "calls/s", "processors' calls/s", "p50 / p95 / p99 in ms", "errors"),
        tuple(
            (name, f"{found.per_second:,.0f}", most, _timing(found.timing), _errors(found.errors))
            for name, found, most in measured
        ),
        _SHARE_NOTE,
    )


def _other_tables(results: Results) -> Iterator[Table]:
    crowd = results.crowd
    names = (
        ALONE + RECALL,
        AMONG + RECALL,
        ROTATING + RECALL,
        ALONE + DATABASE_TRANSACTION,
        AMONG + DATABASE_TRANSACTION,
    )
    yield Table(
        f"One user among {crowd.users:,} with {crowd.size:,} memories each",
        ("", "ms"),
        tuple((name, _timing(crowd.timings[name])) for name in names),
        f"{_PERCENTILES} Alone in a database of its own, asked in the same rounds; among the others "
        "and the users above in one.",
    )
    prefilter = results.prefilter
    yield Table(
        f"Prefiltered and exact, {prefilter.size:,} memories",
        ("candidates by", "ms"),
        (
            ("all vectors", _timing(prefilter.exact)),
            ("the signs of the vectors first", _timing(prefilter.prefiltered)),
            ("ratio of p50", f"{prefilter.ratio:.2f}"),
            ("recall@10", f"{prefilter.recall:.4f}"),
        ),
        f"{_PERCENTILES} The whole transaction, on the same {prefilter.questions:,} questions. "
        "recall@10: the share of the first ten that ranking makes of exact candidates which it also "
        f"puts among the first ten of prefiltered ones. The server is exact up to {EXACT_MAX:,}.",
    )
    yield Table(
        "Strange queries",
        ("query", "maximum in ms", "answers"),
        tuple((each.query, f"{each.max_ms:.1f}", listed(each.answers)) for each in results.hostile),
    )
    yield _authentication_table(results)
    yield Table(
        "Filling the databases",
        ("", "messages/s"),
        tuple((name, f"{rate:,.0f}") for name, rate in results.loaded.items()),
        "IngestStream with vectors of one's own, a batch for each conversation of "
        f"{results.settings['conversation']} messages, one stream.",
    )


def _authentication_table(results: Results) -> Table:
    figures = results.authentication
    rows = [
        (kind, _microseconds(figures.alone.get(kind)), _timing(timing))
        for kind, timing in figures.recall.items()
    ]
    return Table(
        "What authentication adds",
        ("credential", "alone, p50 / p99 in μs", "Recall, p50 / p95 / p99 in ms"),
        tuple(rows),
        "Alone: what finds out who calls and whether they may, 10,000 warm calls in this process. Recall: "
        "over the wire, questions that were asked before, each kind once a round.",
    )


def _microseconds(timing: Timing | None) -> str:
    return f"{timing.p50 * 1000:.1f} / {timing.p99 * 1000:.1f}" if timing else "-"


def _timing(timing: Timing) -> str:
    return f"{timing.p50:.2f} / {timing.p95:.2f} / {timing.p99:.2f}"


def _errors(errors: Mapping[str, int]) -> str:
    return listed(errors) if errors else "none"


def plots(results: Results) -> Iterator[tuple[str, Lines]]:
    """Yield the plots with the ends of their files' names."""
    sizes = results.sizes

    def p50(name: str) -> list[tuple[float, float]]:
        return [(each.size, each.timings[name].p50) for each in sizes]

    yield (
        "database",
        Lines(
            "The database's part of a Recall, and the bare exact ranking",
            "memories of the user",
            "ms, p50",
            {
                "Recall, transaction": p50(DATABASE_TRANSACTION),
                "bare SQL, transaction": p50(SQL_TRANSACTION),
                "bare SQL, statement": p50(SQL_STATEMENT),
                "Recall, statements": p50(DATABASE_STATEMENT),
            },
            x_logarithmic=True,
            y_logarithmic=True,
        ),
    )
    yield (
        "recall",
        Lines(
            f"Recall from end to end, {LIMIT} results",
            "memories of the user",
            "ms",
            {
                "p50": p50(RECALL),
                "p95": [(each.size, each.timings[RECALL].p95) for each in sizes],
                "p99": [(each.size, each.timings[RECALL].p99) for each in sizes],
                "asked before, p50": p50(CACHED),
                "its floors, p50": p50(FLOORS_TRANSACTION),
            },
            x_logarithmic=True,
            y_logarithmic=True,
        ),
    )


def report_of(results: Results) -> Report:
    """Return what is shown of *results*."""
    return Report(
        "latency",
        "Latency against its floors",
        results.as_json(),
        tuple(_introduction(results)),
        tuple(tables(results)),
        tuple(plots(results)),
    )


def _introduction(results: Results) -> Iterator[str]:
    """Yield what a reader has to know before the figures."""
    settings = results.settings
    yield (
        "A server in a process of its own with the embedded Postgres, on the machine that also asks. "
        f"Each Recall asks for {LIMIT} results with a question that the server has not seen. The bare "
        "SQL compares all vectors of the user with the question's and names the hundred closest, as "
        "the service's own role. The database's part of a Recall is what its statements take, in "
        "the same transaction, without the ranking in between."
    )
    yield (
        "Memories are made-up messages of about 15 words drawn by Zipf's law from "
        f"{settings['words']:,} words, in conversations of {settings['conversation']}, with vectors "
        f"near those of {settings['subjects']} subjects. Questions name a speaker and words of a "
        "subject. After the filling, `vacuum (analyze)` was run once by the database's owner: "
        "autovacuum would do the same some seconds later, between two measurements."
    )
    yield (
        f"Machine: {listed(results.machine)}. {settings['rounds']} rounds after "
        f"{settings['warm_up']} that do not count; {settings['concurrent_calls']} calls of "
        f"{settings['callers']} callers."
    )

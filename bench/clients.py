"""What a client costs: the same Recall by each client, against one server.

`python -m bench.clients [--quick] [--json OUT] [--report DIR]`, from the repository's root, after
`make conformance` or `make test` has built the runners. The clients take turns, so that noise hits all alike.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.command import add_destinations, carry_out
from bench.machine import machine
from bench.marks import Mark, marks_table
from bench.progress import Steps, quiet_progress
from bench.report import Report, Table, listed
from bench.server import BenchFailed, end_in_order, measured_server
from memsvc_client import MemoryClient, Message
from tests.conformance.drivers import LANGUAGES, Driver, Language

USER: Final = "bench"
MEMORIES: Final = 200
#: A client may take so many times as long as the fastest.
RATIO_MAX: Final = 1.5
RECALL: Final = "Recall"
#: Next to nothing happens in the server: what is left is the client and the wire.
INFO: Final = "GetServerInfo"
REQUESTS: Final[Mapping[str, dict[str, Any]]] = {
    RECALL: {"user_id": USER, "query": "What did we plant in the garden?", "limit": 5},
    INFO: {},
}


@dataclass(frozen=True, slots=True)
class ClientFigures:
    """How long calls of one client take, in milliseconds; medians over the rounds."""

    language: str
    recall_p50: float
    recall_p95: float
    info_p50: float


def measured_languages() -> list[Language]:
    """Return the clients of today that reach a server without a gateway and have a runner."""
    return [
        language
        for language in LANGUAGES
        if language.is_built and not language.through_gateway and "unreleased" not in language.lacks
    ]


def fill(target: str) -> None:
    """Store what there is to recall."""
    with MemoryClient(target) as client:
        for start in range(0, MEMORIES, 100):
            client.ingest(
                user_id=USER,
                conversation_id="garden",
                messages=[
                    Message(content=f"In week {i % 52} we planted bed {i} with beans and roses.")
                    for i in range(start, start + 100)
                ],
                timeout=60,
            )


def measure(
    drivers: Sequence[Driver], rounds: int, calls: int, stage: Steps
) -> list[ClientFigures]:
    """Return the figures of each of *drivers*, which are connected, over *rounds* of *calls*."""
    taken: dict[tuple[str, str], list[Mapping[str, float]]] = defaultdict(list)
    for number in range(rounds + 1):
        turn = number % len(drivers)
        for driver in (*drivers[turn:], *drivers[:turn]):
            for method, request in REQUESTS.items():
                answer = driver.ask(
                    op="bench", method=method, request=request, warmup=5, count=calls
                )
                if number:  # the first round warms up: compilers, caches, connections
                    taken[driver.language.title, method].append(answer["response"])
        stage.advance()

    def median(title: str, method: str, figure: str) -> float:
        return statistics.median(each[figure] for each in taken[title, method])

    return [
        ClientFigures(
            language=driver.language.title,
            recall_p50=median(driver.language.title, RECALL, "p50_ms"),
            recall_p95=median(driver.language.title, RECALL, "p95_ms"),
            info_p50=median(driver.language.title, INFO, "p50_ms"),
        )
        for driver in drivers
    ]


def table_of(figures: Sequence[ClientFigures]) -> Table:
    """Return the figures for people, the fastest first."""
    fastest = min(each.recall_p50 for each in figures)
    rows = tuple(
        (
            each.language,
            f"{each.recall_p50:.2f}",
            f"{each.recall_p50 / fastest:.2f}",
            f"{each.recall_p95:.2f}",
            f"{each.info_p50:.2f}",
        )
        for each in sorted(figures, key=lambda each: each.recall_p50)
    )
    return Table(
        "One call at a time",
        ("client", "Recall p50 ms", "to the fastest", "Recall p95 ms", "GetServerInfo p50 ms"),
        rows,
        f"A user of {MEMORIES} memories; medians over rounds in which the clients take turns.",
    )


def marks_of(figures: Sequence[ClientFigures]) -> list[Mark]:
    """Return whether each client is within the mark."""
    fastest = min(each.recall_p50 for each in figures)
    return [
        Mark(f"{each.language}: Recall p50 to the fastest", each.recall_p50 / fastest, RATIO_MAX)
        for each in figures
    ]


def run(*, quick: bool) -> Report:
    """Measure and return what is shown of it."""
    languages = measured_languages()
    if not languages:
        message = "no runner is built: make conformance"
        raise BenchFailed(message)
    rounds, calls = (2, 20) if quick else (12, 100)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(measured_server(folder / "data"))
        fill(server.target)
        drivers = [stack.enter_context(Driver(each, folder / "log")) for each in languages]
        for driver in drivers:
            driver.ask(op="connect", target=server.target)
        progress = stack.enter_context(quiet_progress())
        figures = measure(drivers, rounds, calls, Steps(progress, "rounds", rounds + 1))
    return report_of(figures, f"{rounds} rounds of {calls} calls after one that does not count")


def report_of(figures: Sequence[ClientFigures], effort: str) -> Report:
    """Return what is shown of *figures*, which took so much *effort*."""
    ran_on, marks = machine(), marks_of(figures)
    values = {
        "machine": ran_on,
        "clients": {
            each.language: {
                "recall_p50_ms": each.recall_p50,
                "recall_p95_ms": each.recall_p95,
                "info_p50_ms": each.info_p50,
            }
            for each in figures
        },
        "marks": [mark.as_json() for mark in marks],
    }
    note = f"Machine: {listed(ran_on)}. {effort}."
    tables = (table_of(figures), marks_table(marks))
    return Report("clients", "What a client costs", values, (note,), tables)


def main(arguments: Sequence[str]) -> int:
    """Measure, report and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.clients", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="see that it works")
    add_destinations(parser)
    given = parser.parse_args(arguments)
    return carry_out(lambda: run(quick=given.quick), given)


if __name__ == "__main__":
    end_in_order()
    sys.exit(main(sys.argv[1:]))

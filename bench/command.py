"""What the commands of the measurements have in common: where figures go, and how faults are told."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from rich.console import Console
from rich.text import Text

from bench.report import Report, json_text, print_tables, write_report
from bench.server import ROOT, BenchFailed
from examples.locomo import LayoutInvalid
from memsvc.core.errors import MemsvcError as ServiceError
from memsvc_client import MemsvcError

REPORTS: Final = Path("bench/reports")


class Destinations(Protocol):
    """Where the command line wants the figures."""

    @property
    def json(self) -> Path | None:
        """A file for all figures besides the report's own; None for none."""

    @property
    def report(self) -> Path:
        """The folder of the report."""


def add_destinations(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where the figures go."""
    parser.add_argument("--json", type=Path, metavar="OUT", help="where to write all figures")
    parser.add_argument("--report", type=Path, default=REPORTS, metavar="DIR")


def carry_out(
    measure: Callable[[], Report], destinations: Destinations, *, what: str = "measurement"
) -> int:
    """Measure, write and print the report, and return the exit status.

    A fault is told in one sentence about *what* failed.
    """
    os.environ.setdefault("MEMSVC_MODEL_DIR", str(ROOT / "var" / "models"))
    try:
        report = measure()
    except (BenchFailed, LayoutInvalid, MemsvcError, ServiceError, OSError) as error:
        told = Text(f"The {what} failed: {error}", style="red")
        Console(stderr=True).print(told, soft_wrap=True)
        return 1
    if destinations.json:
        destinations.json.write_text(json_text(report.values), encoding="utf-8")
    write_report(report, destinations.report)
    print_tables(Console(), report.tables)
    return 0

"""What an import tells: progress and faults on standard error, its summary on standard output."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of an import, over all its runs; the names are those of its JSON form."""

    #: Stored, and not there before.
    messages: int
    duplicates: int
    #: Left out, since they are no messages.
    skipped: int
    errors: int
    #: Of this run.
    seconds: float
    #: How many messages earlier runs had sent; None for an import that began anew.
    resumed_from: int | None

    def sentence(self) -> str:
        """Return it for a person."""
        return (
            f"{self.messages:,} messages stored, {self.duplicates:,} known before, "
            f"{self.skipped:,} left out, {self.errors:,} faulty, in {self.seconds:.1f} s."
        )


class RateColumn(ProgressColumn):
    """Messages a second."""

    def render(self, task: Task) -> Text:
        """Return the rate of late, or that of the whole when all is done."""
        return Text(f"{task.finished_speed or task.speed or 0:,.0f} messages/s")


class Display:
    """Standard error, for a person who watches."""

    def __init__(self) -> None:
        """Write to it as it is now."""
        self._console = Console(stderr=True)

    def tell(self, text: str) -> None:
        """Print *text* as it is, but nothing that would steer a terminal."""
        plain = "".join(
            letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
        )
        self._console.print(plain, markup=False, highlight=False, soft_wrap=True)

    def tell_faults(self, count: int, listed: Sequence[tuple[str, str]]) -> None:
        """Print how many messages are faulty, and the first ones with their reasons."""
        if count:
            self.tell(f"{count:,} faulty:")
        for place, reason in listed:
            self.tell(f"  {place}: {reason}")
        if count > len(listed):
            self.tell(f"  ... and {count - len(listed):,} more")

    @contextmanager
    def progress(self, total: int, done: int) -> Generator[Callable[[int], None]]:
        """Show how many of the *total* are *done*, if anybody watches; yield what moves it on."""
        columns = (
            TextColumn("importing"),
            BarColumn(),
            MofNCompleteColumn(),
            RateColumn(),
            TimeRemainingColumn(),
        )
        hidden = not self._console.is_terminal
        with Progress(*columns, console=self._console, disable=hidden, transient=True) as bar:
            task = bar.add_task("", total=total, completed=done)
            yield lambda completed: bar.update(task, completed=completed)


def print_summary(summary: Summary, *, as_json: bool, dry_run: bool) -> None:
    """Print *summary* on standard output."""
    if as_json:
        typer.echo(json.dumps(asdict(summary)))
    elif dry_run:
        typer.echo(
            f"{summary.messages:,} messages to send, {summary.skipped:,} left out, "
            f"{summary.errors:,} faulty. Nothing was sent."
        )
    else:
        typer.echo(summary.sentence())

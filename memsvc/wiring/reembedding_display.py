"""What a change of the embedding model tells: a person on standard error, a program on standard output."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar
from rich.text import Text
from stamina.instrumentation import RetryDetails, get_on_retry_hooks, set_on_retry_hooks

from memsvc.usecases.admin.reembedding import Progress

#: How often a program is told how far it has come, in seconds.
JSON_SECONDS: Final = 1.0


class _RateColumn(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        """Return the rate of late, or that of the whole when all is done."""
        return Text(f"{task.finished_speed or task.speed or 0:,.0f}/s")


class Display:
    """Tells what goes on."""

    def __init__(self, *, as_json: bool) -> None:
        """Write to the standard streams as they are now; *as_json*: one JSON object a line."""
        self._console = Console(stderr=True)
        self._as_json = as_json

    def tell(self, event: str, text: str, **facts: object) -> None:
        """Tell a person *text*, or a program the *event* with its *facts*."""
        if self._as_json:
            typer.echo(json.dumps({"event": event, **facts, "message": text}))
        else:
            self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def progress(self, doing: str, unit: str) -> Generator[Callable[[Progress], None]]:
        """Show how far *doing* has come, in *unit*; yield what moves it on."""
        if self._as_json:
            lines = _Lines(doing, unit)
            try:
                yield lines.watch
            finally:
                lines.end()
            return
        columns = (
            TextColumn(doing),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(unit),
            _RateColumn(),
            TimeRemainingColumn(),
        )
        hidden = not self._console.is_terminal
        with Bar(*columns, console=self._console, disable=hidden, transient=True) as bar:
            task = bar.add_task("", total=None)
            yield lambda at: bar.update(task, total=at.total, completed=at.done)

    @contextmanager
    def retries(self) -> Generator[None]:
        """Tell of every new attempt within the block, and write no log of them."""

        def told(details: RetryDetails) -> None:
            text = f"It failed ({details.caused_by}); trying again in {details.wait_for:.1f} s."
            self.tell("retry", text, seconds=round(details.wait_for, 3))

        former = get_on_retry_hooks()
        set_on_retry_hooks([told])
        try:
            yield
        finally:
            set_on_retry_hooks(former)


class _Lines:
    """Progress as JSON, not more often than every JSON_SECONDS, and at the end."""

    def __init__(self, doing: str, unit: str) -> None:
        self._doing = doing
        self._unit = unit
        self._started = time.monotonic()
        self._told = 0.0
        self._first: Progress | None = None
        self._last: Progress | None = None

    def watch(self, progress: Progress) -> None:
        """Take note of *progress* and perhaps tell it."""
        self._first = self._first or progress
        self._last = progress
        if time.monotonic() >= self._told + JSON_SECONDS:
            self._tell(progress, self._first)

    def end(self) -> None:
        """Tell how far it came."""
        if self._last and self._first:
            self._tell(self._last, self._first)

    def _tell(self, progress: Progress, first: Progress) -> None:
        self._told = time.monotonic()
        rate = (progress.done - first.done) / max(self._told - self._started, 1e-3)
        left = (progress.total - progress.done) / rate if rate else None
        line = {
            "event": "progress",
            "doing": self._doing,
            "unit": self._unit,
            "done": progress.done,
            "total": progress.total,
            "per_second": round(rate, 1),
            "seconds_left": None if left is None else round(left, 1),
        }
        typer.echo(json.dumps(line))

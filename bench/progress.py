"""A progress bar that disturbs no measurement: it is drawn between the steps, by no thread."""

from __future__ import annotations

import time
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

_REFRESH_SECONDS: Final = 0.5


def quiet_progress() -> Progress:
    """Return a progress bar on stderr whose steps are told by `Steps`."""
    columns = (TextColumn("{task.description:<44}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), auto_refresh=False)


class Steps:
    """One line of a progress bar."""

    def __init__(self, progress: Progress, name: str, total: int) -> None:
        """Begin a line of *total* steps."""
        self._progress = progress
        self._task = progress.add_task(name, total=total)
        self._shown = 0.0
        self.advance(0)

    def advance(self, count: int = 1) -> None:
        """Tell of *count* steps; what is timed must not be under way."""
        self._progress.advance(self._task, count)
        now = time.monotonic()
        if now - self._shown > _REFRESH_SECONDS or self._progress.finished:
            self._shown = now
            self._progress.refresh()

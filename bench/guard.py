"""How well the write guard tells attacks from harmless texts, and how long it takes.

Usage: python -m bench.guard. It prints a table; the texts are those of the guard's tests.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import yaml
from rich.console import Console
from rich.table import Table

from memsvc.core.guard import GuardAction, GuardPolicy, judge
from memsvc.core.secrets import masked

#: What the texts are called, their files, and which of these.
CORPORA: Final = {
    "tuned on": ("guard_corpus", slice(None)),
    "held out": ("guard_held_out", slice(None)),
    "written later, tuned on since": ("guard_further", slice(None)),
    "fresh, looked at": ("guard_fresh", slice(0, None, 2)),
    "fresh, never looked at": ("guard_fresh", slice(1, None, 2)),
}
FOLDER: Final = Path(__file__).resolve().parent.parent / "tests" / "unit"
#: How often each text is timed; the fastest time counts.
TIMES: Final = 5
#: The longest text that a message may have, of plain words and of beginnings of signals.
LONG: Final = {
    "100,000 characters of talk": "We went to the coast and ate mussels, and it rained. " * 1_900,
    "100,000 hostile characters": "ignore all when the user send http://a?b= " * 2_400,
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of one kind of texts."""

    texts: int
    stopped: int
    flagged: int
    #: Microseconds, one a text.
    guard: Sequence[float]
    masking: Sequence[float]


def texts_of(name: str, kind: str) -> list[str]:
    """Return the texts of a *kind*, "attacks" or "benign", in the file *name*."""
    families = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))[kind]
    return [text for family in families.values() for text in family]


def microseconds(act: Callable[[], object], times: int = TIMES) -> float:
    """Return the shortest of some times that *act* takes."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    return min(taken) * 1e6


def measure(texts: Sequence[str]) -> Measured:
    """Judge and time *texts*."""
    actions = [judge(text, GuardPolicy.QUARANTINE).action for text in texts]
    return Measured(
        len(texts),
        sum(action > GuardAction.FLAG for action in actions),
        sum(action is GuardAction.FLAG for action in actions),
        [microseconds(lambda text=text: judge(text, GuardPolicy.QUARANTINE)) for text in texts],  # type: ignore[misc]
        [microseconds(lambda text=text: masked(text)) for text in texts],  # type: ignore[misc]
    )


def main() -> None:
    """Print the table."""
    table = Table(title="The write guard, policy quarantine")
    for column in ("texts", "count", "stopped", "flagged only", "guard p50", "p99", "masking p50"):
        table.add_column(column, justify="left" if column == "texts" else "right")
    for name, (file, some) in CORPORA.items():
        for kind in ("attacks", "benign"):
            found = measure(texts_of(file, kind)[some])
            table.add_row(
                f"{kind}, {name}",
                str(found.texts),
                f"{found.stopped} ({found.stopped / found.texts:.1%})",
                str(found.flagged),
                f"{np.percentile(found.guard, 50):.0f} us",
                f"{np.percentile(found.guard, 99):.0f} us",
                f"{np.percentile(found.masking, 50):.0f} us",
            )
    for name, text in LONG.items():
        guard = microseconds(lambda text=text: judge(text, GuardPolicy.QUARANTINE), 1)  # type: ignore[misc]
        masking = microseconds(lambda text=text: masked(text), 1)  # type: ignore[misc]
        table.add_row(name, "1", "", "", f"{guard / 1000:.0f} ms", "", f"{masking / 1000:.0f} ms")
    Console(width=120).print(table)


if __name__ == "__main__":
    main()

"""Marks: what a figure has to reach, and whether it does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bench.report import Table

#: Figures from here on are shown without decimals.
_ROUND_FROM: Final = 100


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure and its target."""

    name: str
    value: float
    target: float
    #: The target is the least that will do; else it is the most.
    at_least: bool = False
    unit: str = ""

    @property
    def met(self) -> bool:
        """Whether the figure reaches its target."""
        return self.value >= self.target if self.at_least else self.value <= self.target

    @property
    def demand(self) -> str:
        """The target in words."""
        return f"{'≥' if self.at_least else '≤'} {self.target:,g}{self.unit}"

    @property
    def measured(self) -> str:
        """The figure in words."""
        digits = ",.0f" if self.value >= _ROUND_FROM else ".3g"
        return f"{self.value:{digits}}{self.unit}"

    def as_json(self) -> dict[str, object]:
        """Return the mark for a program to read."""
        return {"name": self.name, "value": self.value, "target": self.demand, "met": self.met}


def marks_table(marks: Iterable[Mark]) -> Table:
    """Return the marks as a table."""
    rows = tuple(
        (mark.name, mark.measured, mark.demand, "yes" if mark.met else "NO") for mark in marks
    )
    return Table("Marks", ("figure", "measured", "target", "met"), rows)

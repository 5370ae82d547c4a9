"""The table of patterns by which facts are drawn from a message without a language model."""

from __future__ import annotations

from typing import Final

from memsvc.core.patterns import (
    health,
    person,
    plans,
    relations,
    tastes,
    work,
)
from memsvc.core.patterns.row import Pattern, compiled

#: All patterns, in the order in which they are tried: of one slot and value the first counts.
PATTERNS: Final[tuple[Pattern, ...]] = tuple(
    compiled(row)
    for rows in (
        person.IDENTITY,
        person.LOCATION,
        health.HEALTH,
        work.EMPLOYER,
        work.TITLE,
        work.EDUCATION,
        relations.RELATIONS,
        tastes.LIFE,
        plans.LIFE,
    )
    for row in rows
)

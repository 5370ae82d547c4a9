"""Rankers compared on the same questions: means, differences and what the parts are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np

from bench.bootstrap import Estimate, Values, estimates
from examples.locomo import Conversation

#: The ranker that the others are compared with.
OURS: Final = "memsvc"
#: The group of all questions.
ALL: Final = "all"

#: Estimates by the figure's name, by the group of questions.
Groups = dict[str, dict[str, Estimate]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All estimates, by the name of a ranker or an ablation."""

    #: How many questions each group has.
    questions: Mapping[str, int]
    #: OURS first.
    rankers: Mapping[str, Groups]
    #: OURS minus each other ranker, question by question.
    differences: Mapping[str, Groups]
    #: Each ablation minus OURS, question by question: below 0, the part helps.
    ablations: Mapping[str, Groups]


def compared(
    rankers: Mapping[str, Values],
    ablations: Mapping[str, Values],
    conversations: Sequence[Conversation],
    names: Sequence[str],
) -> Comparison:
    """Return the comparison of *rankers* and *ablations*.

    Each of them has a row for each question of all *conversations* and a column for each of the
    figures' *names*.
    """
    ours = rankers[OURS]
    sections: dict[str, Mapping[str, Values]] = {
        "rankers": rankers,
        "differences": {n: ours - values for n, values in rankers.items() if n != OURS},
        "ablations": {name: values - ours for name, values in ablations.items()},
    }
    groups = _groups(conversations)
    found: dict[str, dict[str, Groups]] = {
        section: {name: {} for name in tables} for section, tables in sections.items()
    }
    tables = [table for section in sections.values() for table in section.values()]
    owners = np.array([n for n, each in enumerate(conversations) for _ in each.questions])
    for group, rows in groups.items():
        # All at once: every column then sees the same resamples.
        columns = iter(estimates(np.hstack(tables)[rows], owners[rows].tolist()))
        for section, names_of_tables in found.items():
            for name in names_of_tables:
                its_own = islice(columns, len(names))
                found[section][name][group] = dict(zip(names, its_own, strict=True))
    return Comparison(questions={g: len(rows) for g, rows in groups.items()}, **found)


def _groups(conversations: Sequence[Conversation]) -> dict[str, list[int]]:
    """Return the rows of all questions, and of those of each kind."""
    kinds = [question.kind for each in conversations for question in each.questions]
    groups = {ALL: list(range(len(kinds)))}
    for row, kind in enumerate(kinds):
        groups.setdefault(kind, []).append(row)
    return groups

"""What stands around a memory: the messages beside it, its part of the conversation, the speaker.

A turn such as "Yes, last Tuesday!" says nothing by itself; what was asked before it does. Nothing of
this is stored: it follows from where each message stands, so a new one changes no other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from memsvc.core.lexical import is_stop_word, words
from memsvc.core.model import Candidates

Column: TypeAlias = NDArray[np.float64]
Rows: TypeAlias = NDArray[np.int64]

#: A conversation is looked at in parts of this many messages: what is said hours later in an endless
#: one has little to do with what was said now.
PART_LENGTH: Final = 32
#: How many of a part's closest messages say what it is about: one may be close by chance.
PART_VOICES: Final = 3


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The evidence around each candidate, scaled to [0, 1]."""

    neighbour_semantic: Column
    neighbour_keyword: Column
    conversation_semantic: Column
    conversation_keyword: Column
    #: The rows of the messages before and after, -1 for none among the candidates.
    before: Rows
    after: Rows
    #: Which candidates have to do with the query by themselves.
    related: NDArray[np.bool_]

    def speaking(self, row: int) -> list[int]:
        """Return the rows of the neighbours of *row* that have to do with the query, in order."""
        beside = (int(self.before[row]), int(self.after[row]))
        return [other for other in beside if other >= 0 and self.related[other]]


def surroundings(
    candidates: Candidates, semantic: Column, keyword_ceiling_min: float
) -> Surroundings:
    """Return the evidence around *candidates*, at least one, whose own is *semantic*.

    Terms that are held together are worth the sum of their idf; *keyword_ceiling_min* is the least
    that counts as a full match. A memory that was not said in a conversation stands for itself.
    """
    places = candidates.places
    before, after = _rows_beside(places)
    neighbour_semantic = _mean_beside(semantic, before, after)
    window = candidates.matched | _at(candidates.matched, before) | _at(candidates.matched, after)
    part, part_count = _parts(places)
    part_matched = np.zeros(part_count, np.int64)
    np.bitwise_or.at(part_matched, part, candidates.matched)
    return Surroundings(
        neighbour_semantic=neighbour_semantic,
        neighbour_keyword=_coverage(window, candidates.idfs, keyword_ceiling_min),
        conversation_semantic=_mean_of_best(semantic, part, part_count)[part],
        conversation_keyword=_coverage(part_matched, candidates.idfs, keyword_ceiling_min)[part],
        before=before,
        after=after,
        related=(candidates.matched != 0) | (semantic >= _RELATED_SEMANTIC),
    )


#: From which share of the best closeness on a neighbour is told to have spoken for a memory.
_RELATED_SEMANTIC: Final = 0.5


def named_speakers(authors: Iterable[str], query: str) -> set[str]:
    """Return those of *authors* whom *query* names, by the first or by each word of their name.

    A name that is an everyday word as well ("Will") has to be written as a name.
    """
    asked = words(query)
    names = {word.casefold().removesuffix("'s").removesuffix("\u2019s") for word in asked}
    capitalised = {word.removesuffix("'s").removesuffix("\u2019s") for word in asked[1:]}

    def is_named(word: str) -> bool:
        folded = word.casefold()
        return folded in names and (not is_stop_word(folded) or word in capitalised)

    named = set()
    for author in authors:
        parts = words(author)
        if parts and (is_named(parts[0]) or all(map(is_named, parts))):
            named.add(author)
    return named


def _rows_beside(places: Rows) -> tuple[Rows, Rows]:
    """Return for each place the rows of the places just before and after it, -1 for none."""
    order = np.argsort(places, kind="stable")
    ordered = places[order]

    def rows_of(wanted: Rows) -> Rows:
        found = np.searchsorted(ordered, wanted).clip(max=len(places) - 1)
        hit = (ordered[found] == wanted) & (places >= 0) & (wanted >= 0)
        return np.where(hit, order[found], -1)

    return rows_of(places - 1), rows_of(places + 1)


def _at(column: Rows, rows: Rows) -> Rows:
    return np.where(rows >= 0, column[rows], 0)


def _mean_beside(values: Column, before: Rows, after: Rows) -> Column:
    """Return the mean of the neighbours' values; the own value where there is no neighbour."""
    count = (before >= 0).astype(np.float64) + (after >= 0)
    summed = np.where(before >= 0, values[before], 0.0) + np.where(after >= 0, values[after], 0.0)
    mean: Column = np.divide(summed, count, out=values.copy(), where=count > 0)
    return mean


def _parts(places: Rows) -> tuple[Rows, int]:
    """Return the number of each candidate's part of a conversation, and how many parts there are."""
    alone = np.arange(len(places))
    keys = np.where(places >= 0, places // PART_LENGTH, -1 - alone)
    unique, part = np.unique(keys, return_inverse=True)
    return part.astype(np.int64), len(unique)


def _mean_of_best(values: Column, part: Rows, part_count: int) -> Column:
    """Return the mean of each part's PART_VOICES highest values, or of all that it has."""
    order = np.lexsort((-values, part))
    ordered = part[order]
    starts = np.searchsorted(ordered, np.arange(part_count))
    place_in_part = np.arange(len(order)) - starts[ordered]
    best = place_in_part < PART_VOICES
    summed = np.bincount(ordered[best], values[order][best], minlength=part_count)
    counted = np.bincount(ordered[best], minlength=part_count)
    mean: Column = summed / counted
    return mean


def _coverage(matched: Rows, idfs: Column, ceiling_min: float) -> Column:
    """Return what the terms of each mask weigh, as a share of the heaviest one."""
    bits = (matched[:, None] >> np.arange(len(idfs))) & 1
    return scaled(bits @ idfs, ceiling_min)


def scaled(values: Column, ceiling_min: float) -> Column:
    """Return *values*, at least one and none below 0, as shares of the largest or of *ceiling_min*."""
    ceiling = max(float(values.max()), ceiling_min)
    return values / ceiling if ceiling > 0 else values

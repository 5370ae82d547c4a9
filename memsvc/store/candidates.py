"""Candidates: what Recall ranks, gathered in one statement and read as columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np

from memsvc.core.lexical import QueryTerms
from memsvc.core.model import Candidates, MemoryFilter, Vector
from memsvc.store.database import Transaction
from memsvc.store.memories import filter_parameters

#: How many the signs of the vectors guess: one of so many memories, at least GUESSES_MIN, and so many for
#: each candidate that the vectors themselves choose.
GUESS_EVERY: Final = 50
GUESSES_MIN: Final = 400
GUESS_FACTOR: Final = 8
#: How many holders of a query's terms are read at most, the rarest terms first.
POSTINGS_MAX: Final = 600


@dataclass(frozen=True, slots=True)
class Search:
    """What candidates are gathered by."""

    user_id: str
    terms: QueryTerms
    #: The query's unit vector and its space; None to go by words alone.
    embedding: Vector | None
    space_id: int | None
    #: How many are taken by meaning, and how many by words; their neighbours come on top.
    arm: int
    #: Up to how many memories a user's vectors are all compared.
    exact_max: int


async def gather(
    tx: Transaction, search: Search, memory_filter: MemoryFilter, *, now: datetime
) -> Candidates:
    """Return the candidates among the memories of a user that *memory_filter* leaves."""
    parameters: dict[str, Any] = {
        "user_id": search.user_id,
        "probe": search.terms.probe,
        "dimensions": search.terms.dimensions,
        "embedding": search.embedding,
        "space_id": search.space_id,
        "arm": search.arm,
    }
    if memory_filter == MemoryFilter():
        await tx.execute("prefer_index_lookups")
        rows = await tx.mapped(
            "gather_candidates",
            _candidates,
            **parameters,
            exact_max=search.exact_max,
            guesses_min=max(GUESSES_MIN, GUESS_FACTOR * search.arm),
            guess_every=GUESS_EVERY,
            postings_max=POSTINGS_MAX,
            now=now,
        )
    else:
        await tx.execute("prefer_hash_joins")
        rows = await tx.mapped(
            "gather_scoped_candidates",
            _candidates,
            **parameters,
            **filter_parameters(memory_filter, now),
        )
    return rows[0]


def _candidates(values: dict[str, Any]) -> Candidates:
    def column(name: str, wire: str) -> Any:
        return np.frombuffer(values[name], wire).astype(np.dtype(wire).newbyteorder("="))

    return Candidates(
        ids=column("memory_ids", ">u8").reshape(-1, 2),
        places=column("places", ">i8"),
        authors=values["authors"],
        importances=column("importances", ">f4").astype(np.float64),
        confidences=column("confidences", ">f4").astype(np.float64),
        event_times=column("event_times", ">f8"),
        last_times=column("last_times", ">f8"),
        matched=column("matched", ">i4").astype(np.int64),
        keyword_scores=column("keyword_scores", ">f8"),
        similarities=column("similarities", ">f8"),
        idfs=np.array(values["idfs"], np.float64),
        holders=np.array(values["holders"], np.int64),
        without_embedding=values["without_embedding"],
        flagged=column("flagged", ">u1").astype(np.bool_),
    )

"""What every use case is given: the database, the clock, new ids and the installation's secret."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from memsvc.core.model import RankingWeights
from memsvc.store.database import Database
from memsvc.usecases.screening import TrustPolicy


@dataclass(frozen=True, slots=True)
class Context:
    """Shared by all use cases of a server."""

    database: Database
    #: The present, with a time zone.
    clock: Callable[[], datetime]
    #: A new id that sorts after all the ones before.
    new_id: Callable[[], UUID]
    #: Signs page tokens.
    secret_key: bytes
    #: The weights of a tenant, unless a request says otherwise.
    weights: Callable[[str], RankingWeights]
    #: Up to how many memories a user's vectors are all compared.
    exact_memories_max: int
    #: How strict a tenant is with what it is told.
    trust: Callable[[str], TrustPolicy] = lambda _: TrustPolicy()
    #: So many bytes by chance, which nobody can guess: they fence what a language model is shown.
    chance: Callable[[int], bytes] = secrets.token_bytes

"""The nouns: what the service stores, is asked and answers. All of them are frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TypeAlias
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"
Metadata: TypeAlias = Mapping[str, JsonValue]
Vector: TypeAlias = NDArray[np.float32]


class Role(IntEnum):
    """Who spoke a message; the numbers are the contract's."""

    USER = 1
    ASSISTANT = 2
    SYSTEM = 3
    TOOL = 4


class MemoryKind(IntEnum):
    """What a memory is; the numbers are the contract's."""

    FACT = 1
    EPISODE = 2
    NOTE = 3
    SUMMARY = 4


class TemporalState(IntEnum):
    """How a memory stands to the present; the numbers are the contract's."""

    UNSPECIFIED = 0
    CURRENT = 1
    PAST = 2
    FUTURE = 3
    RECURRING = 4


class MetadataOperator(IntEnum):
    """How a metadata value is compared; the numbers are the contract's."""

    EQUAL = 1
    NOT_EQUAL = 2
    EXISTS = 3
    GREATER = 4
    LESS = 5


@dataclass(frozen=True, slots=True)
class EmbeddingSpace:
    """The model whose vectors can be compared with each other."""

    #: Name of the model, as its maker writes it.
    model: str
    #: Which weights and which arithmetic made the vectors.
    revision: str
    #: Length of a vector.
    dimension: int


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a call runs, and until when."""

    #: The tenant, from the credential alone.
    tenant_id: str
    #: When the answer has to be ready, in seconds of the event loop's clock.
    deadline: float


@dataclass(frozen=True, slots=True)
class RequestKey:
    """What makes a request the same request."""

    rpc: str
    request_id: str
    #: Whose data the reply may hold; "" where only the result tells.
    user_id: str
    #: A digest of everything that the caller asked for.
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be stored."""

    #: Chosen by the caller or made by the server; unique within the user.
    message_id: str
    role: Role
    content: str
    author: str
    #: When it was said; None for the time of arrival.
    event_time: datetime | None
    metadata: Metadata
    #: 0 to 1; None to have it estimated.
    importance: float | None
    parent_message_id: str


@dataclass(frozen=True, slots=True)
class Memory:
    """One thing that is remembered. An episode carries its message."""

    memory_id: UUID
    user_id: str
    kind: MemoryKind
    content: str
    category: str
    slot: str
    temporal_state: TemporalState
    confidence: float
    importance: float
    pinned: bool
    essential: bool
    tags: list[str]
    metadata: Metadata
    source_message_ids: list[str]
    conversation_id: str | None
    project_id: str
    agent_id: str
    valid_from_time: datetime
    valid_to_time: datetime | None
    superseded_by: UUID | None
    create_time: datetime
    update_time: datetime
    refresh_time: datetime
    last_access_time: datetime | None
    access_count: int
    expire_time: datetime | None
    #: Counts the changes; the etag is made from it.
    version: int
    #: The message's own id, role, speaker and parent, of an episode; else None, None, "" and "".
    message_id: str | None
    role: Role | None
    author: str
    parent_message_id: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the store found out about a memory and a query, each scaled to [0, 1]."""

    semantic: float
    keyword: float
    #: Weighted sum of the two: the order in which the store found it.
    evidence: float


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The parts of a score, each in [0, 1], before their weights."""

    semantic: float = 0.0
    keyword: float = 0.0
    context: float = 0.0
    importance: float = 0.0
    recency: float = 0.0
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class ScoredMemory:
    """A memory with the reason of its rank."""

    memory: Memory
    score: float
    breakdown: Breakdown
    matched_terms: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MetadataCondition:
    """A comparison of one metadata key."""

    key: str
    operator: MetadataOperator
    value: JsonValue


@dataclass(frozen=True, slots=True)
class MemoryFilter:
    """What narrows the memories to be ranked; an empty field narrows nothing."""

    kinds: list[MemoryKind] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    slots: list[str] = field(default_factory=list)
    tags_any: list[str] = field(default_factory=list)
    tags_all: list[str] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    conversation_ids: list[str] = field(default_factory=list)
    project_ids: list[str] = field(default_factory=list)
    agent_ids: list[str] = field(default_factory=list)
    start_time: datetime | None = None
    end_time: datetime | None = None
    min_importance: float | None = None
    metadata: list[MetadataCondition] = field(default_factory=list)
    #: What was so in the world at this time; None for now.
    as_of_time: datetime | None = None
    #: What was known at this time; None for now.
    known_time: datetime | None = None
    include_superseded: bool = False


@dataclass(frozen=True, slots=True)
class RankingWeights:
    """How much each part of a score counts. The defaults are the service's.

    Meaning and words count alike (min-max convex fusion); the other parts are bounded so that they
    order what is about equally relevant and never lift what is not.
    """

    semantic: float = 0.47
    keyword: float = 0.47
    context: float = 0.0
    importance: float = 0.03
    recency: float = 0.02
    confidence: float = 0.01
    #: The age at which recency is one half.
    recency_half_life: timedelta = timedelta(days=30)

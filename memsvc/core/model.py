"""The nouns: what the service stores, is asked and answers. All of them are frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"
Metadata: TypeAlias = Mapping[str, JsonValue]
Vector: TypeAlias = NDArray[np.float32]

#: A best match less close than this does not count as the measure of closeness: with few memories
#: the best of them may be no match at all.
SIMILARITY_CEILING_MIN: Final = 0.25
#: Likewise a best match by words that holds less than this share of what the query's terms weigh,
#: terms that no memory holds left aside.
KEYWORD_CEILING_SHARE: Final = 0.7


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


class SourceClass(IntEnum):
    """Where a text comes from; the numbers are the contract's."""

    DIRECT_USER = 1
    MODEL_INFERENCE = 2
    TOOL_INTERNAL = 3
    TOOL_EXTERNAL = 4
    DOCUMENT = 5


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
    #: The one user whose data it may touch; "" for any user of the tenant.
    user_id: str = ""
    #: Who it is, for logs and the audit log, such as "key:ABC"; "" for the service itself.
    principal: str = ""
    #: What it may do, by the names of memsvc.core.access.
    scopes: frozenset[str] = frozenset()
    #: Of an account: the session that calls.
    session_id: str = ""


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
class GivenEmbedding:
    """A vector that the caller brings along, not checked yet."""

    model: str
    values: Vector
    #: Where it stands in the request.
    field: str


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
    #: None to have it made.
    embedding: GivenEmbedding | None = None
    #: Where it comes from, if the role does not tell.
    source_class: SourceClass | None = None
    #: What the write guard and the masking found.
    flags: tuple[str, ...] = ()
    #: Why it is put aside; "" if it is not.
    withheld: str = ""
    #: It broke off.
    interrupted: bool = False


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
    #: Of a fact: the most trusted role that said it, and whom it is about where there are several.
    role: Role | None
    author: str
    parent_message_id: str
    #: Of a fact: what fills its slot, and whether it contradicts a more trusted one.
    value: str
    contested: bool
    #: Of an episode: its facts say all that it says.
    fully_drawn: bool
    #: Where it comes from; None for one of before that was kept (see memsvc.core.provenance).
    source_class: SourceClass | None = None
    #: What the write guard and the masking found.
    flags: list[str] = field(default_factory=list)
    #: Of an episode: it broke off.
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a search found out about a memory and a query, each scaled to [0, 1]."""

    semantic: float
    keyword: float
    #: Weighted sum of the two: the order in which the store found it.
    evidence: float


@dataclass(frozen=True, slots=True)
class Candidates:
    """Memories that may matter to a question, as columns of the same length."""

    #: The halves of the memory ids, shape (n, 2): in the order of the ids.
    ids: NDArray[np.uint64]
    #: Where a message stands: neighbours of a conversation differ by 1, conversations by more than
    #: PLACES. -1 for what was not said in a conversation.
    places: NDArray[np.int64]
    #: The speaker's name, "" for none.
    authors: list[str]
    importances: NDArray[np.float64]
    confidences: NDArray[np.float64]
    #: When it was so, and when that was last confirmed, in seconds since 1970.
    event_times: NDArray[np.float64]
    last_times: NDArray[np.float64]
    #: Bit i is set if the memory holds the query's term i.
    matched: NDArray[np.int64]
    #: BM25 scores, from 0.
    keyword_scores: NDArray[np.float64]
    #: Cosines with the query, -1 to 1; nan without a vector.
    similarities: NDArray[np.float64]
    #: Of each of the query's terms the idf, and how many memories of the user hold it.
    idfs: NDArray[np.float64]
    holders: NDArray[np.int64]
    #: Some memory of the user waits for its vector.
    without_embedding: bool
    #: What the write guard flagged; None for nothing.
    flagged: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.ids)

    def memory_id(self, row: int) -> UUID:
        """Return the memory id of a row."""
        return UUID(int=int(self.ids[row, 0]) << 64 | int(self.ids[row, 1]))


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
class ContextEvidence:
    """What the surroundings of a memory have to do with the query, each in [0, 1]."""

    neighbour_semantic: float
    neighbour_keyword: float
    conversation_semantic: float
    conversation_keyword: float
    #: None if the query names no speaker.
    speaker: float | None
    #: None if the query names no time.
    time: float | None
    #: The neighbours that have to do with the query, in order.
    neighbours: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score and the reasons for it."""

    memory_id: UUID
    score: float
    breakdown: Breakdown
    context: ContextEvidence


@dataclass(frozen=True, slots=True)
class ScoredMemory:
    """A memory with the reason of its rank."""

    memory: Memory
    score: float
    breakdown: Breakdown
    matched_terms: list[str] = field(default_factory=list)
    context: ContextEvidence | None = None
    #: The message ids of the context's neighbours.
    neighbour_message_ids: list[str] = field(default_factory=list)


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
    #: Whether messages are looked through whose facts have all been superseded.
    include_spent_messages: bool = False
    #: Whether what the write guard flagged is left out.
    leave_out_flagged: bool = False


@dataclass(frozen=True, slots=True)
class ContextWeights:
    """In which proportion the parts of the surroundings count; 0 or more each."""

    neighbour_semantic: float = 0.2
    neighbour_keyword: float = 0.25
    conversation_semantic: float = 0.2
    conversation_keyword: float = 0.1
    speaker: float = 0.25
    time: float = 0.1


@dataclass(frozen=True, slots=True)
class RankingWeights:
    """How much each part of a score counts; 0 or more each. The defaults are the service's.

    The one place where they stand; docs/ranking.md says how they were chosen. What bears on the
    question itself makes up most of a score; the last three parts are bounded so that they order what
    is about equally relevant and never lift what is not.
    """

    semantic: float = 0.2
    keyword: float = 0.2
    context: float = 0.54
    importance: float = 0.03
    recency: float = 0.02
    confidence: float = 0.01
    #: The age at which recency is one half.
    recency_half_life: timedelta = timedelta(days=30)
    context_weights: ContextWeights = field(default_factory=ContextWeights)

    def without_meaning(self) -> RankingWeights:
        """Return the weights for a question that has no vector."""
        context = replace(self.context_weights, neighbour_semantic=0.0, conversation_semantic=0.0)
        return replace(self, semantic=0.0, context_weights=context)


@dataclass(frozen=True, slots=True)
class WeightChanges:
    """Weights that differ from others, by the names of their fields."""

    weights: Mapping[str, float | timedelta] = field(default_factory=dict)
    context_weights: Mapping[str, float] = field(default_factory=dict)

    def applied_to(self, base: RankingWeights) -> RankingWeights:
        """Return *base* with the changes."""
        context = replace(base.context_weights, **self.context_weights)
        return replace(base, context_weights=context, **cast("dict[str, Any]", self.weights))

"""The nouns of a chat: what a model is given, what it answers, who speaks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Literal


class MemoryMode(IntEnum):
    """How a chat uses the memory; the numbers are the contract's."""

    FULL = 1
    READ_ONLY = 2
    WRITE_ONLY = 3
    OFF = 4

    @property
    def reads(self) -> bool:
        """Whether memories are recalled."""
        return self in {MemoryMode.FULL, MemoryMode.READ_ONLY}

    @property
    def writes(self) -> bool:
        """Whether what is said is stored."""
        return self in {MemoryMode.FULL, MemoryMode.WRITE_ONLY}


class CacheMode(IntEnum):
    """Whether the response cache is used; the numbers are the contract's."""

    OFF = 1
    USE = 2
    REFRESH = 3


class FinishReason(IntEnum):
    """Why an answer ended; the numbers are the contract's."""

    UNSPECIFIED = 0
    STOP = 1
    LENGTH = 2
    CONTENT_FILTER = 3
    INTERRUPTED = 4


class ReasoningEffort(Enum):
    """How long a model that reasons may do so before it answers."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class ProviderState(IntEnum):
    """Whether a provider is asked at the moment; the numbers are the contract's."""

    READY = 1
    #: It said that it has too much to do.
    BUSY = 2
    #: It failed too often in a row.
    PAUSED = 3


class PromptPartKind(IntEnum):
    """What a part of a prompt is made of; the numbers are the contract's."""

    PERSONA = 1
    PREFERENCES = 2
    CONSCIOUS = 3
    RECALLED = 4
    WEB = 5
    HISTORY = 6
    MESSAGE = 7


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """One message of the conversation that a model is to continue."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """How many tokens a model took."""

    input_tokens: int
    #: Reasoning included.
    output_tokens: int
    #: The provider did not count.
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class AnswerPiece:
    """What came of a model's answer at once; every part may be missing."""

    text: str = ""
    reasoning: str = ""
    finish: FinishReason | None = None
    usage: TokenUsage | None = None


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """How an answer is asked for; None for the provider's default."""

    temperature: float | None = None
    max_output_tokens: int | None = None
    reasoning_effort: ReasoningEffort | None = None

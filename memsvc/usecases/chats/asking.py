"""What a chat is asked for, and what it tells, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from memsvc.core.chat import AnswerOptions, CacheMode, FinishReason, MemoryMode, TokenUsage
from memsvc.core.chat_prompt import PromptPart, WebPage
from memsvc.core.model import Memory, RequestKey, ScoredMemory
from memsvc.core.turn_taking import TurnPolicy


@dataclass(frozen=True, slots=True)
class ChatAsk:
    """What the user says, and how it is to be answered."""

    user_id: str
    #: "" to begin a new conversation.
    conversation_id: str
    message: str
    #: "" for the server's, and for the provider's.
    provider: str
    model: str
    #: "" for none.
    persona_id: str
    memory_mode: MemoryMode
    cache_mode: CacheMode
    options: AnswerOptions
    project_id: str
    agent_id: str
    #: Empty for a chat with one.
    participants: tuple[str, ...]
    policy: TurnPolicy
    #: None for as many as there are participants.
    turns_max: int | None
    #: "" for what the message is about.
    memory_query: str
    #: "" for no search.
    web_search: str
    #: "" to have it made.
    user_message_id: str
    #: In tokens; None for the server's.
    token_budget: int | None
    recall_limit: int
    #: None for a call without a request_id.
    key: RequestKey | None


@dataclass(frozen=True, slots=True)
class Started:
    """The user's message is stored."""

    conversation_id: str
    user_message_id: str


@dataclass(frozen=True, slots=True)
class ContextShown:
    """What the model is given besides the user's message."""

    memories: list[ScoredMemory]
    degradations: list[str]
    conscious: list[Memory]
    parts: list[PromptPart]
    token_budget: int


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """A piece of the model's reasoning."""

    text: str


@dataclass(frozen=True, slots=True)
class Titled:
    """The conversation got a title."""

    title: str


@dataclass(frozen=True, slots=True)
class Used:
    """What the answers took."""

    usage: TokenUsage
    #: None where no price is known.
    cost: float | None


@dataclass(frozen=True, slots=True)
class Keepalive:
    """Nothing new."""


@dataclass(frozen=True, slots=True)
class Speaking:
    """A participant begins to speak."""

    persona_id: str
    name: str
    turn: int


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """A participant has spoken."""

    persona_id: str
    message_id: str
    finish: FinishReason


@dataclass(frozen=True, slots=True)
class Cited:
    """A page that the answer may rest on."""

    number: int
    page: WebPage


@dataclass(frozen=True, slots=True)
class ProviderChanged:
    """Another provider is asked."""

    provider: str
    next_provider: str
    next_model: str
    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """The answer is complete and stored."""

    message_id: str
    finish: FinishReason
    cached: bool = False
    provider: str = ""
    model: str = ""
    job_id: str = ""
    revision: int = 0
    replayed: bool = False


ChatEvent: TypeAlias = (
    Started
    | ContextShown
    | Delta
    | Thought
    | Titled
    | Used
    | Keepalive
    | Speaking
    | TurnEnded
    | Cited
    | ProviderChanged
    | Done
)


@dataclass(slots=True)
class Answer:
    """What one speaker says, as far as it has come."""

    texts: list[str] = field(default_factory=list)
    #: Something was sent to the caller: nobody else can be asked instead.
    begun: bool = False
    finish: FinishReason = FinishReason.INTERRUPTED
    usage: TokenUsage | None = None
    cost: float | None = None
    provider: str = ""
    model: str = ""
    cached: bool = False

    @property
    def text(self) -> str:
        """All that was said."""
        return "".join(self.texts)

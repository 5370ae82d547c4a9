from . import memory_pb2 as _memory_pb2
from . import ranking_pb2 as _ranking_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MemoryMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEMORY_MODE_UNSPECIFIED: _ClassVar[MemoryMode]
    MEMORY_MODE_FULL: _ClassVar[MemoryMode]
    MEMORY_MODE_READ_ONLY: _ClassVar[MemoryMode]
    MEMORY_MODE_WRITE_ONLY: _ClassVar[MemoryMode]
    MEMORY_MODE_OFF: _ClassVar[MemoryMode]

class CacheMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CACHE_MODE_UNSPECIFIED: _ClassVar[CacheMode]
    CACHE_MODE_OFF: _ClassVar[CacheMode]
    CACHE_MODE_USE: _ClassVar[CacheMode]
    CACHE_MODE_REFRESH: _ClassVar[CacheMode]

class FinishReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FINISH_REASON_UNSPECIFIED: _ClassVar[FinishReason]
    FINISH_REASON_STOP: _ClassVar[FinishReason]
    FINISH_REASON_LENGTH: _ClassVar[FinishReason]
    FINISH_REASON_CONTENT_FILTER: _ClassVar[FinishReason]
    FINISH_REASON_INTERRUPTED: _ClassVar[FinishReason]

class TurnPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TURN_POLICY_UNSPECIFIED: _ClassVar[TurnPolicy]
    TURN_POLICY_ROUND_ROBIN: _ClassVar[TurnPolicy]
    TURN_POLICY_ADDRESSED: _ClassVar[TurnPolicy]
    TURN_POLICY_MODERATOR: _ClassVar[TurnPolicy]

class ReasoningEffort(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REASONING_EFFORT_UNSPECIFIED: _ClassVar[ReasoningEffort]
    REASONING_EFFORT_LOW: _ClassVar[ReasoningEffort]
    REASONING_EFFORT_MEDIUM: _ClassVar[ReasoningEffort]
    REASONING_EFFORT_HIGH: _ClassVar[ReasoningEffort]

class PromptPartKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROMPT_PART_KIND_UNSPECIFIED: _ClassVar[PromptPartKind]
    PROMPT_PART_KIND_PERSONA: _ClassVar[PromptPartKind]
    PROMPT_PART_KIND_PREFERENCES: _ClassVar[PromptPartKind]
    PROMPT_PART_KIND_CONSCIOUS: _ClassVar[PromptPartKind]
    PROMPT_PART_KIND_RECALLED: _ClassVar[PromptPartKind]
    PROMPT_PART_KIND_WEB: _ClassVar[PromptPartKind]
    PROMPT_PART_KIND_HISTORY: _ClassVar[PromptPartKind]
    PROMPT_PART_KIND_MESSAGE: _ClassVar[PromptPartKind]
MEMORY_MODE_UNSPECIFIED: MemoryMode
MEMORY_MODE_FULL: MemoryMode
MEMORY_MODE_READ_ONLY: MemoryMode
MEMORY_MODE_WRITE_ONLY: MemoryMode
MEMORY_MODE_OFF: MemoryMode
CACHE_MODE_UNSPECIFIED: CacheMode
CACHE_MODE_OFF: CacheMode
CACHE_MODE_USE: CacheMode
CACHE_MODE_REFRESH: CacheMode
FINISH_REASON_UNSPECIFIED: FinishReason
FINISH_REASON_STOP: FinishReason
FINISH_REASON_LENGTH: FinishReason
FINISH_REASON_CONTENT_FILTER: FinishReason
FINISH_REASON_INTERRUPTED: FinishReason
TURN_POLICY_UNSPECIFIED: TurnPolicy
TURN_POLICY_ROUND_ROBIN: TurnPolicy
TURN_POLICY_ADDRESSED: TurnPolicy
TURN_POLICY_MODERATOR: TurnPolicy
REASONING_EFFORT_UNSPECIFIED: ReasoningEffort
REASONING_EFFORT_LOW: ReasoningEffort
REASONING_EFFORT_MEDIUM: ReasoningEffort
REASONING_EFFORT_HIGH: ReasoningEffort
PROMPT_PART_KIND_UNSPECIFIED: PromptPartKind
PROMPT_PART_KIND_PERSONA: PromptPartKind
PROMPT_PART_KIND_PREFERENCES: PromptPartKind
PROMPT_PART_KIND_CONSCIOUS: PromptPartKind
PROMPT_PART_KIND_RECALLED: PromptPartKind
PROMPT_PART_KIND_WEB: PromptPartKind
PROMPT_PART_KIND_HISTORY: PromptPartKind
PROMPT_PART_KIND_MESSAGE: PromptPartKind

class ChatRequest(_message.Message):
    __slots__ = ("user_id", "conversation_id", "message", "provider", "model", "persona_id", "memory_mode", "cache_mode", "temperature", "max_output_tokens", "request_id", "project_id", "agent_id", "participants", "turn_policy", "turns_max", "memory_query", "web_search", "reasoning_effort", "user_message_id", "prompt_token_budget", "recall_limit")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PERSONA_ID_FIELD_NUMBER: _ClassVar[int]
    MEMORY_MODE_FIELD_NUMBER: _ClassVar[int]
    CACHE_MODE_FIELD_NUMBER: _ClassVar[int]
    TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    MAX_OUTPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANTS_FIELD_NUMBER: _ClassVar[int]
    TURN_POLICY_FIELD_NUMBER: _ClassVar[int]
    TURNS_MAX_FIELD_NUMBER: _ClassVar[int]
    MEMORY_QUERY_FIELD_NUMBER: _ClassVar[int]
    WEB_SEARCH_FIELD_NUMBER: _ClassVar[int]
    REASONING_EFFORT_FIELD_NUMBER: _ClassVar[int]
    USER_MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PROMPT_TOKEN_BUDGET_FIELD_NUMBER: _ClassVar[int]
    RECALL_LIMIT_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    conversation_id: str
    message: str
    provider: str
    model: str
    persona_id: str
    memory_mode: MemoryMode
    cache_mode: CacheMode
    temperature: float
    max_output_tokens: int
    request_id: str
    project_id: str
    agent_id: str
    participants: _containers.RepeatedScalarFieldContainer[str]
    turn_policy: TurnPolicy
    turns_max: int
    memory_query: str
    web_search: str
    reasoning_effort: ReasoningEffort
    user_message_id: str
    prompt_token_budget: int
    recall_limit: int
    def __init__(self, user_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., message: _Optional[str] = ..., provider: _Optional[str] = ..., model: _Optional[str] = ..., persona_id: _Optional[str] = ..., memory_mode: _Optional[_Union[MemoryMode, str]] = ..., cache_mode: _Optional[_Union[CacheMode, str]] = ..., temperature: _Optional[float] = ..., max_output_tokens: _Optional[int] = ..., request_id: _Optional[str] = ..., project_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., participants: _Optional[_Iterable[str]] = ..., turn_policy: _Optional[_Union[TurnPolicy, str]] = ..., turns_max: _Optional[int] = ..., memory_query: _Optional[str] = ..., web_search: _Optional[str] = ..., reasoning_effort: _Optional[_Union[ReasoningEffort, str]] = ..., user_message_id: _Optional[str] = ..., prompt_token_budget: _Optional[int] = ..., recall_limit: _Optional[int] = ...) -> None: ...

class ChatEvent(_message.Message):
    __slots__ = ("started", "context", "delta", "reasoning", "title", "usage", "keepalive", "done", "speaker", "citation", "provider_change", "turn_end")
    STARTED_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    DELTA_FIELD_NUMBER: _ClassVar[int]
    REASONING_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    KEEPALIVE_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    SPEAKER_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_CHANGE_FIELD_NUMBER: _ClassVar[int]
    TURN_END_FIELD_NUMBER: _ClassVar[int]
    started: ChatStarted
    context: ChatContext
    delta: ChatDelta
    reasoning: ChatReasoning
    title: ChatTitle
    usage: ChatUsage
    keepalive: ChatKeepalive
    done: ChatDone
    speaker: ChatSpeaker
    citation: ChatCitation
    provider_change: ChatProviderChange
    turn_end: ChatTurnEnd
    def __init__(self, started: _Optional[_Union[ChatStarted, _Mapping]] = ..., context: _Optional[_Union[ChatContext, _Mapping]] = ..., delta: _Optional[_Union[ChatDelta, _Mapping]] = ..., reasoning: _Optional[_Union[ChatReasoning, _Mapping]] = ..., title: _Optional[_Union[ChatTitle, _Mapping]] = ..., usage: _Optional[_Union[ChatUsage, _Mapping]] = ..., keepalive: _Optional[_Union[ChatKeepalive, _Mapping]] = ..., done: _Optional[_Union[ChatDone, _Mapping]] = ..., speaker: _Optional[_Union[ChatSpeaker, _Mapping]] = ..., citation: _Optional[_Union[ChatCitation, _Mapping]] = ..., provider_change: _Optional[_Union[ChatProviderChange, _Mapping]] = ..., turn_end: _Optional[_Union[ChatTurnEnd, _Mapping]] = ...) -> None: ...

class ChatStarted(_message.Message):
    __slots__ = ("conversation_id", "user_message_id")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    user_message_id: str
    def __init__(self, conversation_id: _Optional[str] = ..., user_message_id: _Optional[str] = ...) -> None: ...

class PromptPart(_message.Message):
    __slots__ = ("kind", "tokens", "text", "message_ids", "shortened")
    KIND_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    SHORTENED_FIELD_NUMBER: _ClassVar[int]
    kind: PromptPartKind
    tokens: int
    text: str
    message_ids: _containers.RepeatedScalarFieldContainer[str]
    shortened: bool
    def __init__(self, kind: _Optional[_Union[PromptPartKind, str]] = ..., tokens: _Optional[int] = ..., text: _Optional[str] = ..., message_ids: _Optional[_Iterable[str]] = ..., shortened: bool = ...) -> None: ...

class ChatContext(_message.Message):
    __slots__ = ("memories", "degraded", "degraded_reasons", "conscious", "parts", "token_budget")
    MEMORIES_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_REASONS_FIELD_NUMBER: _ClassVar[int]
    CONSCIOUS_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    TOKEN_BUDGET_FIELD_NUMBER: _ClassVar[int]
    memories: _containers.RepeatedCompositeFieldContainer[_ranking_pb2.ScoredMemory]
    degraded: bool
    degraded_reasons: _containers.RepeatedScalarFieldContainer[str]
    conscious: _containers.RepeatedCompositeFieldContainer[_memory_pb2.Memory]
    parts: _containers.RepeatedCompositeFieldContainer[PromptPart]
    token_budget: int
    def __init__(self, memories: _Optional[_Iterable[_Union[_ranking_pb2.ScoredMemory, _Mapping]]] = ..., degraded: bool = ..., degraded_reasons: _Optional[_Iterable[str]] = ..., conscious: _Optional[_Iterable[_Union[_memory_pb2.Memory, _Mapping]]] = ..., parts: _Optional[_Iterable[_Union[PromptPart, _Mapping]]] = ..., token_budget: _Optional[int] = ...) -> None: ...

class ChatSpeaker(_message.Message):
    __slots__ = ("persona_id", "name", "turn")
    PERSONA_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TURN_FIELD_NUMBER: _ClassVar[int]
    persona_id: str
    name: str
    turn: int
    def __init__(self, persona_id: _Optional[str] = ..., name: _Optional[str] = ..., turn: _Optional[int] = ...) -> None: ...

class ChatTurnEnd(_message.Message):
    __slots__ = ("persona_id", "assistant_message_id", "finish_reason")
    PERSONA_ID_FIELD_NUMBER: _ClassVar[int]
    ASSISTANT_MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    FINISH_REASON_FIELD_NUMBER: _ClassVar[int]
    persona_id: str
    assistant_message_id: str
    finish_reason: FinishReason
    def __init__(self, persona_id: _Optional[str] = ..., assistant_message_id: _Optional[str] = ..., finish_reason: _Optional[_Union[FinishReason, str]] = ...) -> None: ...

class ChatCitation(_message.Message):
    __slots__ = ("number", "title", "url", "snippet")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    SNIPPET_FIELD_NUMBER: _ClassVar[int]
    number: int
    title: str
    url: str
    snippet: str
    def __init__(self, number: _Optional[int] = ..., title: _Optional[str] = ..., url: _Optional[str] = ..., snippet: _Optional[str] = ...) -> None: ...

class ChatProviderChange(_message.Message):
    __slots__ = ("provider", "next_provider", "next_model", "reason")
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    NEXT_PROVIDER_FIELD_NUMBER: _ClassVar[int]
    NEXT_MODEL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    provider: str
    next_provider: str
    next_model: str
    reason: str
    def __init__(self, provider: _Optional[str] = ..., next_provider: _Optional[str] = ..., next_model: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ChatDelta(_message.Message):
    __slots__ = ("text",)
    TEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    def __init__(self, text: _Optional[str] = ...) -> None: ...

class ChatReasoning(_message.Message):
    __slots__ = ("text",)
    TEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    def __init__(self, text: _Optional[str] = ...) -> None: ...

class ChatTitle(_message.Message):
    __slots__ = ("title",)
    TITLE_FIELD_NUMBER: _ClassVar[int]
    title: str
    def __init__(self, title: _Optional[str] = ...) -> None: ...

class ChatUsage(_message.Message):
    __slots__ = ("input_tokens", "output_tokens", "estimated", "cost")
    INPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    input_tokens: int
    output_tokens: int
    estimated: bool
    cost: float
    def __init__(self, input_tokens: _Optional[int] = ..., output_tokens: _Optional[int] = ..., estimated: bool = ..., cost: _Optional[float] = ...) -> None: ...

class ChatKeepalive(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ChatDone(_message.Message):
    __slots__ = ("assistant_message_id", "finish_reason", "cached", "provider", "model", "job_id", "revision", "replayed")
    ASSISTANT_MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    FINISH_REASON_FIELD_NUMBER: _ClassVar[int]
    CACHED_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    assistant_message_id: str
    finish_reason: FinishReason
    cached: bool
    provider: str
    model: str
    job_id: str
    revision: int
    replayed: bool
    def __init__(self, assistant_message_id: _Optional[str] = ..., finish_reason: _Optional[_Union[FinishReason, str]] = ..., cached: bool = ..., provider: _Optional[str] = ..., model: _Optional[str] = ..., job_id: _Optional[str] = ..., revision: _Optional[int] = ..., replayed: bool = ...) -> None: ...

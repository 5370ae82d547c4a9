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

class ChatRequest(_message.Message):
    __slots__ = ("user_id", "conversation_id", "message", "provider", "model", "persona_id", "memory_mode", "cache_mode", "temperature", "max_output_tokens", "request_id")
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
    def __init__(self, user_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., message: _Optional[str] = ..., provider: _Optional[str] = ..., model: _Optional[str] = ..., persona_id: _Optional[str] = ..., memory_mode: _Optional[_Union[MemoryMode, str]] = ..., cache_mode: _Optional[_Union[CacheMode, str]] = ..., temperature: _Optional[float] = ..., max_output_tokens: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class ChatEvent(_message.Message):
    __slots__ = ("started", "context", "delta", "reasoning", "title", "usage", "keepalive", "done")
    STARTED_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    DELTA_FIELD_NUMBER: _ClassVar[int]
    REASONING_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    KEEPALIVE_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    started: ChatStarted
    context: ChatContext
    delta: ChatDelta
    reasoning: ChatReasoning
    title: ChatTitle
    usage: ChatUsage
    keepalive: ChatKeepalive
    done: ChatDone
    def __init__(self, started: _Optional[_Union[ChatStarted, _Mapping]] = ..., context: _Optional[_Union[ChatContext, _Mapping]] = ..., delta: _Optional[_Union[ChatDelta, _Mapping]] = ..., reasoning: _Optional[_Union[ChatReasoning, _Mapping]] = ..., title: _Optional[_Union[ChatTitle, _Mapping]] = ..., usage: _Optional[_Union[ChatUsage, _Mapping]] = ..., keepalive: _Optional[_Union[ChatKeepalive, _Mapping]] = ..., done: _Optional[_Union[ChatDone, _Mapping]] = ...) -> None: ...

class ChatStarted(_message.Message):
    __slots__ = ("conversation_id", "user_message_id")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    user_message_id: str
    def __init__(self, conversation_id: _Optional[str] = ..., user_message_id: _Optional[str] = ...) -> None: ...

class ChatContext(_message.Message):
    __slots__ = ("memories", "degraded", "degraded_reasons")
    MEMORIES_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_REASONS_FIELD_NUMBER: _ClassVar[int]
    memories: _containers.RepeatedCompositeFieldContainer[_ranking_pb2.ScoredMemory]
    degraded: bool
    degraded_reasons: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, memories: _Optional[_Iterable[_Union[_ranking_pb2.ScoredMemory, _Mapping]]] = ..., degraded: bool = ..., degraded_reasons: _Optional[_Iterable[str]] = ...) -> None: ...

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
    __slots__ = ("input_tokens", "output_tokens")
    INPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    input_tokens: int
    output_tokens: int
    def __init__(self, input_tokens: _Optional[int] = ..., output_tokens: _Optional[int] = ...) -> None: ...

class ChatKeepalive(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ChatDone(_message.Message):
    __slots__ = ("assistant_message_id", "finish_reason", "cached")
    ASSISTANT_MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    FINISH_REASON_FIELD_NUMBER: _ClassVar[int]
    CACHED_FIELD_NUMBER: _ClassVar[int]
    assistant_message_id: str
    finish_reason: FinishReason
    cached: bool
    def __init__(self, assistant_message_id: _Optional[str] = ..., finish_reason: _Optional[_Union[FinishReason, str]] = ..., cached: bool = ...) -> None: ...

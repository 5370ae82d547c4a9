from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Capability(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CAPABILITY_UNSPECIFIED: _ClassVar[Capability]
    CAPABILITY_SEMANTIC_RANKING: _ClassVar[Capability]
    CAPABILITY_CONTEXTUAL_RANKING: _ClassVar[Capability]
    CAPABILITY_OWN_EMBEDDINGS: _ClassVar[Capability]
    CAPABILITY_TIME_TRAVEL: _ClassVar[Capability]
    CAPABILITY_FACT_EXTRACTION: _ClassVar[Capability]
    CAPABILITY_MODEL_EXTRACTION: _ClassVar[Capability]
CAPABILITY_UNSPECIFIED: Capability
CAPABILITY_SEMANTIC_RANKING: Capability
CAPABILITY_CONTEXTUAL_RANKING: Capability
CAPABILITY_OWN_EMBEDDINGS: Capability
CAPABILITY_TIME_TRAVEL: Capability
CAPABILITY_FACT_EXTRACTION: Capability
CAPABILITY_MODEL_EXTRACTION: Capability

class EmbedderInfo(_message.Message):
    __slots__ = ("model", "dimension")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    DIMENSION_FIELD_NUMBER: _ClassVar[int]
    model: str
    dimension: int
    def __init__(self, model: _Optional[str] = ..., dimension: _Optional[int] = ...) -> None: ...

class GetServerInfoRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetServerInfoResponse(_message.Message):
    __slots__ = ("version", "api_versions", "methods", "capabilities", "embedder")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    API_VERSIONS_FIELD_NUMBER: _ClassVar[int]
    METHODS_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    EMBEDDER_FIELD_NUMBER: _ClassVar[int]
    version: str
    api_versions: _containers.RepeatedScalarFieldContainer[str]
    methods: _containers.RepeatedScalarFieldContainer[str]
    capabilities: _containers.RepeatedScalarFieldContainer[Capability]
    embedder: EmbedderInfo
    def __init__(self, version: _Optional[str] = ..., api_versions: _Optional[_Iterable[str]] = ..., methods: _Optional[_Iterable[str]] = ..., capabilities: _Optional[_Iterable[_Union[Capability, str]]] = ..., embedder: _Optional[_Union[EmbedderInfo, _Mapping]] = ...) -> None: ...

from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ProviderState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROVIDER_STATE_UNSPECIFIED: _ClassVar[ProviderState]
    PROVIDER_STATE_READY: _ClassVar[ProviderState]
    PROVIDER_STATE_BUSY: _ClassVar[ProviderState]
    PROVIDER_STATE_PAUSED: _ClassVar[ProviderState]
PROVIDER_STATE_UNSPECIFIED: ProviderState
PROVIDER_STATE_READY: ProviderState
PROVIDER_STATE_BUSY: ProviderState
PROVIDER_STATE_PAUSED: ProviderState

class Provider(_message.Message):
    __slots__ = ("name", "kind", "default_model", "state", "any_model")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_MODEL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ANY_MODEL_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: str
    default_model: str
    state: ProviderState
    any_model: bool
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[str] = ..., default_model: _Optional[str] = ..., state: _Optional[_Union[ProviderState, str]] = ..., any_model: bool = ...) -> None: ...

class Model(_message.Message):
    __slots__ = ("name", "provider", "input_price", "output_price")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    INPUT_PRICE_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_PRICE_FIELD_NUMBER: _ClassVar[int]
    name: str
    provider: str
    input_price: float
    output_price: float
    def __init__(self, name: _Optional[str] = ..., provider: _Optional[str] = ..., input_price: _Optional[float] = ..., output_price: _Optional[float] = ...) -> None: ...

class ListProvidersRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListProvidersResponse(_message.Message):
    __slots__ = ("providers",)
    PROVIDERS_FIELD_NUMBER: _ClassVar[int]
    providers: _containers.RepeatedCompositeFieldContainer[Provider]
    def __init__(self, providers: _Optional[_Iterable[_Union[Provider, _Mapping]]] = ...) -> None: ...

class ListModelsRequest(_message.Message):
    __slots__ = ("provider",)
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    provider: str
    def __init__(self, provider: _Optional[str] = ...) -> None: ...

class ListModelsResponse(_message.Message):
    __slots__ = ("models",)
    MODELS_FIELD_NUMBER: _ClassVar[int]
    models: _containers.RepeatedCompositeFieldContainer[Model]
    def __init__(self, models: _Optional[_Iterable[_Union[Model, _Mapping]]] = ...) -> None: ...

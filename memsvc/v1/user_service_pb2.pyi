import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ErasureLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERASURE_LEVEL_UNSPECIFIED: _ClassVar[ErasureLevel]
    ERASURE_LEVEL_HIDDEN: _ClassVar[ErasureLevel]
    ERASURE_LEVEL_ROWS_REMOVED: _ClassVar[ErasureLevel]
    ERASURE_LEVEL_FILES_REWRITTEN: _ClassVar[ErasureLevel]
ERASURE_LEVEL_UNSPECIFIED: ErasureLevel
ERASURE_LEVEL_HIDDEN: ErasureLevel
ERASURE_LEVEL_ROWS_REMOVED: ErasureLevel
ERASURE_LEVEL_FILES_REWRITTEN: ErasureLevel

class ErasedTable(_message.Message):
    __slots__ = ("table", "row_count")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    table: str
    row_count: int
    def __init__(self, table: _Optional[str] = ..., row_count: _Optional[int] = ...) -> None: ...

class ErasureReport(_message.Message):
    __slots__ = ("level", "tables", "erase_time", "complete_time", "audit_sequence", "user_hash")
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    TABLES_FIELD_NUMBER: _ClassVar[int]
    ERASE_TIME_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_TIME_FIELD_NUMBER: _ClassVar[int]
    AUDIT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    USER_HASH_FIELD_NUMBER: _ClassVar[int]
    level: ErasureLevel
    tables: _containers.RepeatedCompositeFieldContainer[ErasedTable]
    erase_time: _timestamp_pb2.Timestamp
    complete_time: _timestamp_pb2.Timestamp
    audit_sequence: int
    user_hash: str
    def __init__(self, level: _Optional[_Union[ErasureLevel, str]] = ..., tables: _Optional[_Iterable[_Union[ErasedTable, _Mapping]]] = ..., erase_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., complete_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., audit_sequence: _Optional[int] = ..., user_hash: _Optional[str] = ...) -> None: ...

class EraseUserRequest(_message.Message):
    __slots__ = ("user_id",)
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class EraseUserResponse(_message.Message):
    __slots__ = ("report",)
    REPORT_FIELD_NUMBER: _ClassVar[int]
    report: ErasureReport
    def __init__(self, report: _Optional[_Union[ErasureReport, _Mapping]] = ...) -> None: ...

class ReopenUserRequest(_message.Message):
    __slots__ = ("user_id",)
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class ReopenUserResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ExportUserRequest(_message.Message):
    __slots__ = ("user_id",)
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class ExportUserResponse(_message.Message):
    __slots__ = ("lines",)
    LINES_FIELD_NUMBER: _ClassVar[int]
    lines: str
    def __init__(self, lines: _Optional[str] = ...) -> None: ...

class ImportUserRequest(_message.Message):
    __slots__ = ("user_id", "lines")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    lines: str
    def __init__(self, user_id: _Optional[str] = ..., lines: _Optional[str] = ...) -> None: ...

class ImportUserResponse(_message.Message):
    __slots__ = ("conversation_count", "memory_count", "duplicate_count")
    CONVERSATION_COUNT_FIELD_NUMBER: _ClassVar[int]
    MEMORY_COUNT_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_COUNT_FIELD_NUMBER: _ClassVar[int]
    conversation_count: int
    memory_count: int
    duplicate_count: int
    def __init__(self, conversation_count: _Optional[int] = ..., memory_count: _Optional[int] = ..., duplicate_count: _Optional[int] = ...) -> None: ...

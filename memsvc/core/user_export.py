"""All that is remembered of a user as lines of JSON: what each line may hold.

A header, projects, conversations, memories in the order in which they came, the profile, preferences, personas of
the user's own, and an end that counts.
What is made of the texts (terms, vectors) and what counts for one database only is left out.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from memsvc.core.errors import InvalidFields
from memsvc.core.model import MemoryKind
from memsvc.core.projects import may_be_registered

FORMAT: Final = "memsvc-user"
VERSION: Final = 1
#: Where in a request the lines stand.
FIELD: Final = "lines"
_CONTENT_CHARACTERS_MAX: Final = 100_000
_METADATA_CHARACTERS_MAX: Final = 64 * 1024


def _without_nul(text: str) -> str:
    if "\0" in text:
        message = "holds the character U+0000"
        raise ValueError(message)
    return text


def _storable(metadata: dict[str, Any]) -> dict[str, Any]:
    if len(text := str(metadata)) > _METADATA_CHARACTERS_MAX or "\\x00" in text:
        message = "is too long or holds the character U+0000"
        raise ValueError(message)
    return metadata


def _registered(project_id: str) -> str:
    if not may_be_registered(project_id):
        message = "is not the id of a registered project"
        raise ValueError(message)
    return project_id


_Text = Annotated[str, AfterValidator(_without_nul), Field(max_length=_CONTENT_CHARACTERS_MAX)]
_Id = Annotated[str, AfterValidator(_without_nul), Field(max_length=128)]
#: So many times longer than it was given may a text be in which secrets were masked.
_MASKED: Final = 3
_Label = Annotated[str, AfterValidator(_without_nul), Field(max_length=_MASKED * 128)]
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=0, lt=2**24)]


class _Line(BaseModel):
    """One line; a field that is not known would be lost, so it is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Header(_Line):
    """The first line."""

    type: Literal["header"]
    format: Literal["memsvc-user"]
    version: Literal[1]
    user_id: Annotated[_Id, Field(min_length=1)]
    export_time: AwareDatetime


class ExportedConversation(_Line):
    """A conversation."""

    type: Literal["conversation"]
    conversation_id: Annotated[_Id, Field(min_length=1)]
    project_id: _Id
    agent_id: _Id
    title: _Text
    create_time: AwareDatetime
    update_time: AwareDatetime
    #: How many messages it has had; their positions are below.
    message_count: _Count
    #: An export of before knows none of these.
    pinned: bool = False
    archive_time: AwareDatetime | None = None
    metadata: Annotated[dict[str, Any], AfterValidator(_storable)] = Field(default_factory=dict)


class ExportedMemory(_Line):
    """A memory, with all that the service knows of it: column by column, see the table `memory`."""

    type: Literal["memory"]
    memory_id: uuid.UUID
    kind: Annotated[int, Field(ge=1, le=4)]
    content: Annotated[_Text, Field(min_length=1)]
    category: _Id
    slot: _Id
    temporal_state: Annotated[int, Field(ge=0, le=4)]
    confidence: _Share
    importance: _Share
    pinned: bool
    essential: bool
    tags: list[_Text]
    metadata: Annotated[dict[str, Any], AfterValidator(_storable)]
    source_message_ids: list[_Id]
    conversation_id: _Id | None
    project_id: _Id
    agent_id: _Id
    valid_from_time: AwareDatetime
    valid_to_time: AwareDatetime | None
    superseded_by: uuid.UUID | None
    superseded_time: AwareDatetime | None
    create_time: AwareDatetime
    update_time: AwareDatetime
    refresh_time: AwareDatetime
    last_access_time: AwareDatetime | None
    access_count: Annotated[int, Field(ge=0, lt=2**31)]
    expire_time: AwareDatetime | None
    version: Annotated[int, Field(ge=1, lt=2**31)]
    message_id: Annotated[_Id, Field(min_length=1)] | None
    role: Annotated[int, Field(ge=1, le=4)] | None
    author: _Id
    parent_message_id: _Id
    #: Where a message stands in its conversation.
    position: _Count | None
    value: _Text
    value_key: _Text
    exclusive: bool
    ends: bool
    contested: bool
    source_times: list[AwareDatetime]
    source_roles: list[Annotated[int, Field(ge=1, le=4)]]
    source_confidences: list[_Share]
    stated_confidence: _Share | None
    unmatched: bool
    fully_drawn: bool
    source_class: Annotated[int, Field(ge=1, le=5)] | None
    flags: list[_Text]
    flagged: bool
    source_classes: list[Annotated[int, Field(ge=1, le=5)]]
    source_flags: list[_Text]
    #: Exports from before messages could break off do not have it.
    interrupted: bool = False

    @model_validator(mode="after")
    def _holds_together(self) -> ExportedMemory:
        faults = {
            "message_id": (self.kind == MemoryKind.EPISODE) != (self.message_id is not None),
            "role": self.kind == MemoryKind.EPISODE and self.role is None,
            "position": (self.position is None) != (self.message_id is None),
            "superseded_time": (self.superseded_by is None) != (self.superseded_time is None),
            "valid_to_time": (self.valid_to_time or self.valid_from_time) < self.valid_from_time,
        }
        for name, wrong in faults.items():
            if wrong:
                message = f"{name} does not fit the others"
                raise ValueError(message)
        return self

    def for_user(self, user_id: str | None) -> dict[str, Any]:
        """Return the columns; for another user than the exported one under ids of its own."""
        columns = self.model_dump(mode="json", exclude={"type"})
        if user_id is not None:
            for name in ("memory_id", "superseded_by"):
                if columns[name] is not None:
                    columns[name] = str(uuid.uuid5(uuid.UUID(columns[name]), user_id))
        return columns


class ExportedProfile(_Line):
    """Who the user is, in a few sentences."""

    type: Literal["profile"]
    summary: _Text
    key_traits: list[_Text]
    update_time: AwareDatetime
    trust: _Share | None


class ExportedPreferences(_Line):
    """How the user wants to be answered."""

    type: Literal["preferences"]
    response_style: Annotated[_Text, Field(max_length=_MASKED * 500)]
    nickname: Annotated[_Text, Field(max_length=_MASKED * 100)]
    occupation: Annotated[_Text, Field(max_length=_MASKED * 200)]
    custom_instructions: Annotated[_Text, Field(max_length=_MASKED * 2000)]
    language: Annotated[_Text, Field(max_length=_MASKED * 64)]
    tone: Annotated[_Text, Field(max_length=_MASKED * 100)]
    response_length: Annotated[int, Field(ge=0, le=3)]
    topics_of_interest: Annotated[list[_Label], Field(max_length=32)]
    update_time: AwareDatetime


class ExportedPersona(_Line):
    """A persona of the user's own."""

    type: Literal["persona"]
    persona_id: Annotated[_Id, Field(min_length=1)]
    name: Annotated[_Label, Field(min_length=1)]
    description: Annotated[_Text, Field(max_length=_MASKED * 1000)]
    system_prompt: Annotated[_Text, Field(min_length=1, max_length=_MASKED * 20_000)]
    provider: _Id
    model: Annotated[_Text, Field(max_length=256)]
    temperature: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)] | None
    memory_scope: Annotated[int, Field(ge=1, le=2)]
    tags: Annotated[list[_Label], Field(max_length=16)]
    create_time: AwareDatetime
    update_time: AwareDatetime


class ExportedProject(_Line):
    """A project that is the user's before it is anybody else's; its other members are not told."""

    type: Literal["project"]
    project_id: Annotated[_Id, AfterValidator(_registered)]
    name: Annotated[_Text, Field(min_length=1)]
    description: _Text
    technologies: list[_Id]
    settings: Annotated[dict[str, Any], AfterValidator(_storable)]
    create_time: AwareDatetime
    update_time: AwareDatetime


class End(_Line):
    """The last line: without it the export broke off."""

    type: Literal["end"]
    conversation_count: Annotated[int, Field(ge=0)]
    memory_count: Annotated[int, Field(ge=0)]
    project_count: Annotated[int, Field(ge=0)] = 0


Line: TypeAlias = (
    Header
    | ExportedProject
    | ExportedConversation
    | ExportedMemory
    | ExportedProfile
    | ExportedPreferences
    | ExportedPersona
    | End
)
_LINES: Final[TypeAdapter[Line]] = TypeAdapter(Annotated[Line, Field(discriminator="type")])


def header(user_id: str, now: datetime) -> str:
    """Return the first line."""
    return _text(
        Header(type="header", format=FORMAT, version=VERSION, user_id=user_id, export_time=now)
    )


def end(projects: int, conversations: int, memories: int) -> str:
    """Return the last line."""
    return _text(
        End(
            type="end",
            conversation_count=conversations,
            memory_count=memories,
            project_count=projects,
        )
    )


def _text(line: BaseModel) -> str:
    return line.model_dump_json()


def parse(text: str, number: int) -> Line:
    """Return what a line holds; *number* counts the lines from 1. Raises InvalidFields."""
    try:
        return _LINES.validate_json(text)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise InvalidFields([(FIELD, f"line {number}: {where} {fault['msg']}")]) from None

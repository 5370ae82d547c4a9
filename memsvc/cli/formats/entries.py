"""What a file of conversations consists of, whatever its layout: entries, each judged on its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from memsvc.v1.memory_pb2 import Message, Role

CONTENT_CHARACTERS_MAX: Final = 100_000
ID_BYTES_MAX: Final = 128
#: Far above what the contract allows a message; a larger one would take a whole call with it.
MESSAGE_BYTES_MAX: Final = 1_000_000

_ROLES: Final = (
    Role.ROLE_UNSPECIFIED,
    Role.ROLE_USER,
    Role.ROLE_ASSISTANT,
    Role.ROLE_SYSTEM,
    Role.ROLE_TOOL,
)
#: Who speaks, in the words of the layouts and of the contract.
ROLES: Final[Mapping[str, Role]] = {
    "user": Role.ROLE_USER,
    "human": Role.ROLE_USER,
    "assistant": Role.ROLE_ASSISTANT,
    "system": Role.ROLE_SYSTEM,
    "developer": Role.ROLE_SYSTEM,
    "tool": Role.ROLE_TOOL,
    "function": Role.ROLE_TOOL,
    **{Role.Name(role): role for role in _ROLES},
}

#: What to read a conversation with may fail in, if it is not in its layout.
LAYOUT_ERRORS: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError)
_IDS: Final = ("user_id", "conversation_id", "message_id", "author", "parent_message_id")


@dataclass(frozen=True, slots=True)
class Said:
    """A message that can be sent. It names its user, its conversation and itself."""

    #: Where in the file it stands, for a person.
    place: str
    message: Message
    project_id: str = ""
    agent_id: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that is no message: it is empty, hidden, or has no text."""

    place: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that should be a message and cannot be one."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class UserMissing(Fault):
    """A message that could be sent if somebody said whose it is."""

    reason: str = "it names no user_id, and --user-id is not given"


Entry: TypeAlias = Said | LeftOut | Fault


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where a file says nothing."""

    #: SHA-256 of the file, in hexadecimal digits.
    digest: str
    #: Empty if none was given.
    user_id: str = ""
    #: Empty if none was given.
    conversation_id: str = ""

    def conversation(self, *parts: object) -> str:
        """Return the conversation that was given, or a name made of *parts* or else of the file."""
        named = digest_of(*parts) if parts else self.digest
        return self.conversation_id or f"import-{named[:32]}"


def digest_of(*parts: object) -> str:
    """Return the SHA-256 of *parts*, JSON values, in hexadecimal digits."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def role_of(name: object) -> Role:
    """Return the role that a layout or the contract calls *name*; raise ValueError for no role."""
    if isinstance(name, str) and name in ROLES:
        return ROLES[name]
    message = f"role {str(name)[:40]!r} is not user, assistant, system or tool"
    raise ValueError(message)


def reason_of(error: BaseException) -> str:
    """Return in one line what *error* says about a layout."""
    if isinstance(error, UnicodeEncodeError):
        return "it holds half a character (a lone surrogate)"
    if isinstance(error, KeyError):
        return f"{error} is missing"
    return " ".join(str(error).split())[:300]


def entry_of(
    place: str, position: object, message: Message, defaults: Defaults, **scope: str
) -> Entry:
    """Return the entry for *message*, completed: its user, its conversation and its id.

    A message without an id gets one made of its user, conversation, *position* and content, so
    that it is the same one when the file is read again. *scope* are its project_id and agent_id.
    """
    if not message.content.strip():
        return LeftOut(place)
    message.user_id = message.user_id or defaults.user_id
    if not message.user_id:
        return UserMissing(place)
    message.conversation_id = message.conversation_id or defaults.conversation()
    if not message.message_id:
        named = digest_of(message.user_id, message.conversation_id, position, message.content)
        message.message_id = f"import-{named[:32]}"
    for reason in _faults(message, scope):
        return Fault(place, reason)
    return Said(place, message, **scope)


def _faults(message: Message, scope: Mapping[str, str]) -> Iterator[str]:
    characters = len(message.content)
    if characters > CONTENT_CHARACTERS_MAX:
        yield f"its content has {characters:,} characters, {CONTENT_CHARACTERS_MAX:,} at most"
    if "\0" in message.content:
        yield "its content holds the character U+0000"
    for name, value in {**{name: getattr(message, name) for name in _IDS}, **scope}.items():
        if len(value.encode()) > ID_BYTES_MAX:
            yield f"its {name} has more than {ID_BYTES_MAX} bytes"
    if message.HasField("importance") and not 0 <= message.importance <= 1:
        yield "its importance is not between 0 and 1"
    if message.ByteSize() > MESSAGE_BYTES_MAX:
        yield f"it has more than {MESSAGE_BYTES_MAX:,} bytes"


def texts_of(parts: object, kinds: frozenset[str]) -> str:
    """Return the texts among the *parts* of a content, a paragraph each.

    A part is a string, or an object with a text whose type is one of *kinds*.
    """
    if not isinstance(parts, list):
        message = "its content is neither a text nor a list of parts"
        raise TypeError(message)
    return "\n".join(text for text in (_text_of(part, kinds) for part in parts) if text)


def _text_of(part: Any, kinds: frozenset[str]) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, dict) and (part.get("type") or part.get("content_type")) in kinds:
        return str(part.get("text") or "")
    return ""

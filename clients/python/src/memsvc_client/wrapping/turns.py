"""What is said in a call: reading the user's last words and the answer, and putting memories between.

Nothing here changes what it is given: a caller's lists and mappings stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

#: The longest question that the server takes, in bytes: the end of a longer text counts.
QUERY_BYTES_MAX: Final = 4096
#: The longest message that the server stores, in characters.
CONTENT_CHARACTERS_MAX: Final = 100_000
#: Parts of a message that are text, in the two interfaces.
_TEXT_PARTS: Final = {"text", "input_text", "output_text"}


def value_of(thing: Any, name: str) -> Any:
    """Return a field of a mapping or of an object, None if it has none."""
    if isinstance(thing, dict):
        return thing.get(name)
    return getattr(thing, name, None)


def text_of(content: Any) -> str:
    """Return the text of a message's content: a text, or parts of which some are text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence):
        return ""
    texts = [value_of(part, "text") for part in content if value_of(part, "type") in _TEXT_PARTS]
    return "\n".join(text for text in texts if isinstance(text, str))


def last_user_place(messages: Sequence[Any]) -> int | None:
    """Return where the user's last message stands, None if there is none."""
    for place in range(len(messages) - 1, -1, -1):
        if value_of(messages[place], "role") == "user":
            return place
    return None


def is_first_turn(messages: Sequence[Any]) -> bool:
    """Return whether nobody has answered yet."""
    return not any(value_of(message, "role") == "assistant" for message in messages)


def is_unanswered(messages: Sequence[Any], place: int) -> bool:
    """Return whether after the message at *place* there is nothing but the operator's word."""
    roles = [value_of(message, "role") for message in messages[place + 1 :]]
    return all(role in {"system", "developer"} for role in roles)


def is_of_tool(message: Any) -> bool:
    """Return whether a message is what a tool returned."""
    if value_of(message, "role") in {"tool", "function"}:
        return True
    kind = value_of(message, "type")
    return isinstance(kind, str) and kind.endswith("_call_output")


def call_of(message: Any) -> str:
    """Return the id of the call that a tool returned something for."""
    return str(value_of(message, "call_id") or value_of(message, "tool_call_id") or "tool")


def query_of(text: str) -> str:
    """Return what is to be recalled for a text: its end, if it is too long for a question."""
    data = text.encode("utf-8", "ignore")
    return data[-QUERY_BYTES_MAX:].decode("utf-8", "ignore").strip()


def with_context(messages: Sequence[Any], blocks: Iterable[str], place: int) -> list[Any]:
    """Return a new list of *messages* with the memories before the one at *place*.

    They are a user's message of their own and never a system message: what stands there is data, which
    somebody may have planted, and no model is to take it for its operator's word.
    """
    context = {"role": "user", "content": "\n\n".join(blocks)}
    return [*messages[:place], context, *messages[place:]]


class Shape(Protocol):
    """One of the interfaces by which a model is asked."""

    #: The argument that holds what was said.
    argument: str

    def messages(self, given: Any) -> list[Any]:
        """Return what was said as a list of its own."""

    def answer(self, response: Any) -> str:
        """Return the text of an answer."""

    def piece(self, chunk: Any) -> str:
        """Return the text that a piece of an answer adds."""


class ChatShape:
    """`chat.completions.create`."""

    argument = "messages"

    def messages(self, given: Any) -> list[Any]:
        """Return the messages."""
        return list(given)

    def answer(self, response: Any) -> str:
        """Return the text of the first choice."""
        choices = value_of(response, "choices")
        return text_of(value_of(value_of(choices[0], "message"), "content")) if choices else ""

    def piece(self, chunk: Any) -> str:
        """Return what the first choice goes on with."""
        for choice in value_of(chunk, "choices") or ():
            if not value_of(choice, "index"):
                return text_of(value_of(value_of(choice, "delta"), "content"))
        return ""


class ResponsesShape:
    """`responses.create`."""

    argument = "input"

    def messages(self, given: Any) -> list[Any]:
        """Return the items; a text is one message of the user's."""
        return [{"role": "user", "content": given}] if isinstance(given, str) else list(given)

    def answer(self, response: Any) -> str:
        """Return all text of the answer."""
        return text_of(value_of(response, "output_text"))

    def piece(self, chunk: Any) -> str:
        """Return the text that an event adds."""
        if value_of(chunk, "type") != "response.output_text.delta":
            return ""
        return text_of(value_of(chunk, "delta"))

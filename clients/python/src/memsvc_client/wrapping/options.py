"""What a wrapped client is told: once when it is made, for a stretch of code, or for one call."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from typing import Any, Final, TypedDict


@dataclass(frozen=True)
class MemoryOptions:
    """Whose memory a call has, and what is done with it.

    Attributes:
        user_id: Whose memory it is. Without one a call is passed on as it is.
        conversation_id: The conversation that the turns belong to; empty for none.
        project_id: The project that they belong to.
        agent_id: Who answers.
        turn_id: Names the turn; what is stored of it has ids made of this one, so that a call that
            the program repeats with it stores nothing twice. Made anew for each call by default.
        recall: Whether memories are looked for and given to the model.
        conscious: Whether the essentials are given to the model with the first turn.
        store: Whether the turn is stored.
        limit: How many memories are recalled at most.
        token_budget: How long each block of memories may be, in tokens; 0 for any length.

    """

    user_id: str = ""
    conversation_id: str = ""
    project_id: str = ""
    agent_id: str = ""
    turn_id: str = ""
    recall: bool = True
    conscious: bool = True
    store: bool = True
    limit: int = 5
    token_budget: int = 0


class MemoryOptionFields(TypedDict, total=False):
    """The options, to be given by name."""

    user_id: str
    conversation_id: str
    project_id: str
    agent_id: str
    turn_id: str
    recall: bool
    conscious: bool
    store: bool
    limit: int
    token_budget: int


@dataclass(frozen=True)
class WrapSettings:
    """How patient a wrapped client is.

    Attributes:
        recall_seconds: How long an answer waits for memories at most. With what it takes to notice that they
            do not come, the default holds a call up for less than 50 ms.
        failures_max: After so many recalls in a row that failed or took too long none is waited for.
        rest_seconds: After which time one is tried again, behind a call's back; doubled each time it
            fails, up to a minute.
        queue_max: So many turns may wait to be stored; one more is dropped and counted.
        store_seconds: How long storing a turn may take.
        store_attempts: How often storing a turn is tried.
        exit_seconds: How long the end of the program waits for turns that are not stored yet.

    """

    recall_seconds: float = 0.045
    failures_max: int = 3
    rest_seconds: float = 1.0
    queue_max: int = 1000
    store_seconds: float = 10.0
    store_attempts: int = 5
    exit_seconds: float = 1.0


_NAMES: Final = frozenset(field.name for field in fields(MemoryOptions))
_context_options: ContextVar[Mapping[str, Any] | None] = ContextVar(
    "memsvc_memory_options", default=None
)


@contextmanager
def memory_options(**given: Any) -> Generator[None]:
    """Let calls of wrapped clients within the `with` block have these options.

    They hold for this thread or asyncio task and what it starts, and take the place of those that the
    client was wrapped with; `memory_options=` of a call takes the place of both. Raises TypeError for an
    option that is none (see MemoryOptions).
    """
    _require_known(given)
    token = _context_options.set({**(_context_options.get() or {}), **given})
    try:
        yield
    finally:
        _context_options.reset(token)


def options_of(base: MemoryOptions, given: Mapping[str, Any] | None) -> MemoryOptions:
    """Return the options of a call that is *given* some; raise TypeError for one that is none."""
    if given is not None:
        _require_known(given)
    return replace(base, **{**(_context_options.get() or {}), **(given or {})})


def _require_known(given: Mapping[str, Any]) -> None:
    if unknown := sorted(given.keys() - _NAMES):
        message = f"no option of a memory: {', '.join(unknown)}"
        raise TypeError(message)

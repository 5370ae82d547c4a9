"""Personas: who answers, by which instruction and model, and what it remembers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from memsvc.core import persona_set

#: Of a tenant, and of each of its users.
PERSONAS_MAX: Final = 1000


class MemoryScope(IntEnum):
    """What a persona remembers."""

    #: All that the user's memory holds.
    SHARED = 1
    #: What was said with it: the memories whose agent_id is the persona's id.
    OWN = 2


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody who answers."""

    persona_id: str
    name: str
    description: str
    #: The instruction that a language model is given.
    system_prompt: str
    #: "" for whom a Chat would ask anyway.
    provider: str = ""
    model: str = ""
    #: None for the model's own.
    temperature: float | None = None
    memory_scope: MemoryScope = MemoryScope.SHARED
    tags: tuple[str, ...] = ()
    built_in: bool = False
    #: The user whose own it is; "" for one of the tenant, or a built-in one.
    user_id: str = ""
    create_time: datetime | None = None
    update_time: datetime | None = None
    #: Counts the changes; 0 for a built-in one, which is never changed.
    version: int = 0

    @property
    def agent_id(self) -> str:
        """Under which agent_id is kept what is said with it."""
        return self.persona_id


@cache
def starter_set() -> Mapping[str, Persona]:
    """Return the built-in personas by their ids: those of the files beside this package, each read once."""
    files = (file for file in resources.files(persona_set).iterdir() if file.name.endswith(".toml"))
    tables = (
        table
        for file in sorted(files, key=lambda file: file.name)
        for table in tomllib.loads(file.read_text("utf-8"))["persona"]
    )
    found = {
        table["id"]: Persona(
            persona_id=table["id"],
            name=table["name"],
            description=table["description"],
            system_prompt=" ".join(table["prompt"].split()),
            temperature=table.get("temperature"),
            tags=tuple(table["tags"]),
            built_in=True,
        )
        for table in tables
    }
    return MappingProxyType(dict(sorted(found.items())))


def page(
    stored: Iterable[Persona], tags_any: Iterable[str], after: str, size: int
) -> tuple[list[Persona], str]:
    """Return a page of the *stored* and the built-in personas behind the id *after*, by their ids.

    Of *stored* one more than *size* has to be given if there are so many. A stored one takes the place of
    a built-in one with its id, which a later version may have brought. Returned with the page is after
    which id the next one begins, "" on the last.
    """
    wanted = set(tags_any)
    built_in = {
        persona_id: persona
        for persona_id, persona in starter_set().items()
        if persona_id > after and _bears(persona, wanted)
    }
    merged = built_in | {persona.persona_id: persona for persona in stored}
    chosen = sorted(merged)
    following = chosen[size - 1] if len(chosen) > size else ""
    found = [merged[persona_id] for persona_id in chosen[:size]]
    return [persona for persona in found if _bears(persona, wanted)], following


def _bears(persona: Persona, wanted: set[str]) -> bool:
    return not wanted or bool(wanted & set(persona.tags))

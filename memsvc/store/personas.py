"""Personas of tenants and users: one typed function a statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from memsvc.core.personas import MemoryScope, Persona, starter_set
from memsvc.store.database import Transaction


async def find(tx: Transaction, user_id: str, persona_id: str) -> Persona | None:
    """Return the user's own persona with this id, else the tenant's, else None; "" for nobody's own."""
    rows = await tx.mapped("find_persona", _persona, user_id=user_id, persona_id=persona_id)
    return rows[0] if rows else None


async def lock(tx: Transaction, user_id: str, persona_id: str) -> Persona | None:
    """Return the persona of exactly this owner, and keep others from changing it."""
    rows = await tx.mapped("lock_persona", _persona, user_id=user_id, persona_id=persona_id)
    return rows[0] if rows else None


async def page(
    tx: Transaction, user_id: str, tags_any: Sequence[str], *, after: str, limit: int
) -> list[Persona]:
    """Return *limit* personas of the user and the tenant behind the id *after*, by their ids.

    Those with one of the tags, and whatever hides a built-in one.
    """
    return await tx.mapped(
        "list_personas",
        _persona,
        user_id=user_id,
        tags_any=list(tags_any),
        built_in_ids=list(starter_set()),
        after=after,
        limit=limit,
    )


async def count(tx: Transaction, user_id: str) -> int:
    """Return how many personas an owner has."""
    rows = await tx.mapped("count_personas", dict, user_id=user_id)
    return int(rows[0]["personas"])


async def insert(tx: Transaction, persona: Persona, *, now: datetime) -> Persona | None:
    """Store a new persona and return it, None if its owner has one with its id."""
    rows = await tx.mapped("insert_persona", _persona, **_columns(persona), now=now)
    return rows[0] if rows else None


async def update(tx: Transaction, persona: Persona, *, now: datetime) -> Persona:
    """Store a changed persona and return it."""
    return (await tx.mapped("update_persona", _persona, **_columns(persona), now=now))[0]


async def delete(tx: Transaction, user_id: str, persona_id: str) -> bool:
    """Delete the persona of exactly this owner; return whether there was one."""
    return bool(await tx.mapped("delete_persona", dict, user_id=user_id, persona_id=persona_id))


def _columns(persona: Persona) -> dict[str, Any]:
    return {
        "user_id": persona.user_id,
        "persona_id": persona.persona_id,
        "persona_name": persona.name,
        "description": persona.description,
        "system_prompt": persona.system_prompt,
        "provider": persona.provider,
        "model": persona.model,
        "temperature": persona.temperature,
        "memory_scope": int(persona.memory_scope),
        "tags": list(persona.tags),
    }


def _persona(values: dict[str, Any]) -> Persona:
    values["memory_scope"] = MemoryScope(values["memory_scope"])
    values["tags"] = tuple(values["tags"])
    return Persona(**values)

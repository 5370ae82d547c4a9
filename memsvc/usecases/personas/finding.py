"""Finding the persona that an id means."""

from __future__ import annotations

from memsvc.core.errors import PersonaNotFound
from memsvc.core.personas import Persona, starter_set
from memsvc.store import personas
from memsvc.store.database import Transaction


async def find_persona(
    tx: Transaction, user_id: str, persona_id: str, *, field: str = "persona_id"
) -> Persona:
    """Return the user's own persona with this id, else the tenant's, else the built-in one.

    *field* is where the id stands in the request. Raises PersonaNotFound.
    """
    stored = await personas.find(tx, user_id, persona_id)
    found = stored or starter_set().get(persona_id)
    if found is None:
        raise PersonaNotFound(field=field)
    return found

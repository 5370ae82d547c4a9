"""Keeping personas: create, copy, read, list, change, delete."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypedDict

from memsvc.core import page_token
from memsvc.core.errors import (
    EtagMismatch,
    InvalidFields,
    InvalidPageToken,
    PersonaBuiltIn,
    PersonaIdTaken,
    PersonaNotFound,
)
from memsvc.core.model import Caller
from memsvc.core.paging import fitting
from memsvc.core.personas import PERSONAS_MAX, MemoryScope, Persona, page, starter_set
from memsvc.store import personas
from memsvc.usecases.context import Context
from memsvc.usecases.once import Once, Replay
from memsvc.usecases.personas.finding import find_persona
from memsvc.usecases.screening import TrustPolicy, masked_label, masked_labels


class PersonaChanges(TypedDict, total=False):
    """The new values of the fields to change."""

    name: str
    description: str
    system_prompt: str
    provider: str
    model: str
    temperature: float | None
    memory_scope: MemoryScope
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CreatePersonaAsk:
    """A new persona."""

    #: "" to have one made.
    persona_id: str
    #: "" for one of the tenant.
    user_id: str
    #: What is given; of a copy the rest comes from the original.
    values: PersonaChanges
    #: "" for none.
    copy_of: str
    once: Once[Persona]


@dataclass(frozen=True, slots=True)
class UpdatePersonaAsk:
    """Changes to a persona."""

    persona_id: str
    user_id: str
    #: If given, the version that it has to have.
    version: int | None
    changes: PersonaChanges
    once: Once[Persona]


@dataclass(frozen=True, slots=True)
class DeletePersonaAsk:
    """A persona to delete."""

    persona_id: str
    user_id: str
    once: Once[None]


@dataclass(frozen=True, slots=True)
class ListPersonasAsk:
    """Which page of which personas."""

    user_id: str
    tags_any: list[str]
    page_size: int
    page_token: str
    binding: bytes


@dataclass(frozen=True, slots=True)
class PersonaPage:
    """A page of personas."""

    personas: list[Persona]
    next_page_token: str


@dataclass(frozen=True, slots=True)
class Personas:
    """Keeps the personas of tenants and users."""

    context: Context

    async def get(self, caller: Caller, user_id: str, persona_id: str) -> Persona:
        """Return the persona that the user means by this id; raise PersonaNotFound."""
        async with self.context.database.transaction(caller) as tx:
            return await find_persona(tx, user_id, persona_id)

    async def list(self, caller: Caller, ask: ListPersonasAsk) -> PersonaPage:
        """Return a page of the personas that the user may talk with."""
        binding = caller.tenant_id.encode() + b"\n" + ask.binding
        key, after = self.context.secret_key, ""
        if ask.page_token:
            position = page_token.decode(ask.page_token, binding, key)
            if len(position) != 1 or not isinstance(position[0], str):
                raise InvalidPageToken(field="page_token")
            after = position[0]
        async with self.context.database.transaction(caller) as tx:
            stored = await personas.page(
                tx, ask.user_id, ask.tags_any, after=after, limit=ask.page_size + 1
            )
        found, following = page(stored, ask.tags_any, after, ask.page_size)
        kept = list(fitting(found, lambda persona: persona.system_prompt))
        if len(kept) < len(found):
            following = kept[-1].persona_id
        token = page_token.encode([following], binding, key) if following else ""
        return PersonaPage(kept, token)

    async def create(self, caller: Caller, ask: CreatePersonaAsk) -> Persona | Replay:
        """Add a persona; raise PersonaNotFound, PersonaBuiltIn, PersonaIdTaken, SecretFound."""
        now = self.context.clock()
        values = _masked(self.context.trust(caller.tenant_id), ask.values)
        if ask.persona_id in starter_set():
            raise PersonaBuiltIn(field="persona.persona_id")
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            original = Persona("", "", "", "")
            if ask.copy_of:
                original = await find_persona(tx, ask.user_id, ask.copy_of, field="copy_of")
            made = replace(
                original,
                persona_id=ask.persona_id or str(self.context.new_id()),
                user_id=ask.user_id,
                built_in=False,
                **values,
            )
            _require_whole(made)
            if await personas.count(tx, ask.user_id) >= PERSONAS_MAX:
                raise InvalidFields([("persona", f"there are {PERSONAS_MAX} personas already")])
            stored = await personas.insert(tx, made, now=now)
            if stored is None:
                raise PersonaIdTaken(field="persona.persona_id")
            await ask.once.finish(tx, ask.user_id, stored)
        return stored

    async def update(self, caller: Caller, ask: UpdatePersonaAsk) -> Persona | Replay:
        """Change a persona; raise PersonaNotFound, PersonaBuiltIn, EtagMismatch, SecretFound."""
        now = self.context.clock()
        changes = _masked(self.context.trust(caller.tenant_id), ask.changes)
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            known = await personas.lock(tx, ask.user_id, ask.persona_id)
            if known is None:
                raise _missing(ask.persona_id, "persona.persona_id")
            if ask.version not in {None, known.version}:
                raise EtagMismatch(field="persona.etag")
            changed = replace(known, **changes)
            _require_whole(changed)
            stored = await personas.update(tx, changed, now=now)
            await ask.once.finish(tx, ask.user_id, stored)
        return stored

    async def delete(self, caller: Caller, ask: DeletePersonaAsk) -> Replay | None:
        """Delete a persona; raise PersonaNotFound and PersonaBuiltIn."""
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            if not await personas.delete(tx, ask.user_id, ask.persona_id):
                raise _missing(ask.persona_id, "persona_id")
            await ask.once.finish(tx, ask.user_id, None)
        return None


def _missing(persona_id: str, field: str) -> PersonaBuiltIn | PersonaNotFound:
    """Return why there is nothing to change."""
    return (
        PersonaBuiltIn(field=field) if persona_id in starter_set() else PersonaNotFound(field=field)
    )


def _require_whole(persona: Persona) -> None:
    """Raise InvalidFields for a persona without a name or an instruction."""
    faults = [
        (f"persona.{name}", "must not be empty")
        for name in ("name", "system_prompt")
        if not getattr(persona, name).strip()
    ]
    if faults:
        raise InvalidFields(faults)


def _masked(policy: TrustPolicy, values: PersonaChanges) -> PersonaChanges:
    """Return *values* as they may be stored; raise SecretFound.

    The write guard is not asked: it looks for texts that give a model orders, and that is what an
    instruction is for. Who may write one needs a scope of its own for it.
    """
    kept = PersonaChanges(**values)
    if "name" in values:
        kept["name"] = masked_label(policy, values["name"], "persona.name").text
    if "description" in values:
        kept["description"] = masked_label(
            policy, values["description"], "persona.description"
        ).text
    if "system_prompt" in values:
        kept["system_prompt"] = masked_label(
            policy, values["system_prompt"], "persona.system_prompt"
        ).text
    if "tags" in values:
        kept["tags"] = tuple(masked_labels(policy, values["tags"], "persona.tags")[0])
    return kept

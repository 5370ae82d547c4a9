"""How a user wants to be answered, and who the user is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypedDict

from memsvc.core.consolidation import Profile
from memsvc.core.errors import EtagMismatch, TextRejected, WriteConflict
from memsvc.core.model import Caller
from memsvc.core.preferences import Preferences, ResponseLength
from memsvc.store import preferences, profiles
from memsvc.usecases.context import Context
from memsvc.usecases.once import Once, Replay
from memsvc.usecases.screening import TrustPolicy, at_leisure, screened_text

#: How often an update begins anew since another one came first.
TRIES: Final = 10
_TEXTS: Final = (
    "response_style",
    "nickname",
    "occupation",
    "custom_instructions",
    "language",
    "tone",
)


class PreferenceChanges(TypedDict, total=False):
    """The new values of the fields to change."""

    response_style: str
    nickname: str
    occupation: str
    custom_instructions: str
    language: str
    tone: str
    response_length: ResponseLength
    topics_of_interest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PreferencesAsk:
    """Changes to a user's preferences."""

    user_id: str
    #: If given, the version that they have to have.
    version: int | None
    changes: PreferenceChanges
    once: Once[Preferences]


@dataclass(frozen=True, slots=True)
class Preferring:
    """Keeps preferences, and shows profiles."""

    context: Context

    async def get(self, caller: Caller, user_id: str) -> Preferences:
        """Return a user's preferences, empty ones if nothing was said."""
        async with self.context.database.transaction(caller) as tx:
            return await preferences.get(tx, user_id)

    async def update(self, caller: Caller, ask: PreferencesAsk) -> Preferences | Replay:
        """Change a user's preferences; raise EtagMismatch, SecretFound, TextRejected, WriteConflict."""
        now = self.context.clock()
        policy = self.context.trust(caller.tenant_id)
        length = len(ask.changes.get("custom_instructions", ""))
        changes = await at_leisure(length, partial(_screened, policy, ask.changes))
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            stored = None
            # There may be no row yet to lock. Others change other fields: theirs are read, and kept.
            for _ in range(TRIES):
                known = await preferences.get(tx, ask.user_id)
                if ask.version not in {None, known.version}:
                    raise EtagMismatch(field="preferences.etag")
                changed = replace(known, **changes)
                stored = await preferences.put(tx, ask.user_id, changed, now=now)
                if stored is not None:
                    break
            if stored is None:
                raise WriteConflict
            await ask.once.finish(tx, ask.user_id, stored)
        return stored

    async def profile(self, caller: Caller, user_id: str) -> Profile | None:
        """Return who a user is, None before it was written."""
        async with self.context.database.transaction(caller) as tx:
            return await profiles.get(tx, user_id)


def _screened(policy: TrustPolicy, changes: PreferenceChanges) -> PreferenceChanges:
    """Return *changes* as they may be stored; raise SecretFound and TextRejected.

    Preferences are given to a language model with every question, and there is no way to put a part of
    them aside: what would be put aside is refused.
    """
    kept = PreferenceChanges(**changes)
    for name in _TEXTS:
        if name in changes:
            text: str = changes[name]
            kept[name] = _clean(policy, text, f"preferences.{name}")
    if "topics_of_interest" in changes:
        topics = [
            _clean(policy, topic, f"preferences.topics_of_interest[{index}]")
            for index, topic in enumerate(changes["topics_of_interest"])
        ]
        kept["topics_of_interest"] = tuple(dict.fromkeys(topics))
    return kept


def _clean(policy: TrustPolicy, text: str, field: str) -> str:
    screened = screened_text(policy, text, field)
    if screened.withheld:
        raise TextRejected(field=field, signals=screened.withheld)
    return screened.text

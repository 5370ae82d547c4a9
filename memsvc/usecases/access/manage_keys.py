"""Giving out API keys, and taking them back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from memsvc.core import api_keys as keys
from memsvc.core import page_token
from memsvc.core.access import ALL_SCOPES
from memsvc.core.api_keys import ApiKey
from memsvc.core.audit import AuditAction
from memsvc.core.errors import ApiKeyNotFound, InvalidFields, ScopeMissing
from memsvc.core.model import Caller, JsonValue
from memsvc.store import api_keys
from memsvc.store.database import Transaction
from memsvc.usecases.access.peppers import Peppers
from memsvc.usecases.auditing import record
from memsvc.usecases.context import Context


@dataclass(frozen=True, slots=True)
class NewKeyAsk:
    """What a new key is to be."""

    name: str
    scopes: frozenset[str]
    #: "" for any user.
    user_id: str
    expire_time: datetime | None


@dataclass(frozen=True, slots=True)
class RotateAsk:
    """A key that is to be exchanged."""

    key_id: str
    #: For how long the old one stays good.
    overlap: timedelta
    #: None to keep the old one's.
    expire_time: datetime | None


@dataclass(frozen=True, slots=True)
class KeysAsk:
    """A page of keys."""

    page_size: int
    page_token: str
    #: Everything that has to be the same on the next page.
    binding: bytes


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key, and the only time that its secret is known."""

    key: ApiKey
    secret: str


@dataclass(frozen=True, slots=True)
class KeyPage:
    """One page of keys."""

    keys: list[ApiKey]
    next_page_token: str


def require_all(caller: Caller, scopes: Iterable[str]) -> None:
    """Raise ScopeMissing unless the caller may do everything that it is about to let others do."""
    for scope in sorted(scopes):
        if scope not in caller.scopes:
            raise ScopeMissing(scope=scope)


@dataclass(frozen=True, slots=True)
class ManageKeys:
    """Creates, lists, revokes, restores, rotates and deletes the keys of a tenant."""

    context: Context
    peppers: Peppers
    #: What stands in new keys after "msk_".
    environment: str
    #: A source of so many random bytes.
    random: Callable[[int], bytes]

    async def create(self, caller: Caller, ask: NewKeyAsk) -> MadeKey:
        """Make a key; raise ScopeMissing if it could do more than the caller, and InvalidFields."""
        now = self.context.clock()
        unknown = sorted(ask.scopes - ALL_SCOPES)
        if unknown:
            raise InvalidFields([("scopes", f"there is no scope {unknown[0]}")])
        _require_to_come(ask.expire_time, now)
        require_all(caller, ask.scopes)
        async with self.context.database.transaction(caller) as tx:
            made = await self._made(tx, caller, ask, now)
            await record(tx, caller, AuditAction.KEY_CREATED, target=made.key.key_id, now=now)
        return made

    async def list(self, caller: Caller, ask: KeysAsk) -> KeyPage:
        """Return one page, the newest first; raise InvalidPageToken."""
        binding = caller.tenant_id.encode() + b"\0" + ask.binding
        after = None
        if ask.page_token:
            position = page_token.decode(ask.page_token, binding, self.context.secret_key)
            after = (datetime.fromisoformat(str(position[0])), str(position[1]))
        async with self.context.database.transaction(caller) as tx:
            found = await api_keys.page(tx, after=after, limit=ask.page_size + 1)
        page = found[: ask.page_size]
        if len(found) == len(page):
            return KeyPage(page, "")
        last: list[JsonValue] = [page[-1].create_time.isoformat(), page[-1].key_id]
        return KeyPage(page, page_token.encode(last, binding, self.context.secret_key))

    async def revoke(self, caller: Caller, key_id: str) -> ApiKey:
        """End a key, unless it is revoked already; raise ApiKeyNotFound."""
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            key = await _held(tx, key_id)
            if key.revoke_time is None:
                key = replace(key, revoke_time=now)
                await api_keys.set_end(tx, key)
                await record(tx, caller, AuditAction.KEY_REVOKED, target=key_id, now=now)
        return key

    async def restore(self, caller: Caller, key_id: str) -> ApiKey:
        """Take a revocation back; raise ApiKeyNotFound, and ScopeMissing as `create` does."""
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            key = await _held(tx, key_id)
            require_all(caller, key.scopes)
            if key.revoke_time is not None:
                key = replace(key, revoke_time=None)
                await api_keys.set_end(tx, key)
                await record(tx, caller, AuditAction.KEY_RESTORED, target=key_id, now=now)
        return key

    async def rotate(self, caller: Caller, ask: RotateAsk) -> MadeKey:
        """Make a key in the place of one that is still good, which ends after the overlap.

        Raises ApiKeyNotFound for one that is not, and ScopeMissing as `create` does.
        """
        now = self.context.clock()
        _require_to_come(ask.expire_time, now)
        async with self.context.database.transaction(caller) as tx:
            old = await _held(tx, ask.key_id)
            if not old.is_valid(now):
                raise ApiKeyNotFound(field="key_id")
            require_all(caller, old.scopes)
            same = NewKeyAsk(
                old.name, frozenset(old.scopes), old.user_id, ask.expire_time or old.expire_time
            )
            made = await self._made(tx, caller, same, now, replaces=old.key_id)
            end = now + ask.overlap
            await api_keys.set_end(
                tx, replace(old, expire_time=min(end, old.expire_time) if old.expire_time else end)
            )
            await record(tx, caller, AuditAction.KEY_ROTATED, target=old.key_id, now=now)
        return made

    async def delete(self, caller: Caller, key_id: str) -> None:
        """Remove a key; raise ApiKeyNotFound."""
        async with self.context.database.transaction(caller) as tx:
            await _held(tx, key_id)
            await api_keys.delete(tx, key_id)
            await record(
                tx, caller, AuditAction.KEY_DELETED, target=key_id, now=self.context.clock()
            )

    async def _made(
        self, tx: Transaction, caller: Caller, ask: NewKeyAsk, now: datetime, *, replaces: str = ""
    ) -> MadeKey:
        text, parts = keys.make(self.environment, self.random(keys.RANDOM_BYTES))
        key = ApiKey(
            key_id=parts.key_id,
            name=ask.name,
            scopes=sorted(ask.scopes),
            user_id=ask.user_id,
            create_time=now,
            created_by=caller.principal,
            expire_time=ask.expire_time,
            last_used_time=None,
            revoke_time=None,
            replaces=replaces,
        )
        await api_keys.insert(tx, key, self.peppers.hashed(parts.secret))
        return MadeKey(key, text)


async def _held(tx: Transaction, key_id: str) -> ApiKey:
    key = await api_keys.lock(tx, key_id)
    if key is None:
        raise ApiKeyNotFound(field="key_id")
    return key


def _require_to_come(time: datetime | None, now: datetime) -> None:
    if time is not None and time <= now:
        raise InvalidFields([("expire_time", "must be a time to come")])

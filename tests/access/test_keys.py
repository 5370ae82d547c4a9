"""API keys in the database: made, looked up, ended, exchanged; and who may do that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from memsvc.core.access import ALL_SCOPES, Identity
from memsvc.core.audit import AuditAction
from memsvc.core.errors import (
    ApiKeyNotFound,
    CredentialInvalid,
    InvalidFields,
    InvalidPageToken,
    ScopeMissing,
)
from memsvc.core.model import Caller
from memsvc.store import api_keys, audit
from memsvc.store.database import Database
from memsvc.usecases.access.manage_keys import KeysAsk, NewKeyAsk, RotateAsk
from tests.access.conftest import Door

RECALL = NewKeyAsk("recall", frozenset({"recall"}), "", None)
DAY = timedelta(days=1)


async def test_a_key_opens_what_it_was_made_for(door: Door, admin: Caller) -> None:
    """Tenant, scopes and user of a key are those that it was made with."""
    made = await door.keys.create(admin, replace(RECALL, user_id="ana"))

    assert made.secret.startswith(f"msk_test_{made.key.key_id}_")
    assert await door.who(made.secret) == Identity(
        admin.tenant_id, f"key:{made.key.key_id}", frozenset({"recall"}), "ana"
    )


async def test_the_database_does_not_hold_a_key(door: Door, admin: Caller, conninfo: str) -> None:
    """Nothing of a secret stands in the row, neither as text nor as a plain hash."""
    made = await door.keys.create(admin, RECALL)
    with psycopg.connect(conninfo) as connection:
        connection.execute("select set_config('memsvc.tenant', %s, true)", (admin.tenant_id,))
        rows = connection.execute("select api_key::text from api_key").fetchall()

    assert len(rows) == 1
    assert made.secret[30:60] not in rows[0][0]


@pytest.mark.parametrize("place", [8, 12, 40, -1])
async def test_a_wrong_key_opens_nothing(door: Door, admin: Caller, place: int) -> None:
    """A key with one wrong character is as good as none, whether or not its checksum is right."""
    made = await door.keys.create(admin, RECALL)
    wrong = [*made.secret]
    wrong[place] = "A" if wrong[place] != "A" else "B"

    with pytest.raises(CredentialInvalid):
        await door.who("".join(wrong))


async def test_before_the_tenant_is_known_only_the_presented_key_is_there(
    door: Door, admin: Caller, database: Database
) -> None:
    """Row security shows the one key whose id was presented, and no other of any tenant."""
    made = await door.keys.create(admin, RECALL)
    other = await door.keys.create(admin, RECALL)

    async with database.presented(made.key.key_id, 5) as tx:
        assert await api_keys.find(tx, made.key.key_id)
        assert await api_keys.find(tx, other.key.key_id) is None
        page = await api_keys.page(tx, after=None, limit=10)
        assert {key.key_id for key in page} <= {made.key.key_id}
    async with database.overview() as tx:
        assert await api_keys.find(tx, made.key.key_id) is None


async def test_a_revoked_key_opens_nothing_until_it_is_restored(door: Door, admin: Caller) -> None:
    """Revoking keeps the first time, restoring takes it back."""
    made = await door.keys.create(admin, RECALL)
    revoked = await door.keys.revoke(admin, made.key.key_id)
    again = await door.keys.revoke(admin, made.key.key_id)
    with pytest.raises(CredentialInvalid):
        await door.who(made.secret)

    restored = await door.keys.restore(admin, made.key.key_id)

    assert revoked.revoke_time is not None
    assert again.revoke_time == revoked.revoke_time
    assert restored == made.key
    assert await door.who(made.secret)


async def test_an_expired_key_opens_nothing(door: Door, admin: Caller) -> None:
    """From its time on; and a verdict is remembered no longer than that."""
    end = door.context.clock() + DAY
    made = await door.keys.create(admin, replace(RECALL, expire_time=end))
    assert await door.who(made.secret)
    door.later.append(DAY)

    with pytest.raises(CredentialInvalid):
        await door.who(made.secret)
    with pytest.raises(InvalidFields):
        await door.keys.create(admin, replace(RECALL, expire_time=end))


async def test_a_rotated_key_goes_on_for_the_overlap(door: Door, admin: Caller) -> None:
    """Both open the same meanwhile; then only the new one does, which names the old one."""
    old = await door.keys.create(admin, replace(RECALL, user_id="ana"))
    new = await door.keys.rotate(admin, RotateAsk(old.key.key_id, DAY, None))

    first, second = await door.who(old.secret), await door.who(new.secret)
    assert replace(first, principal="") == replace(second, principal="")
    assert new.key.replaces == old.key.key_id
    door.later.append(DAY)
    assert await door.who(new.secret)
    with pytest.raises(CredentialInvalid):
        await door.who(old.secret)
    with pytest.raises(ApiKeyNotFound):
        await door.keys.rotate(admin, RotateAsk(old.key.key_id, DAY, None))


async def test_an_overlap_prolongs_nothing(door: Door, admin: Caller) -> None:
    """A key that would end before the overlap does so all the same, and so does the new one."""
    end = door.context.clock() + DAY / 2
    old = await door.keys.create(admin, replace(RECALL, expire_time=end))
    new = await door.keys.rotate(admin, RotateAsk(old.key.key_id, DAY, None))

    assert new.key.expire_time == end
    page = await door.keys.list(admin, KeysAsk(10, "", b""))
    assert {key.expire_time for key in page.keys} == {end}


async def test_nobody_gives_more_than_they_may_do(door: Door, admin: Caller) -> None:
    """Neither by a new key nor by one that is there: to rotate it would be to have it."""
    strong = await door.keys.create(admin, NewKeyAsk("strong", ALL_SCOPES, "", None))
    weak = replace(admin, scopes=frozenset({"key.admin", "recall"}))
    assert await door.keys.create(weak, RECALL)
    await door.keys.revoke(weak, strong.key.key_id)

    for attempt in (
        door.keys.create(weak, replace(RECALL, scopes=frozenset({"recall", "search"}))),
        door.keys.rotate(
            weak,
            RotateAsk(
                (
                    await door.keys.create(admin, NewKeyAsk("strong", ALL_SCOPES, "", None))
                ).key.key_id,
                DAY,
                None,
            ),
        ),
        door.keys.restore(weak, strong.key.key_id),
    ):
        with pytest.raises(ScopeMissing) as caught:
            await attempt
        assert caught.value.details["scope"] not in weak.scopes
    with pytest.raises(InvalidFields):
        await door.keys.create(admin, replace(RECALL, scopes=frozenset({"everything"})))


async def test_a_bound_caller_has_only_keys_of_its_own_user(door: Door, admin: Caller) -> None:
    """It cannot see, end or exchange others, and a key for somebody else cannot be stored at all."""
    theirs = await door.keys.create(admin, replace(RECALL, user_id="bob"))
    anybodys = await door.keys.create(admin, RECALL)
    ana = replace(admin, user_id="ana")
    own = await door.keys.create(ana, replace(RECALL, user_id="ana"))

    assert (await door.keys.list(ana, KeysAsk(10, "", b""))).keys == [own.key]
    for key_id in (theirs.key.key_id, anybodys.key.key_id):
        with pytest.raises(ApiKeyNotFound):
            await door.keys.revoke(ana, key_id)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await door.keys.create(ana, replace(RECALL, user_id="bob"))


async def test_another_tenants_key_is_not_there(door: Door, admin: Caller) -> None:
    """Every way to name a key leads to those of the own tenant alone."""
    made = await door.keys.create(admin, RECALL)
    stranger = replace(admin, tenant_id=f"{admin.tenant_id}-else")

    for attempt in (
        door.keys.revoke(stranger, made.key.key_id),
        door.keys.restore(stranger, made.key.key_id),
        door.keys.delete(stranger, made.key.key_id),
        door.keys.rotate(stranger, RotateAsk(made.key.key_id, DAY, None)),
    ):
        with pytest.raises(ApiKeyNotFound):
            await attempt
    assert (await door.keys.list(stranger, KeysAsk(10, "", b""))).keys == []


async def test_keys_are_listed_page_by_page(door: Door, admin: Caller) -> None:
    """The newest first, each once; a token of another tenant leads nowhere."""
    made = [(await door.keys.create(admin, RECALL)).key for _ in range(5)]
    found, token = [], ""
    while True:
        page = await door.keys.list(admin, KeysAsk(2, token, b""))
        found += page.keys
        token = page.next_page_token
        if not token:
            break
        with pytest.raises(InvalidPageToken):
            await door.keys.list(replace(admin, tenant_id="other"), KeysAsk(2, token, b""))

    assert found == made[::-1]


async def test_a_deleted_key_is_gone(door: Door, admin: Caller) -> None:
    """It opens nothing and is listed no more."""
    made = await door.keys.create(admin, RECALL)
    await door.keys.delete(admin, made.key.key_id)

    with pytest.raises(CredentialInvalid):
        await door.who(made.secret)
    with pytest.raises(ApiKeyNotFound):
        await door.keys.delete(admin, made.key.key_id)


async def test_what_is_done_to_keys_is_in_the_audit_log(
    door: Door, admin: Caller, database: Database
) -> None:
    """Who did what to which key, in order, with what was done; of a key its id alone."""
    made = await door.keys.create(admin, RECALL)
    key_id = made.key.key_id
    await door.keys.rotate(admin, RotateAsk(key_id, DAY, None))
    await door.keys.revoke(admin, key_id)
    await door.keys.revoke(admin, key_id)
    await door.keys.restore(admin, key_id)
    await door.keys.delete(admin, key_id)
    async with database.transaction(admin) as tx:
        entries = await audit.page(tx, after=0, limit=100)

    assert [entry.action for entry in entries] == [
        AuditAction.KEY_CREATED,
        AuditAction.KEY_ROTATED,
        AuditAction.KEY_REVOKED,
        AuditAction.KEY_RESTORED,
        AuditAction.KEY_DELETED,
    ]
    assert {(entry.principal, entry.target) for entry in entries} == {("test", key_id)}


async def test_peppers_are_added_and_old_keys_go_on(
    make_door: Callable[..., Door], admin: Caller
) -> None:
    """A key is good wherever its pepper is known, and nowhere else."""
    first, second = b"first pepper of an operator", b"second pepper of an operator"
    before = await make_door().keys.create(admin, RECALL)
    with_first = await make_door(first).keys.create(admin, RECALL)
    with_second = await make_door(first, second).keys.create(admin, RECALL)

    for made in (before, with_first, with_second):
        assert await make_door(first, second).who(made.secret)
    for door in (make_door(), make_door(second)):
        with pytest.raises(CredentialInvalid):
            await door.who(with_first.secret)
    with pytest.raises(CredentialInvalid):
        await make_door(first).who(with_second.secret)


async def test_uses_are_noted_once_a_minute(door: Door, admin: Caller) -> None:
    """Behind the call; a second process with a newer note leaves a fresh one alone."""
    made = await door.keys.create(admin, RECALL)

    async def noted() -> object:
        return (await door.keys.list(admin, KeysAsk(1, "", b""))).keys[0].last_used_time

    await door.who(made.secret)
    await door.who(made.secret)
    assert await noted() is None
    assert await door.uses.flush() == 1
    first = await noted()
    assert first
    await door.who(made.secret)
    assert await door.uses.flush() == 0
    door.later.append(timedelta(seconds=61))
    await door.who(made.secret)
    assert await door.uses.flush() == 1
    assert await noted() != first

"""Finding out who calls: what is remembered, for how long, and who has to wait."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from memsvc.core.access import ANYBODY, Identity
from memsvc.core.errors import (
    CredentialInvalid,
    ScopeMissing,
    StorageUnavailable,
    TooManyFailures,
)
from memsvc.core.model import Caller
from memsvc.core.peer_limits import FailureLimit
from memsvc.store.database import Database
from memsvc.telemetry import AUTH_FAILURES
from memsvc.usecases.access import finding
from memsvc.usecases.access.authentication import Presented
from memsvc.usecases.access.manage_keys import NewKeyAsk
from tests.access.conftest import PEER, Door

RECALL = NewKeyAsk("recall", frozenset({"recall"}), "", None)
NOTHING = Presented("", PEER)


class Looked:
    """Counts how often the database is asked for a key."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Count from now on."""
        self.count = 0
        presented = Database.presented

        def counted(
            database: Database, key_id: str, seconds: float
        ) -> AbstractAsyncContextManager[Any]:
            self.count += 1
            return presented(database, key_id, seconds)

        monkeypatch.setattr(Database, "presented", counted)


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Looked:
    """How often the database was asked for a key."""
    return Looked(monkeypatch)


async def test_a_key_is_looked_up_once_for_many_calls(
    door: Door, admin: Caller, looked: Looked
) -> None:
    """Calls at the same moment share the answer, those that follow soon have it at hand."""
    made = await door.keys.create(admin, RECALL)
    shown = Presented(made.secret, PEER)

    together = await asyncio.gather(*(door.authentication(shown) for _ in range(50)))
    after = await door.authentication(shown)

    assert looked.count == 1
    assert {*together, after} == {after}


async def test_a_wrong_key_is_remembered_too(door: Door, admin: Caller, looked: Looked) -> None:
    """Whoever tries the same again and again does not get to the database; a mistyped one never does."""
    made = await door.keys.create(admin, RECALL)
    await door.keys.delete(admin, made.key.key_id)

    for text, expected in ((made.secret, 1), (made.secret[:-1], 1), ("msk_", 1), ("", 1)):
        for _ in range(3):
            with pytest.raises(CredentialInvalid):
                await door.authentication(Presented(text, PEER))
        assert looked.count == expected


async def test_what_is_remembered_is_soon_forgotten(
    door: Door, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that is revoked meanwhile opens nothing once the memory of it has faded."""
    monkeypatch.setattr("memsvc.usecases.access.key_check.BELIEVED_SECONDS", 0.05)
    made = await door.keys.create(admin, RECALL)
    shown = Presented(made.secret, PEER)
    assert await door.authentication(shown)
    await door.keys.revoke(admin, made.key.key_id)

    async def refused() -> None:
        while True:
            await door.authentication(shown)

    with pytest.raises(CredentialInvalid):
        await asyncio.wait_for(refused(), 5)


async def test_a_caller_that_goes_away_leaves_the_others_their_answer(
    door: Door, admin: Caller
) -> None:
    """The first of several calls may be cancelled: the look-up goes on."""
    made = await door.keys.create(admin, RECALL)
    shown = Presented(made.secret, PEER)
    first = asyncio.ensure_future(door.authentication(shown))
    second = asyncio.ensure_future(door.authentication(shown))
    await asyncio.sleep(0)
    first.cancel()

    assert (await second).principal == f"key:{made.key.key_id}"


async def test_a_database_that_is_away_is_no_wrong_key(
    door: Door, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told as what it is, it counts against nobody, and it is not remembered."""
    made = await door.keys.create(admin, RECALL)
    shown = Presented(made.secret, PEER)

    def away(*_: object) -> None:
        raise StorageUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(Database, "presented", away)
        for _ in range(3):
            with pytest.raises(StorageUnavailable):
                await door.authentication(shown)
    assert await door.authentication(shown)


async def test_too_many_failures_have_to_wait(door: Door, admin: Caller, looked: Looked) -> None:
    """Beyond the limit what is not known is not looked at; who is known goes on, and other addresses too."""
    good, known = [await door.keys.create(admin, RECALL) for _ in range(2)]
    authentication = door.authenticating(limit=FailureLimit(per_minute=0.001, burst=3))
    assert await authentication(Presented(known.secret, PEER))
    for number in range(3):
        with pytest.raises(CredentialInvalid):
            await authentication(Presented(f"guess {number}", PEER))
    before = looked.count

    for text in (good.secret, "another guess"):
        with pytest.raises(TooManyFailures):
            await authentication(Presented(text, PEER))
    with pytest.raises(TooManyFailures):
        await authentication.application(NOTHING)
    with pytest.raises(CredentialInvalid):
        await authentication(Presented("guess 1", PEER))
    assert await authentication(Presented(known.secret, PEER))
    assert looked.count == before
    assert await authentication(Presented(good.secret, "192.0.2.2"))


async def test_a_known_key_is_looked_at_again_whatever_others_do(
    door: Door, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever guesses keys from behind the same address locks out nobody who has one."""
    monkeypatch.setattr("memsvc.usecases.access.key_check.BELIEVED_SECONDS", 0.0)
    made = await door.keys.create(admin, RECALL)
    authentication = door.authenticating(limit=FailureLimit(per_minute=0.001, burst=1))
    assert await authentication(Presented(made.secret, PEER))
    with pytest.raises(CredentialInvalid):
        await authentication(Presented("guess", PEER))

    assert await authentication(Presented(made.secret, PEER))


async def test_showing_nothing_is_no_guess(door: Door) -> None:
    """Calls without a credential are refused and counted, and hold back nobody."""
    authentication = door.authenticating(limit=FailureLimit(per_minute=0.001, burst=1))
    counter = AUTH_FAILURES.labels(finding.Flaw.MISSING)
    before = counter._value.get()

    for _ in range(3):
        with pytest.raises(CredentialInvalid):
            await authentication(NOTHING)
    assert counter._value.get() == before + 3


async def test_keys_of_the_settings_need_no_database(door: Door, looked: Looked) -> None:
    """They are known by their hash."""
    identity = Identity("acme", "bootstrap", frozenset({"recall"}))
    authentication = door.authenticating(static={hashlib.sha256(b"a key").digest(): identity})

    assert await authentication(Presented("a key", PEER)) == identity
    assert looked.count == 0


async def test_an_open_server_asks_for_nothing_and_heeds_its_own(door: Door, admin: Caller) -> None:
    """Nobody has to show anything; who shows a key of the service is who it says, or nobody."""
    authentication = door.authenticating(is_open=True)
    made = await door.keys.create(admin, RECALL)

    assert await authentication(NOTHING) == ANYBODY
    assert await authentication(Presented("whatever", PEER)) == ANYBODY
    assert (await authentication(Presented(made.secret, PEER))).tenant_id == admin.tenant_id
    with pytest.raises(CredentialInvalid):
        await authentication(Presented(made.secret[:-1], PEER))


async def test_a_certificate_and_a_key_have_to_agree(door: Door, admin: Caller) -> None:
    """Both or either; of two tenants or users it is nobody."""
    made = await door.keys.create(admin, RECALL)
    same = Identity(admin.tenant_id, "spiffe://x", frozenset({"recall", "search"}), "ana")
    other = Identity("globex", "spiffe://y", frozenset({"recall"}))
    authentication = door.authentication

    assert await authentication(Presented("", PEER, same)) == same
    both = await authentication(Presented(made.secret, PEER, same))
    assert (both.principal, both.user_id, both.scopes) == (
        f"key:{made.key.key_id}",
        "ana",
        frozenset({"recall"}),
    )
    for shown in (Presented(made.secret, PEER, other), Presented("wrong", PEER, same)):
        with pytest.raises(CredentialInvalid):
            await authentication(shown)


async def test_an_application_needs_the_scope_to_let_people_log_in(
    door: Door, admin: Caller
) -> None:
    """A key without it says which one it lacks; without a key the application is unknown."""
    weak = await door.keys.create(admin, RECALL)
    good = await door.keys.create(admin, NewKeyAsk("auth", frozenset({"auth"}), "", None))
    application = door.authentication.application

    assert await application(NOTHING) is None
    found = await application(Presented(good.secret, PEER))
    assert found is not None
    assert found.tenant_id == admin.tenant_id
    with pytest.raises(ScopeMissing) as caught:
        await application(Presented(weak.secret, PEER))
    assert caught.value.details == {"scope": "auth"}

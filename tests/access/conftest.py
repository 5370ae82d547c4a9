"""What gives out and checks credentials, on a real database, with passwords that are quick to hash."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from memsvc.core.access import ALL_SCOPES, Identity
from memsvc.core.model import Caller, RankingWeights
from memsvc.core.peer_limits import FailureLimit
from memsvc.providers.passwords import Passwords
from memsvc.store import replies
from memsvc.store.database import Database
from memsvc.usecases.access.accounts import Accounts
from memsvc.usecases.access.authentication import Authentication, Checks, Presented
from memsvc.usecases.access.failures import Failures
from memsvc.usecases.access.issuers import IssuerCheck
from memsvc.usecases.access.key_check import KeyCheck
from memsvc.usecases.access.key_uses import KeyUses
from memsvc.usecases.access.manage_keys import ManageKeys
from memsvc.usecases.access.own_tokens import OwnTokens
from memsvc.usecases.access.peppers import Peppers
from memsvc.usecases.access.session_check import SessionCheck
from memsvc.usecases.context import Context
from memsvc.wiring.clock import new_id

PEER = "192.0.2.1"


@dataclass
class Door:
    """Everything about who may call, of one process."""

    context: Context
    peppers: Peppers
    passwords: Passwords
    #: Added to the clock's time.
    later: list[timedelta] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Build the parts."""
        self.tokens = OwnTokens(self.context.secret_key)
        self.keys = ManageKeys(self.context, self.peppers, "test", os.urandom)
        self.uses = KeyUses(self.context)
        self.accounts = Accounts(self.context, self.tokens, self.passwords, "", is_open=False)
        self.authentication = self.authenticating()

    def authenticating(
        self,
        *,
        is_open: bool = False,
        static: dict[bytes, Identity] | None = None,
        limit: FailureLimit | None = None,
    ) -> Authentication:
        """Return what finds out who calls, with nothing remembered."""
        checks = Checks(
            KeyCheck(self.context, self.peppers),
            SessionCheck(self.context, self.tokens),
            IssuerCheck({}),
            static or {},
        )
        failures = Failures(limit or FailureLimit(60, 1000))
        return Authentication(self.context, checks, failures, self.uses, is_open=is_open)

    async def who(self, credential: str, peer: str = PEER) -> Identity:
        """Return whom a credential stands for, looked at afresh."""
        return await self.authenticating()(Presented(credential, peer))


@pytest.fixture
async def make_door(database: Database) -> AsyncIterator[Callable[..., Door]]:
    """Makes doors of processes on one database; their peppers may differ."""
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    async with database.overview() as tx:
        secret_key = await replies.secret_key(tx, now=datetime.now(UTC))

    def made(*peppers: bytes) -> Door:
        later: list[timedelta] = []
        context = Context(
            database,
            lambda: datetime.now(UTC) + sum(later, timedelta()),
            new_id,
            secret_key,
            lambda _: RankingWeights(),
            0,
        )
        return Door(context, Peppers(secret_key, peppers), passwords, later)

    yield made
    await passwords.close()


@pytest.fixture
async def door(make_door: Callable[..., Door]) -> Door:  # ruff: ignore[unused-async] - in the loop of the database
    """The door of one process."""
    return make_door()


@pytest.fixture
async def admin(caller: Caller) -> Caller:  # ruff: ignore[unused-async] - likewise
    """Somebody who may do everything in a tenant of their own."""
    deadline = asyncio.get_running_loop().time() + 60
    return Caller(caller.tenant_id, deadline, principal="test", scopes=ALL_SCOPES)

"""What it adds to a call that its caller is known: by an API key, and by a token of an account.

Twice: the part of the server that finds out who calls, in this process and with nothing else; and a Recall
over the wire, without a credential and with each kind, in the same rounds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from os import urandom
from typing import Final
from uuid import uuid4

from bench.progress import Steps
from bench.session import Effort, Session
from bench.timing import Kind, Timing, interleaved, timing_of
from memsvc.core.access import ALL_SCOPES, AccountRole
from memsvc.core.model import Caller, RankingWeights
from memsvc.core.peer_limits import FailureLimit
from memsvc.providers.passwords import Passwords
from memsvc.rpc.admission import Admission
from memsvc.rpc.credentials import CredentialReader
from memsvc.store import replies
from memsvc.usecases.access.accounts import Accounts, InviteAsk, RegisterAsk
from memsvc.usecases.access.authentication import Authentication, Checks
from memsvc.usecases.access.failures import Failures
from memsvc.usecases.access.issuers import IssuerCheck
from memsvc.usecases.access.key_check import KeyCheck
from memsvc.usecases.access.key_uses import KeyUses
from memsvc.usecases.access.manage_keys import ManageKeys, NewKeyAsk
from memsvc.usecases.access.own_tokens import OwnTokens
from memsvc.usecases.access.peppers import Peppers
from memsvc.usecases.access.session_check import SessionCheck
from memsvc.usecases.context import Context
from memsvc_client import AsyncMemoryClient

KEY: Final = "API key"
TOKEN: Final = "token of an account"  # ruff: ignore[hardcoded-password-string] - the name of a row
#: As the server is set up: no credential, or a key of its settings.
PLAIN: Final = "as configured"
#: Calls of the authenticator that are timed.
CALLS: Final = 10_000
_METHOD: Final = "/memsvc.v1.MemoryService/Recall"
_SECONDS: Final = 60.0
_LIMIT: Final = 5


@dataclass(frozen=True, slots=True)
class AuthenticationFigures:
    """What was measured."""

    #: Of the authenticator alone, by the kind of credential.
    alone: Mapping[str, Timing]
    #: Of a Recall over the wire, likewise.
    recall: Mapping[str, Timing]


@dataclass(frozen=True, slots=True)
class _Credentials:
    """What is shown, and what judges it."""

    admission: Admission
    by_kind: Mapping[str, str]


class _Connection:
    """The other end of a call."""

    def peer(self) -> str:
        """Return where it comes from."""
        return "ipv4:127.0.0.1:50000"

    def auth_context(self) -> Mapping[str, list[bytes]]:
        """Return that it showed no certificate."""
        return {}


async def measure_authentication(
    on: Session, user_id: str, effort: Effort
) -> AuthenticationFigures:
    """Measure both, with the memory of a user."""
    async with _credentials(on) as credentials:
        alone = {
            kind: timing_of(await _alone(credentials.admission, text))
            for kind, text in credentials.by_kind.items()
        }
        recall = await _over_the_wire(on, user_id, effort, credentials.by_kind)
    return AuthenticationFigures(alone, recall)


async def _alone(admission: Admission, credential: str) -> list[float]:
    metadata = {"authorization": f"Bearer {credential}", "user-agent": "grpc-python"}
    connection = _Connection()
    seconds = []
    await admission(_METHOD, metadata, connection)
    for _ in range(CALLS):
        started = time.perf_counter()
        await admission(_METHOD, metadata, connection)
        seconds.append(time.perf_counter() - started)
    return seconds


async def _over_the_wire(
    on: Session, user_id: str, effort: Effort, by_kind: Mapping[str, str]
) -> dict[str, Timing]:
    questions = [next(on.questions) for _ in range(effort.warm_up + effort.rounds)]
    steps = Steps(on.progress, "authentication", len(questions))
    async with AsyncExitStack() as stack:
        clients = {PLAIN: on.client}
        for kind, text in by_kind.items():
            client = AsyncMemoryClient(on.server.target, api_key=text)
            clients[kind] = await stack.enter_async_context(client)
        kinds = [_timed(kind, client, user_id) for kind, client in clients.items()]
        for question in questions:
            # Asked before: what is measured is not the embedding.
            await on.client.recall(user_id=user_id, query=question, limit=_LIMIT)
        found = await interleaved(kinds, questions, warm_up=effort.warm_up, advance=steps.advance)
    return {kind: timing_of(seconds) for kind, seconds in found.items()}


def _timed(kind: str, client: AsyncMemoryClient, user_id: str) -> Kind[str]:
    async def timed(question: str) -> Mapping[str, float]:
        started = time.perf_counter()
        await client.recall(user_id=user_id, query=question, limit=_LIMIT)
        return {kind: time.perf_counter() - started}

    return timed


@asynccontextmanager
async def _credentials(on: Session) -> AsyncGenerator[_Credentials]:
    """Make a key and an account in the server's database, with what the server itself does so."""
    async with on.database.overview() as tx:
        secret_key = await replies.secret_key(tx, now=datetime.now(UTC))
    context = Context(
        on.database, lambda: datetime.now(UTC), uuid4, secret_key, lambda _: RankingWeights(), 0
    )
    peppers, tokens = Peppers(secret_key), OwnTokens(secret_key)
    passwords = Passwords()
    deadline = asyncio.get_running_loop().time() + _SECONDS
    admin = Caller(on.server.tenant, deadline, principal="bench", scopes=ALL_SCOPES)
    keys = ManageKeys(context, peppers, "bench", urandom)
    accounts = Accounts(context, tokens, passwords, "", is_open=False)
    try:
        made = await keys.create(admin, NewKeyAsk("bench", ALL_SCOPES, "", None))
        invited = await accounts.invite(admin, InviteAsk(AccountRole.ADMIN, "", timedelta(days=1)))
        login = RegisterAsk(f"bench-{uuid4()}", uuid4().hex, invited.token, "")
        joined = await accounts.register(admin, login)
    finally:
        await passwords.close()
    checks = Checks(KeyCheck(context, peppers), SessionCheck(context, tokens), IssuerCheck({}))
    authentication = Authentication(
        context, checks, Failures(FailureLimit()), KeyUses(context), is_open=False
    )
    yield _Credentials(
        Admission(CredentialReader(), authentication),
        {KEY: made.secret, TOKEN: joined.tokens.access},
    )

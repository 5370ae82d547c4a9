"""Whether a token of an account opens anything: the session that it names has to go on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from memsvc.core.access import Identity, scopes_of
from memsvc.core.model import Caller
from memsvc.store import accounts
from memsvc.usecases.access.finding import BELIEVED_SECONDS, Finding, Flaw
from memsvc.usecases.access.own_tokens import OwnTokens, TokenKind
from memsvc.usecases.context import Context

#: How long the database may take, in seconds.
LOOK_UP_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class SessionCheck:
    """Looks sessions up."""

    context: Context
    tokens: OwnTokens

    async def __call__(self, credential: str) -> Finding:
        """Return the account as it is now; what the token says of it is its id alone."""
        token = self.tokens.read(credential, TokenKind.ACCESS)
        if token is None or token.session_id is None:
            return Finding(None, flaw=Flaw.TOKEN)
        now = self.context.clock()
        deadline = asyncio.get_running_loop().time() + LOOK_UP_SECONDS
        async with self.context.database.transaction(Caller(token.tenant_id, deadline)) as tx:
            account = await accounts.of_session(tx, token.session_id, now=now)
        if account is None or account.account_id != token.subject:
            return Finding(None, flaw=Flaw.REVOKED)
        identity = Identity(
            token.tenant_id,
            f"account:{account.account_id}",
            scopes_of(account.role),
            account.user_id,
            str(token.session_id),
        )
        left = (token.expire_time - now).total_seconds()
        return Finding(identity, min(left, BELIEVED_SECONDS))

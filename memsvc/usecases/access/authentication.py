"""From what a caller shows to whom it stands for."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cachetools import TLRUCache, TTLCache

from memsvc.core.access import ANYBODY, Identity, Scope, narrowed
from memsvc.core.errors import CredentialInvalid, ScopeMissing
from memsvc.usecases.access.failures import Failures
from memsvc.usecases.access.finding import Finding, Flaw
from memsvc.usecases.access.issuers import IssuerCheck, claimed_issuer
from memsvc.usecases.access.key_check import PREFIX, KeyCheck
from memsvc.usecases.access.key_uses import KeyUses
from memsvc.usecases.access.own_tokens import OWN_ISSUER
from memsvc.usecases.access.session_check import SessionCheck
from memsvc.usecases.context import Context

#: How many credentials are remembered, good and bad ones.
REMEMBERED_MAX: Final = 10_000
#: For how long one that was good is looked at again although its address has too many failures, in
#: seconds: whoever guesses keys locks out nobody who has one.
KNOWN_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class Presented:
    """What a call shows of its caller."""

    #: A key or a token, "" for none.
    credential: str
    #: Where the call comes from.
    peer: str
    #: Whom the connection, or the mesh, stands for.
    transport: Identity | None = None


@dataclass(frozen=True, slots=True)
class Checks:
    """What tells whether a credential is good."""

    key: KeyCheck
    session: SessionCheck
    issuer: IssuerCheck
    #: Keys of the settings, by their SHA-256.
    static: Mapping[bytes, Identity] = field(default_factory=dict)


class Authentication:
    """Finds out who calls.

    Credentials are known by their SHA-256 here. What was found out is believed for a few seconds, so that
    a call costs a look into a table, and a revocation counts everywhere soon after.
    """

    def __init__(
        self, context: Context, checks: Checks, failures: Failures, uses: KeyUses, *, is_open: bool
    ) -> None:
        """Judge by *checks*; of a server that *is_open* everybody who shows nothing may call."""
        self._context = context
        self._checks = checks
        self._failures = failures
        self._uses = uses
        self.is_open = is_open
        self._found: TLRUCache[bytes, Finding] = TLRUCache(
            REMEMBERED_MAX, ttu=lambda _, finding, now: now + finding.seconds
        )
        self._known: TTLCache[bytes, bool] = TTLCache(REMEMBERED_MAX, KNOWN_SECONDS)
        self._looking: dict[bytes, asyncio.Task[Finding]] = {}

    async def __call__(self, presented: Presented) -> Identity:
        """Return who calls; raise CredentialInvalid and TooManyFailures."""
        if not presented.credential:
            if presented.transport is not None:
                return presented.transport
            if self.is_open:
                return ANYBODY
            self._failures.note(presented.peer, Flaw.MISSING)
            raise CredentialInvalid
        identity = await self._of_credential(presented.credential, presented.peer)
        if presented.transport is None:
            return identity
        both = narrowed(identity, presented.transport)
        if both is None:
            self._failures.note(presented.peer, Flaw.MISMATCH)
            raise CredentialInvalid
        return both

    def remembered(self, presented: Presented) -> Identity | None:
        """Return who calls where that is known without looking; None for whoever may not call, too."""
        if not presented.credential:
            return presented.transport or (ANYBODY if self.is_open else None)
        digest = _digest(presented.credential)
        finding = self._found.get(digest)
        return self._checks.static.get(digest) or (finding.identity if finding else None)

    async def application(self, presented: Presented) -> Identity | None:
        """Return which application calls for somebody who has no credential yet, None if it does not say.

        Raises what a call does, and ScopeMissing if the application may not do that.
        """
        self._failures.admit(presented.peer)
        if not presented.credential and presented.transport is None and not self.is_open:
            return None
        identity = await self(presented)
        if Scope.AUTH not in identity.scopes:
            raise ScopeMissing(scope=str(Scope.AUTH))
        return identity

    def note_failure(self, peer: str) -> None:
        """Note that what a call without a credential showed instead was not valid."""
        self._failures.note(peer, Flaw.LOGIN)

    async def _of_credential(self, credential: str, peer: str) -> Identity:
        digest = _digest(credential)
        identity = self._checks.static.get(digest)
        if identity is not None:
            return identity
        finding = self._found.get(digest)
        if finding is None:
            if digest not in self._known:
                self._failures.admit(peer)
            finding = await self._looked_at(digest, credential)
        if finding.identity is None:
            self._failures.note(peer, finding.flaw)
            raise CredentialInvalid
        if finding.key_id:
            self._uses.note(finding.identity.tenant_id, finding.key_id)
        return finding.identity

    async def _looked_at(self, digest: bytes, credential: str) -> Finding:
        """Look at a credential once, however many calls bring it at the moment."""
        task = self._looking.get(digest)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._remembered(digest, credential))
            # If all callers have gone away meanwhile, nobody else asks how it went.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._looking[digest] = task
        # A caller that goes away leaves the others their answer.
        return await asyncio.shield(task)

    async def _remembered(self, digest: bytes, credential: str) -> Finding:
        try:
            finding = await self._judged(credential)
            self._found[digest] = finding
            if finding.identity is not None:
                self._known[digest] = True
            return finding
        finally:
            del self._looking[digest]

    async def _judged(self, credential: str) -> Finding:
        if credential.startswith(PREFIX):
            return await self._checks.key(credential)
        issuer = claimed_issuer(credential)
        if issuer == OWN_ISSUER:
            return await self._checks.session(credential)
        if issuer in self._checks.issuer.issuers:
            return await self._checks.issuer(credential, self._context.clock().timestamp())
        if self.is_open:
            # It asks for no credential, so what is none of ours is nobody's business.
            return Finding(ANYBODY)
        return Finding(None, flaw=Flaw.TOKEN if issuer else Flaw.UNKNOWN)


def _digest(credential: str) -> bytes:
    return hashlib.sha256(credential.encode()).digest()

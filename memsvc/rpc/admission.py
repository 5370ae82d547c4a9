"""Who may make a call: found out before anything of the request is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from memsvc.core.access import Identity, is_public, missing_scope
from memsvc.core.errors import InvalidFields, ScopeMissing
from memsvc.rpc.credentials import Connection, CredentialReader
from memsvc.usecases.access.authentication import Authentication

#: The most metadata keys of a call.
METADATA_KEYS_MAX: Final = 64
#: A caller of a public RPC whose application does not say who it is.
_STRANGER: Final = Identity("", "", frozenset())


@dataclass(frozen=True, slots=True)
class Admission:
    """Reads what a call shows, finds out whom that stands for, and whether they may do it."""

    reader: CredentialReader
    authentication: Authentication

    async def __call__(
        self, method: str, metadata: Mapping[str, str], connection: Connection
    ) -> Identity:
        """Return who calls; of a public RPC the application, or somebody without a tenant.

        Raises CredentialInvalid, TooManyFailures, ScopeMissing, and InvalidFields for too much metadata.
        """
        if len(metadata) > METADATA_KEYS_MAX:
            raise InvalidFields([("metadata", f"must have at most {METADATA_KEYS_MAX} keys")])
        presented = self.reader(metadata, connection)
        rpc = method.removeprefix("/")
        if is_public(rpc):
            return await self.authentication.application(presented) or _STRANGER
        identity = await self.authentication(presented)
        scope = missing_scope(rpc, identity.scopes)
        if scope is not None:
            raise ScopeMissing(scope=scope)
        return identity

    def remembered(self, method: str, metadata: Mapping[str, str]) -> Identity | None:
        """Return who calls where that is known at once, and they may; None for what has to be looked into."""
        rpc = method.removeprefix("/")
        if is_public(rpc) or len(metadata) > METADATA_KEYS_MAX:
            return None
        presented = self.reader.by_metadata(metadata)
        identity = self.authentication.remembered(presented) if presented else None
        return None if identity is None or missing_scope(rpc, identity.scopes) else identity

    def note_failure(self, metadata: Mapping[str, str], connection: Connection) -> None:
        """Note that what a call showed in its request was not valid."""
        self.authentication.note_failure(self.reader(metadata, connection).peer)

"""Who calls: from the credential in a call's metadata to the tenant."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from memsvc.core.errors import CredentialInvalid

#: The tenant of a server on loopback without credentials.
DEFAULT_TENANT: Final = "default"
_BEARER: Final = "bearer "


@dataclass(frozen=True, slots=True)
class CredentialPolicy:
    """What counts as a credential. Without keys and header everybody is the default tenant."""

    #: SHA-256 of a key, in hexadecimal, to the key's tenant.
    tenants_by_key_hash: Mapping[str, str] = field(default_factory=dict)
    #: In a mesh: the metadata key in which the sidecar writes the tenant that it authenticated.
    tenant_header: str = ""

    @property
    def is_open(self) -> bool:
        """Whether calls need no credential."""
        return not self.tenants_by_key_hash and not self.tenant_header

    def tenant_of(self, metadata: Mapping[str, str]) -> str:
        """Return the tenant of a call with this *metadata*; raise CredentialInvalid."""
        if self.is_open:
            return DEFAULT_TENANT
        if self.tenant_header and (tenant := metadata.get(self.tenant_header)):
            return tenant
        key = _key(metadata)
        # High-entropy keys need no slow hash, and a lookup by hash tells nothing by its timing.
        tenant = self.tenants_by_key_hash.get(hashlib.sha256(key.encode()).hexdigest())
        if tenant is None:
            raise CredentialInvalid
        return tenant


def _key(metadata: Mapping[str, str]) -> str:
    authorization = metadata.get("authorization", "")
    if authorization.lower().startswith(_BEARER):
        return authorization[len(_BEARER) :].strip()
    return metadata.get("x-api-key", "")

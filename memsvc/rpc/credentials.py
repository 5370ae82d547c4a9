"""What a call shows of its caller: in its metadata, and by its connection."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final, Protocol
from urllib.parse import unquote

from memsvc.core.access import ALL_SCOPES, AccountRole, Identity, scopes_of
from memsvc.core.errors import CredentialInvalid
from memsvc.usecases.access.authentication import Presented

_BEARER: Final = "bearer "
_FORWARDED_FOR: Final = "x-forwarded-for"
_FORWARDED_CERTIFICATE: Final = "x-forwarded-client-cert"
_SUBJECT_NAMES: Final = "x509_subject_alternative_name"
_SPIFFE_ID: Final = re.compile(
    r"spiffe://(?P<domain>[^/]+)/tenant/(?P<tenant>[^/]{1,128})"
    r"(?:/user/(?P<user>[^/]{1,128}))?(?:/role/(?P<role>[^/]+))?"
)


class Connection(Protocol):
    """What is looked at of a call's context."""

    def peer(self) -> str:
        """Return the other end of the connection, such as "ipv4:127.0.0.1:50000"."""
        ...

    def auth_context(self) -> Mapping[str, Iterable[bytes]]:
        """Return what the connection's certificates say."""
        ...


@dataclass(frozen=True, slots=True)
class CredentialReader:
    """Reads what a call shows, and believes headers only where the settings say who wrote them."""

    #: In a mesh: the metadata key in which the sidecar writes the tenant that it authenticated.
    tenant_header: str = ""
    #: Whose certificates name a tenant; "" for nobody's.
    spiffe_trust_domain: str = ""
    #: Whether a sidecar on this machine passes on the certificates that it was shown.
    forwarded_client_cert: bool = False
    #: Whether whatever is in front of the server writes down where calls come from.
    trusted_forwarding: bool = False

    def __call__(self, metadata: Mapping[str, str], connection: Connection) -> Presented:
        """Return what the call shows; raise CredentialInvalid for a certificate of no tenant."""
        peer = address(connection.peer())
        if meshed := self._meshed(metadata):
            return Presented("", peer, meshed)
        transport = (
            self._certified(metadata, connection, peer) if self.spiffe_trust_domain else None
        )
        if self.trusted_forwarding and (forwarded := metadata.get(_FORWARDED_FOR)):
            # The last one was written by whoever is next to us; the ones before by anybody.
            peer = forwarded.rpartition(",")[2].strip()
        return Presented(_credential(metadata), peer, transport)

    def by_metadata(self, metadata: Mapping[str, str]) -> Presented | None:
        """Return what the call shows whatever its connection is; None where that matters."""
        if meshed := self._meshed(metadata):
            return Presented("", "", meshed)
        return None if self.spiffe_trust_domain else Presented(_credential(metadata), "")

    def _meshed(self, metadata: Mapping[str, str]) -> Identity | None:
        tenant = metadata.get(self.tenant_header) if self.tenant_header else None
        return Identity(tenant, "mesh", ALL_SCOPES) if tenant else None

    def _certified(
        self, metadata: Mapping[str, str], connection: Connection, peer: str
    ) -> Identity | None:
        names = [name.decode() for name in connection.auth_context().get(_SUBJECT_NAMES, ())]
        if self.forwarded_client_cert and is_this_machine(peer):
            names += forwarded_names(metadata.get(_FORWARDED_CERTIFICATE, ""))
        found = {name for name in names if name.startswith("spiffe://")}
        if not found:
            return None
        # A certificate with several such names would be several callers at once.
        identity = identity_of(found.pop(), self.spiffe_trust_domain) if len(found) == 1 else None
        if identity is None:
            raise CredentialInvalid
        return identity


def identity_of(spiffe_id: str, trust_domain: str) -> Identity | None:
    """Return whom `spiffe://<domain>/tenant/<id>[/user/<id>][/role/<role>]` stands for, None for nobody."""
    found = _SPIFFE_ID.fullmatch(spiffe_id)
    if not found or found["domain"] != trust_domain:
        return None
    role = found["role"] or (AccountRole.USER if found["user"] else AccountRole.ADMIN)
    if role not in set(AccountRole):
        return None
    return Identity(
        unquote(found["tenant"]),
        spiffe_id,
        scopes_of(AccountRole(role)),
        unquote(found["user"] or ""),
    )


def forwarded_names(header: str) -> list[str]:
    """Return the names in the certificate that a sidecar was shown by its own caller.

    Each proxy on the way may add an element; only the last one is of the sidecar next to us.
    """
    last = _split(header, ",")[-1]
    parts = (part.partition("=") for part in _split(last, ";"))
    return [value.strip().strip('"') for name, _, value in parts if name.strip().lower() == "uri"]


def _split(text: str, separator: str) -> list[str]:
    """Return the parts of *text* between separators that do not stand in quotes."""
    parts = [""]
    for index, piece in enumerate(text.split('"')):
        # Every second piece stands in quotes.
        inner = [piece] if index % 2 else piece.split(separator)
        quote = '"' if index else ""
        parts[-1] += quote + inner[0]
        parts += inner[1:]
    return parts


def address(peer: str) -> str:
    """Return the address in gRPC's name for the other end of a connection, without its port."""
    kind, _, rest = unquote(peer).partition(":")
    if kind not in {"ipv4", "ipv6"}:
        return kind
    return rest.rpartition(":")[0].strip("[]")


def is_this_machine(peer: str) -> bool:
    """Return whether an address is on this machine."""
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return peer == "unix"


def _credential(metadata: Mapping[str, Any]) -> str:
    authorization = str(metadata.get("authorization", ""))
    if authorization.lower().startswith(_BEARER):
        return authorization[len(_BEARER) :].strip()
    return str(metadata.get("x-api-key", ""))

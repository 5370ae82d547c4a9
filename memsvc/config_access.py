"""Settings of who may call. They are part of `memsvc.config.Settings`, which reads them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings

from memsvc.core.access import ALL_SCOPES, DEFAULT_TENANT, AccountRole
from memsvc.core.addresses import is_safe

#: Of one family each: a key of one kind is never taken for one of another.
FAMILIES: Final = (
    frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}),
    frozenset({"ES256", "ES384", "ES512"}),
    frozenset({"EdDSA"}),
    frozenset({"HS256"}),
)
#: The shortest secret that signs tokens, and the shortest pepper and administrator's key, in bytes.
SECRET_BYTES_MIN: Final = 32
KEY_BYTES_MIN: Final = 24
#: The service's own tokens are called so.
_OWN_ISSUER: Final = "memsvc"

_Tenant = Annotated[str, Field(min_length=1, max_length=128)]
_Scope = Annotated[str, Field(pattern=f"^({'|'.join(sorted(ALL_SCOPES))})$")]


class Credential(BaseModel):
    """A key that is accepted, by its hash, and the tenant that it stands for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tenant: _Tenant
    #: SHA-256 of the key, in hexadecimal.
    key_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    #: What it may do. Unset: what its role may, or everything.
    scopes: list[_Scope] | None = None
    role: AccountRole | None = None
    #: The one user whose data it may touch. Unset: any.
    user_id: str = Field("", max_length=128)


class IssuerSettings(BaseModel):
    """Somebody else whose tokens are accepted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: What the log and the audit log call it.
    name: str = Field(pattern="^[a-z0-9_-]{1,64}$")
    #: The claim `iss` of its tokens, to the letter.
    issuer: str = Field(min_length=1)
    #: The claim `aud` that tokens for this service have.
    audience: str = Field(min_length=1)
    algorithms: list[str] = Field(["RS256"], min_length=1)
    #: Where its keys are. All unset: where the issuer itself says (OpenID Connect Discovery).
    jwks_url: str = ""
    jwks_file: Path | None = None
    #: The secret that it signs with; only with HS256.
    secret_file: Path | None = None
    #: Certificates that its server's has to come from. Unset: the system's.
    ca_file: Path | None = None
    #: A token to send along when asking for the keys.
    bearer_token_file: Path | None = None
    #: Whose tokens these are: one tenant, or the claim that names it.
    tenant: str = Field("", max_length=128)
    tenant_claim: str = ""
    #: The claim that names the user; "" for callers that act for any user.
    user_claim: str = "sub"
    #: What its callers are, unless a claim says.
    role: AccountRole | None = None
    role_claim: str = ""
    #: The claim that lists scopes, of which only those count that the role has.
    scopes_claim: str = ""

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with it."""
        given = set(self.algorithms)
        if not any(given <= family for family in FAMILIES):
            yield "algorithms: all of one family: RS and PS, ES, EdDSA, or HS256"
        if (self.secret_file is not None) != ("HS256" in given):
            yield "secret_file: goes with HS256 and with nothing else"
        if [bool(self.jwks_url), bool(self.jwks_file), bool(self.secret_file)].count(True) > 1:
            yield "give one of jwks_url, jwks_file and secret_file"
        discovered = not (self.jwks_url or self.jwks_file or self.secret_file)
        where = self.issuer if discovered else self.jwks_url
        if where and not is_safe(where):
            yield f"{where}: keys are only taken from https, or from this machine"
        yield from self._file_faults()
        if bool(self.tenant) == bool(self.tenant_claim):
            yield "give one of tenant and tenant_claim"
        if self.issuer == _OWN_ISSUER:
            yield f"issuer: {_OWN_ISSUER} is the service itself"

    def _file_faults(self) -> Iterator[str]:
        for file in (self.jwks_file, self.secret_file, self.ca_file, self.bearer_token_file):
            if file is not None and not file.is_file():
                yield f"{file}: there is no such file"
                return
        if self.secret_file is not None and len(self.secret()) < SECRET_BYTES_MIN:
            yield f"secret_file: has to hold at least {SECRET_BYTES_MIN} bytes"

    def secret(self) -> bytes:
        """Return the secret that it signs with, b"" for none; raise OSError."""
        return self.secret_file.read_bytes().strip() if self.secret_file else b""

    def key_types(self) -> frozenset[str]:
        """Return which kinds of keys it may have, as JWK calls them."""
        if self.algorithms[0] == "EdDSA":
            return frozenset({"OKP"})
        return frozenset({"EC" if self.algorithms[0].startswith("ES") else "RSA"})


class AccessSettings(BaseSettings):
    """Who may call, and how they prove it."""

    #: A TOML file of [[credential]] tables with tenant and key_sha256.
    credentials_file: Path | None = None
    #: Whether a server on loopback asks for a credential although none is configured: keys then come
    #: from the database alone.
    require_credentials: bool = False
    #: A key with every scope, to begin with; never as a flag, which everybody on the machine can read.
    bootstrap_admin_key: SecretStr | None = None
    #: A file that holds the key instead.
    bootstrap_admin_key_file: Path | None = None
    bootstrap_admin_tenant: _Tenant = DEFAULT_TENANT
    #: What stands in new API keys after "msk_".
    api_key_environment: str = Field("live", pattern="^[a-z0-9]{1,16}$")
    #: Peppers for the hashes of API keys, one a line, the last one for new keys. Lines are added, never
    #: changed. Unset: one that is made of the installation's secret.
    api_key_peppers_file: Path | None = None
    #: The metadata key in which a mesh's sidecar writes the tenant that it has authenticated. Only
    #: behind a sidecar that removes it from what callers send.
    tenant_header: str = Field("", pattern="^[a-z0-9_.-]*$")

    #: The tenant of people who log in without an application's key.
    account_tenant: str = Field("", max_length=128)
    #: Whether everybody may have an account; else only who is invited.
    registration_open: bool = False
    #: Others whose tokens are accepted.
    issuers: list[IssuerSettings] = Field(default_factory=list)

    #: The server's certificate, with those that lead to a known one, and its key; PEM. Renewed files
    #: count for new connections without a restart.
    tls_certificate_file: Path | None = None
    tls_key_file: Path | None = None
    #: Whoever calls needs a certificate that comes from one of these.
    tls_client_ca_file: Path | None = None
    #: Whose certificates name a tenant, as spiffe://<domain>/tenant/<id>.
    spiffe_trust_domain: str = Field("", pattern="^[a-z0-9._-]*$")
    #: Whether x-forwarded-client-cert is believed of a sidecar on this machine.
    forwarded_client_cert: bool = False

    #: How many credentials of one address may be wrong, in a minute and at once.
    auth_failures_per_minute: float = Field(60.0, gt=0)
    auth_failures_burst: float = Field(20.0, ge=1)
    #: Whether x-forwarded-for is believed: only behind a proxy that writes it.
    trusted_forwarding: bool = False

    def credentials(self) -> list[Credential]:
        """Return the keys of the file; raise OSError, ValidationError and TOMLDecodeError."""
        if self.credentials_file is None:
            return []
        entries = tomllib.loads(self.credentials_file.read_text(encoding="utf-8"))
        return [Credential.model_validate(entry) for entry in entries.get("credential", [])]

    def bootstrap_key(self) -> str:
        """Return the administrator's key, "" for none; raise OSError."""
        if self.bootstrap_admin_key_file is not None:
            return self.bootstrap_admin_key_file.read_text(encoding="utf-8").strip()
        return self.bootstrap_admin_key.get_secret_value() if self.bootstrap_admin_key else ""

    def peppers(self) -> list[bytes]:
        """Return the peppers by version, from 1 on; raise OSError."""
        if self.api_key_peppers_file is None:
            return []
        return [line.strip() for line in self.api_key_peppers_file.read_bytes().splitlines()]

    @property
    def names_callers(self) -> bool:
        """Whether anything is configured by which callers can be told apart."""
        return self.require_credentials or any((
            self.credentials_file,
            self.bootstrap_admin_key,
            self.bootstrap_admin_key_file,
            self.issuers,
            self.tls_client_ca_file,
            self.tenant_header,
        ))


def access_faults(settings: AccessSettings) -> Iterator[str]:
    """Yield what is wrong with who may call."""
    if settings.credentials_file is not None and not settings.credentials():
        yield "credentials_file: has no [[credential]]"
    key = settings.bootstrap_key()
    if settings.bootstrap_admin_key_file is not None and not key:
        yield "bootstrap_admin_key_file: is empty"
    if key and len(key.encode()) < KEY_BYTES_MIN:
        yield f"bootstrap_admin_key: has to have at least {KEY_BYTES_MIN} characters"
    if settings.api_key_peppers_file is not None:
        peppers = settings.peppers()
        if not peppers or any(len(pepper) < KEY_BYTES_MIN for pepper in peppers):
            yield f"api_key_peppers_file: each line has to have at least {KEY_BYTES_MIN} bytes"
    yield from _issuer_faults(settings.issuers)
    yield from _tls_faults(settings)


def _issuer_faults(issuers: list[IssuerSettings]) -> Iterator[str]:
    for issuer in issuers:
        yield from (f"issuers: {issuer.name}: {fault}" for fault in issuer.faults())
    for what in ("name", "issuer"):
        values = [getattr(issuer, what) for issuer in issuers]
        for value in sorted({value for value in values if values.count(value) > 1}):
            yield f"issuers: {what} {value} stands there twice"


def _tls_faults(settings: AccessSettings) -> Iterator[str]:
    if (settings.tls_certificate_file is None) != (settings.tls_key_file is None):
        yield "tls_certificate_file, tls_key_file: give both"
    if settings.tls_client_ca_file is not None and settings.tls_certificate_file is None:
        yield "tls_client_ca_file: needs tls_certificate_file"
    for file in (
        settings.tls_certificate_file,
        settings.tls_key_file,
        settings.tls_client_ca_file,
    ):
        if file is not None and not file.is_file():
            yield f"{file}: there is no such file"
    if settings.spiffe_trust_domain:
        if settings.tls_client_ca_file is None and not settings.forwarded_client_cert:
            yield "spiffe_trust_domain: needs tls_client_ca_file or forwarded_client_cert"
    elif settings.forwarded_client_cert:
        yield "forwarded_client_cert: needs spiffe_trust_domain"

"""Who may call, as the settings say."""

from __future__ import annotations

import hashlib
from contextlib import AsyncExitStack
from dataclasses import dataclass
from secrets import token_bytes
from typing import Final

from memsvc.config import Settings
from memsvc.config_access import Credential, IssuerSettings
from memsvc.core.access import ALL_SCOPES, AccountRole, Identity, scopes_of
from memsvc.core.peer_limits import FailureLimit
from memsvc.providers.jwks import Download, FileOfKeys, KeySet, KeySource, SharedSecret
from memsvc.providers.passwords import Passwords
from memsvc.rpc.admission import Admission
from memsvc.rpc.credentials import CredentialReader
from memsvc.rpc.tls import TlsFiles
from memsvc.usecases.access.accounts import Accounts
from memsvc.usecases.access.authentication import Authentication, Checks
from memsvc.usecases.access.failures import Failures
from memsvc.usecases.access.issuers import ClaimNames, Issuer, IssuerCheck
from memsvc.usecases.access.key_check import KeyCheck
from memsvc.usecases.access.key_uses import KeyUses
from memsvc.usecases.access.manage_keys import ManageKeys
from memsvc.usecases.access.own_tokens import OwnTokens
from memsvc.usecases.access.peppers import Peppers
from memsvc.usecases.access.session_check import SessionCheck
from memsvc.usecases.context import Context

#: So much of the hash of a key of the settings says which one it was.
_HASH_CHARACTERS: Final = 8


@dataclass(frozen=True, slots=True)
class Access:
    """What finds out who calls, and what gives out credentials."""

    authentication: Authentication
    keys: ManageKeys
    accounts: Accounts
    uses: KeyUses


def assembled(settings: Settings, context: Context, stack: AsyncExitStack) -> Access:
    """Return the parts; *stack* undoes them. Raises OSError for a file that cannot be read."""
    peppers = peppers_of(settings, context)
    tokens = OwnTokens(context.secret_key)
    passwords = Passwords()
    stack.push_async_callback(passwords.close)
    issuers = IssuerCheck({one.issuer: _issuer(one) for one in settings.issuers})
    stack.push_async_callback(issuers.close)
    uses = KeyUses(context)
    checks = Checks(
        KeyCheck(context, peppers), SessionCheck(context, tokens), issuers, static_keys(settings)
    )
    limit = FailureLimit(settings.auth_failures_per_minute, settings.auth_failures_burst)
    is_open = settings.on_loopback and not settings.names_callers
    authentication = Authentication(context, checks, Failures(limit), uses, is_open=is_open)
    accounts = Accounts(
        context, tokens, passwords, settings.account_tenant, settings.registration_open
    )
    return Access(authentication, managed_keys(settings, context), accounts, uses)


def peppers_of(settings: Settings, context: Context) -> Peppers:
    """Return what hashes the secrets of API keys."""
    return Peppers(context.secret_key, settings.peppers())


def managed_keys(settings: Settings, context: Context) -> ManageKeys:
    """Return what gives out API keys."""
    return ManageKeys(
        context, peppers_of(settings, context), settings.api_key_environment, token_bytes
    )


def admission(settings: Settings, authentication: Authentication) -> Admission:
    """Return what decides about each call."""
    reader = CredentialReader(
        tenant_header=settings.tenant_header,
        spiffe_trust_domain=settings.spiffe_trust_domain,
        forwarded_client_cert=settings.forwarded_client_cert,
        trusted_forwarding=settings.trusted_forwarding,
    )
    return Admission(reader, authentication)


def tls_files(settings: Settings) -> TlsFiles | None:
    """Return where the server's certificates are, None for plaintext."""
    if settings.tls_certificate_file is None or settings.tls_key_file is None:
        return None
    return TlsFiles(
        settings.tls_certificate_file, settings.tls_key_file, settings.tls_client_ca_file
    )


def static_keys(settings: Settings) -> dict[bytes, Identity]:
    """Return the keys of the settings by their SHA-256."""
    keys = {
        bytes.fromhex(credential.key_sha256): _identity(credential)
        for credential in settings.credentials()
    }
    if bootstrap := settings.bootstrap_key():
        digest = hashlib.sha256(bootstrap.encode()).digest()
        keys[digest] = Identity(settings.bootstrap_admin_tenant, "bootstrap", ALL_SCOPES)
    return keys


def _identity(credential: Credential) -> Identity:
    scopes = scopes_of(credential.role) if credential.role else ALL_SCOPES
    if credential.scopes is not None:
        scopes = scopes.intersection(credential.scopes)
    principal = f"file:{credential.key_sha256[:_HASH_CHARACTERS]}"
    return Identity(credential.tenant, principal, scopes, credential.user_id)


def _issuer(settings: IssuerSettings) -> Issuer:
    role = settings.role
    if role is None and not settings.role_claim and not settings.scopes_claim:
        role = AccountRole.USER
    return Issuer(
        name=settings.name,
        issuer=settings.issuer,
        audience=settings.audience,
        algorithms=tuple(settings.algorithms),
        keys=_keys(settings),
        tenant=settings.tenant,
        role=role,
        claims=ClaimNames(
            settings.tenant_claim, settings.user_claim, settings.role_claim, settings.scopes_claim
        ),
    )


def _keys(settings: IssuerSettings) -> KeySource:
    if secret := settings.secret():
        return SharedSecret(secret)
    if settings.jwks_file is not None:
        return KeySet(settings.name, FileOfKeys(settings.jwks_file), settings.key_types())
    download = Download(
        settings.issuer,
        settings.jwks_url,
        ca_file=settings.ca_file,
        bearer_token_file=settings.bearer_token_file,
    )
    return KeySet(settings.name, download, settings.key_types(), download.close)

"""Tokens of others: of an identity provider, or of a cluster that vouches for its workloads.

What a token has to be stands in the settings, never in the token: its issuer, its audience, one family of
algorithms, and where the keys are. (RFC 8725, "JSON Web Token Best Current Practices".)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import jwt

from memsvc.core.access import ALL_SCOPES, AccountRole, Identity, scopes_of
from memsvc.providers.jwks import KeySource, KeysUnavailable
from memsvc.usecases.access.finding import Finding, Flaw
from memsvc.usecases.access.own_tokens import UNREADABLE

#: How far the clocks of an issuer and of this server may be apart, in seconds.
LEEWAY_SECONDS: Final = 30.0
#: The longest that a token may be good for, in seconds, and how long, in bytes.
LIFETIME_SECONDS_MAX: Final = 24 * 3600
BYTES_MAX: Final = 8 * 1024
#: How long a verdict is remembered at most, in seconds.
REMEMBERED_SECONDS_MAX: Final = 60.0
#: The longest tenant, user and subject, in bytes.
ID_BYTES_MAX: Final = 128
_REQUIRED: Final = ["exp", "iat", "sub", "aud", "iss"]
#: Headers that would have the token say by which rules or keys it is judged.
_REFUSED_HEADERS: Final = frozenset({"crit", "jku", "x5u", "jwk"})


class ClaimMissing(Exception):
    """A claim that the settings name is not there, or not what it should be."""


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Which claims say what; "" for those that are not looked at. Dots lead into nested ones."""

    tenant: str = ""
    #: Not looked at, the caller is bound to no user.
    user: str = "sub"
    role: str = ""
    scopes: str = ""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who is believed, about what."""

    name: str
    issuer: str
    audience: str
    algorithms: Sequence[str]
    keys: KeySource
    #: The tenant of all its tokens; "" where a claim says.
    tenant: str
    #: What a caller is where no claim says; None to refuse it.
    role: AccountRole | None
    claims: ClaimNames


@dataclass(frozen=True, slots=True)
class IssuerCheck:
    """Judges tokens of the issuers in the settings."""

    #: By what their tokens call them.
    issuers: Mapping[str, Issuer]

    async def __call__(self, credential: str, now: float) -> Finding:
        """Return whom the token stands for; *now* is in seconds since 1970."""
        if len(credential) > BYTES_MAX:
            return Finding(None, flaw=Flaw.TOKEN)
        try:
            header, issuer = self._named(credential)
            key = await issuer.keys.key(header.get("kid"))
            if key is None:
                return Finding(None, flaw=Flaw.TOKEN)
            claims = _verified(credential, key, issuer)
            seconds = min(float(claims["exp"]) - now, REMEMBERED_SECONDS_MAX)
            return Finding(_identity(claims, issuer), max(seconds, 0.0))
        except KeysUnavailable:
            return Finding(None, flaw=Flaw.ISSUER)
        except (*UNREADABLE, ClaimMissing):
            return Finding(None, flaw=Flaw.TOKEN)

    async def close(self) -> None:
        """Let go of where the keys come from."""
        for issuer in self.issuers.values():
            await issuer.keys.close()

    def _named(self, credential: str) -> tuple[dict[str, Any], Issuer]:
        """Return what the token calls itself: nothing of it is believed yet."""
        header = jwt.get_unverified_header(credential)
        if not _REFUSED_HEADERS.isdisjoint(header):
            raise ClaimMissing
        issuer = self.issuers.get(claimed_issuer(credential))
        if issuer is None or header.get("alg") not in issuer.algorithms:
            raise ClaimMissing
        return header, issuer


def claimed_issuer(credential: str) -> str:
    """Return who a token says that it comes from, "" if it is no token."""
    if credential.count(".") != 2:  # ruff: ignore[magic-value-comparison] - a token has three parts
        return ""
    try:
        claims = jwt.decode(credential, options={"verify_signature": False})
    except UNREADABLE:
        return ""
    issuer = claims.get("iss")
    return issuer if isinstance(issuer, str) else ""


def _verified(credential: str, key: Any, issuer: Issuer) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(
        credential,
        key,
        issuer.algorithms,
        audience=issuer.audience,
        issuer=issuer.issuer,
        leeway=LEEWAY_SECONDS,
        options={"require": _REQUIRED, "enforce_minimum_key_length": True},
    )
    if not 0 < claims["exp"] - claims["iat"] <= LIFETIME_SECONDS_MAX:
        raise ClaimMissing
    return claims


def _identity(claims: dict[str, Any], issuer: Issuer) -> Identity:
    names = issuer.claims
    role = issuer.role
    if names.role and (told := claim(claims, names.role)) is not None:
        role = AccountRole(told)
    scopes = scopes_of(role) if role is not None else ALL_SCOPES
    if names.scopes:
        scopes = scopes.intersection(_words(claim(claims, names.scopes)))
    elif role is None:
        raise ClaimMissing
    bound = names.user and role is not AccountRole.ADMIN
    return Identity(
        issuer.tenant or _id(claim(claims, names.tenant)),
        f"issuer:{issuer.name}:{_id(claims['sub'])}",
        scopes,
        _id(claim(claims, names.user)) if bound else "",
    )


def claim(claims: Mapping[str, Any], name: str) -> Any:
    """Return the claim called *name*, None if there is none.

    A name with dots is looked for as it stands first, then within others: the claims of an issuer may
    themselves be called like addresses.
    """
    if name in claims:
        return claims[name]
    for place, letter in enumerate(name):
        inner = claims.get(name[:place]) if letter == "." else None
        if isinstance(inner, dict) and (found := claim(inner, name[place + 1 :])) is not None:
            return found
    return None


def _id(value: Any) -> str:
    if not isinstance(value, str) or not 1 <= len(value.encode()) <= ID_BYTES_MAX:
        raise ClaimMissing
    if not value.isprintable():
        raise ClaimMissing
    return value


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        return value.split()
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []

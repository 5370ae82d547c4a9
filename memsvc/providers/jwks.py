"""The public keys of an issuer of tokens: loaded from where the settings say, and kept up to date.

A token never says where its keys are. Its `kid` is looked up among the loaded ones and goes nowhere else.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias
from urllib.parse import urlsplit

import httpx2
import jwt
from jwt.algorithms import AllowedPublicKeys

from memsvc.core.addresses import is_safe
from memsvc.telemetry import log

PublicKey: TypeAlias = AllowedPublicKeys | bytes

#: How often keys are looked at again, and how often at most because of a key that is not known, in seconds.
REFRESH_SECONDS: Final = 300.0
RETRY_SECONDS: Final = 10.0
#: How long an issuer is waited for, in seconds, and how much of its answer is read, in bytes.
FETCH_SECONDS: Final = 5.0
BYTES_MAX: Final = 1024 * 1024
#: How many keys are looked at.
KEYS_MAX: Final = 100
_DISCOVERY: Final = "/.well-known/openid-configuration"
_OK: Final = 200


class KeysUnavailable(Exception):
    """An issuer's keys cannot be had."""


class KeySource(Protocol):
    """Where the keys of an issuer come from."""

    async def key(self, kid: str | None) -> PublicKey | None:
        """Return the key called *kid*, or the only one if no name is given; None if there is none.

        Raises KeysUnavailable if no keys could be had so far.
        """
        ...

    async def close(self) -> None:
        """Let go of what is held."""
        ...


@dataclass(frozen=True, slots=True)
class SharedSecret:
    """The one key of an issuer that signs with a secret."""

    secret: bytes

    async def key(self, kid: str | None) -> PublicKey | None:
        """Return the secret, whatever the token calls it."""
        del kid
        return self.secret

    async def close(self) -> None:
        """Nothing is held."""


class KeySet:
    """Keys that are loaded when they are needed, and anew from time to time; the last good ones are kept."""

    def __init__(
        self,
        name: str,
        load: Callable[[], Awaitable[bytes]],
        key_types: Collection[str],
        end: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Take the keys of the issuer *name* that are of *key_types* from what *load* returns.

        *load* returns a JWK Set (RFC 7517) and raises KeysUnavailable; *end* undoes what it holds.
        """
        self._name = name
        self._load = load
        self._key_types = key_types
        self._end = end
        self._keys: Mapping[str | None, PublicKey] | None = None
        self._tried = float("-inf")
        self._loading: asyncio.Task[None] | None = None

    async def key(self, kid: str | None) -> PublicKey | None:
        """Return a key; see `KeySource`."""
        age = asyncio.get_running_loop().time() - self._tried
        if self._keys is None or (kid not in self._keys and age >= RETRY_SECONDS):
            await self._loaded(age)
        elif age >= REFRESH_SECONDS:
            self._begin()  # meanwhile the keys at hand will do
        if self._keys is None:
            raise KeysUnavailable
        return self._keys.get(kid)

    async def close(self) -> None:
        """Let go of what is held."""
        if self._loading is not None:
            self._loading.cancel()
        if self._end is not None:
            await self._end()

    async def _loaded(self, age: float) -> None:
        if self._loading is None and age < RETRY_SECONDS:
            return
        # Whoever waits may go away; the others still want the keys.
        await asyncio.shield(self._begin())

    def _begin(self) -> asyncio.Task[None]:
        if self._loading is None:
            self._tried = asyncio.get_running_loop().time()
            self._loading = asyncio.get_running_loop().create_task(self._refresh())
        return self._loading

    async def _refresh(self) -> None:
        try:
            self._keys = _read(await self._load(), self._key_types)
        except KeysUnavailable as error:
            log.warning("issuer_keys_unavailable", issuer=self._name, error=str(error))
        finally:
            self._loading = None


def _read(data: bytes, key_types: Collection[str]) -> dict[str | None, PublicKey]:
    """Return the keys of a JWK Set by name, the only one also without."""
    try:
        entries = json.loads(data)["keys"][:KEYS_MAX]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        message = "the answer is no JWK Set"
        raise KeysUnavailable(message) from error
    keys: dict[str | None, PublicKey] = {}
    for entry in entries:
        if _is_for_signatures(entry, key_types):
            try:
                keys[entry.get("kid")] = jwt.PyJWK(entry).key
            except (jwt.PyJWTError, ValueError, TypeError):
                continue  # one that cannot be read leaves the others alone
    if not keys:
        message = "the JWK Set has no key of the right kind"
        raise KeysUnavailable(message)
    if len(keys) == 1:
        keys[None] = next(iter(keys.values()))
    return keys


def _is_for_signatures(entry: Any, key_types: Collection[str]) -> bool:
    return (
        isinstance(entry, dict)
        and entry.get("kty") in key_types
        and entry.get("use", "sig") == "sig"
        and isinstance(entry.get("kid"), str | None)
    )


@dataclass(frozen=True, slots=True)
class FileOfKeys:
    """A JWK Set in a file."""

    path: Path

    async def __call__(self) -> bytes:
        """Return what the file holds; raise KeysUnavailable."""
        try:
            return await asyncio.to_thread(self.path.read_bytes)
        except OSError as error:
            raise KeysUnavailable(error.strerror) from error


class Download:
    """A JWK Set at an address, or at the one that the issuer names itself (OpenID Connect Discovery 1.0)."""

    def __init__(
        self,
        issuer: str,
        jwks_url: str = "",
        *,
        ca_file: Path | None = None,
        bearer_token_file: Path | None = None,
    ) -> None:
        """Take the keys from *jwks_url*, or from where the *issuer* says.

        *ca_file* holds the certificates that the server's has to come from. The token in
        *bearer_token_file* is sent along to the hosts of the settings and to no other.
        """
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._bearer_token_file = bearer_token_file
        self._own_hosts = {urlsplit(url).netloc for url in (issuer, jwks_url) if url}
        self._client = httpx2.AsyncClient(
            verify=ssl.create_default_context(cafile=ca_file),
            follow_redirects=False,
            timeout=FETCH_SECONDS,
            trust_env=False,
        )

    async def __call__(self) -> bytes:
        """Return the JWK Set; raise KeysUnavailable."""
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                return await self._get(self._jwks_url or await self._discovered())
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError) as error:
            raise KeysUnavailable(type(error).__name__) from error

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _discovered(self) -> str:
        """Return where the issuer says that its keys are."""
        try:
            told = json.loads(await self._get(self._issuer.rstrip("/") + _DISCOVERY))
            url, issuer = str(told["jwks_uri"]), told["issuer"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            message = "the issuer does not say where its keys are"
            raise KeysUnavailable(message) from error
        if issuer != self._issuer:
            message = "the issuer calls itself by another name"
            raise KeysUnavailable(message)
        return url

    async def _get(self, url: str) -> bytes:
        if not is_safe(url):
            message = "the address is neither https nor on this machine"
            raise KeysUnavailable(message)
        headers = {"accept": "application/json"}
        if self._bearer_token_file is not None and urlsplit(url).netloc in self._own_hosts:
            token = await asyncio.to_thread(self._bearer_token_file.read_text, "utf-8")
            headers["authorization"] = f"Bearer {token.strip()}"
        body = bytearray()
        async with self._client.stream("GET", url, headers=headers) as response:
            if response.status_code != _OK:
                message = f"the answer has status {response.status_code}"
                raise KeysUnavailable(message)
            async for piece in response.aiter_bytes(64 * 1024):
                body += piece
                if len(body) > BYTES_MAX:
                    message = "the answer is too large"
                    raise KeysUnavailable(message)
        return bytes(body)

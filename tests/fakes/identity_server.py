"""An identity provider of a test's own: it signs tokens and shows its keys, as they really do."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, cast

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from tests.fakes.local_server import LocalHandler, LocalServer

AUDIENCE = "https://memory.example"


class IdentityServer(LocalServer):
    """Signs with one key of each kind."""

    def __init__(self) -> None:
        """Make the keys."""
        super().__init__(_Handler)
        self.private: dict[str, Any] = {
            "RS256": rsa.generate_private_key(65537, 2048),
            "ES256": ec.generate_private_key(ec.SECP256R1()),
            "EdDSA": ed25519.Ed25519PrivateKey.generate(),
        }
        #: What the server answers at a path.
        self.pages: dict[str, bytes] = {}
        #: Paths that were asked for, and the headers.
        self.seen: list[tuple[str, dict[str, str]]] = []
        #: The status of all answers; of a redirection also where to.
        self.status = 200
        self.location = ""
        self.show_keys()
        self.say("/.well-known/openid-configuration", issuer=self.issuer, jwks_uri=self.jwks_url)

    @property
    def issuer(self) -> str:
        """What it calls itself."""
        return self.base_url.removesuffix("/v1")

    @property
    def jwks_url(self) -> str:
        """Where its keys are."""
        return f"{self.issuer}/keys"

    def say(self, path: str, **answer: Any) -> None:
        """Answer with JSON at *path*."""
        self.pages[path] = json.dumps(answer).encode()

    def show_keys(self, *more: Mapping[str, Any]) -> None:
        """Show the public keys, each called after its algorithm, and *more*."""
        self.say("/keys", keys=[*(self.public_key(name) for name in self.private), *more])

    def public_key(self, algorithm: str) -> dict[str, Any]:
        """Return a public key as it is shown."""
        kinds: dict[str, Any] = {
            "RS256": RSAAlgorithm,
            "ES256": ECAlgorithm,
            "EdDSA": OKPAlgorithm,
        }
        public = self.private[algorithm].public_key()
        shown = cast("dict[str, Any]", kinds[algorithm].to_jwk(public, as_dict=True))
        return {**shown, "kid": algorithm, "use": "sig"}

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return claims that are right, with *changes*; None leaves one out."""
        now = int(time.time())
        right = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": "somebody",
            "iat": now,
            "exp": now + 300,
        }
        return {name: value for name, value in {**right, **changes}.items() if value is not None}

    def token(
        self,
        algorithm: str = "RS256",
        *,
        headers: Mapping[str, Any] | None = None,
        key: Any = None,
        **changes: Any,
    ) -> str:
        """Return a token, signed by the key for *algorithm* unless by another *key*."""
        return jwt.encode(
            self.claims(**changes),
            key or self.private[algorithm],
            algorithm,
            headers={"kid": algorithm, **(headers or {})},
        )


class _Handler(LocalHandler):
    def get(self) -> None:
        """Answer with the page, if there is one."""
        owner = cast("IdentityServer", self.server.owner)
        owner.seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        body = owner.pages.get(self.path)
        self.send_response(owner.status if body is not None else 404)
        if owner.location:
            self.send_header("location", owner.location)
        self.send_header("content-length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

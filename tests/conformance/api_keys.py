"""API keys of the database for scenarios, made as an operator would, by generated code."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from memsvc.core.access import Scope
from memsvc.v1 import api_key_service_pb2 as pb
from tests.support.server import KEYS
from tests.support.waiting import until
from tests.support.wire import Refused, Wire

#: What makes other keys, a tenant. The tenant "slow" has few calls a second and "full" a small quota.
ADMIN_KEYS: Final = {**KEYS, "slow": "slow-key-0123456789", "full": "full-key-0123456789"}
#: Returns a key in a state, with these scopes.
MakeKey = Callable[[str, Sequence[str]], str]
#: How long one that is to be expired is good, in seconds.
SHORT_SECONDS = 0.5


class Keyring:
    """Good keys with all scopes: one a server and tenant, made when it is first asked for."""

    def __init__(self) -> None:
        """Begin with none."""
        self._keys: dict[tuple[str, str], str] = {}

    def key(self, target: str, tenant: str) -> str:
        """Return the key of a tenant on the server at *target*."""
        if (target, tenant) not in self._keys:
            with made_keys(target, ADMIN_KEYS[tenant]) as made:
                self._keys[target, tenant] = made("good", sorted(Scope))
        return self._keys[target, tenant]


@contextmanager
def made_keys(target: str, admin_key: str) -> Generator[MakeKey]:
    """Yield what makes keys on a server; *admin_key* may make them."""
    with Wire(target, admin_key) as admin:

        def made(state: str, scopes: Sequence[str]) -> str:
            request = pb.CreateApiKeyRequest(name="scenario", scopes=scopes or ["recall"])
            if state == "expired":
                end = datetime.now(UTC) + timedelta(seconds=SHORT_SECONDS)
                request.expire_time.FromDatetime(end)
            reply = admin.call("ApiKeyService/CreateApiKey", request)
            secret = str(reply.secret)
            match state:
                case "mistyped":
                    return secret[:-1] + ("a" if secret[-1] != "a" else "b")
                case "revoked":
                    admin.call("ApiKeyService/RevokeApiKey", key_id=reply.api_key.key_id)
                case "expired":
                    until(lambda: time.time() > end.timestamp())
            if state != "good":
                until(lambda: is_refused(target, secret))
            return secret

        yield made


def is_refused(target: str, key: str) -> bool:
    """Whether a key opens nothing."""
    with Wire(target, key) as wire:
        try:
            wire.call("AdminService/GetServerInfo")
        except Refused as refused:
            return refused.reason == "CREDENTIAL_INVALID"
    return False

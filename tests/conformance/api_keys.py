"""API keys of the database for scenarios, made as an operator would, by generated code."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from memsvc.v1 import api_key_service_pb2 as pb
from tests.support.waiting import until
from tests.support.wire import Refused, Wire

#: Returns a key in a state, with these scopes.
MakeKey = Callable[[str, Sequence[str]], str]
#: How long one that is to be expired is good, in seconds.
SHORT_SECONDS = 0.5


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

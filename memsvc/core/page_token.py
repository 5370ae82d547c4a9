"""Page tokens: where the next page begins, bound to the request and to the tenant, and signed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Final

from memsvc.core.errors import InvalidPageToken
from memsvc.core.model import JsonValue

_SIGNATURE_BYTES: Final = 16


def _signature(body: bytes, binding: bytes, key: bytes) -> bytes:
    message = hashlib.sha256(binding).digest() + body
    return hmac.new(key, message, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


def encode(position: list[JsonValue], binding: bytes, key: bytes) -> str:
    """Return the token for *position*, valid only together with *binding*.

    *binding* is everything that has to be the same on the next page: the tenant and the request
    without its page fields. *key* is the installation's secret.
    """
    body = json.dumps(position, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_signature(body, binding, key) + body).decode().rstrip("=")


def decode(token: str, binding: bytes, key: bytes) -> list[JsonValue]:
    """Return the position that *token* was made for; raise InvalidPageToken if it was not."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidPageToken(field="page_token") from error
    signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(body, binding, key)):
        raise InvalidPageToken(field="page_token")
    position: list[JsonValue] = json.loads(body)
    return position

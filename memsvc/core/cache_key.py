"""By what a kept answer is found: the hash of all that it depends on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Final

from memsvc.core.model import JsonValue

#: What has to change when the same parts are to find no answer of before.
_FORM: Final = b"memsvc response 1\n"


def cache_key(parts: Mapping[str, JsonValue]) -> bytes:
    """Return the SHA-256 of *parts* as canonical JSON: keys in order, one way to write each value.

    Two mappings have the same key only if they are equal, and of the same types: 1, 1.0, True and "1" are
    four values. Raises TypeError for a key that is no text, which JSON would make one, and ValueError for
    a number that JSON does not know.
    """
    _require_texts(parts)
    text = json.dumps(
        parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )
    return hashlib.sha256(_FORM + text.encode("ascii")).digest()


def _require_texts(value: object) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                message = f"a key has to be a text, not {type(key).__name__}"
                raise TypeError(message)
            _require_texts(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            _require_texts(inner)

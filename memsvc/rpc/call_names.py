"""The names by which a call is found again: its own, that of its trace, and that of its error."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Final

from memsvc.telemetry import VERSION

#: The longest x-request-id that is taken over from the caller.
REQUEST_ID_CHARACTERS_MAX: Final = 128
#: W3C Trace Context, level 1: https://www.w3.org/TR/trace-context/#traceparent-header
TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_ERROR_ID_CHARACTERS: Final = 12


def request_id_of(metadata: Mapping[str, str]) -> str:
    """Return the caller's own name for the call if it can be one, else a new one."""
    given = metadata.get("x-request-id", "")
    acceptable = given.isprintable() and len(given) <= REQUEST_ID_CHARACTERS_MAX
    return given if given and acceptable else uuid.uuid4().hex


def trace_id_of(metadata: Mapping[str, str]) -> str:
    """Return the distributed trace that the call belongs to, "" if it says none."""
    given = TRACEPARENT.match(metadata.get("traceparent", ""))
    return given.group(1) if given else ""


def new_error_id() -> str:
    """Return what a caller is told and the log has a line of."""
    return uuid.uuid4().hex[:_ERROR_ID_CHARACTERS]


def name_trailers(request_id: str) -> tuple[tuple[str, str], ...]:
    """Return what every reply ends with: how the log knows the call, and who answered."""
    return ("x-request-id", request_id), ("x-memsvc-version", VERSION)

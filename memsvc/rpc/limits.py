"""The bounds that hold for a caller, in one table: those of the contract and those of the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from memsvc.rpc import metadata
from memsvc.rpc.pacing import PacingLimits, Rate


@dataclass(frozen=True, slots=True)
class Bound:
    """One limit."""

    name: str
    #: 0 for no bound.
    value: float
    unit: str


#: From a tenant to the bounds that hold for it.
BoundsOf: TypeAlias = Callable[[str], list[Bound]]

#: What stands as rules in the contract; a test compares the two.
CONTRACT: Final = (
    Bound("id_bytes", 128, "bytes"),
    Bound("message_content_characters", 100_000, "characters"),
    Bound("messages_per_ingest", 100, "items"),
    Bound("metadata_keys", metadata.KEYS_MAX, "keys"),
    Bound("metadata_depth", metadata.DEPTH_MAX, "levels"),
    Bound("metadata_key_characters", metadata.KEY_CHARACTERS_MAX, "characters"),
    Bound("metadata_string_characters", metadata.STRING_CHARACTERS_MAX, "characters"),
    Bound("metadata_bytes", metadata.BYTES_MAX, "bytes"),
    Bound("recall_results", 100, "items"),
    Bound("page_size", 500, "items"),
    Bound("memories_per_batch", 100, "items"),
)


def bounds(
    rate: Rate, limits: PacingLimits, *, message_bytes: int, metadata_bytes: int, calls: int
) -> list[Bound]:
    """Return all bounds for a tenant with this *rate* on a server with these limits."""
    return [
        *CONTRACT,
        Bound("request_bytes", message_bytes, "bytes"),
        Bound("header_bytes", metadata_bytes, "bytes"),
        Bound("calls_per_process", calls, "calls"),
        Bound("running_calls_per_process", limits.running_max, "calls"),
        Bound("waiting_calls_per_process", limits.waiting_max, "calls"),
        Bound("streams_per_tenant_and_process", limits.streams_max, "streams"),
        Bound("tenant_rate_per_process", rate.units_per_second, "units/s"),
        Bound("tenant_burst_per_process", rate.burst if rate.units_per_second else 0, "units"),
    ]

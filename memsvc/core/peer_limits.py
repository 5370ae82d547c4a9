"""How often an address may fail to prove who it is: a token bucket."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FailureLimit:
    """How many failures are let pass."""

    per_minute: float = 60.0
    #: So many at once, after a time without.
    burst: float = 20.0


@dataclass(frozen=True, slots=True)
class Bucket:
    """What an address has left."""

    tokens: float
    #: When that was, in seconds of any steady clock.
    time: float


def refilled(bucket: Bucket | None, limit: FailureLimit, now: float) -> Bucket:
    """Return what an address has at *now*; None stands for one that never failed."""
    if bucket is None:
        return Bucket(limit.burst, now)
    gained = max(now - bucket.time, 0.0) * limit.per_minute / 60
    return Bucket(min(bucket.tokens + gained, limit.burst), now)


def spent(bucket: Bucket | None, limit: FailureLimit, now: float) -> Bucket:
    """Return what is left after one more failure."""
    full = refilled(bucket, limit, now)
    return Bucket(max(full.tokens - 1, 0.0), now)


def is_exhausted(bucket: Bucket | None, limit: FailureLimit, now: float) -> bool:
    """Return whether an address has to wait."""
    return refilled(bucket, limit, now).tokens < 1

"""What goes on behind the calls, in every process that works: passes of its own, and jobs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from memsvc.config import Settings
from memsvc.store.queue import TicketQueue
from memsvc.usecases.embedding import FOLLOW_SECONDS
from memsvc.wiring.parts import Parts
from memsvc.worker import Worker, keep_up

#: How often recalls are noted, in seconds: late enough that many become one note.
ACCESSES_SECONDS: Final = 2.0
#: How often hits and misses of kept answers are noted, in seconds.
CACHE_COUNTS_SECONDS: Final = 5.0
#: How often unfinished erasures and users without a measure are looked for, in seconds.
ERASURES_SECONDS: Final = 5.0
MEASURE_USERS_SECONDS: Final = 30.0
#: How often uses of API keys are noted, in seconds.
KEY_USES_SECONDS: Final = 5.0
#: How often the metrics of waiting jobs are taken, in seconds.
MEASURE_SECONDS: Final = 5.0
#: When, in UTC, one of all processes lets facts fade, and sweeps jobs and looks for neglected users.
FADE_AT: Final = "7 * * * *"
#: When retention runs.
RETAIN_AT: Final = "37 * * * *"
SWEEP_AT: Final = "*/10 * * * *"


def background(settings: Settings, parts: Parts, conninfo: str) -> list[Coroutine[Any, Any, None]]:
    """Return what is to run until cancelled."""
    passes: list[tuple[str, Callable[[], Awaitable[int]], float]] = [
        ("follow_model", parts.embedding.follow, FOLLOW_SECONDS),
        ("fill_in", parts.embedding.fill_in, 1.0),
        ("sweep_replies", parts.upkeep.sweep_replies, 60.0),
        ("finish_erasures", parts.upkeep.finish_erasures, ERASURES_SECONDS),
        ("measure_users", parts.upkeep.measure_users, MEASURE_USERS_SECONDS),
        ("sweep_sessions", parts.upkeep.sweep_sessions, 60.0),
        ("sweep_answers", parts.upkeep.sweep_answers, 60.0),
        ("note_cache_counts", parts.response_cache.flush, CACHE_COUNTS_SECONDS),
        ("note_accesses", parts.accesses.flush, ACCESSES_SECONDS),
        ("note_key_uses", parts.access.uses.flush, KEY_USES_SECONDS),
    ]
    if settings.job_concurrency:
        passes += [
            ("tell_of_jobs", parts.runner.tell, settings.job_tell_seconds),
            ("measure_jobs", parts.runner.measure, MEASURE_SECONDS),
            (
                "ask_for_consolidation",
                parts.consolidation.ask_for_unsettled,
                max(settings.consolidation_settle_seconds / 4, 0.1),
            ),
        ]
    running = [Worker(name, act, rest_seconds=rest).run() for name, act, rest in passes]
    if settings.job_concurrency:
        queue = TicketQueue(
            conninfo,
            concurrency=settings.job_concurrency,
            lease_seconds=settings.job_lease_seconds,
        )
        periodic = {
            "fade": (FADE_AT, parts.consolidation.fade),
            "retain": (RETAIN_AT, parts.retention.run_due),
            "sweep": (SWEEP_AT, parts.runner.sweep),
            "look_at_neglected": (SWEEP_AT, parts.consolidation.ask_for_neglected),
        }
        running.append(keep_up("jobs", lambda: queue.work(parts.runner.run, periodic)))
    return running

"""Logs: one JSON object a line on standard error, one line an RPC. Never what a user said."""

from __future__ import annotations

import logging
import sys
from importlib import metadata
from typing import Any, Final, cast

import structlog
from prometheus_client import Counter, Gauge, Histogram

#: The version of this server.
VERSION: Final = metadata.version("memsvc")
#: The one logger; what is bound to it is a matter of the caller.
log: Final = cast("structlog.stdlib.BoundLogger", structlog.get_logger("memsvc"))


def configure_logging(level: str = "info") -> None:
    """Send logs of *level* and above to standard error, other libraries' warnings as well."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        # Each line in one piece: several processes write to the same stream.
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    handler.addFilter(_of_callers_that_stay)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    # Whatever it fails at is tried again, and told in our own words.
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)


def _of_callers_that_stay(record: logging.LogRecord) -> bool:
    """Leave out what gRPC reports when a caller goes away while its answer is on the way.

    That is no fault; the call has its own line all the same.
    """
    kind = record.exc_info[0] if record.exc_info else None
    return kind is None or kind.__name__ != "ExecuteBatchError"


#: Calls answered, by method and status code.
CALLS: Final = Counter(
    "grpc_server_handled", "Calls answered by method and status code.", ["grpc_method", "grpc_code"]
)
#: How long calls took, in seconds.
CALL_SECONDS: Final = Histogram(
    "grpc_server_handling_seconds",
    "Seconds from a call's arrival to its end.",
    ["grpc_method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
#: Answers of language models to chats, by provider and by how they ended: an answer's finish, or an error's class.
CHAT_ANSWERS: Final = Counter(
    "memsvc_chat_answers", "Answers to chats by provider and end.", ["provider", "end"]
)
#: How long a provider took to say the first word, in seconds.
CHAT_FIRST_WORD_SECONDS: Final = Histogram(
    "memsvc_chat_first_word_seconds",
    "Seconds from asking a provider to its first word.",
    ["provider"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30),
)
#: Calls that were turned away before they were served: for a tenant's rate or streams, for want of places.
SHED: Final = Counter("memsvc_calls_shed", "Calls turned away, by what was exhausted.", ["limit"])
#: Credentials that opened nothing, by what was wrong with them.
AUTH_FAILURES: Final = Counter(
    "memsvc_auth_failures",
    "Credentials that opened nothing, by what was wrong with them.",
    ["kind"],
)
#: Tries of jobs that came to an end, by kind and by the state that they left the job in.
JOBS: Final = Counter(
    "memsvc_jobs", "Tries of jobs by kind and the state after.", ["kind", "state"]
)
#: How long a try took, in seconds.
JOB_SECONDS: Final = Histogram(
    "memsvc_job_seconds",
    "Seconds that a try of a job took.",
    ["kind"],
    buckets=(0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 600),
)
#: Results that were dropped since somebody else had begun the job again.
JOBS_FENCED: Final = Counter("memsvc_jobs_fenced", "Results of jobs that were taken over.")
#: How jobs stand in the whole installation: ready, postponed, running or dead.
JOBS_STANDING: Final = Gauge(
    "memsvc_jobs_standing", "Jobs of the installation by kind and standing.", ["kind", "standing"]
)
#: How long the oldest job has been ready: the one figure that tells whether there are workers enough.
JOBS_READY_SECONDS: Final = Gauge(
    "memsvc_jobs_ready_seconds", "Seconds since the oldest job became ready.", ["kind"]
)
#: Facts that were drawn, by what became of them.
FACTS: Final = Counter("memsvc_facts", "Facts kept and dropped.", ["outcome"])

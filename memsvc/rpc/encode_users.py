"""From what concerns a user as a whole to messages."""

from __future__ import annotations

from memsvc.core.erasure import Erasure
from memsvc.rpc.encode import timestamp
from memsvc.v1 import user_service_pb2 as pb


def erasure(done: Erasure) -> pb.ErasureReport:
    """Return how far a user is forgotten."""
    level = pb.ERASURE_LEVEL_HIDDEN
    if done.compact_time is not None:
        level = pb.ERASURE_LEVEL_FILES_REWRITTEN
    elif done.purge_time is not None:
        level = pb.ERASURE_LEVEL_ROWS_REMOVED
    return pb.ErasureReport(
        level=level,
        tables=[
            pb.ErasedTable(table=table, row_count=rows)
            for table, rows in sorted(done.removed.items())
        ],
        erase_time=timestamp(done.erase_time),
        complete_time=timestamp(done.purge_time),
        audit_sequence=done.audit_sequence,
        user_hash=done.user_hash.hex(),
    )

"""The queue that tells workers of jobs: procrastinate, in the same database.

Its tickets are hints. What has to hold however often one comes, or is lost, is the job's own matter.
"""

# ruff: file-ignore[boolean-type-hint-positional-argument] - the signature is the library's

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

import procrastinate
import stamina
from procrastinate import jobs as tickets
from procrastinate import manager
from procrastinate.exceptions import ConnectorException
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from memsvc.store.sql.loader import statement
from memsvc.telemetry import log

#: The one queue, and the task that its tickets name; issue_ticket.sql names them too.
QUEUE: Final = "memsvc"
TASK: Final = "run_job"
#: How often a worker looks by itself, in seconds; usually it is told.
POLL_SECONDS: Final = 1.0
#: For how long taking away a ticket is tried, in seconds.
DROP_SECONDS_MAX: Final = 10.0
#: Connections beside the one that listens.
CONNECTIONS_MAX: Final = 3

Handler = Callable[[str, UUID], Awaitable[object]]


class _OwnTickets(manager.JobManager):
    """Takes away a ticket only for the worker that holds it, and as surely as it can.

    The library itself would let a worker that was paused take away the ticket of its successor. And one
    that is left behind by a connection that broke would hold up the user's jobs as long as this worker
    lives.
    """

    async def finish_job(self, job: tickets.Job, status: tickets.Status, delete_job: bool) -> None:
        del status, delete_job
        tries = stamina.retry_context(
            on=ConnectorException, attempts=None, timeout=DROP_SECONDS_MAX, wait_initial=0.05
        )
        try:
            async for attempt in tries:
                with attempt:
                    await self.connector.execute_query_async(
                        query=statement("drop_ticket"), ticket_id=job.id, worker_id=job.worker_id
                    )
        except ConnectorException:
            # The database is away, so this worker starts anew: the ticket is nobody's then.
            log.warning("ticket_left", ticket_id=job.id)


class TicketQueue:
    """Takes tickets of jobs, several at a time."""

    def __init__(self, conninfo: str, *, concurrency: int, lease_seconds: float) -> None:
        """Work through *concurrency* jobs at a time.

        Without a sign of life for *lease_seconds* this worker counts as gone.
        """
        self._conninfo = conninfo
        self._concurrency = concurrency
        self._lease_seconds = lease_seconds

    async def work(
        self, handle: Handler, periodic: Mapping[str, tuple[str, Callable[[], Awaitable[object]]]]
    ) -> None:
        """Call *handle* with tenant and job of each ticket until cancelled.

        *periodic*: by name, a cron expression (UTC) and what one of all the workers then does.
        What *handle* raises is lost: it has to see to its own failures. Raises what the driver raises
        when the database goes away; call it again then.
        """
        app = self._app()

        @app.task(name=TASK, queue=QUEUE)
        async def run_job(tenant_id: str, job_id: str) -> None:
            await handle(tenant_id, UUID(job_id))

        for name, (cron, action) in periodic.items():
            _every(app, name, cron, action)
        async with app.open_async():
            await app.run_worker_async(
                queues=[QUEUE],
                concurrency=self._concurrency,
                install_signal_handlers=False,
                fetch_job_polling_interval=POLL_SECONDS,
                update_heartbeat_interval=self._lease_seconds / 3,
                stalled_worker_timeout=self._lease_seconds,
                shutdown_graceful_timeout=0.0,
            )

    def _app(self) -> procrastinate.App:
        connector = procrastinate.PsycopgConnector(
            conninfo=self._conninfo,
            min_size=1,
            max_size=CONNECTIONS_MAX,
            configure=_configure,
            pool_factory=_trusting_pool,
        )
        app = procrastinate.App(connector=connector)
        app.job_manager = _OwnTickets(connector)
        return app


async def _configure(connection: AsyncConnection[Any]) -> None:
    """Spare the library's single statements the round trips of a transaction, and the disk."""
    await connection.set_autocommit(True)
    await connection.execute(statement("configure_queue_session"))


def _trusting_pool(**settings: Any) -> AsyncConnectionPool[AsyncConnection[Any]]:
    """Return a pool that does not ask each connection whether it lives: a failed worker starts anew."""
    return AsyncConnectionPool(**{**settings, "check": None})


def _every(
    app: procrastinate.App, name: str, cron: str, action: Callable[[], Awaitable[object]]
) -> None:
    """Do *action* at the times of *cron*, by one worker and once at a time."""

    @app.periodic(cron=cron)
    @app.task(name=name, queue=QUEUE, lock=name, queueing_lock=name)
    async def act(timestamp: int) -> Any:
        del timestamp
        await action()

"""Connections: the pool, transactions bound to a tenant and a deadline, and the driver's errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

import psycopg
from pgvector.psycopg import register_vector_async
from psycopg import errors as driver
from psycopg.rows import class_row, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests

from memsvc.core.errors import (
    DeadlineExceeded,
    InvalidText,
    MemsvcError,
    Overloaded,
    StorageDamaged,
    StorageFull,
    StorageUnavailable,
    UserErased,
    WriteConflict,
)
from memsvc.core.model import Caller
from memsvc.store.sql.loader import statement

Row = TypeVar("Row")

#: How long a call waits for a free connection, in seconds, if its deadline allows that long.
POOL_WAIT_SECONDS_MAX: Final = 2.0
#: Calls that may wait for a connection at once; one more is turned away.
POOL_WAITING_MAX: Final = 200
#: A connection that was of use so lately is given out without being asked whether it still is.
TRUSTED_SECONDS: Final = 1.0
#: Statements of every Recall: prepared at once, since planning them costs more than running them.
HOT: Final = frozenset({
    "enter_scope",
    "prefer_index_lookups",
    "gather_candidates",
    "fetch_memories",
})
#: The statement time of work that no caller waits for, in seconds.
WORKER_SECONDS: Final = 60.0

#: The code of the error that hold_user() raises.
USER_ERASED: Final = "MS001"

#: The driver's error classes and what they mean, first match first.
_MEANINGS: Final[tuple[tuple[type[psycopg.Error], type[MemsvcError]], ...]] = (
    (TooManyRequests, Overloaded),
    (PoolTimeout, StorageUnavailable),
    (driver.QueryCanceled, DeadlineExceeded),
    (driver.LockNotAvailable, WriteConflict),
    (driver.DeadlockDetected, WriteConflict),
    (driver.SerializationFailure, WriteConflict),
    # What a row was to refer to has just gone, or a row that has just come refers to what was to go.
    (driver.ForeignKeyViolation, WriteConflict),
    (driver.DiskFull, StorageFull),
    (driver.DataCorrupted, StorageDamaged),
    (driver.IndexCorrupted, StorageDamaged),
    (driver.ProgramLimitExceeded, InvalidText),
    (driver.StatementTooComplex, InvalidText),
    (psycopg.DataError, InvalidText),
    (psycopg.OperationalError, StorageUnavailable),
    (psycopg.InterfaceError, StorageUnavailable),
)


@contextmanager
def domain_errors() -> Generator[None]:
    """Turn the driver's errors into the domain's; what has no meaning here stays as it is."""
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate == USER_ERASED:
            raise UserErased(field="user_id") from error
        for kind, meaning in _MEANINGS:
            if isinstance(error, kind):
                raise meaning from error
        raise


@contextmanager
def cancellation_heeded() -> Generator[Callable[[], None]]:
    """Raise CancelledError if the task is cancelled inside, whatever the driver and its pool make of that.

    A cancellation that comes while they wait is sometimes turned into an error of theirs, or lost with a
    connection that is handed out in the same moment, or with a reply that is just there. What is yielded
    raises for one that came already.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task else 0

    def heed() -> None:
        if task and task.cancelling() > before:
            raise asyncio.CancelledError

    try:
        yield heed
    except Exception:
        heed()
        raise
    heed()


@dataclass(frozen=True, slots=True)
class Transaction:
    """An open transaction in which only one tenant's rows exist, or only those of one of its users."""

    connection: psycopg.AsyncConnection[Any]
    tenant_id: str
    #: "" for all users.
    user_id: str = ""

    async def all(self, name: str, row: type[Row], **parameters: object) -> list[Row]:
        """Run the statement *name* and return its rows, each as a *row* built by keyword."""
        async with self.connection.cursor(binary=True, row_factory=class_row(row)) as cursor:
            await cursor.execute(statement(name), {"tenant_id": self.tenant_id, **parameters})
            return await cursor.fetchall()

    async def mapped(
        self, name: str, make: Callable[[dict[str, Any]], Row], **parameters: object
    ) -> list[Row]:
        """Run the statement *name* and return what *make* makes of each row's values by name."""
        async with self.connection.cursor(binary=True, row_factory=dict_row) as cursor:
            await cursor.execute(
                statement(name),
                {"tenant_id": self.tenant_id, **parameters},
                prepare=name in HOT or None,
            )
            return [make(values) for values in await cursor.fetchall()]

    async def execute(self, name: str, **parameters: object) -> None:
        """Run the statement *name* for its effect; in a call's transaction the next one shares its way."""
        await self.connection.execute(
            statement(name),
            {"tenant_id": self.tenant_id, **parameters},
            prepare=name in HOT or None,
        )


def scope_parameters(
    seconds: float, *, user_id: str = "", worker: str = "", key_id: str = ""
) -> dict[str, str]:
    """Return what `enter_scope` takes besides the tenant: whose rows there are, and for how long."""
    timeout = str(max(int(seconds * 1000), 1))
    return {"user_id": user_id, "worker": worker, "key_id": key_id, "timeout": timeout}


class Database:
    """A pool of connections to one Postgres, as a role that row security binds."""

    def __init__(self, conninfo: str, *, connections_max: int = 10) -> None:
        """Prepare a pool for *conninfo*, a libpq connection string; `open` connects it."""
        self._used: WeakKeyDictionary[psycopg.AsyncConnection[Any], float] = WeakKeyDictionary()
        self._pool = AsyncConnectionPool(
            conninfo,
            min_size=2,
            max_size=connections_max,
            max_waiting=POOL_WAITING_MAX,
            configure=_configure,
            check=self._check,
            reconnect_timeout=30,
            open=False,
            kwargs={"autocommit": True},
        )

    async def _check(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Ask a connection whether it lives, unless it answered a moment ago: a round trip saved."""
        idle = asyncio.get_running_loop().time() - self._used.get(connection, 0.0)
        if idle > TRUSTED_SECONDS:
            await AsyncConnectionPool.check_connection(connection)

    async def open(self) -> None:
        """Start connecting; raises nothing if the database is not there yet."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.close()

    async def ping(self, seconds: float = 1.0) -> bool:
        """Return whether the database answers within *seconds*."""
        try:
            async with asyncio.timeout(seconds), self._pool.connection() as connection:
                await connection.execute(statement("ping"))
        except (TimeoutError, psycopg.Error):
            return False
        return True

    @asynccontextmanager
    async def transaction(self, caller: Caller) -> AsyncGenerator[Transaction]:
        """Open a transaction for *caller*; it commits unless the body raises.

        Of a caller that is bound to a user no other user's rows exist in it.

        No statement outlives the caller's deadline. Statements are sent without waiting for each
        other until a result is needed. Raises the errors of `memsvc.core.errors` that begin with
        Storage, and WriteConflict, DeadlineExceeded, Overloaded and InvalidText.
        """
        left = caller.deadline - asyncio.get_running_loop().time()
        if left <= 0:
            raise DeadlineExceeded
        async with self._scope(
            caller.tenant_id, left, user_id=caller.user_id, pipelined=True
        ) as transaction:
            yield transaction

    @asynccontextmanager
    async def upkeep(self, tenant_id: str) -> AsyncGenerator[Transaction]:
        """Open a transaction of a worker on a tenant's rows; no caller waits for it.

        Its statements are sent one by one. So Postgres sees when nothing comes any more, and takes the
        locks away from a process that was paused; in the middle of a pipeline it would count as busy.
        Raises what `transaction` does.
        """
        async with self._scope(tenant_id, WORKER_SECONDS) as transaction:
            yield transaction

    @asynccontextmanager
    async def overview(self) -> AsyncGenerator[Transaction]:
        """Open a transaction of a worker, which sees what is waiting and no content; as `upkeep` else."""
        async with self._scope("", WORKER_SECONDS, worker="on") as transaction:
            yield transaction

    @asynccontextmanager
    async def presented(self, key_id: str, seconds: float) -> AsyncGenerator[Transaction]:
        """Open a transaction in which only the API key with this id exists, whosesoever it is.

        Raises what `transaction` does.
        """
        async with self._scope("", seconds, key_id=key_id, pipelined=True) as transaction:
            yield transaction

    @asynccontextmanager
    async def _scope(
        self,
        tenant_id: str,
        seconds: float,
        *,
        user_id: str = "",
        worker: str = "",
        key_id: str = "",
        pipelined: bool = False,
    ) -> AsyncGenerator[Transaction]:
        wait = min(seconds, POOL_WAIT_SECONDS_MAX)
        with cancellation_heeded() as heed, domain_errors():
            async with (
                self._pool.connection(timeout=wait) as connection,
                connection.pipeline() if pipelined else nullcontext(),
                connection.transaction(),
            ):
                transaction = Transaction(connection, tenant_id, user_id)
                scope = scope_parameters(seconds, user_id=user_id, worker=worker, key_id=key_id)
                await transaction.execute("enter_scope", **scope)
                # A connection that breaks from here on does not come back into the pool.
                self._used[connection] = asyncio.get_running_loop().time()
                yield transaction  # ruff: ignore[fallible-context-manager] - what raises is rolled back, cancelled or not
                # What was cancelled is not committed: whoever began anew meanwhile comes after it.
                heed()


async def _configure(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.execute(statement("configure_session"))
    await register_vector_async(connection)

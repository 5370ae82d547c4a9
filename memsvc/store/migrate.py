"""Bringing a database to this version's schema, and finding a role that row security binds."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import conninfo as connection_info
from psycopg import errors as driver
from sqlalchemy.exc import DBAPIError

from memsvc.store.database import domain_errors
from memsvc.store.sql.loader import statement

#: The role that the service works as where it may choose.
APPLICATION_ROLE: Final = "memsvc_app"
#: How long to wait for another process that migrates, in seconds, and how often to look.
LOCK_WAIT_SECONDS: Final = 300.0
LOCK_POLL_SECONDS: Final = 0.2
#: How often a change of the schema that found a table busy is tried.
DDL_TRIES: Final = 30
_BUSY: Final = (driver.LockNotAvailable, driver.DeadlockDetected)
_MIGRATIONS: Final = Path(__file__).parent / "migrations"


class DatabaseUnusable(Exception):
    """The database cannot be used as it is."""


def prepare(owner_conninfo: str, application_conninfo: str, *, passwordless: bool = False) -> str:
    """Migrate the database and return a connection string whose role row security binds.

    *owner_conninfo* may change the schema; *application_conninfo* is what the service was given to
    work with. Where that role would bypass row security, the service works as APPLICATION_ROLE,
    which is made if it may be; with *passwordless* it logs in as that role, else it takes the role on
    after logging in as the one that it was given. Several processes may do this at once. Raises DatabaseUnusable where
    no such role can be had, and StorageUnavailable where the database cannot be reached.
    """
    with domain_errors(), _migration_lock(owner_conninfo):
        _upgrade_allowed(owner_conninfo)
        return _bound(owner_conninfo, application_conninfo, passwordless=passwordless)


@contextmanager
def _migration_lock(conninfo: str) -> Generator[None]:
    """Hold the one lock of migrating processes.

    It is polled: a transaction that waited for it would hold a snapshot, for which an index that
    is built concurrently has to wait in turn.
    """
    give_up = time.monotonic() + LOCK_WAIT_SECONDS
    with psycopg.connect(conninfo, autocommit=True) as connection:
        while not _first(connection, "try_migration_lock"):
            if time.monotonic() > give_up:
                message = "another process has held the migration lock for too long"
                raise DatabaseUnusable(message)
            time.sleep(LOCK_POLL_SECONDS)
        yield


def _first(connection: psycopg.Connection[Any], name: str) -> Any:
    row = connection.execute(statement(name)).fetchone()
    return None if row is None else row[0]


def _upgrade_allowed(conninfo: str) -> None:
    try:
        upgrade(conninfo)
    except driver.InsufficientPrivilege as error:
        message = (
            "the schema cannot be changed by this role; give migrate_database_url one that may, and "
            "have the extension vector created by a superuser"
        )
        raise DatabaseUnusable(message) from error
    except (driver.UndefinedObject, driver.FeatureNotSupported, driver.UndefinedFile) as error:
        message = "the schema needs Postgres 15 or newer with pgvector 0.8 or newer"
        raise DatabaseUnusable(message) from error


def upgrade(conninfo: str) -> None:
    """Apply the migrations that are missing; leave a schema that is newer than this version alone."""
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(conninfo, options="-c lock_timeout=2s"),
        poolclass=sqlalchemy.pool.NullPool,
    )
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    for attempt in range(1, DDL_TRIES + 1):
        with engine.connect() as connection:
            if _is_newer(connection, config):
                return
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
                connection.commit()
            except DBAPIError as error:
                if not isinstance(error.orig, _BUSY) or attempt == DDL_TRIES:
                    raise (error.orig or error) from error
            else:
                return


def _is_newer(connection: sqlalchemy.Connection, config: Config) -> bool:
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    context = MigrationContext.configure(connection, opts={"version_table": "schema_version"})
    current = context.get_current_revision()
    connection.rollback()
    return current is not None and current not in known


def _bound(owner_conninfo: str, application_conninfo: str, *, passwordless: bool) -> str:
    """Return how to connect as a role that row security binds, with the rights that it needs."""
    with psycopg.connect(application_conninfo, autocommit=True) as connection:
        name, unbound = connection.execute(statement("check_role")).fetchone() or ("", True)
    role = APPLICATION_ROLE if unbound else name
    with psycopg.connect(owner_conninfo, autocommit=True) as owner:
        owner.execute(statement("name_application_role"), {"role": role})
        try:
            if unbound:
                owner.execute(statement("create_application_role"))
            owner.execute(statement("grant_application_role"))
        except driver.InsufficientPrivilege as error:
            message = (
                f"the role {name} bypasses row security and may not make another; "
                f"connect as a role with neither SUPERUSER nor BYPASSRLS"
            )
            raise DatabaseUnusable(message) from error
    if not unbound:
        return application_conninfo
    if passwordless:
        return connection_info.make_conninfo(application_conninfo, user=role)
    options = connection_info.conninfo_to_dict(application_conninfo).get("options") or ""
    return connection_info.make_conninfo(
        application_conninfo, options=f"{options} -c role={role}".strip()
    )

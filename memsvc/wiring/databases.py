"""The database: the configured one or the embedded one, ready for use."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from memsvc.config import Settings
from memsvc.core.errors import StorageUnavailable
from memsvc.store import embedded, migrate
from memsvc.telemetry import log

_RETRY_SECONDS: Final = 1.0


def prepare_database(settings: Settings) -> tuple[str, Callable[[], None]]:
    """Return how to connect, the schema being up to date, and what to call at the end.

    Starts the embedded Postgres if no other one is configured. Raises DatabaseUnusable and
    StorageUnavailable.
    """
    if settings.database_url is None:
        server = embedded.start(
            settings.data_dir / "postgres", version=settings.embedded_postgres_version
        )
        owner = server.owner_conninfo
        return migrate.prepare(owner, owner, passwordless=True), server.stop
    application = settings.database_url.get_secret_value()
    owner = application
    if settings.migrate_database_url is not None:
        owner = settings.migrate_database_url.get_secret_value()
    return migrate.prepare(owner, application), lambda: None


def owner_of(settings: Settings) -> tuple[str, Callable[[], None]]:
    """Return how to connect as the owner of the tables, and what to call at the end.

    The schema is up to date then. Raises what prepare_database does.
    """
    _, stop = prepare_database(settings)
    if settings.database_url is None:
        joined = embedded.start(
            settings.data_dir / "postgres", version=settings.embedded_postgres_version
        )
        return joined.owner_conninfo, stop
    owner = settings.migrate_database_url or settings.database_url
    return owner.get_secret_value(), stop


def wait_for_database(
    settings: Settings, told_to_end: Callable[[], bool]
) -> tuple[str, Callable[[], None]]:
    """Do as prepare_database, as often and as long as the settings say, or until told to end."""
    give_up = time.monotonic() + settings.database_wait_seconds
    while True:
        try:
            return prepare_database(settings)
        except StorageUnavailable:
            if time.monotonic() > give_up or told_to_end():
                raise
            log.warning("waiting_for_database")
            time.sleep(_RETRY_SECONDS)

"""Rewriting the tables, so that the data files hold nothing of rows that are gone.

Each table is locked while it is rewritten. Where the role may, the write-ahead log's old segments are
removed instead of kept to be written over.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from memsvc.store.database import WORKER_SECONDS, domain_errors, scope_parameters
from memsvc.store.sql.loader import statement


@contextmanager
def owner(conninfo: str) -> Generator[psycopg.Connection[Any]]:
    """Connect as the owner of the tables; raises StorageUnavailable."""
    with domain_errors(), psycopg.connect(conninfo, autocommit=True) as connection:
        yield connection


def tables(connection: psycopg.Connection[Any]) -> list[str]:
    """Return the tables to rewrite, the smallest first."""
    return [name for (name,) in connection.execute(statement("list_compacted_tables"))]


def rewrite(connection: psycopg.Connection[Any], table: str) -> None:
    """Rewrite a table with its indexes and texts; nobody reads or writes it meanwhile."""
    # The name comes from the catalogue, which has quoted it.
    name = sql.SQL(table)
    connection.execute(_text("compact_table").format(table=name))


def remove_old_log(connection: psycopg.Connection[Any]) -> bool:
    """Remove the segments of the write-ahead log that are not needed; return whether the role may."""
    row = connection.execute(statement("is_superuser")).fetchone()
    if not (row and row[0]):
        return False
    with _removing(connection):
        for _ in range(2):
            connection.execute(statement("switch_log"))
            connection.execute(statement("write_checkpoint"))
    return True


@contextmanager
def _removing(connection: psycopg.Connection[Any]) -> Generator[None]:
    try:
        _set(connection, "off")
        yield
    finally:
        _set(connection, "default")


def _set(connection: psycopg.Connection[Any], setting: LiteralString) -> None:
    connection.execute(_text("recycle_log").format(setting=sql.SQL(setting)))
    connection.execute(statement("reload_settings"))


def mark(connection: psycopg.Connection[Any], *, started: datetime, now: datetime) -> int:
    """Note of whom the data files hold nothing any more; return of how many."""
    with connection.transaction():
        connection.execute(
            statement("enter_scope"),
            {"tenant_id": "", **scope_parameters(WORKER_SECONDS, worker="on")},
        )
        cursor = connection.execute(statement("mark_compacted"), {"started": started, "now": now})
        return cursor.rowcount


def _text(name: str) -> sql.SQL:
    return sql.SQL(statement(name))

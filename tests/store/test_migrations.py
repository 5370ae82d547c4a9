"""Migrations: any number of processes at once, again, on both Postgres versions of the wheel."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from memsvc.store import embedded, migrate
from memsvc.store.database import Database
from memsvc.store.migrate import DatabaseUnusable


@pytest.fixture
def fresh(postgres: embedded.EmbeddedPostgres) -> str:
    """A connection string to an empty database."""
    with psycopg.connect(postgres.owner_conninfo, autocommit=True) as connection:
        connection.execute("drop database if exists fresh with (force)")
        connection.execute("create database fresh")
    return psycopg.conninfo.make_conninfo(postgres.owner_conninfo, dbname="fresh")


def test_eight_at_once_migrate_once(fresh: str) -> None:
    """Processes that start together all find the schema made, and none of them fails."""
    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(lambda _: migrate.prepare(fresh, fresh, passwordless=True), range(8)))

    assert len(set(ends)) == 1
    with psycopg.connect(fresh) as connection:
        versions = connection.execute("select version_num from schema_version").fetchall()
    assert len(versions) == 1


def test_a_newer_schema_is_left_alone(fresh: str) -> None:
    """A server of the version before runs on a schema that it does not know yet."""
    migrate.upgrade(fresh)
    with psycopg.connect(fresh) as connection:
        connection.execute("update schema_version set version_num = '9999'")

    migrate.upgrade(fresh)

    with psycopg.connect(fresh) as connection:
        assert connection.execute("select version_num from schema_version").fetchone() == ("9999",)


def test_a_superuser_is_traded_for_a_bound_role(fresh: str) -> None:
    """Given a superuser's URL, the service takes on its own role after logging in."""
    conninfo = migrate.prepare(fresh, fresh)

    with psycopg.connect(conninfo) as connection:
        assert connection.execute("select current_user").fetchone() == ("memsvc_app",)
        assert connection.execute("select count(*) from memory").fetchone() == (0,)


def test_a_role_that_bypasses_and_may_not_make_another_is_refused(fresh: str) -> None:
    """Where no bound role can be had, the service says which one it needs and does not start."""
    with psycopg.connect(fresh, autocommit=True) as connection:
        connection.execute("drop role if exists free")
        connection.execute("create role free login bypassrls")
        connection.execute("grant all on schema public to free")
        connection.execute("create extension if not exists vector")
    free = psycopg.conninfo.make_conninfo(fresh, user="free")

    with pytest.raises(DatabaseUnusable, match="bypasses row security"):
        migrate.prepare(free, free)


def test_an_ordinary_owner_is_used_as_it_is(fresh: str) -> None:
    """A role that row security binds needs no other one, even as the owner of the tables."""
    with psycopg.connect(fresh, autocommit=True) as connection:
        connection.execute("drop role if exists plain")
        connection.execute("create role plain login")
        connection.execute("grant all on schema public to plain")
        connection.execute("create extension if not exists vector")
    plain = psycopg.conninfo.make_conninfo(fresh, user="plain")

    assert migrate.prepare(plain, plain) == plain
    with psycopg.connect(plain) as connection:
        assert connection.execute("select count(*) from memory").fetchone() == (0,)


async def test_postgres_16_does_as_well(tmp_path: Path) -> None:
    """The schema, the role and the pool work on the older Postgres of the wheel too."""
    server = embedded.start(tmp_path / "postgres", version=16)
    try:
        conninfo = migrate.prepare(server.owner_conninfo, server.owner_conninfo, passwordless=True)
        database = Database(conninfo)
        await database.open()
        async with database.overview() as tx:
            rows = await tx.mapped("check_role", dict)
        await database.close()
    finally:
        server.stop()

    assert rows == [{"name": "memsvc_app", "unbound": False}]


def test_the_embedded_server_is_configured_for_secrecy_and_recovery(
    postgres: embedded.EmbeddedPostgres,
) -> None:
    """The settings of the embedded server are in force, not only written down."""
    with psycopg.connect(postgres.owner_conninfo) as connection:
        for name, value in embedded.SETTINGS.items():
            row = connection.execute("select current_setting(%s)", (name,)).fetchone()
            assert row == (value,), name

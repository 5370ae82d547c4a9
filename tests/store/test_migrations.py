"""Migrations: any number of processes at once, again, on both Postgres versions of the wheel."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import sqlalchemy
from alembic import command
from alembic.config import Config
from sqlalchemy.pool import NullPool

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


#: What a server of the version before writes: it knows nothing of the index.
BEFORE = """
insert into conversation
    (tenant_id, user_id, conversation_id, project_id, agent_id, create_time, update_time)
values ('t', 'u', 'c', '', '', now(), now()) on conflict do nothing;
insert into memory (
    tenant_id, memory_id, user_id, kind, content, confidence, importance, conversation_id,
    valid_from_time, create_time, update_time, refresh_time, message_id, presence, weights
)
select 't', gen_random_uuid(), 'u', 2, item, 1, 0.5, 'c', now(), now(), now(), now(), item,
    '{5:1,9:1}/1000000000', '{5:1.5,9:0.5}/1000000000'
from unnest(%(texts)s::text[]) as item;
insert into embedding_space (model, revision, dimension, active, create_time)
values ('m', 'r', 3, true, now()) on conflict do nothing;
insert into memory_embedding (tenant_id, memory_id, space_id, user_id, embedding)
select 't', memory_id, 1, 'u', '[1,-2,3]' from memory where content = any(%(texts)s);
"""
STATE = """
select
    (select array_agg(content || ':' || coalesce(place - number * 16777216, -1) order by sequence)
        from memory join conversation using (conversation_id)),
    (select array_agg(distinct bits::text || live) from memory_embedding),
    (select array_agg(row(term, weight, count)::text order by term) from (
        select term, weight, count(*) from memory_term group by term, weight) as terms),
    (select array_agg(memories) from memory_count)
"""


def test_what_was_there_before_is_indexed(fresh: str) -> None:
    """Memories of the first version get their place, terms, bits and count."""
    upgrade_to(fresh, "0001")
    with psycopg.connect(fresh) as connection:
        psycopg.ClientCursor(connection).execute(BEFORE, {"texts": ["a", "b", "c"]})

    migrate.upgrade(fresh)

    with psycopg.connect(fresh) as connection:
        assert connection.execute(STATE).fetchone() == (
            ["a:0", "b:1", "c:2"],
            ["101true"],
            ["(5,1.5,3)", "(9,0.5,3)"],
            [3],
        )
        policies = connection.execute(
            "select count(*) from pg_policies where policyname = 'migration'"
        ).fetchone()
    assert policies == (0,)


def test_a_server_of_the_version_before_may_go_on_writing(fresh: str) -> None:
    """What it stores, supersedes and deletes after the migration is indexed all the same."""
    migrate.upgrade(fresh)
    with psycopg.connect(fresh) as connection:
        psycopg.ClientCursor(connection).execute(BEFORE, {"texts": ["a", "b", "c"]})
        connection.execute("delete from memory where content = 'a'")
        connection.execute(
            "update memory set superseded_time = now(), superseded_by = memory_id "
            "where content = 'b'"
        )
        assert connection.execute(STATE).fetchone() == (
            ["b:-1", "c:-1"],
            ["101false", "101true"],
            ["(5,1.5,1)", "(9,0.5,1)"],
            [1],
        )


def upgrade_to(conninfo: str, revision: str) -> None:
    """Apply the migrations up to *revision*."""
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo), poolclass=NullPool
    )
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()

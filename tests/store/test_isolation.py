"""Row security as the net: it holds even where a statement would forget the tenant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from memsvc.store import embedded

#: Tables of the installation as a whole. They hold nothing of a tenant; the queue's hold ids.
SHARED = {
    "installation",
    "embedding_space",
    "schema_version",
    "procrastinate_events",
    "procrastinate_jobs",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
}
#: Indexes for what is looked up before the tenant is known.
BEFORE_THE_TENANT = {"api_key_presented"}


@pytest.fixture
def owner(postgres: embedded.EmbeddedPostgres, conninfo: str) -> Iterator[psycopg.Connection[Any]]:
    """The schema's owner."""
    assert conninfo
    with psycopg.connect(postgres.owner_conninfo, autocommit=True) as connection:
        yield connection


@pytest.fixture
def application(conninfo: str) -> Iterator[psycopg.Connection[Any]]:
    """The service's own role, as it connects."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        yield connection


def tables(owner: psycopg.Connection[Any]) -> list[str]:
    """Return the tables of tenants, found in the catalogue: a new one cannot be forgotten."""
    rows = owner.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    return sorted({row[0] for row in rows} - SHARED)


def test_every_table_is_protected(owner: psycopg.Connection[Any]) -> None:
    """Each tenant's table has row security, forced upon its owner as well, with a tenant policy."""
    rows = owner.execute(
        "select relname, relrowsecurity and relforcerowsecurity from pg_class "
        "where relnamespace = 'public'::regnamespace and relkind = 'r'"
    ).fetchall()
    protected = dict(rows)
    policies = owner.execute(
        "select tablename from pg_policies where policyname = 'tenant_isolation'"
    ).fetchall()

    assert tables(owner)
    assert all(protected[table] for table in tables(owner))
    assert {row[0] for row in policies} == set(tables(owner))


def test_the_tenant_leads_every_key(owner: psycopg.Connection[Any]) -> None:
    """tenant_id is the first column of each index and each foreign key between tenants' tables."""
    first_columns = owner.execute(
        "select i.indexrelid::regclass::text, a.attname from pg_index i "
        "join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0] "
        "where i.indrelid::regclass::text = any(%s)",
        (tables(owner),),
    ).fetchall()
    foreign = owner.execute(
        "select c.conname, a.attname from pg_constraint c "
        "join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1] "
        "where c.contype = 'f' and c.confrelid::regclass::text = any(%s)",
        (tables(owner),),
    ).fetchall()

    assert first_columns
    columns = {
        column for name, column in [*first_columns, *foreign] if name not in BEFORE_THE_TENANT
    }
    assert columns == {"tenant_id"}


def test_the_service_is_bound_and_cannot_free_itself(
    application: psycopg.Connection[Any],
) -> None:
    """The role that the service works as has no way around row security and owns no table."""
    role = application.execute(
        "select rolname, rolsuper, rolbypassrls, rolcreaterole from pg_roles "
        "where rolname = current_user"
    ).fetchone()

    assert role == ("memsvc_app", False, False, False)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute("alter table memory no force row level security")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute("set session authorization postgres")


def test_without_a_tenant_there_is_no_row(
    owner: psycopg.Connection[Any], application: psycopg.Connection[Any]
) -> None:
    """A statement that forgets the tenant sees, changes and inserts nothing of anybody's."""
    tenant = str(uuid4())
    owner.execute(
        "insert into conversation (tenant_id, user_id, conversation_id, project_id, agent_id, "
        "create_time, update_time) values (%s, 'u', 'c', '', '', now(), now())",
        (tenant,),
    )
    for table in tables(owner):
        row = application.execute(f"select count(*) from {table}").fetchone()  # ruff: ignore[hardcoded-sql-expression]
        assert row == (0,)
    assert application.execute("delete from conversation").rowcount == 0
    with application.transaction():
        application.execute("select set_config('memsvc.tenant', %s, true)", (tenant,))
        assert application.execute("select user_id from conversation").fetchall() == [("u",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute(
                "insert into conversation (tenant_id, user_id, conversation_id, project_id, "
                "agent_id, create_time, update_time) values ('other', 'u', 'c', '', '', now(), now())"
            )


def test_the_setting_ends_with_its_transaction(application: psycopg.Connection[Any]) -> None:
    """After a transaction a pooled connection belongs to nobody again."""
    with application.transaction():
        application.execute("select set_config('memsvc.tenant', 'acme', true)")

    row = application.execute("select count(*) from memory").fetchone()

    assert row == (0,)


def columns(owner: psycopg.Connection[Any], name: str) -> set[str]:
    """Return the tables that have a column called so."""
    rows = owner.execute(
        "select table_name from information_schema.columns "
        "where table_schema = 'public' and column_name = %s",
        (name,),
    ).fetchall()
    return {row[0] for row in rows}


def test_every_table_of_users_is_bound(owner: psycopg.Connection[Any]) -> None:
    """Each table with a user_id narrows what a transaction that is bound to a user sees, as do their children."""
    restrictive = owner.execute(
        "select tablename from pg_policies "
        "where policyname = 'user_binding' and permissive = 'RESTRICTIVE' and cmd = 'ALL'"
    ).fetchall()
    bound = {row[0] for row in restrictive}

    assert bound >= columns(owner, "user_id") - SHARED
    assert bound >= {"job_message", "account_session"}


FILLED = {
    "conversation": "insert into conversation (tenant_id, user_id, conversation_id, project_id, "
    "agent_id, create_time, update_time) values (%(t)s, %(u)s, 'c', '', '', now(), now())",
    "job": "insert into job (tenant_id, job_id, kind, user_id, state, create_time, run_time) "
    "values (%(t)s, gen_random_uuid(), 1, %(u)s, 1, now(), now())",
    "memory": "insert into memory (tenant_id, memory_id, user_id, kind, content, confidence, "
    "importance, valid_from_time, create_time, update_time, refresh_time, presence, weights) "
    "values (%(t)s, gen_random_uuid(), %(u)s, 3, 'x', 1, 1, now(), now(), now(), now(), "
    "'{5:1}/1000000000', '{5:1}/1000000000')",
}


def test_a_bound_transaction_sees_and_writes_one_users_rows(
    owner: psycopg.Connection[Any], application: psycopg.Connection[Any]
) -> None:
    """Whatever a statement forgets: another user's rows are neither seen, changed nor added."""
    tenant = str(uuid4())
    tables_filled = sorted(FILLED)
    for table in tables_filled:
        for user in ("ana", "bob"):
            owner.execute(FILLED[table], {"t": tenant, "u": user})
    owner.execute(
        "insert into job_message (tenant_id, job_id, memory_id) "
        "select job.tenant_id, job.job_id, memory.memory_id from job join memory "
        "using (tenant_id, user_id) where tenant_id = %s",
        (tenant,),
    )

    with application.transaction():
        application.execute(
            "select set_config('memsvc.tenant', %s, true), set_config('memsvc.user', 'ana', true)",
            (tenant,),
        )
        for table in (*tables_filled, "memory_term", "memory_count"):
            query = f"select distinct user_id from {table}"  # ruff: ignore[hardcoded-sql-expression]
            assert application.execute(query).fetchall() == [("ana",)], table
        assert application.execute("select count(*) from job_message").fetchone() == (1,)
        assert application.execute("update job set last_error = 'x'").rowcount == 1
        assert application.execute("delete from job_message").rowcount == 1
        assert application.execute("delete from memory").rowcount == 1
        for table in tables_filled:
            with pytest.raises(psycopg.errors.InsufficientPrivilege), application.transaction():
                application.execute(FILLED[table], {"t": tenant, "u": "bob"})
    with application.transaction():
        application.execute("select set_config('memsvc.tenant', %s, true)", (tenant,))
        assert application.execute("select count(*) from memory").fetchone() == (1,)
        assert application.execute("select count(*) from job_message").fetchone() == (1,)

"""Every statement is right before it runs: vetted against the schema, bound to the tenant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import pq

import memsvc
from memsvc.core.accounts import Account
from memsvc.core.api_keys import ApiKey
from memsvc.core.audit import AuditEntry, AuditHead
from memsvc.core.consolidation import Profile
from memsvc.core.conversations import Conversation, RoleShare
from memsvc.core.erasure import Erasure
from memsvc.core.jobs import Job
from memsvc.core.model import Memory
from memsvc.core.personas import Persona
from memsvc.core.preferences import Preferences
from memsvc.core.projects import Project, ProjectMember
from memsvc.core.retention import Hold, RetentionPolicy, RetentionRule
from memsvc.store import embedded
from memsvc.store.accounts import KeptPassword
from memsvc.store.api_keys import KeptKey
from memsvc.store.chats import StoredLine, TakenTurn
from memsvc.store.conversations import Held
from memsvc.store.embeddings import ActiveSpace, PendingMemory
from memsvc.store.facts import NearFact, StoredFact
from memsvc.store.forgetting import UnfinishedErasure
from memsvc.store.jobs import Backlog, DueJob
from memsvc.store.profiles import ConsolidationState, Faded, Twins, Unmatched, UnsettledUser
from memsvc.store.replies import StoredReply
from memsvc.store.response_cache import CacheCounts, CachedAnswer, CacheSize
from memsvc.store.retention import Match
from memsvc.store.spaces import Count, KnownSpace
from memsvc.store.sql.loader import names, statement
from memsvc.store.transfer import (
    ExportedConversationRow,
    ExportedMemoryRow,
    ExportedPersonaRow,
    ExportedProjectRow,
)
from memsvc.store.usage import ModelUsage, UnmeasuredUser, Usage

#: Statements about no tenant's rows: the installation, the schema, the session and the roles.
WITHOUT_TENANT = {
    "activate_space",
    "check_role",
    "claim_embedding_space",
    "commit_lazily",
    "configure_queue_session",
    "configure_session",
    "drop_stale_tickets",  # the queue's tickets are hints; they hold ids only
    "drop_ticket",
    "end_stuck_transactions",
    "count_query_terms",
    "create_application_role",
    "create_database",
    "find_api_key",  # shows the presented key by a policy of its own
    "find_database",
    "forget_retired",
    "get_active_space",
    "get_installation",
    "get_revision",
    "grant_application_role",
    "insert_installation",
    "is_revision_visible",
    "issue_ticket",  # names the tenant in the ticket
    "list_due_jobs",  # across tenants by a policy of its own; ids only
    "list_profile_tenants",  # likewise
    "measure_backlog",  # likewise, numbers only
    "compact_table",
    "is_superuser",
    "list_compacted_tables",
    "mark_compacted",  # across tenants by a policy of its own; nobody's data
    "recycle_log",
    "reload_settings",
    "switch_log",
    "write_checkpoint",
    "drop_user_tickets",  # the queue's tickets; names the tenant in them
    "list_neglected_users",  # likewise
    "list_retention_tenants",  # likewise
    "list_unfinished_erasures",  # likewise
    "list_unmeasured_users",  # likewise
    "list_unsettled_users",  # likewise
    "list_spaces",
    "list_tenants",  # across tenants by a policy of its own; ids only
    "list_pending_tenants",  # across tenants by a policy of its own; ids only
    "name_application_role",
    "sweep_cached_answers",  # across tenants by a policy of its own, those whose time is over
    "sweep_invitations",  # across tenants by a policy of its own, those whose time is over
    "sweep_jobs",  # likewise, jobs whose time is over
    "sweep_replies",  # likewise, replies whose time is over
    "sweep_sessions",  # likewise, sessions whose time is over
    "ping",
    "register_space",
    "retire_space",
    "try_space_lock",
    "prefer_hash_joins",
    "prefer_index_lookups",
    "try_migration_lock",
    "try_sweeper_lock",
}
#: They name the tenant and no table.
OF_NO_TABLE = {
    "enter_scope",
    "erase_user_rows",  # the function finds the tables in the catalogue and names the tenant in each
    "get_user_hash",
    "hold_user_to_erase",
    "lock_audit_log",
    "lock_slots",
}
#: Statements that cannot be prepared.
UTILITY = {
    "compact_table",
    "recycle_log",
    "write_checkpoint",
    "create_database",
    "create_application_role",
    "grant_application_role",
}
TENANT_TABLES = {
    "persona",
    "preferences",
    "response_cache",
    "response_cache_count",
    "account",
    "account_session",
    "api_key",
    "invitation",
    "audit_entry",
    "erased_user",
    "retention_hold",
    "retention_policy",
    "retention_rule",
    "model_usage",
    "job",
    "job_message",
    "memory_term",
    "memory_count",
    "memory",
    "profile",
    "memory_embedding",
    "pending_embedding",
    "conversation",
    "idempotency",
    "withheld_memory",
    "project",
    "project_member",
}
ACCOUNT = [field.name for field in fields(Account)]
API_KEY = [field.name for field in fields(ApiKey)]
MEMORY = [field.name for field in fields(Memory)]
FACT = [field.name for field in fields(StoredFact)]
PERSONA = [field.name for field in fields(Persona) if field.name != "built_in"]
PREFERENCES = [field.name for field in fields(Preferences)]
JOB = [field.name for field in fields(Job)]
BARE_JOB = JOB[:-1]
CONVERSATION = [
    *[field.name for field in fields(Conversation)][:-1],
    *("last_message_id", "last_role", "last_author", "last_text", "last_time"),
]
PROJECT = [field.name for field in fields(Project)]
COLUMNS = {
    "get_conversation": CONVERSATION,
    "list_conversations": CONVERSATION,
    "hold_conversation": [field.name for field in fields(Held)],
    "measure_conversation": [field.name for field in fields(RoleShare)],
    "list_messages": ["place", *[field.name for field in fields(Memory)]],
    "list_messages_backwards": ["place", *[field.name for field in fields(Memory)]],
    "get_message": ["number", *[field.name for field in fields(Memory)]],
    "list_message_ancestors": ["depth", *[field.name for field in fields(Memory)]],
    "list_message_descendants": ["depth", *[field.name for field in fields(Memory)]],
    "get_project": PROJECT,
    "list_projects": PROJECT,
    "list_project_members": [field.name for field in fields(ProjectMember)],
    "find_account": [field.name for field in fields(KeptPassword)],
    "find_api_key": [field.name for field in fields(KeptKey)],
    "get_account": ACCOUNT,
    "get_session_account": ACCOUNT,
    "insert_account": ACCOUNT,
    "list_api_keys": API_KEY,
    "lock_api_key": API_KEY,
    "rename_account": ACCOUNT,
    "begin_job": BARE_JOB,
    "get_retention_policy": [field.name for field in fields(RetentionPolicy)],
    "put_retention_policy": [field.name for field in fields(RetentionPolicy)],
    "list_retention_rules": [field.name for field in fields(RetentionRule)],
    "put_retention_rule": [field.name for field in fields(RetentionRule)],
    "list_holds": [field.name for field in fields(Hold)],
    "put_hold": [field.name for field in fields(Hold)],
    "match_retention_rules": [field.name for field in fields(Match)],
    "get_erased_user": [field.name for field in fields(Erasure)],
    "list_unfinished_erasures": [field.name for field in fields(UnfinishedErasure)],
    "list_unmeasured_users": [field.name for field in fields(UnmeasuredUser)],
    "find_persona": PERSONA,
    "lock_persona": PERSONA,
    "list_personas": PERSONA,
    "insert_persona": PERSONA,
    "update_persona": PERSONA,
    "get_preferences": PREFERENCES,
    "put_preferences": PREFERENCES,
    "list_exported_personas": [field.name for field in fields(ExportedPersonaRow)],
    "use_cached_answer": [field.name for field in fields(CachedAnswer)],
    "measure_cached_answers": [field.name for field in fields(CacheSize)],
    "get_cache_counts": [field.name for field in fields(CacheCounts)],
    "measure_usage": [field.name for field in fields(Usage)],
    "list_exported_conversations": [field.name for field in fields(ExportedConversationRow)],
    "list_exported_projects": [field.name for field in fields(ExportedProjectRow)],
    "list_exported_memories": [field.name for field in fields(ExportedMemoryRow)],
    "get_audit_head": [field.name for field in fields(AuditHead)],
    "list_audit_entries": [field.name for field in fields(AuditEntry)],
    "claim_job": BARE_JOB,
    "end_job": BARE_JOB,
    "get_job": JOB,
    "get_consolidation_state": [field.name for field in fields(ConsolidationState)],
    "get_profile": [field.name for field in fields(Profile)],
    "list_dead_jobs": JOB,
    "list_derived_facts": FACT,
    "list_due_jobs": [field.name for field in fields(DueJob)],
    "list_facts": FACT,
    "list_job_messages": MEMORY,
    "list_near_facts": [field.name for field in fields(NearFact)],
    "list_promotable_facts": MEMORY,
    "list_slot_facts": FACT,
    "list_timeline": MEMORY,
    "measure_backlog": [field.name for field in fields(Backlog)],
    "decay_facts": [field.name for field in fields(Faded)],
    "list_unmatched_facts": [field.name for field in fields(Unmatched)],
    "list_twin_facts": [field.name for field in fields(Twins)],
    "list_neglected_users": [field.name for field in fields(UnsettledUser)],
    "list_unsettled_users": [field.name for field in fields(UnsettledUser)],
    "postpone_job": BARE_JOB,
    "get_memory": MEMORY,
    "lock_memory": MEMORY,
    "list_memories": MEMORY,
    "list_conscious_memories": MEMORY,
    "list_source_messages": MEMORY,
    "insert_note": MEMORY,
    "release_memories": MEMORY,
    "approve_memories": MEMORY,
    "list_withheld_memories": [*MEMORY, "withhold_reason", "withhold_time", "purge_time"],
    "update_memory": MEMORY,
    "rank_memories": [*MEMORY, "semantic", "keyword", "evidence", "without_embedding"],
    "search_full_text": [*MEMORY, "semantic", "keyword", "evidence", "without_embedding"],
    "get_active_space": [field.name for field in fields(ActiveSpace)],
    "list_missing_memories": [field.name for field in fields(PendingMemory)],
    "list_spaces": [field.name for field in fields(KnownSpace)],
    "count_embedded": [field.name for field in fields(Count)],
    "list_pending_memories": [field.name for field in fields(PendingMemory)],
    "claim_turn": [field.name for field in fields(TakenTurn)],
    "get_turn": [field.name for field in fields(TakenTurn)],
    "list_last_lines": [field.name for field in fields(StoredLine)],
    "list_turn_messages": [field.name for field in fields(StoredLine)],
    "get_model_usage": [field.name for field in fields(ModelUsage)],
    "get_reply": [field.name for field in fields(StoredReply)],
}


def numbered(sql: str) -> str:
    """Return *sql* with the driver's named parameters as Postgres numbers them."""
    order: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        return f"${order.setdefault(match.group(1), len(order) + 1)}"

    return re.sub(r"%\((\w+)\)[sb]", number, sql)


@pytest.fixture(scope="module")
def connection(
    postgres: embedded.EmbeddedPostgres, conninfo: str
) -> Iterator[psycopg.Connection[Any]]:
    """A connection that sees the migrated schema."""
    assert conninfo
    with psycopg.connect(postgres.owner_conninfo, autocommit=True) as opened:
        yield opened


@pytest.mark.parametrize("name", sorted(set(names()) - UTILITY))
def test_a_statement_fits_the_schema(connection: psycopg.Connection[Any], name: str) -> None:
    """Postgres can prepare it, and its columns are what the code reads, in that order."""
    result = connection.pgconn.prepare(name.encode(), numbered(statement(name)).encode())
    assert result.status == pq.ExecStatus.COMMAND_OK, result.error_message.decode()

    described = connection.pgconn.describe_prepared(name.encode())
    columns = [described.fname(index) for index in range(described.nfields)]
    if name in COLUMNS:
        assert [column.decode() for column in columns if column] == COLUMNS[name]


@pytest.mark.parametrize("name", names())
def test_a_statement_names_the_tenant_once_a_table(name: str) -> None:
    """For each of a tenant's tables that it reads or writes, a statement says whose rows."""
    sql = re.sub(r"--.*", "", statement(name))
    if name in WITHOUT_TENANT:
        assert "%(tenant_id)s" not in sql
        return
    if name in OF_NO_TABLE:
        return
    tables = re.findall(r"\b(?:from|join|update|into|using)\s+(\w+)", sql)
    uses = [table for table in tables if table in TENANT_TABLES]
    bound = len(re.findall(r"tenant_id = %\(tenant_id\)s", sql))
    inserts = len(re.findall(r"insert into", sql))

    assert uses
    assert "%(tenant_id)s" in sql
    assert bound + inserts >= len(uses)
    assert "select *" not in sql.replace("select * from ranked", "").replace(
        "select * from found", ""
    ).replace("select * from unnest", "")


def test_no_sql_stands_elsewhere() -> None:
    """Only files of the statements' folder and the migrations hold SQL."""
    pattern = re.compile(
        r"\"[^\"\n]*\b(select .+ from|insert into|delete from|update \w+ set)\b", re.IGNORECASE
    )
    offenders = [
        str(path)
        for path in Path(memsvc.__path__[0]).rglob("*.py")
        if pattern.search(path.read_text(encoding="utf-8"))
    ]

    assert not offenders

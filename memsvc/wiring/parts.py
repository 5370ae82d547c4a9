"""The parts that every process of the service is made of."""

from __future__ import annotations

import random
import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import lru_cache, partial

from memsvc.config import Settings
from memsvc.core.jobs import JobKind
from memsvc.rpc.admin_service import AdminUseCases
from memsvc.rpc.conversation_service import ConversationUseCases
from memsvc.rpc.memory_service import UseCases
from memsvc.rpc.retention_service import RetentionUseCases
from memsvc.rpc.server import Services
from memsvc.rpc.user_service import UserUseCases
from memsvc.store import replies
from memsvc.store.database import Database
from memsvc.usecases.admin.audit_log import AuditLog
from memsvc.usecases.admin.server_info import ServerInfo
from memsvc.usecases.admin.upkeep import Upkeep
from memsvc.usecases.chats.response_cache import ResponseCache
from memsvc.usecases.context import Context
from memsvc.usecases.conversations.managing import ManageConversations
from memsvc.usecases.conversations.messages import Messages
from memsvc.usecases.conversations.rendering import Rendering
from memsvc.usecases.conversations.truncating import Truncating
from memsvc.usecases.embedding import Embedding
from memsvc.usecases.facts.consolidation import Consolidation
from memsvc.usecases.facts.drawing import Drawing
from memsvc.usecases.facts.extraction import Extraction
from memsvc.usecases.facts.job_board import JobBoard
from memsvc.usecases.facts.running import JobLimits, JobRunner
from memsvc.usecases.facts.showing import ShowFacts
from memsvc.usecases.memories.accesses import Accesses
from memsvc.usecases.memories.conscious import Conscious
from memsvc.usecases.memories.evaluate import Evaluate
from memsvc.usecases.memories.ingest import Ingest
from memsvc.usecases.memories.ingest_stream import IngestStream
from memsvc.usecases.memories.read_memories import ReadMemories
from memsvc.usecases.memories.recall import Recall
from memsvc.usecases.memories.search import Search
from memsvc.usecases.memories.write_memories import WriteMemories
from memsvc.usecases.personas.keeping import Personas
from memsvc.usecases.profiles.preferring import Preferring
from memsvc.usecases.projects.managing import ManageProjects
from memsvc.usecases.quotas import QuotaLimits, Quotas
from memsvc.usecases.retention.archive import Archive
from memsvc.usecases.retention.ruling import Ruling
from memsvc.usecases.retention.running import RetentionRuns
from memsvc.usecases.trust import Quarantine
from memsvc.usecases.users.erasing import Erasing
from memsvc.usecases.users.exporting import Exporting
from memsvc.usecases.users.importing import Importing
from memsvc.wiring import access, chats, models
from memsvc.wiring.access import Access
from memsvc.wiring.clock import new_id, utc_now


@dataclass(frozen=True, slots=True)
class Parts:
    """What serves calls, and what works behind them."""

    database: Database
    embedding: Embedding
    services: Services
    runner: JobRunner
    consolidation: Consolidation
    accesses: Accesses
    upkeep: Upkeep
    access: Access
    retention: RetentionRuns
    response_cache: ResponseCache


async def assembled(settings: Settings, conninfo: str, stack: AsyncExitStack) -> Parts:
    """Return the parts, working on the database at *conninfo*; *stack* undoes them."""
    database = Database(conninfo, connections_max=settings.database_connections)
    stack.push_async_callback(database.close)
    await database.open()
    async with database.overview() as tx:
        secret_key = await replies.secret_key(tx, now=utc_now())
    context = Context(
        database,
        utc_now,
        new_id,
        secret_key,
        lru_cache(settings.ranking_weights),
        settings.exact_memories_max,
        lru_cache(settings.trust_policy),
        secrets.token_bytes,
    )
    embedding = Embedding(context, models.embedders(settings))
    stack.push_async_callback(embedding.close)
    await embedding.connect()
    return _built(settings, context, embedding, stack)


def _built(
    settings: Settings, context: Context, embedding: Embedding, stack: AsyncExitStack
) -> Parts:
    extractor = models.extractor(settings)
    stack.push_async_callback(extractor.close)
    quotas = Quotas(context, partial(_quotas, settings))
    consolidation = _consolidation(settings, context, embedding, quotas, stack)
    runner = _runner(
        settings, context, Extraction(context, embedding, extractor, quotas), consolidation
    )
    drawing = Drawing(context, settings.drawn_roles(), settings.job_lease_seconds)
    accesses = Accesses(context)
    ingest = Ingest(context, embedding, drawing, runner, quotas)
    recall = Recall(context, embedding, accesses)
    who = access.assembled(settings, context, stack)
    asked, cache = chats.providers(settings, stack), chats.response_cache(settings, context)
    usecases = UseCases(
        ingest=ingest,
        chat=chats.chat(settings, context, ingest, recall, quotas, (asked, cache), stack),
        ingest_stream=IngestStream(ingest),
        recall=recall,
        evaluate=Evaluate(context, Recall(context, embedding)),
        search=Search(context, embedding),
        conscious=Conscious(context),
        read=ReadMemories(context),
        write=WriteMemories(context, embedding, drawing, quotas),
        consolidation=consolidation,
        show_facts=ShowFacts(context, extractor, quotas),
        job_board=JobBoard(context),
        quarantine=Quarantine(context, drawing),
    )
    erasing, runs = Erasing(context), RetentionRuns(context)
    services = Services(
        memory=usecases,
        admin=AdminUseCases(_server_info(settings, embedding), quotas, AuditLog(context), cache),
        conversations=_conversations(context, usecases.write),
        projects=ManageProjects(context),
        users=UserUseCases(erasing, Exporting(context), Importing(context, quotas)),
        retention=RetentionUseCases(Ruling(context), runs, Archive(context)),
        api_keys=who.keys,
        accounts=who.accounts,
        personas=Personas(context),
        preferring=Preferring(context),
        providers=asked,
    )
    return Parts(
        database=context.database,
        embedding=embedding,
        services=services,
        runner=runner,
        consolidation=consolidation,
        accesses=accesses,
        upkeep=Upkeep(context, erasing, quotas, cache),
        access=who,
        retention=runs,
        response_cache=cache,
    )


def _runner(
    settings: Settings, context: Context, extraction: Extraction, consolidation: Consolidation
) -> JobRunner:
    return JobRunner(
        context,
        _limits(settings),
        {JobKind.EXTRACT: extraction, JobKind.CONSOLIDATE: consolidation},
        random.SystemRandom().random,
    )


def _server_info(settings: Settings, embedding: Embedding) -> ServerInfo:
    return ServerInfo(embedding, by_model=bool(settings.extraction_provider))


def _conversations(context: Context, write: WriteMemories) -> ConversationUseCases:
    return ConversationUseCases(
        ManageConversations(context),
        Messages(context, write),
        Truncating(context),
        Rendering(context),
    )


def _consolidation(
    settings: Settings,
    context: Context,
    embedding: Embedding,
    quotas: Quotas,
    stack: AsyncExitStack,
) -> Consolidation:
    judge = models.judge(settings)
    if judge is not None:
        stack.push_async_callback(judge.close)
    return Consolidation(
        context,
        embedding,
        judge,
        settle_seconds=settings.consolidation_settle_seconds,
        every_seconds=settings.consolidation_every_seconds,
        quotas=quotas,
    )


def _quotas(settings: Settings, tenant_id: str) -> QuotaLimits:
    return QuotaLimits(**settings.tenant_quota(tenant_id).model_dump())


def _limits(settings: Settings) -> JobLimits:
    return JobLimits(
        lease_seconds=settings.job_lease_seconds,
        seconds_max=settings.job_seconds_max,
        failures_max=settings.job_failures_max,
        backoff_factor=settings.job_backoff_factor,
    )

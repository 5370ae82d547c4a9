"""AdminService: each RPC is decode, use case, encode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from memsvc.core.costs import COSTS
from memsvc.rpc.decode import SEARCH_PAGE_DEFAULT, binding
from memsvc.rpc.encode import timestamp
from memsvc.rpc.limits import BoundsOf
from memsvc.rpc.pipeline import ServicerContext, current_call
from memsvc.usecases.admin.audit_log import AuditAsk, AuditLog
from memsvc.usecases.admin.server_info import ServerFacts, ServerInfo
from memsvc.usecases.chats.response_cache import ResponseCache
from memsvc.usecases.quotas import Quotas
from memsvc.v1 import admin_service_pb2 as pb
from memsvc.v1.admin_service_pb2_grpc import AdminServiceServicer

#: The packages of the contract that this server speaks.
API_VERSIONS: Final = ("memsvc.v1",)


@dataclass(frozen=True, slots=True)
class AdminUseCases:
    """What the service does."""

    server_info: ServerInfo
    quotas: Quotas
    audit_log: AuditLog
    response_cache: ResponseCache


class AdminService(AdminServiceServicer):
    """The wire's side of what concerns the server itself."""

    def __init__(
        self, usecases: AdminUseCases, methods: Sequence[str], bounds_of: BoundsOf
    ) -> None:
        """Answer calls with *usecases*; *methods* are the ones of the contract that are answered."""
        self._do = usecases
        self._methods = methods
        self._bounds_of = bounds_of

    async def GetServerInfo(
        self, _: pb.GetServerInfoRequest, _context: ServicerContext
    ) -> pb.GetServerInfoResponse:
        """Tell what this server is and can do."""
        return _server_info(self._do.server_info(), self._methods)

    async def GetLimits(
        self, _: pb.GetLimitsRequest, _context: ServicerContext
    ) -> pb.GetLimitsResponse:
        """Tell how large requests may be and how fast they may come."""
        bounds = self._bounds_of(current_call().caller.tenant_id)
        costs = {f"memsvc.v1.{method}": cost.units for method, cost in COSTS.items()}
        return pb.GetLimitsResponse(
            limits=[
                pb.Limit(name=bound.name, value=bound.value, unit=bound.unit)
                for bound in sorted(bounds, key=lambda bound: bound.name)
            ],
            costs=[
                pb.MethodCost(method=method, units=costs[method])
                for method in self._methods
                if costs.get(method)
            ],
        )

    async def GetQuota(
        self, _: pb.GetQuotaRequest, _context: ServicerContext
    ) -> pb.GetQuotaResponse:
        """Tell how much of its quotas the tenant has used."""
        quotas = await self._do.quotas.show(current_call().caller)
        return pb.GetQuotaResponse(
            quotas=[
                pb.Quota(
                    name=quota.name,
                    used=quota.used,
                    limit=quota.limit,
                    reset_time=timestamp(quota.reset_time),
                )
                for quota in quotas
            ]
        )

    async def ListAuditEntries(
        self, request: pb.ListAuditEntriesRequest, _: ServicerContext
    ) -> pb.ListAuditEntriesResponse:
        """List what was done to the tenant's data and access."""
        ask = AuditAsk(
            request.action,
            request.page_size or SEARCH_PAGE_DEFAULT,
            request.page_token,
            binding(request),
        )
        page = await self._do.audit_log.page(current_call().caller, ask)
        return pb.ListAuditEntriesResponse(
            entries=[
                pb.AuditEntry(
                    sequence=entry.sequence,
                    event_time=timestamp(entry.event_time),
                    principal=entry.principal,
                    action=entry.action,
                    target=entry.target,
                    reason=entry.reason,
                    count=entry.count,
                    hash=entry.hash.hex(),
                )
                for entry in page.entries
            ],
            next_page_token=page.next_page_token,
        )

    async def VerifyAuditLog(
        self, _: pb.VerifyAuditLogRequest, _context: ServicerContext
    ) -> pb.VerifyAuditLogResponse:
        """Check the audit log's chain."""
        done = await self._do.audit_log.verify(current_call().caller)
        return pb.VerifyAuditLogResponse(
            intact=done.broken is None,
            entry_count=done.entries,
            broken_sequence=done.broken or 0,
            head_hash=done.head.hex(),
        )

    async def GetCacheStats(
        self, _: pb.GetCacheStatsRequest, _context: ServicerContext
    ) -> pb.GetCacheStatsResponse:
        """Tell how kept answers serve the tenant."""
        stats = await self._do.response_cache.stats(current_call().caller)
        return pb.GetCacheStatsResponse(
            enabled=stats.seconds > 0,
            keep_seconds=stats.seconds,
            answer_count=stats.answers,
            text_bytes=stats.text_bytes,
            answers_max=stats.answers_max,
            hit_count=stats.hits,
            miss_count=stats.misses,
        )

    async def ClearCache(
        self, request: pb.ClearCacheRequest, _: ServicerContext
    ) -> pb.ClearCacheResponse:
        """Drop kept answers."""
        dropped = await self._do.response_cache.clear(current_call().caller, request.user_id)
        return pb.ClearCacheResponse(answer_count=dropped)


def _server_info(facts: ServerFacts, methods: Sequence[str]) -> pb.GetServerInfoResponse:
    space = facts.embedder
    return pb.GetServerInfoResponse(
        version=facts.version,
        api_versions=API_VERSIONS,
        methods=methods,
        capabilities=[f"CAPABILITY_{name}" for name in facts.capabilities],
        embedder=pb.EmbedderInfo(model=space.model, dimension=space.dimension) if space else None,
    )

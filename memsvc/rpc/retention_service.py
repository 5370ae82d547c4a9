"""RetentionService: each RPC is decode, use case, encode."""

from __future__ import annotations

from dataclasses import dataclass

from memsvc.rpc import decode, decode_retention, encode_retention
from memsvc.rpc.pipeline import ServicerContext, current_call
from memsvc.usecases.retention.archive import Archive, ArchiveAsk
from memsvc.usecases.retention.ruling import Ruling
from memsvc.usecases.retention.running import RetentionRuns
from memsvc.v1 import retention_service_pb2 as pb
from memsvc.v1.retention_service_pb2_grpc import RetentionServiceServicer


@dataclass(frozen=True, slots=True)
class RetentionUseCases:
    """What the service does."""

    ruling: Ruling
    runs: RetentionRuns
    archive: Archive


class RetentionService(RetentionServiceServicer):
    """The wire's side of how long memories are kept."""

    def __init__(self, usecases: RetentionUseCases) -> None:
        """Answer calls with *usecases*."""
        self._do = usecases

    async def GetRetentionPolicy(
        self, _: pb.GetRetentionPolicyRequest, _context: ServicerContext
    ) -> pb.GetRetentionPolicyResponse:
        """Return the policy."""
        policy = await self._do.ruling.policy(current_call().caller)
        return pb.GetRetentionPolicyResponse(policy=encode_retention.policy(policy))

    async def SetRetentionPolicy(
        self, request: pb.SetRetentionPolicyRequest, _: ServicerContext
    ) -> pb.SetRetentionPolicyResponse:
        """Replace the policy."""
        new = decode_retention.policy(request.policy)
        policy = await self._do.ruling.set_policy(current_call().caller, new)
        return pb.SetRetentionPolicyResponse(policy=encode_retention.policy(policy))

    async def CreateRetentionRule(
        self, request: pb.CreateRetentionRuleRequest, _: ServicerContext
    ) -> pb.CreateRetentionRuleResponse:
        """Add a rule."""
        ask = decode_retention.new_rule(request.rule)
        rule = await self._do.ruling.create(current_call().caller, ask)
        return pb.CreateRetentionRuleResponse(rule=encode_retention.rule(rule))

    async def GetRetentionRule(
        self, request: pb.GetRetentionRuleRequest, _: ServicerContext
    ) -> pb.GetRetentionRuleResponse:
        """Return one rule."""
        rule_id = decode_retention.rule_id(request.rule_id)
        rule = await self._do.ruling.rule(current_call().caller, rule_id)
        return pb.GetRetentionRuleResponse(rule=encode_retention.rule(rule))

    async def ListRetentionRules(
        self, _: pb.ListRetentionRulesRequest, _context: ServicerContext
    ) -> pb.ListRetentionRulesResponse:
        """List all rules."""
        rules = await self._do.ruling.rules(current_call().caller)
        return pb.ListRetentionRulesResponse(rules=[encode_retention.rule(rule) for rule in rules])

    async def UpdateRetentionRule(
        self, request: pb.UpdateRetentionRuleRequest, _: ServicerContext
    ) -> pb.UpdateRetentionRuleResponse:
        """Replace a rule."""
        rule_id = decode_retention.rule_id(request.rule.rule_id, "rule.rule_id")
        ask = decode_retention.rule(request.rule)
        rule = await self._do.ruling.update(current_call().caller, rule_id, ask)
        return pb.UpdateRetentionRuleResponse(rule=encode_retention.rule(rule))

    async def DeleteRetentionRule(
        self, request: pb.DeleteRetentionRuleRequest, _: ServicerContext
    ) -> pb.DeleteRetentionRuleResponse:
        """Remove a rule."""
        rule_id = decode_retention.rule_id(request.rule_id)
        await self._do.ruling.delete(current_call().caller, rule_id)
        return pb.DeleteRetentionRuleResponse()

    async def RunRetention(
        self, request: pb.RunRetentionRequest, _: ServicerContext
    ) -> pb.RunRetentionResponse:
        """Apply policy and rules, or tell what that would do."""
        call = current_call()
        report = await self._do.runs.run(call.caller, dry_run=request.dry_run)
        call.facts["memories"] = sum(outcome.memories for outcome in report.outcomes)
        return encode_retention.report(report, dry_run=request.dry_run)

    async def SetHold(self, request: pb.SetHoldRequest, _: ServicerContext) -> pb.SetHoldResponse:
        """Hold a user's memories."""
        hold = await self._do.ruling.hold(current_call().caller, request.user_id, request.reason)
        return pb.SetHoldResponse(hold=encode_retention.hold(hold))

    async def LiftHold(
        self, request: pb.LiftHoldRequest, _: ServicerContext
    ) -> pb.LiftHoldResponse:
        """End a hold."""
        await self._do.ruling.lift(current_call().caller, request.user_id)
        return pb.LiftHoldResponse()

    async def ListHolds(
        self, _: pb.ListHoldsRequest, _context: ServicerContext
    ) -> pb.ListHoldsResponse:
        """List the holds."""
        holds = await self._do.ruling.holds(current_call().caller)
        return pb.ListHoldsResponse(holds=[encode_retention.hold(hold) for hold in holds])

    async def ListArchivedMemories(
        self, request: pb.ListArchivedMemoriesRequest, _: ServicerContext
    ) -> pb.ListArchivedMemoriesResponse:
        """List the archive."""
        ask = ArchiveAsk(
            request.user_id or None,
            request.page_size or decode.SEARCH_PAGE_DEFAULT,
            request.page_token,
            decode.binding(request),
        )
        return encode_retention.archive(await self._do.archive.page(current_call().caller, ask))

    async def RestoreMemories(
        self, request: pb.RestoreMemoriesRequest, _: ServicerContext
    ) -> pb.RestoreMemoriesResponse:
        """Bring memories back from the archive."""
        memory_ids = [
            decode.memory_id(text, f"memory_ids[{index}]")
            for index, text in enumerate(request.memory_ids)
        ]
        revision = await self._do.archive.restore(current_call().caller, memory_ids)
        return pb.RestoreMemoriesResponse(revision=revision)

"""From messages to what is asked of retention."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from memsvc.core.errors import InvalidFields, RuleNotFound
from memsvc.core.model import MemoryKind
from memsvc.core.retention import (
    ARCHIVED_AGE,
    MAX_AGE,
    MIN_IMPORTANCE,
    RetentionAction,
    RetentionCondition,
    RetentionPolicy,
)
from memsvc.rpc.decode import optional
from memsvc.usecases.retention.ruling import RuleAsk
from memsvc.v1 import retention_service_pb2 as pb


def rule_id(text: str, field: str = "rule_id") -> UUID:
    """Return the id; what cannot be one is not found, like one that never was."""
    try:
        return UUID(text)
    except ValueError as error:
        raise RuleNotFound(field=field) from error


def policy(message: pb.RetentionPolicy) -> RetentionPolicy:
    """Return the policy, the defaults for what is not set."""
    given = optional(message, "min_importance")
    return RetentionPolicy(
        enabled=message.enabled,
        max_age=_duration(message, "max_age", "policy") or MAX_AGE,
        min_importance=MIN_IMPORTANCE if given is None else given,
        either=message.either,
        max_memories=message.max_memories,
        archive_age=_duration(message, "archive_age", "policy") or ARCHIVED_AGE,
    )


def new_rule(message: pb.RetentionRule) -> RuleAsk:
    """Return the rule to add; raise InvalidFields if it brings an id."""
    if message.rule_id:
        raise InvalidFields([("rule.rule_id", "is made by the server")])
    return rule(message)


def rule(message: pb.RetentionRule) -> RuleAsk:
    """Return the rule; raise InvalidFields for a condition that would match everything."""
    condition = _condition(message.condition)
    if condition.is_empty:
        fault = "must set at least one of its fields: it would match everything"
        raise InvalidFields([("rule.condition", fault)])
    return RuleAsk(
        message.name, message.priority, condition, RetentionAction(message.action), message.disabled
    )


def _condition(message: pb.RetentionCondition) -> RetentionCondition:
    path = "rule.condition"
    return RetentionCondition(
        age_over=_duration(message, "age_over", path),
        importance_under=optional(message, "importance_under"),
        conversation_idle_over=_duration(message, "conversation_idle_over", path),
        beyond_count=optional(message, "beyond_count"),
        kinds=[MemoryKind(kind) for kind in message.kinds],
        categories=list(message.categories),
        tags_any=list(message.tags_any),
        project_ids=list(message.project_ids),
        user_ids=list(message.user_ids),
        superseded=message.superseded,
    )


def _duration(message: Any, name: str, path: str) -> timedelta | None:
    if not message.HasField(name):
        return None
    try:
        value: timedelta = getattr(message, name).ToTimedelta()
    except (ValueError, OverflowError) as error:
        raise InvalidFields([(f"{path}.{name}", "is too long")]) from error
    return value

"""How long memories are kept: a tenant's policy, and rules that say what happens to some of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Final
from uuid import UUID

from memsvc.core.model import MemoryKind

#: What outcomes and the audit log call the policy itself, and what leaves the archive in the end.
POLICY: Final = "policy"
ARCHIVE_AGE: Final = "archive_age"
#: Memory Mesh's figures.
MAX_AGE: Final = timedelta(days=30)
MIN_IMPORTANCE: Final = 0.35
ARCHIVED_AGE: Final = timedelta(days=90)
RULES_MAX: Final = 100


class RetentionAction(IntEnum):
    """What happens to a memory; the numbers are the contract's."""

    ARCHIVE = 1
    DELETE = 2
    HOLD = 3


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """What holds for memories that no rule speaks of."""

    enabled: bool = False
    max_age: timedelta = MAX_AGE
    min_importance: float = MIN_IMPORTANCE
    #: What is too old or too unimportant goes, instead of what is both.
    either: bool = False
    #: 0 for any number.
    max_memories: int = 0
    archive_age: timedelta = ARCHIVED_AGE
    #: None for the defaults, which nobody set.
    update_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class RetentionCondition:
    """Which memories a rule matches: those for which everything that is set holds."""

    age_over: timedelta | None = None
    importance_under: float | None = None
    conversation_idle_over: timedelta | None = None
    beyond_count: int | None = None
    kinds: list[MemoryKind] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    tags_any: list[str] = field(default_factory=list)
    project_ids: list[str] = field(default_factory=list)
    user_ids: list[str] = field(default_factory=list)
    superseded: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is set: it would match everything."""
        return not any(getattr(self, each.name) for each in fields(self))

    def as_json(self) -> dict[str, Any]:
        """Return what is set, for the store."""
        values: dict[str, Any] = {}
        for name, value in asdict(self).items():
            if isinstance(value, timedelta):
                values[name] = value.total_seconds()
            elif value:
                values[name] = value
        return values

    @classmethod
    def of_json(cls, values: dict[str, Any]) -> RetentionCondition:
        """Return what `as_json` stands for."""
        given = dict(values)
        for name in ("age_over", "conversation_idle_over"):
            if name in given:
                given[name] = timedelta(seconds=given[name])
        given["kinds"] = [MemoryKind(kind) for kind in given.get("kinds", [])]
        return cls(**given)


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """What happens to the memories that it matches."""

    rule_id: UUID
    name: str
    #: Lower numbers come first.
    priority: int
    condition: RetentionCondition
    action: RetentionAction
    disabled: bool
    create_time: datetime
    update_time: datetime


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """A rule as it applies, the policy's own among them."""

    #: None for the policy.
    rule_id: UUID | None
    name: str
    condition: RetentionCondition
    action: RetentionAction


@dataclass(frozen=True, slots=True)
class Hold:
    """A user whose memories are kept whatever the rules say."""

    user_id: str
    reason: str
    create_time: datetime


@dataclass(slots=True)
class Outcome:
    """What one rule did, or would do."""

    rule: AppliedRule
    memories: int = 0
    #: Some of them.
    samples: list[UUID] = field(default_factory=list)


def applied(policy: RetentionPolicy, rules: Iterable[RetentionRule]) -> list[AppliedRule]:
    """Return all that applies, the first that matches a memory counts: rules in order, then the policy."""
    ordered = sorted(rules, key=lambda rule: (rule.priority, rule.create_time, rule.rule_id))
    return [
        *(
            AppliedRule(rule.rule_id, rule.name, rule.condition, rule.action)
            for rule in ordered
            if not rule.disabled
        ),
        *(
            AppliedRule(None, POLICY, condition, RetentionAction.ARCHIVE)
            for condition in _conditions(policy)
        ),
    ]


def _conditions(policy: RetentionPolicy) -> list[RetentionCondition]:
    conditions = []
    if policy.either:
        conditions.append(RetentionCondition(age_over=policy.max_age))
        if policy.min_importance > 0:
            conditions.append(RetentionCondition(importance_under=policy.min_importance))
    elif policy.min_importance > 0:
        conditions.append(
            RetentionCondition(age_over=policy.max_age, importance_under=policy.min_importance)
        )
    if policy.max_memories:
        conditions.append(RetentionCondition(beyond_count=policy.max_memories))
    return conditions

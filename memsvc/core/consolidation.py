"""Which facts are essential, and what a profile says, where no language model is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from memsvc.core.model import Memory, Role, SourceClass
from memsvc.core.provenance import is_flagged, least_trust, source_class
from memsvc.core.slots import is_essential

#: A fact has to be this sure to be promoted, and this old unless its slot is essential. From Mémoire.
PROMOTION_CONFIDENCE_MIN: Final = 0.7
PROMOTION_AGE_MIN: Final = timedelta(days=7)
#: A fact of another slot is promoted if it was said, or recalled, this often.
PROMOTION_MENTIONS_MIN: Final = 3
PROMOTION_RECALLS_MIN: Final = 5
#: And it is demoted again if it was neither said nor recalled for so long.
DEMOTION_AGE: Final = timedelta(days=180)
#: How many facts of a user are essential at most.
ESSENTIALS_MAX: Final = 50
#: How long a profile is at most.
SUMMARY_FACTS_MAX: Final = 10
TRAITS_MAX: Final = 10

#: The slots whose values make traits, in the order in which they are listed.
_TRAIT_SLOTS: Final = ("hobby", "like", "skill", "language", "communication_style", "goal")
#: The slots that the summary begins with.
_SUMMARY_SLOTS: Final = (
    "name",
    "pronouns",
    "age",
    "location",
    "job_title",
    "employer",
    "relationship_status",
    "partner",
    "child",
    "allergy",
    "diet",
    "condition",
)


@dataclass(frozen=True, slots=True)
class Profile:
    """Who a user is."""

    #: A few sentences.
    summary: str
    key_traits: list[str]
    #: When it last came to say something else; None before it was written.
    update_time: datetime | None = None
    #: 0 to 1: as far as the least trusted fact that it was written of; None where nobody noted it.
    trust: float | None = None


def is_own(fact: Memory) -> bool:
    """Return whether the user said *fact* in their own words, and the write guard let it pass."""
    direct = source_class(fact) is SourceClass.DIRECT_USER
    return direct and fact.role in {Role.USER, None} and not is_flagged(fact.flags)


def is_promoted(fact: Memory, now: datetime) -> bool:
    """Return whether a present *fact* belongs to the conscious memory.

    Nothing that the user did not say in their own words does.
    """
    if fact.confidence < PROMOTION_CONFIDENCE_MIN or not is_own(fact):
        return False
    if is_essential(fact.slot):
        return True
    proven = (
        len(fact.source_message_ids) >= PROMOTION_MENTIONS_MIN
        or fact.access_count >= PROMOTION_RECALLS_MIN
    )
    last = max(fact.refresh_time, fact.last_access_time or fact.refresh_time)
    return proven and fact.create_time <= now - PROMOTION_AGE_MIN and last > now - DEMOTION_AGE


def essentials(facts: Iterable[Memory], now: datetime) -> list[Memory]:
    """Return which of *facts*, the most important first, are essential."""
    return [fact for fact in facts if is_promoted(fact, now)][:ESSENTIALS_MAX]


def profile_of(facts: Sequence[Memory]) -> Profile:
    """Return a profile in the facts' own words: who the user is, then what they like and can do.

    Only what the user said about themselves counts, not what several speakers said.
    """
    own = [fact for fact in facts if not fact.author and is_own(fact)]
    ranked = sorted(
        (fact for fact in own if fact.slot in _SUMMARY_SLOTS),
        key=lambda fact: (_SUMMARY_SLOTS.index(fact.slot), fact.valid_from_time, fact.memory_id),
    )
    traits = sorted(
        (fact for fact in own if fact.slot in _TRAIT_SLOTS),
        key=lambda fact: (_TRAIT_SLOTS.index(fact.slot), fact.valid_from_time, fact.memory_id),
    )
    summary = " ".join(fact.content for fact in ranked[:SUMMARY_FACTS_MAX])
    values = list(dict.fromkeys(f.value or f.content for f in traits))[:TRAITS_MAX]
    told = [*ranked[:SUMMARY_FACTS_MAX], *traits]
    return Profile(summary, values, trust=least_trust(told))

"""What a model is shown of a message, and what becomes of what it says, under a tenant's policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from memsvc.core.consolidation import Profile
from memsvc.core.facts import ExtractedFact
from memsvc.core.guard import GuardAction, GuardPolicy, judge
from memsvc.core.provenance import MASKED, joined
from memsvc.core.secrets import SecretPolicy, masked
from memsvc.providers.extraction import Drawn, Said
from memsvc.usecases.screening import TrustPolicy


def shown(policy: TrustPolicy, message: Said) -> Said:
    """Return *message* as a model may see it: one of before there was a mask has secrets still."""
    if policy.secrets in {SecretPolicy.OFF, SecretPolicy.FLAG}:
        return message
    before = [(masked(speaker).text, masked(text).text) for speaker, text in message.before]
    return replace(
        message,
        text=masked(message.text).text,
        author=masked(message.author).text,
        before=before,
    )


def screened(policy: TrustPolicy, drawn: Drawn) -> Drawn:
    """Return what was drawn without secrets; a fact that the guard would put aside is dropped.

    The message stays as it is, with its own flags.
    """
    kept = [fact for one in drawn.facts if (fact := _screened(policy, one)) is not None]
    return Drawn(kept, drawn.dropped + len(drawn.facts) - len(kept))


def screened_profile(policy: TrustPolicy, profile: Profile) -> Profile | None:
    """Return a profile that a model wrote, without secrets; None if the guard would put it aside."""
    if _is_attack(policy.guard, [profile.summary, *profile.key_traits]):
        return None
    if policy.secrets in {SecretPolicy.OFF, SecretPolicy.FLAG}:
        return profile
    traits = [masked(trait).text for trait in profile.key_traits]
    return replace(profile, summary=masked(profile.summary).text, key_traits=traits)


def _screened(policy: TrustPolicy, fact: ExtractedFact) -> ExtractedFact | None:
    content, value, slot = masked(fact.content), masked(fact.value), masked(fact.slot)
    kinds = {*content.kinds, *value.kinds, *slot.kinds}
    if policy.secrets in {SecretPolicy.OFF, SecretPolicy.FLAG}:
        kinds = set()
    if kinds and policy.secrets is SecretPolicy.BLOCK:
        return None
    clean = replace(fact, content=content.text, value=value.text, slot=slot.text) if kinds else fact
    verdict = judge(clean.content, policy.guard)
    if verdict.action > GuardAction.FLAG:
        return None
    flags = joined(clean.flags, (f"{MASKED}{kind}" for kind in kinds), verdict.signals)
    return replace(clean, flags=tuple(flags))


def _is_attack(guard: GuardPolicy, texts: Sequence[str]) -> bool:
    return any(judge(text, guard).action > GuardAction.FLAG for text in texts)

"""What a write has to pass before it is stored, embedded or read by a model: masking and the write guard.

The rest of a use case sees the text as it is stored. What the caller sent stands nowhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from memsvc.core.errors import SecretFound, TextRejected
from memsvc.core.guard import GuardAction, GuardPolicy, judge
from memsvc.core.model import Metadata, NewMessage
from memsvc.core.provenance import FOUND, MASKED, joined
from memsvc.core.secrets import Masked, SecretPolicy, masked, masked_metadata

Result = TypeVar("Result")

#: A longer text is looked at in a thread, so that nobody else waits meanwhile; in characters.
QUICK_LENGTH_MAX: Final = 4_000


@dataclass(frozen=True, slots=True)
class TrustPolicy:
    """How strict a tenant is."""

    guard: GuardPolicy = GuardPolicy.QUARANTINE
    secrets: SecretPolicy = SecretPolicy.MASK
    #: Whether Recall, Search and Conscious leave out what the guard flagged, instead of ranking it lower.
    leave_out_flagged: bool = False


@dataclass(frozen=True, slots=True)
class Screened:
    """A text as it may be stored."""

    text: str
    #: What the guard and the masking found.
    flags: tuple[str, ...] = ()
    #: Why it is to be put aside; "" if it is not.
    withheld: str = ""


def screened_text(policy: TrustPolicy, text: str, field: str) -> Screened:
    """Return *text*, which stands in *field* of the request, as it may be stored.

    Raises SecretFound and TextRejected where the policy is so strict.
    """
    clean, flags = _unsecret(policy, text, field)
    verdict = judge(clean, policy.guard)
    if verdict.action is GuardAction.REJECT:
        raise TextRejected(field=field, signals=",".join(verdict.signals))
    withheld = ",".join(verdict.signals) if verdict.action is GuardAction.QUARANTINE else ""
    return Screened(clean, tuple(joined(flags, verdict.signals)), withheld)


def refused_or_masked(policy: TrustPolicy, text: str, field: str) -> str:
    """Return a *text* that cannot be put aside by itself, such as a title, as it may be stored.

    What the guard would put aside is refused. Raises SecretFound and TextRejected.
    """
    screened = screened_text(policy, text, field)
    if screened.withheld:
        raise TextRejected(field=field, signals=screened.withheld)
    return screened.text


def masked_label(policy: TrustPolicy, text: str, field: str) -> Screened:
    """Return a short *text* that is no sentence, such as a tag, without secrets; as `screened_text`."""
    clean, flags = _unsecret(policy, text, field)
    return Screened(clean, flags)


def masked_labels(
    policy: TrustPolicy, texts: Iterable[str], field: str
) -> tuple[list[str], list[str]]:
    """Return *texts* without secrets, each once, and the flags of all."""
    found = [masked_label(policy, text, field) for text in texts]
    return list(dict.fromkeys(one.text for one in found)), joined(*(one.flags for one in found))


def masked_data(
    policy: TrustPolicy, metadata: Metadata, field: str
) -> tuple[Metadata, tuple[str, ...]]:
    """Return *metadata* without secrets, and its flags; raise SecretFound."""
    if policy.secrets is SecretPolicy.OFF or not metadata:
        return metadata, ()
    clean, kinds = masked_metadata(metadata)
    flags = _flags(policy, sorted(kinds), field)
    return (clean if policy.secrets is SecretPolicy.MASK else metadata), flags


def screened_message(policy: TrustPolicy, message: NewMessage, field: str) -> NewMessage:
    """Return the *message*, which stands in *field* of the request, as it may be stored.

    A vector that was brought along is dropped where it says what is masked. Raises as `screened_text`.
    """
    content = screened_text(policy, message.content, f"{field}.content")
    author = screened_text(policy, message.author, f"{field}.author")
    metadata, flags = masked_data(policy, message.metadata, f"{field}.metadata")
    changed = (content.text, author.text) != (message.content, message.author)
    return replace(
        message,
        content=content.text,
        author=author.text,
        metadata=metadata,
        embedding=None if changed else message.embedding,
        flags=tuple(joined(content.flags, author.flags, flags)),
        withheld=",".join(filter(None, (content.withheld, author.withheld))),
    )


async def at_leisure(length: int, act: Callable[[], Result]) -> Result:
    """Return what *act* returns for texts of this *length* in all; in a thread if that takes time."""
    return await asyncio.to_thread(act) if length > QUICK_LENGTH_MAX else act()


def _unsecret(policy: TrustPolicy, text: str, field: str) -> tuple[str, tuple[str, ...]]:
    if policy.secrets is SecretPolicy.OFF or not text:
        return text, ()
    clean: Masked = masked(text)
    flags = _flags(policy, clean.kinds, field)
    return (clean.text if policy.secrets is SecretPolicy.MASK else text), flags


def _flags(policy: TrustPolicy, kinds: Iterable[str], field: str) -> tuple[str, ...]:
    found = tuple(kinds)
    if found and policy.secrets is SecretPolicy.BLOCK:
        raise SecretFound(field=field, kinds=",".join(found))
    before = MASKED if policy.secrets is SecretPolicy.MASK else FOUND
    return tuple(f"{before}{kind}" for kind in found)

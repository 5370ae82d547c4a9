"""Who of several participants speaks next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class TurnPolicy(IntEnum):
    """Who speaks when; the numbers are the contract's."""

    ROUND_ROBIN = 1
    ADDRESSED = 2
    MODERATOR = 3


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who may speak."""

    persona_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a participant has said in this call."""

    persona_id: str
    text: str


def next_in_order(participants: Sequence[Participant], said: Sequence[Said]) -> str:
    """Return who is next, one after the other in the order given."""
    return participants[len(said) % len(participants)].persona_id


def next_addressed(
    participants: Sequence[Participant], message: str, said: Sequence[Said]
) -> str | None:
    """Return who was spoken to and has not answered yet, None if nobody was.

    Those that the user named come first, in the order of the message; then whom a speaker named last. If the
    user named nobody, the first participant answers.
    """
    named = addressed(participants, message)
    waiting = named or [participants[0].persona_id]
    spoken = [one.persona_id for one in said]
    left = [one for one in waiting if one not in spoken]
    if left:
        return left[0]
    last = said[-1]
    asked = [one for one in addressed(participants, last.text) if one != last.persona_id]
    return asked[0] if asked else None


def addressed(participants: Sequence[Participant], text: str) -> list[str]:
    """Return who is named in *text* after an "@", or if nobody is, by name at all; in the order of the text."""
    for before in ("@", r"(?<!\w)"):
        places = []
        for participant in participants:
            found = [
                match.start()
                for name in (participant.name, participant.persona_id)
                if name
                and (match := re.search(rf"{before}{re.escape(name)}(?!\w)", text, re.IGNORECASE))
            ]
            if found:
                places.append((min(found), participant.persona_id))
        if places:
            return [persona_id for _, persona_id in sorted(places)]
    return []

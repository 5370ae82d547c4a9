"""The slots that are known: which hold one value at a time, which many, and which are essential.

A fact of an unknown slot supersedes nothing: whether two values can be so at once is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Slot:
    """An attribute of a person."""

    name: str
    #: The category of its facts.
    category: str
    #: It holds one value at a time: a newer one takes the place of the older.
    single: bool
    #: Its facts belong to the conscious memory as soon as they are sure enough.
    essential: bool = False


_SLOTS: Final = (
    Slot("name", "identity", single=True, essential=True),
    Slot("nickname", "identity", single=True),
    Slot("age", "identity", single=True, essential=True),
    Slot("birthday", "identity", single=True, essential=True),
    Slot("pronouns", "identity", single=True, essential=True),
    Slot("nationality", "identity", single=True),
    Slot("native_language", "identity", single=True),
    Slot("religion", "identity", single=True),
    Slot("email", "identity", single=True),
    Slot("phone", "identity", single=True),
    Slot("location", "location", single=True, essential=True),
    Slot("hometown", "location", single=True),
    Slot("timezone", "location", single=True),
    Slot("employer", "work", single=True, essential=True),
    Slot("job_title", "work", single=True, essential=True),
    Slot("school", "education", single=True),
    Slot("field_of_study", "education", single=True),
    Slot("degree", "education", single=False),
    Slot("relationship_status", "relationship", single=True, essential=True),
    Slot("partner", "relationship", single=True, essential=True),
    Slot("friend", "relationship", single=False),
    Slot("colleague", "relationship", single=False),
    Slot("family", "family", single=False),
    Slot("child", "family", single=False, essential=True),
    Slot("pet", "family", single=False),
    Slot("allergy", "health", single=False, essential=True),
    Slot("condition", "health", single=False, essential=True),
    Slot("medication", "health", single=False, essential=True),
    Slot("diet", "health", single=True, essential=True),
    Slot("like", "preference", single=False),
    Slot("dislike", "preference", single=False),
    Slot("favourite_food", "preference", single=True),
    Slot("favourite_colour", "preference", single=True),
    Slot("favourite_music", "preference", single=True),
    Slot("favourite_book", "preference", single=True),
    Slot("favourite_film", "preference", single=True),
    Slot("communication_style", "preference", single=True, essential=True),
    Slot("hobby", "hobby", single=False),
    Slot("routine", "hobby", single=False),
    Slot("skill", "skill", single=False),
    Slot("language", "skill", single=False),
    Slot("possession", "possession", single=False),
    Slot("vehicle", "possession", single=True),
    Slot("goal", "plan", single=False),
    Slot("plan", "plan", single=False),
    Slot("project", "project", single=False),
    Slot("experience", "experience", single=False),
)
#: By name.
SLOTS: Final = {slot.name: slot for slot in _SLOTS}


def is_single(slot: str) -> bool:
    """Return whether *slot* is known to hold one value at a time."""
    known = SLOTS.get(slot)
    return known is not None and known.single


def is_essential(slot: str) -> bool:
    """Return whether facts of *slot* belong to the conscious memory."""
    known = SLOTS.get(slot)
    return known is not None and known.essential

"""Projects: what conversations of several users belong to, and what members may do.

A conversation may name any project, most of which nobody has registered. So that nobody learns from a refusal which
ones are, ids of registered ones have a form of their own: who names one of that form has to be its member.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final
from uuid import UUID

from memsvc.core.model import Metadata

_PREFIX: Final = "msproj-"
_FORM: Final = re.compile(_PREFIX + r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class ProjectRole(IntEnum):
    """What a member may do, most first; the numbers are the contract's."""

    #: Change the project and its members, and delete it.
    OWNER = 1
    #: Put conversations into it.
    EDITOR = 2
    #: Read it.
    VIEWER = 3

    def allows(self, needed: ProjectRole) -> bool:
        """Return whether a member of this role may do what *needed* may."""
        return self <= needed


@dataclass(frozen=True, slots=True)
class Project:
    """A project as one of its members sees it."""

    project_id: str
    #: Who has been an owner longest.
    user_id: str
    name: str
    description: str
    technologies: list[str]
    settings: Metadata
    create_time: datetime
    update_time: datetime
    #: Counts the changes; the etag is made from it.
    version: int
    #: What the member is to it.
    role: ProjectRole


@dataclass(frozen=True, slots=True)
class ProjectMember:
    """A member of a project."""

    user_id: str
    role: ProjectRole
    create_time: datetime


def registered_id(of: UUID) -> str:
    """Return the id of a new project."""
    return f"{_PREFIX}{of}"


def may_be_registered(project_id: str) -> bool:
    """Return whether this is an id that only a registered project can have."""
    return _FORM.fullmatch(project_id) is not None

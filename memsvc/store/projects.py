"""Projects and their members: one typed function a statement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from memsvc.core.projects import Project, ProjectMember, ProjectRole
from memsvc.store.database import Transaction


def _project(values: dict[str, Any]) -> Project:
    return Project(**{**values, "role": ProjectRole(values["role"])})


def _member(values: dict[str, Any]) -> ProjectMember:
    return ProjectMember(**{**values, "role": ProjectRole(values["role"])})


async def role_of(tx: Transaction, project_id: str, user_id: str) -> ProjectRole | None:
    """Return what a user is to a project; None for nothing, or if there is no such project."""
    rows = await tx.mapped("get_project_role", dict, project_id=project_id, user_id=user_id)
    return ProjectRole(rows[0]["role"]) if rows else None


async def get(tx: Transaction, project_id: str, user_id: str) -> Project | None:
    """Return a project as its member *user_id* sees it, None if the user is none."""
    rows = await tx.mapped("get_project", _project, project_id=project_id, user_id=user_id)
    return rows[0] if rows else None


async def page(
    tx: Transaction, user_id: str, *, limit: int, after: tuple[datetime, str] | None = None
) -> list[Project]:
    """Return *limit* projects of a member, the newest first, from *after* (create time and id) on."""
    return await tx.mapped(
        "list_projects",
        _project,
        user_id=user_id,
        after_create_time=after and after[0],
        after_id=after and after[1],
        limit=limit,
    )


async def insert(
    tx: Transaction, project_id: str, user_id: str, values: Mapping[str, Any], *, now: datetime
) -> None:
    """Store a project with the name, description, technologies and settings in *values*; *user_id* owns it."""
    await tx.execute(
        "insert_project",
        project_id=project_id,
        user_id=user_id,
        project_name=values["name"],
        description=values["description"],
        technologies=values["technologies"],
        settings=Jsonb(dict(values["settings"])),
        now=now,
    )
    await put_member(tx, project_id, user_id, ProjectRole.OWNER, now=now)


async def hold(tx: Transaction, project_id: str) -> int | None:
    """Return a project's version and keep others from changing it until the commit; None if it is gone."""
    rows = await tx.mapped("hold_project", dict, project_id=project_id)
    return int(rows[0]["version"]) if rows else None


async def hold_all_of(tx: Transaction, user_id: str) -> None:
    """Keep others from changing the projects of a member until the commit, and who their members are."""
    await tx.mapped("hold_user_projects", dict, user_id=user_id)


async def update(
    tx: Transaction, project_id: str, changes: Mapping[str, Any], *, now: datetime
) -> None:
    """Change what *changes* name: name, description, technologies, settings."""
    settings = changes.get("settings")
    await tx.execute(
        "update_project",
        project_id=project_id,
        project_name=changes.get("name"),
        description=changes.get("description"),
        technologies=changes.get("technologies"),
        settings=None if settings is None else Jsonb(dict(settings)),
        now=now,
    )


async def delete(tx: Transaction, project_id: str) -> None:
    """Delete a project with its members."""
    await tx.execute("delete_project", project_id=project_id)


async def put_member(
    tx: Transaction, project_id: str, user_id: str, role: ProjectRole, *, now: datetime
) -> None:
    """Make a user a member, unless the user is one already."""
    await tx.execute(
        "put_project_member", project_id=project_id, user_id=user_id, role=int(role), now=now
    )


async def set_role(tx: Transaction, project_id: str, user_id: str, role: ProjectRole) -> None:
    """Change what a member may do."""
    await tx.execute("set_project_role", project_id=project_id, user_id=user_id, role=int(role))


async def delete_member(tx: Transaction, project_id: str, user_id: str) -> None:
    """Let a user be no member any more."""
    await tx.execute("delete_project_member", project_id=project_id, user_id=user_id)


async def count_owners(tx: Transaction, project_id: str) -> int:
    """Return how many owners a project has."""
    rows = await tx.mapped("count_project_owners", dict, project_id=project_id)
    return int(rows[0]["owners"])


async def members(
    tx: Transaction,
    project_id: str,
    *,
    limit: int,
    user_id: str | None = None,
    after: tuple[datetime, str] | None = None,
) -> list[ProjectMember]:
    """Return *limit* members, or the one who is named, from *after* (create time and user) on."""
    return await tx.mapped(
        "list_project_members",
        _member,
        project_id=project_id,
        user_id=user_id,
        after_create_time=after and after[0],
        after_id=after and after[1],
        limit=limit,
    )

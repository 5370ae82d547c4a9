"""Who may put a conversation, or a memory, into a project: the one place where that is decided."""

from __future__ import annotations

from memsvc.core.errors import ProjectNotFound, ProjectRoleMissing
from memsvc.core.projects import ProjectRole, may_be_registered
from memsvc.store import projects
from memsvc.store.database import Transaction


async def admit(tx: Transaction, user_id: str, project_id: str, field: str = "project_id") -> None:
    """Raise ProjectNotFound or ProjectRoleMissing unless the user may put something into a project.

    Any string will do that is not of the form of a registered project's id; only one of that form costs a statement.
    """
    if may_be_registered(project_id):
        await require(tx, user_id, project_id, ProjectRole.EDITOR, field)


async def require(
    tx: Transaction,
    user_id: str,
    project_id: str,
    needed: ProjectRole,
    field: str = "project_id",
) -> ProjectRole:
    """Return what the user is to a project; to whom it does not belong, it is not there.

    Raises ProjectNotFound and, for a member of another role than *needed*, ProjectRoleMissing.
    """
    role = await projects.role_of(tx, project_id, user_id)
    if role is None:
        raise ProjectNotFound(field=field)
    if not role.allows(needed):
        raise ProjectRoleMissing(field=field, role=needed.name.lower())
    return role

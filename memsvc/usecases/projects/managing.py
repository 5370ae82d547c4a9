"""Projects and their members, each call by somebody whose role in the project allows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from memsvc.core import page_token
from memsvc.core.errors import EtagMismatch, ProjectNotFound, ProjectRoleMissing, UserNotFound
from memsvc.core.model import Caller
from memsvc.core.paging import data_bytes, text_bytes, within
from memsvc.core.projects import Project, ProjectMember, ProjectRole, registered_id
from memsvc.store import projects
from memsvc.store.database import Transaction
from memsvc.usecases.context import Context
from memsvc.usecases.once import Once, Replay
from memsvc.usecases.projects.gate import require
from memsvc.usecases.screening import (
    TrustPolicy,
    masked_data,
    masked_labels,
    refused_or_masked,
)


@dataclass(frozen=True, slots=True)
class CreateProjectAsk:
    """A project to create, by the names of its fields."""

    user_id: str
    values: Mapping[str, Any]
    once: Once[Project]


@dataclass(frozen=True, slots=True)
class UpdateProjectAsk:
    """Changes to a project, by the names of its fields."""

    user_id: str
    project_id: str
    #: If given, the version that it has to have.
    version: int | None
    changes: Mapping[str, Any]
    once: Once[Project]


@dataclass(frozen=True, slots=True)
class DeleteProjectAsk:
    """A project to delete."""

    user_id: str
    project_id: str
    once: Once[None]


@dataclass(frozen=True, slots=True)
class MemberAsk:
    """What a user is to be to a project."""

    #: Who says so.
    user_id: str
    project_id: str
    member_user_id: str
    role: ProjectRole
    once: Once[ProjectMember]


@dataclass(frozen=True, slots=True)
class RemoveMemberAsk:
    """A member who goes."""

    #: Who says so.
    user_id: str
    project_id: str
    member_user_id: str
    once: Once[None]


@dataclass(frozen=True, slots=True)
class ProjectPageAsk:
    """A page of projects, or of the members of one."""

    user_id: str
    #: "" for the projects themselves.
    project_id: str
    page_size: int
    page_token: str
    #: Everything that has to be the same on the next page.
    binding: bytes


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """One page of projects."""

    projects: list[Project]
    next_page_token: str


@dataclass(frozen=True, slots=True)
class MemberPage:
    """One page of members."""

    members: list[ProjectMember]
    next_page_token: str


@dataclass(frozen=True, slots=True)
class ManageProjects:
    """Reads and changes projects and their members.

    To whom a project does not belong it is not there: ProjectNotFound. A member whose role does not allow a call ends
    it with ProjectRoleMissing.
    """

    context: Context

    async def create(self, caller: Caller, ask: CreateProjectAsk) -> Project | Replay:
        """Create a project, which *user_id* owns; raise SecretFound, TextRejected and UserErased."""
        now = self.context.clock()
        values = _screened(self.context.trust(caller.tenant_id), ask.values, "")
        project_id = registered_id(self.context.new_id())
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            await projects.insert(tx, project_id, ask.user_id, values, now=now)
            created = await _existing(tx, project_id, ask.user_id)
            await ask.once.finish(tx, ask.user_id, created)
        return created

    async def get(self, caller: Caller, user_id: str, project_id: str) -> Project:
        """Return a project as its member sees it."""
        async with self.context.database.transaction(caller) as tx:
            return await _existing(tx, project_id, user_id)

    async def page(self, caller: Caller, ask: ProjectPageAsk) -> ProjectPage:
        """Return a page of the projects of a member, the newest first; raise InvalidPageToken."""
        async with self.context.database.transaction(caller) as tx:
            found = await projects.page(
                tx, ask.user_id, limit=ask.page_size + 1, after=self._after(caller, ask)
            )
        shown = [*within(found[: ask.page_size], _size)]
        if len(found) == len(shown):
            return ProjectPage(shown, "")
        last = shown[-1]
        return ProjectPage(shown, self._token(caller, ask, last.create_time, last.project_id))

    async def update(self, caller: Caller, ask: UpdateProjectAsk) -> Project | Replay:
        """Change a project, as an owner; raise EtagMismatch, SecretFound and TextRejected."""
        now = self.context.clock()
        changes = _screened(self.context.trust(caller.tenant_id), ask.changes, "project.")
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            version = await _held_by_owner(tx, ask.project_id, ask.user_id, "project.project_id")
            if ask.version not in {None, version}:
                raise EtagMismatch(field="project.etag")
            await projects.update(tx, ask.project_id, changes, now=now)
            changed = await _existing(tx, ask.project_id, ask.user_id)
            await ask.once.finish(tx, ask.user_id, changed)
        return changed

    async def delete(self, caller: Caller, ask: DeleteProjectAsk) -> Replay | None:
        """Delete a project, as an owner."""
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            await _held_by_owner(tx, ask.project_id, ask.user_id)
            await projects.delete(tx, ask.project_id)
            await ask.once.finish(tx, ask.user_id, None)
        return None

    async def add(self, caller: Caller, ask: MemberAsk) -> ProjectMember | Replay:
        """Add a member, as an owner; one who is there stays as before. Raises UserErased."""
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            await _held_by_owner(tx, ask.project_id, ask.user_id)
            await projects.put_member(tx, ask.project_id, ask.member_user_id, ask.role, now=now)
            member = await _member(tx, ask.project_id, ask.member_user_id)
            await ask.once.finish(tx, ask.user_id, member)
        return member

    async def set_role(self, caller: Caller, ask: MemberAsk) -> ProjectMember | Replay:
        """Change the role of a member, as an owner; raise UserNotFound. The last owner stays one."""
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            await _held_by_owner(tx, ask.project_id, ask.user_id)
            before = await _member(tx, ask.project_id, ask.member_user_id)
            if ask.role is not ProjectRole.OWNER:
                await _require_another_owner(tx, ask.project_id, before)
            await projects.set_role(tx, ask.project_id, ask.member_user_id, ask.role)
            member = await _member(tx, ask.project_id, ask.member_user_id)
            await ask.once.finish(tx, ask.user_id, member)
        return member

    async def remove(self, caller: Caller, ask: RemoveMemberAsk) -> Replay | None:
        """Remove a member, as an owner or as that member; raise UserNotFound. The last owner stays."""
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            leaves = ask.user_id == ask.member_user_id
            needed = ProjectRole.VIEWER if leaves else ProjectRole.OWNER
            await _held_by(tx, ask.project_id, ask.user_id, needed)
            member = await _member(tx, ask.project_id, ask.member_user_id)
            await _require_another_owner(tx, ask.project_id, member)
            await projects.delete_member(tx, ask.project_id, ask.member_user_id)
            await ask.once.finish(tx, ask.user_id, None)
        return None

    async def members(self, caller: Caller, ask: ProjectPageAsk) -> MemberPage:
        """Return a page of the members, as one of them; raise InvalidPageToken."""
        after = self._after(caller, ask)
        async with self.context.database.transaction(caller) as tx:
            await require(tx, ask.user_id, ask.project_id, ProjectRole.VIEWER)
            found = await projects.members(tx, ask.project_id, limit=ask.page_size + 1, after=after)
        shown = found[: ask.page_size]
        if len(found) == len(shown):
            return MemberPage(shown, "")
        last = shown[-1]
        return MemberPage(shown, self._token(caller, ask, last.create_time, last.user_id))

    def _after(self, caller: Caller, ask: ProjectPageAsk) -> tuple[datetime, str] | None:
        if not ask.page_token:
            return None
        time, last_id = page_token.decode(
            ask.page_token, _binding(caller, ask), self.context.secret_key
        )
        return datetime.fromisoformat(str(time)), str(last_id)

    def _token(self, caller: Caller, ask: ProjectPageAsk, time: datetime, last_id: str) -> str:
        position: list[Any] = [time.isoformat(), last_id]
        return page_token.encode(position, _binding(caller, ask), self.context.secret_key)


def _binding(caller: Caller, ask: ProjectPageAsk) -> bytes:
    return caller.tenant_id.encode() + b"\0" + ask.binding


def _size(project: Project) -> int:
    return text_bytes(project.description) + data_bytes({**project.settings})


async def _existing(tx: Transaction, project_id: str, user_id: str) -> Project:
    found = await projects.get(tx, project_id, user_id)
    if found is None:
        raise ProjectNotFound(field="project_id")
    return found


async def _member(tx: Transaction, project_id: str, user_id: str) -> ProjectMember:
    found = await projects.members(tx, project_id, user_id=user_id, limit=1)
    if not found:
        raise UserNotFound(field="member_user_id")
    return found[0]


async def _held_by_owner(
    tx: Transaction, project_id: str, user_id: str, field: str = "project_id"
) -> int:
    return await _held_by(tx, project_id, user_id, ProjectRole.OWNER, field)


async def _held_by(
    tx: Transaction,
    project_id: str,
    user_id: str,
    needed: ProjectRole,
    field: str = "project_id",
) -> int:
    """Return the version of a project that nobody else changes from here on, its members neither."""
    await require(tx, user_id, project_id, needed, field)
    version = await projects.hold(tx, project_id)
    # Somebody else may have changed it while this one waited.
    await require(tx, user_id, project_id, needed, field)
    if version is None:
        raise ProjectNotFound(field=field)
    return version


async def _require_another_owner(tx: Transaction, project_id: str, member: ProjectMember) -> None:
    if member.role is ProjectRole.OWNER and await projects.count_owners(tx, project_id) == 1:
        raise ProjectRoleMissing(field="member_user_id", role="another owner")


def _screened(policy: TrustPolicy, values: Mapping[str, Any], path: str) -> dict[str, Any]:
    kept = dict(values)
    for name in ("name", "description"):
        if name in kept:
            kept[name] = refused_or_masked(policy, kept[name], f"{path}{name}")
    if "technologies" in kept:
        kept["technologies"], _ = masked_labels(policy, kept["technologies"], f"{path}technologies")
    if "settings" in kept:
        kept["settings"], _ = masked_data(policy, kept["settings"], f"{path}settings")
    return kept

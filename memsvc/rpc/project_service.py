"""ProjectService: each RPC is decode, use case, encode."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from memsvc.core.projects import Project, ProjectMember, ProjectRole
from memsvc.rpc import metadata
from memsvc.rpc.decode import LIST_PAGE_DEFAULT, binding, once, require, version
from memsvc.rpc.decode_conversations import masked_changes
from memsvc.rpc.encode import etag, struct, timestamp
from memsvc.rpc.pipeline import ServicerContext, current_call
from memsvc.rpc.replies import reply
from memsvc.usecases.once import Replay
from memsvc.usecases.projects.managing import (
    CreateProjectAsk,
    DeleteProjectAsk,
    ManageProjects,
    MemberAsk,
    ProjectPageAsk,
    RemoveMemberAsk,
    UpdateProjectAsk,
)
from memsvc.v1 import project_service_pb2 as pb
from memsvc.v1.project_service_pb2_grpc import ProjectServiceServicer

#: How the fields that may change are read, of a project and of a request that creates one.
_FIELDS: Final[dict[str, Callable[[Any], Any]]] = {
    "name": lambda message: message.name,
    "description": lambda message: message.description,
    "technologies": lambda message: list(message.technologies),
    "settings": lambda message: metadata.metadata_of(message.settings),
}


class ProjectService(ProjectServiceServicer):
    """The wire's side of projects."""

    def __init__(self, projects: ManageProjects) -> None:
        """Answer calls with *projects*."""
        self._projects = projects

    async def CreateProject(
        self, request: pb.CreateProjectRequest, _: ServicerContext
    ) -> pb.CreateProjectResponse:
        """Create a project."""
        require(metadata.violations(request.settings, "settings"))
        values = {name: read(request) for name, read in _FIELDS.items()}
        ask = CreateProjectAsk(request.user_id, values, once(request, _created, request.user_id))
        done = await self._projects.create(current_call().caller, ask)
        return reply(done, _created, pb.CreateProjectResponse)

    async def GetProject(
        self, request: pb.GetProjectRequest, _: ServicerContext
    ) -> pb.GetProjectResponse:
        """Return one project."""
        found = await self._projects.get(current_call().caller, request.user_id, request.project_id)
        return pb.GetProjectResponse(project=_project(found))

    async def ListProjects(
        self, request: pb.ListProjectsRequest, _: ServicerContext
    ) -> pb.ListProjectsResponse:
        """List the projects of a member."""
        page = await self._projects.page(current_call().caller, _page(request, ""))
        return pb.ListProjectsResponse(
            projects=map(_project, page.projects), next_page_token=page.next_page_token
        )

    async def UpdateProject(
        self, request: pb.UpdateProjectRequest, _: ServicerContext
    ) -> pb.UpdateProjectResponse:
        """Change a project."""
        value = request.project
        changes = masked_changes(value, request.update_mask.paths, _FIELDS)
        require(_violations(value, changes))
        ask = UpdateProjectAsk(
            request.user_id,
            value.project_id,
            version(value.etag, "project.etag"),
            changes,
            once(request, _updated, request.user_id),
        )
        done = await self._projects.update(current_call().caller, ask)
        return reply(done, _updated, pb.UpdateProjectResponse)

    async def DeleteProject(
        self, request: pb.DeleteProjectRequest, _: ServicerContext
    ) -> pb.DeleteProjectResponse:
        """Delete a project."""
        ask = DeleteProjectAsk(
            request.user_id,
            request.project_id,
            once(request, lambda _: pb.DeleteProjectResponse(), request.user_id),
        )
        _note(await self._projects.delete(current_call().caller, ask))
        return pb.DeleteProjectResponse()

    async def AddProjectMember(
        self, request: pb.AddProjectMemberRequest, _: ServicerContext
    ) -> pb.AddProjectMemberResponse:
        """Add a member."""
        ask = MemberAsk(
            request.user_id,
            request.project_id,
            request.member_user_id,
            ProjectRole(request.role),
            once(request, _added, request.user_id),
        )
        done = await self._projects.add(current_call().caller, ask)
        return reply(done, _added, pb.AddProjectMemberResponse)

    async def UpdateProjectMember(
        self, request: pb.UpdateProjectMemberRequest, _: ServicerContext
    ) -> pb.UpdateProjectMemberResponse:
        """Change a member's role."""
        ask = MemberAsk(
            request.user_id,
            request.project_id,
            request.member_user_id,
            ProjectRole(request.role),
            once(request, _role_set, request.user_id),
        )
        done = await self._projects.set_role(current_call().caller, ask)
        return reply(done, _role_set, pb.UpdateProjectMemberResponse)

    async def RemoveProjectMember(
        self, request: pb.RemoveProjectMemberRequest, _: ServicerContext
    ) -> pb.RemoveProjectMemberResponse:
        """Remove a member."""
        ask = RemoveMemberAsk(
            request.user_id,
            request.project_id,
            request.member_user_id,
            once(request, lambda _: pb.RemoveProjectMemberResponse(), request.user_id),
        )
        _note(await self._projects.remove(current_call().caller, ask))
        return pb.RemoveProjectMemberResponse()

    async def ListProjectMembers(
        self, request: pb.ListProjectMembersRequest, _: ServicerContext
    ) -> pb.ListProjectMembersResponse:
        """List the members of a project."""
        ask = _page(request, request.project_id)
        page = await self._projects.members(current_call().caller, ask)
        return pb.ListProjectMembersResponse(
            members=map(_member, page.members), next_page_token=page.next_page_token
        )


def _page(
    request: pb.ListProjectsRequest | pb.ListProjectMembersRequest, project_id: str
) -> ProjectPageAsk:
    return ProjectPageAsk(
        request.user_id,
        project_id,
        request.page_size or LIST_PAGE_DEFAULT,
        request.page_token,
        binding(request),
    )


def _violations(value: pb.Project, changes: dict[str, Any]) -> Iterable[tuple[str, str]]:
    if not value.project_id:
        yield "project.project_id", "must be given"
    if changes.get("name") == "":
        yield "project.name", "must not be empty"
    yield from metadata.violations(value.settings, "project.settings")


def _note(done: Replay | None) -> None:
    if done is not None:
        current_call().facts["replay"] = True


def _project(value: Project) -> pb.Project:
    return pb.Project(
        project_id=value.project_id,
        name=value.name,
        description=value.description,
        technologies=value.technologies,
        settings=struct(value.settings),
        owner_user_id=value.user_id,
        role=pb.ProjectRole.Name(value.role),
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
        etag=etag(value.version),
    )


def _member(value: ProjectMember) -> pb.ProjectMember:
    return pb.ProjectMember(
        member_user_id=value.user_id,
        role=pb.ProjectRole.Name(value.role),
        create_time=timestamp(value.create_time),
    )


def _created(value: Project) -> pb.CreateProjectResponse:
    return pb.CreateProjectResponse(project=_project(value))


def _updated(value: Project) -> pb.UpdateProjectResponse:
    return pb.UpdateProjectResponse(project=_project(value))


def _added(value: ProjectMember) -> pb.AddProjectMemberResponse:
    return pb.AddProjectMemberResponse(member=_member(value))


def _role_set(value: ProjectMember) -> pb.UpdateProjectMemberResponse:
    return pb.UpdateProjectMemberResponse(member=_member(value))

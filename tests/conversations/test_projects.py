"""Projects: what members may do in them, and that nobody else learns of them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from memsvc.core.access import ALL_SCOPES
from tests.conversations.conftest import Talk
from tests.support.server import ServerProcess
from tests.support.waiting import until
from tests.support.wire import Refused, Wire

ROLES = ("OWNER", "EDITOR", "VIEWER")


@pytest.fixture
def bound(server: ServerProcess, acme: Wire) -> Iterator[Talk]:
    """A user whose credential is bound to it: row security holds for each statement."""
    user = f"bound-{uuid4()}"
    key = acme.call(
        "ApiKeyService/CreateApiKey", name="bound", scopes=sorted(ALL_SCOPES), user_id=user
    )
    with Wire(server.target, key.secret) as wire:
        yield Talk(wire, user)


def made(by: Talk, **members: Talk) -> str:
    """Return the id of a project created *by* somebody, with members by the names of their roles."""
    project_id: str = by.project("CreateProject", name="Garden").project.project_id
    for role, member in members.items():
        by.project(
            "AddProjectMember",
            project_id=project_id,
            member_user_id=member.user,
            role=f"PROJECT_ROLE_{role.upper()}",
        )
    return project_id


def refused(talk: Talk, method: str, **fields: Any) -> str:
    """Return the reason for which a call of ProjectService ends."""
    with pytest.raises(Refused) as end:
        talk.project(method, **fields)
    return end.value.reason


def members(talk: Talk, project_id: str) -> dict[str, int]:
    """Return the members and their roles."""
    page = talk.project("ListProjectMembers", project_id=project_id).members
    return {one.member_user_id: one.role for one in page}


def test_a_project_is_created_read_changed_and_deleted(talk: Talk) -> None:
    """With all that it holds, once by its request_id, guarded by its etag."""
    fields = {
        "name": "Garden",
        "description": "Beds and paths.",
        "technologies": ["wood", "stone"],
        "settings": {"colour": "green"},
    }
    created = talk.project("CreateProject", request_id="r", **fields).project
    replay = talk.project("CreateProject", request_id="r", **fields).project
    project_id = created.project_id
    changed = talk.project(
        "UpdateProject",
        project={"project_id": project_id, "name": "Park", "etag": created.etag},
        update_mask="name",
    ).project
    stale = refused(
        talk, "UpdateProject", project={"project_id": project_id, "name": "X", "etag": created.etag}
    )
    nameless = refused(
        talk, "UpdateProject", project={"project_id": project_id}, update_mask="name"
    )

    assert replay == created
    assert (created.owner_user_id, created.role) == (talk.user, 1)
    assert list(created.technologies) == ["wood", "stone"]
    assert (changed.name, changed.description) == ("Park", "Beds and paths.")
    assert changed.settings["colour"] == "green"
    assert (stale, nameless) == ("ETAG_MISMATCH", "FIELD_INVALID")
    assert talk.project("ListProjects").projects == [changed]
    talk.project("DeleteProject", project_id=project_id)
    assert refused(talk, "GetProject", project_id=project_id) == "PROJECT_NOT_FOUND"
    assert refused(talk, "DeleteProject", project_id=project_id) == "PROJECT_NOT_FOUND"


def attempts(project_id: str, other: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return what somebody may try with a project."""
    of: dict[str, Any] = {"project_id": project_id}
    member = {**of, "member_user_id": other}
    role = {**member, "role": "PROJECT_ROLE_EDITOR"}
    return {
        "read": ("ProjectService/GetProject", of),
        "members": ("ProjectService/ListProjectMembers", of),
        "ingest": ("MemoryService/Ingest", {**of, "messages": [{"content": "Hi."}]}),
        "note": ("MemoryService/CreateMemory", {**of, "content": "Likes tea."}),
        "create": ("ConversationService/CreateConversation", of),
        "update": ("ProjectService/UpdateProject", {"project": {**of, "name": "Mine"}}),
        "add": ("ProjectService/AddProjectMember", role),
        "role": ("ProjectService/UpdateProjectMember", role),
        "remove": ("ProjectService/RemoveProjectMember", member),
        "delete": ("ProjectService/DeleteProject", of),
    }


ALLOWED = {
    "owner": set(attempts("", "")),
    "editor": {"read", "members", "ingest", "note", "create"},
    "viewer": {"read", "members"},
    "stranger": set(),
}


@pytest.mark.parametrize("is_bound", [False, True])
@pytest.mark.parametrize("role", ALLOWED)
def test_a_role_allows_what_it_says(
    talk: Talk, other: Talk, bound: Talk, acme: Wire, role: str, *, is_bound: bool
) -> None:
    """Each call, for each role, by a credential of the tenant and by one that is bound to the user."""
    actor = bound if is_bound else other
    viewer = Talk(acme)
    project_id = made(talk, viewer=viewer)
    if role != "stranger":
        talk.project(
            "AddProjectMember",
            project_id=project_id,
            member_user_id=actor.user,
            role=f"PROJECT_ROLE_{role.upper()}",
        )
    ends = {}
    for name, (method, fields) in attempts(project_id, viewer.user).items():
        try:
            actor.wire.call(method, user_id=actor.user, **fields)
            ends[name] = "done"
        except Refused as end:
            ends[name] = end.reason
    denied = "PROJECT_NOT_FOUND" if role == "stranger" else "PROJECT_ROLE_MISSING"

    assert ends == {
        name: "done" if name in ALLOWED[role] else denied
        for name in attempts(project_id, viewer.user)
    }


def test_moving_into_a_project_needs_a_role(talk: Talk, other: Talk) -> None:
    """UpdateConversation and UpdateMemory ask as well; out of a project anybody may take what is their own."""
    project_id = made(talk, viewer=other)
    other("CreateConversation", conversation_id="c")
    note = other.wire.call("MemoryService/CreateMemory", user_id=other.user, content="Tea.").memory
    with pytest.raises(Refused) as conversation:
        other.update("c", project_id=project_id)
    with pytest.raises(Refused) as memory:
        other.wire.call(
            "MemoryService/UpdateMemory",
            memory={"memory_id": note.memory_id, "project_id": project_id},
        )
    talk.project(
        "UpdateProjectMember",
        project_id=project_id,
        member_user_id=other.user,
        role="PROJECT_ROLE_EDITOR",
    )
    moved = other.update("c", project_id=project_id)
    talk.project("RemoveProjectMember", project_id=project_id, member_user_id=other.user)
    renamed = other.update("c", title="Still mine")
    out = other.update("c", mask="projectId")

    assert conversation.value.reason == memory.value.reason == "PROJECT_ROLE_MISSING"
    assert conversation.value.metadata["role"] == "editor"
    assert moved.project_id == renamed.project_id == project_id
    assert out.project_id == ""


def test_any_other_string_is_a_project_as_before(talk: Talk) -> None:
    """Only ids of the form of a registered one are asked about; one that never was is not found."""
    talk.say("Hello.", project_id="whatever")
    with pytest.raises(Refused) as end:
        talk.say("Hello.", project_id=f"msproj-{uuid4()}")
    assert end.value.reason == "PROJECT_NOT_FOUND"


def test_the_last_owner_stays(talk: Talk, bound: Talk) -> None:
    """Neither leaving nor another role leaves a project without an owner; with a second one both go."""
    project_id = made(talk, editor=bound)
    me = {"project_id": project_id, "member_user_id": talk.user}
    assert refused(talk, "RemoveProjectMember", **me) == "PROJECT_ROLE_MISSING"
    assert (
        refused(talk, "UpdateProjectMember", role="PROJECT_ROLE_VIEWER", **me)
        == "PROJECT_ROLE_MISSING"
    )
    talk.project(
        "UpdateProjectMember",
        project_id=project_id,
        member_user_id=bound.user,
        role="PROJECT_ROLE_OWNER",
    )
    talk.project("RemoveProjectMember", **me)

    assert members(bound, project_id) == {bound.user: 1}
    assert bound.project("GetProject", project_id=project_id).project.owner_user_id == bound.user
    assert refused(talk, "GetProject", project_id=project_id) == "PROJECT_NOT_FOUND"


def test_members_leave_by_themselves(talk: Talk, bound: Talk) -> None:
    """Whoever leaves sees the project no more; who never was a member is not found."""
    project_id = made(talk, viewer=bound)
    assert bound.project("ListProjects").projects[0].role == 3
    assert members(bound, project_id) == {talk.user: 1, bound.user: 3}
    bound.project("RemoveProjectMember", project_id=project_id, member_user_id=bound.user)

    assert bound.project("ListProjects").projects == []
    assert members(talk, project_id) == {talk.user: 1}
    gone = {"project_id": project_id, "member_user_id": bound.user}
    assert refused(talk, "RemoveProjectMember", **gone) == "USER_NOT_FOUND"


def test_a_bound_owner_hands_a_project_on(bound: Talk, talk: Talk) -> None:
    """Who may see nobody else's rows still adds members, and leaves the project to another owner."""
    project_id = made(bound, owner=talk)
    bound.project("RemoveProjectMember", project_id=project_id, member_user_id=bound.user)

    shown = talk.project("GetProject", project_id=project_id).project
    assert (shown.owner_user_id, shown.role) == (talk.user, 1)


def test_adding_again_changes_nothing(talk: Talk, other: Talk) -> None:
    """Neither the role nor the time of a member who is there."""
    project_id = made(talk, viewer=other)
    added = talk.project(
        "AddProjectMember",
        project_id=project_id,
        member_user_id=other.user,
        role="PROJECT_ROLE_OWNER",
    ).member
    assert added.role == 3


def test_an_erased_owner_takes_a_project_along_that_nobody_else_owns(
    talk: Talk, other: Talk
) -> None:
    """One with another owner goes on, and nothing in it names the erased user."""
    shared, own = made(talk, owner=other), made(talk, viewer=other)
    talk.wire.call("UserService/EraseUser", user_id=talk.user)

    left = other.project("ListProjects").projects
    assert [(one.project_id, one.owner_user_id) for one in left] == [(shared, other.user)]
    assert members(other, shared) == {other.user: 1}
    assert refused(other, "GetProject", project_id=own) == "PROJECT_NOT_FOUND"
    assert (
        refused(
            other,
            "AddProjectMember",
            project_id=shared,
            member_user_id=talk.user,
            role="PROJECT_ROLE_VIEWER",
        )
        == "USER_ERASED"
    )


def test_a_project_passes_to_nobody_who_is_leaving(
    talk: Talk, other: Talk, owner: psycopg.Connection[Any]
) -> None:
    """If the other owner leaves while the user is erased, the project goes: nobody else owns it."""
    project = {"project_id": made(talk, owner=other), "user_id": other.user}
    waiting = "select pid from pg_stat_activity where wait_event_type = 'Lock'"
    with ThreadPoolExecutor(1) as pool:
        with owner.transaction():
            # As RemoveProjectMember does it.
            owner.execute(
                "select from project where project_id = %(project_id)s for no key update", project
            )
            owner.execute(
                "delete from project_member "
                "where project_id = %(project_id)s and user_id = %(user_id)s",
                project,
            )
            erasing = pool.submit(talk.wire.call, "UserService/EraseUser", user_id=talk.user)
            until(lambda: owner.execute(waiting).fetchall())
        erasing.result()

    left = owner.execute(
        "select user_id from project where project_id = %(project_id)s", project
    ).fetchall()
    assert left == []


def test_projects_and_members_are_paged(talk: Talk, acme: Wire) -> None:
    """Each once, projects from the newest, members from the first."""
    ids = [made(talk) for _ in range(5)]
    found, token = [], ""
    while True:
        page = talk.project("ListProjects", page_size=2, page_token=token)
        found += [one.project_id for one in page.projects]
        token = page.next_page_token
        if not token:
            break
    assert found == ids[::-1]

    people = [Talk(acme) for _ in range(4)]
    for person in people:
        talk.project(
            "AddProjectMember",
            project_id=ids[0],
            member_user_id=person.user,
            role="PROJECT_ROLE_VIEWER",
        )
    names, token = [], ""
    while True:
        page = talk.project("ListProjectMembers", project_id=ids[0], page_size=2, page_token=token)
        names += [one.member_user_id for one in page.members]
        token = page.next_page_token
        if not token:
            break
    assert names == [talk.user, *(person.user for person in people)]

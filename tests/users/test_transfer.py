"""ExportUser and ImportUser: what goes out comes in the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from pydantic import BaseModel

from memsvc.core.user_export import (
    ExportedConversation,
    ExportedMemory,
    ExportedPersona,
    ExportedPreferences,
    ExportedProfile,
    ExportedProject,
)
from memsvc.v1 import user_service_pb2 as pb
from memsvc_client import (
    CreatePersonaRequest,
    MemoryClient,
    Message,
    Persona,
    Preferences,
    UpdatePreferencesRequest,
)
from tests.support.server import KEYS, ServerProcess
from tests.support.stubs import Services
from tests.support.texts import contents, say
from tests.support.waiting import until
from tests.support.wire import Refused

#: What an export leaves out: whose it is, what is made of the text, what counts for one database only.
LEFT_OUT = {
    "memory": {"tenant_id", "user_id", "words", "presence", "weights", "sequence", "place"},
    # Counts the changes in one database.
    "conversation": {"tenant_id", "user_id", "number", "version"},
    "project": {"tenant_id", "user_id", "version"},
    "profile": {
        "tenant_id",
        "user_id",
        "changed_time",
        "consolidated_time",
        "withdrawn_count",
    },
    "preferences": {"tenant_id", "user_id", "version"},
    "persona": {"tenant_id", "user_id", "version"},
}


def exported(services: Services, user: str) -> list[dict[str, Any]]:
    """Return the lines of an export."""
    pieces = services("UserService").call("ExportUser", pb.ExportUserRequest(user_id=user))
    return [json.loads(line) for line in "".join(p.lines for p in pieces).splitlines()]


def told(services: Services, user: str) -> list[str]:
    """Return what was said in the first conversation, in order."""
    said = {
        line["position"]: line["content"]
        for line in exported(services, user)
        if line.get("conversation_id") == "first" and line.get("position") is not None
    }
    return [said[position] for position in sorted(said)]


def imported(
    services: Services, lines: list[dict[str, Any]], user: str = ""
) -> pb.ImportUserResponse:
    """Import lines, several pieces of them."""
    texts = [json.dumps(line) + "\n" for line in lines]
    pieces = [
        pb.ImportUserRequest(user_id=user, lines="".join(texts[start : start + 7]))
        for start in range(0, len(texts), 7)
    ]
    reply: pb.ImportUserResponse = services("UserService").call("ImportUser", iter(pieces))
    return reply


def life(client: MemoryClient, user: str) -> None:
    """Give a user something of everything: conversations, facts with history, notes, a profile."""
    for number, text in enumerate(("I live in Austin.", "My dog is called Rex.", "I like\ttea \n")):
        client.ingest(
            user_id=user,
            conversation_id="first",
            messages=[
                Message(
                    message_id=f"m{number}",
                    content=text,
                    author="Ana" if number == 2 else "",
                    metadata={"deep": {"a": [1, 2.5, None, True, "ünïcode 🎉"]}},
                )
            ],
            extraction="EXTRACTION_MODE_SYNC",
        )
    client.ingest(
        user_id=user,
        conversation_id="second",
        messages=[Message(content="I moved to Boston.")],
        extraction="EXTRACTION_MODE_SYNC",
    )
    client.services.profiles.UpdatePreferences(
        UpdatePreferencesRequest(
            preferences=Preferences(user_id=user, tone="warm", topics_of_interest=["tea", "rain"])
        )
    )
    for persona_id, temperature in (("mine", 0.5), ("my other", None)):
        client.services.personas.CreatePersona(
            CreatePersonaRequest(
                persona=Persona(
                    persona_id=persona_id,
                    user_id=user,
                    name="Mine",
                    system_prompt="Answer in verse.",
                    temperature=temperature,
                    tags=["verse"],
                )
            )
        )
    client.create_memory(user_id=user, content="a note", tags=["x", "y"], pinned=True)
    job_id = client.consolidate(user_id=user).job_id
    until(lambda: client.get_job(job_id=job_id).job.state in {3, 4, 5})


def without_times(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return lines without what differs between two exports."""
    return [{**line, "export_time": None, "user_id": None} for line in lines]


def test_an_export_imported_elsewhere_exports_the_same(
    client: MemoryClient, other_tenant: MemoryClient, acme: Services, globex: Services, user: str
) -> None:
    """Every line but the header is equal after a round trip into another tenant."""
    life(client, user)
    before = exported(acme, user)

    reply = imported(globex, before)

    assert without_times(exported(globex, user)) == without_times(before)
    assert reply.conversation_count == 2
    assert reply.memory_count == sum(line["type"] == "memory" for line in before)
    assert reply.duplicate_count == 0
    assert {line["type"] for line in before} == {
        "header",
        "conversation",
        "memory",
        "profile",
        "preferences",
        "persona",
        "end",
    }
    assert any(line.get("superseded_by") for line in before)
    recalled = contents(other_tenant.recall(user_id=user, query="where do I live?"))
    assert any("Boston" in text for text in recalled)
    timeline = [m.content for m in other_tenant.list_memory_timeline(user_id=user, slot="location")]
    assert len(timeline) == 2


def test_what_masking_made_longer_goes_along(
    client: MemoryClient, acme: Services, globex: Services, user: str
) -> None:
    """Texts as long as they may be, with secrets in them: what is stored of them can be imported."""

    def filled(length: int) -> str:
        return ("password:a1b2 " * length)[: length - 1] + "."

    client.services.profiles.UpdatePreferences(
        UpdatePreferencesRequest(
            preferences=Preferences(
                user_id=user,
                nickname=filled(100),
                custom_instructions=filled(2000),
                topics_of_interest=[filled(128)],
            )
        )
    )
    persona = Persona(
        user_id=user, name=filled(128), system_prompt=filled(20_000), tags=[filled(128)]
    )
    client.services.personas.CreatePersona(CreatePersonaRequest(persona=persona))
    before = exported(acme, user)

    imported(globex, before)

    assert without_times(exported(globex, user)) == without_times(before)
    assert sum("[masked:password]" in str(line) for line in before) == 2


def test_what_people_made_of_conversations_goes_along(
    client: MemoryClient, acme: Services, globex: Services, user: str
) -> None:
    """Titles, pins, archives and data of conversations, and projects that are the user's, without other members."""
    say(client, user, "I like tea.", conversation_id="first")
    talks, projects = acme("ConversationService").wire, acme("ProjectService").wire
    talks.call(
        "ConversationService/UpdateConversation",
        conversation={
            "user_id": user,
            "conversation_id": "first",
            "title": "Tea",
            "pinned": True,
            "archived": True,
            "metadata": {"a": 1},
        },
    )
    made = projects.call("ProjectService/CreateProject", user_id=user, name="Garden").project
    projects.call(
        "ProjectService/AddProjectMember",
        user_id=user,
        project_id=made.project_id,
        member_user_id="somebody-else",
        role="PROJECT_ROLE_VIEWER",
    )
    before = exported(acme, user)

    imported(globex, before)
    imported(globex, before)

    assert without_times(exported(globex, user)) == without_times(before)
    there = globex("ProjectService").wire
    page = there.call("ProjectService/ListProjects", user_id=user)
    assert [(one.name, one.role) for one in page.projects] == [("Garden", 1)]
    assert "somebody-else" not in str(before)
    old = [
        {k: v for k, v in line.items() if k not in {"pinned", "archive_time", "metadata"}}
        if line["type"] == "conversation"
        else line
        for line in before
        if line["type"] != "project"
    ]
    del old[-1]["project_count"]
    assert imported(acme, old, f"old-{user}").conversation_count == 1


def test_an_import_sent_again_changes_nothing(
    client: MemoryClient, acme: Services, user: str
) -> None:
    """What is there already is counted as a duplicate and left as it is."""
    life(client, user)
    before = exported(acme, user)

    reply = imported(acme, before)

    assert (reply.conversation_count, reply.memory_count) == (0, 0)
    assert reply.duplicate_count == len([
        x for x in before if x["type"] in {"conversation", "memory"}
    ])
    assert without_times(exported(acme, user)) == without_times(before)


def test_an_import_into_another_user_makes_a_second_one(
    client: MemoryClient, acme: Services, user: str
) -> None:
    """In one tenant the copy has ids of its own; both users are whole, history included."""
    life(client, user)
    copy = f"copy-{uuid4()}"
    before = exported(acme, user)

    imported(acme, before, copy)

    assert without_times(exported(acme, user)) == without_times(before)
    after = exported(acme, copy)
    assert [line.get("content") for line in after] == [line.get("content") for line in before]
    ids = {line.get("memory_id") for line in before if line["type"] == "memory"}
    assert ids.isdisjoint({line.get("memory_id") for line in after})
    timeline = [m.content for m in client.list_memory_timeline(user_id=copy, slot="location")]
    assert len(timeline) == 2


def test_messages_go_on_after_an_import(client: MemoryClient, acme: Services, user: str) -> None:
    """A conversation that was imported takes further messages behind those it has."""
    life(client, user)
    copy = f"copy-{uuid4()}"
    imported(acme, exported(acme, user), copy)

    say(client, copy, "One more thing.", conversation_id="first")

    lines = [line for line in exported(acme, copy) if line.get("conversation_id") == "first"]
    positions = [line["position"] for line in lines if line.get("position") is not None]
    assert sorted(positions) == [0, 1, 2, 3]


def test_an_import_into_a_conversation_that_goes_on(
    client: MemoryClient, acme: Services, user: str
) -> None:
    """What is there stays where it is, what comes stands after it in its order, and both go on; again is nothing."""
    life(client, user)
    lines = exported(acme, user)
    copy = f"copy-{uuid4()}"
    say(client, copy, "It was here.", conversation_id="first")

    before = told(acme, user)
    imported(acme, lines, copy)
    imported(acme, lines, copy)
    say(client, copy, "One more thing.", conversation_id="first")

    assert told(acme, copy) == ["It was here.", *before, "One more thing."]


def test_an_import_counts_messages_by_itself(
    client: MemoryClient, acme: Services, user: str
) -> None:
    """A conversation that says too few of its messages takes further ones all the same."""
    life(client, user)
    lines = exported(acme, user)
    copy = f"copy-{uuid4()}"
    imported(
        acme,
        [{**line, "message_count": 0} if "message_count" in line else line for line in lines],
        copy,
    )
    say(client, copy, "One more thing.", conversation_id="first")

    assert told(acme, copy) == [*told(acme, user), "One more thing."]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda lines: [*lines[:-1]], "breaks off"),
        (lambda lines: [*lines[1:]], "header"),
        (lambda lines: [*lines[:2], *lines[3:]], "missing"),
        (lambda lines: [{**lines[0], "version": 2}, *lines[1:]], "version"),
        (lambda lines: [lines[0], {**lines[1], "tenant_id": "x"}, *lines[2:]], "tenant_id"),
        (lambda lines: [lines[0], {**lines[1], "conversation_id": "a\0b"}, *lines[2:]], "U+0000"),
        (lambda lines: [lines[0], {"type": "drop table"}, *lines[1:]], "type"),
        (lambda lines: [*lines, lines[0]], "after the end"),
        (
            lambda lines: [{**line, "role": None} if "role" in line else line for line in lines],
            "role",
        ),
    ],
)
def test_a_damaged_export_is_refused(
    client: MemoryClient, globex: Services, acme: Services, user: str, damage: Any, said: str
) -> None:
    """INVALID_ARGUMENT names the line; an unknown field is refused rather than lost."""
    say(client, user, "I like tea.", "I like cake.")
    with pytest.raises(Refused) as caught:
        imported(globex, damage(exported(acme, user)))

    assert caught.value.code == "INVALID_ARGUMENT"
    assert said in caught.value.violations["lines"]


def test_an_export_holds_every_column(owner: psycopg.Connection[Any]) -> None:
    """Whatever column is added to a user's tables, the export has it or a reason not to."""
    models: dict[str, type[BaseModel]] = {
        "memory": ExportedMemory,
        "conversation": ExportedConversation,
        "profile": ExportedProfile,
        "preferences": ExportedPreferences,
        "persona": ExportedPersona,
        "project": ExportedProject,
    }
    for table, model in models.items():
        rows = owner.execute(
            "select attname from pg_attribute where attrelid = %s::regclass "
            "and attnum > 0 and not attisdropped",
            (table,),
        ).fetchall()
        known = set(model.model_fields) - {"type", "position"}
        assert {name for (name,) in rows} - LEFT_OUT[table] == known


def run(server: ServerProcess, *arguments: str, tenant: str = "acme") -> str:
    """Return what a verb prints."""
    done = subprocess.run(
        [sys.executable, "-m", "memsvc", *arguments, "--target", server.target],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={**os.environ, "MEMSVC_API_KEY": KEYS[tenant]},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_line_writes_a_file_and_takes_it_in_again(
    server: ServerProcess,
    client: MemoryClient,
    acme: Services,
    globex: Services,
    user: str,
    tmp_path: Path,
) -> None:
    """`memsvc export` writes a private file of lines; `memsvc import` finds out what it is."""
    life(client, user)
    file = tmp_path / "user.jsonl"

    run(server, "export", "--user-id", user, "--output", str(file))
    summary = json.loads(run(server, "import", str(file), "--json", tenant="globex"))

    assert file.stat().st_mode & 0o077 == 0
    assert summary["conversations"] == 2
    assert without_times(exported(globex, user)) == without_times(exported(acme, user))
    printed = run(server, "export", "--user-id", user)
    assert len(printed.splitlines()) == len(file.read_text().splitlines())
